"""What a call does to affine objects: the model, its notation, the library table, summaries."""
