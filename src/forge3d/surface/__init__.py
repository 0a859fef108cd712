"""Questions about surfaces in space, asked of plain arrays of triangles: what rays meet, and what can be seen."""
