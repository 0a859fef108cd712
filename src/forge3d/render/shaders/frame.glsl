// What is equal for every draw of a frame, and what is equal for every vertex of a draw. Members: blocks.py.
#include "<blocks>"

#define PI 3.14159265358979
