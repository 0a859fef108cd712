"""How `Quantize` stores each kind of vertex attribute in fewer bits (KHR_mesh_quantization)."""
