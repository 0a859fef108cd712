"""The parts of `AtlasMaterials`: which materials fit, where their tiles go, and what is painted there."""
