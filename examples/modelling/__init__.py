"""A small modelling kit: curves, grids, sweeps, cushions, subdivision, procedural textures, and baked occlusion.

Lengths are metres, +Y is up, +Z is the product's front, and angles are radians unless a name says degrees. Everything
is deterministic: noise comes from seeded tables, and nothing depends on time or on the order of a set.
"""
