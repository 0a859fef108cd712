"""What must be native to be quick: edge collapse, nearest points, orders for codecs. C++ without dependencies.

The sources are `*.cpp` and `*.h` in this folder, built when the package is installed (`hatch_build.py`) into one
library of C functions, which knows nothing of Python, so one wheel serves every version. Work in it leaves the
interpreter lock free, gives the same result on every machine, and holds its input against its bounds first.
"""
