"""What forge3d writes, judged by programs of others."""
