// Depth only: lets the colour pass shade each visible pixel once.
void main() {}
