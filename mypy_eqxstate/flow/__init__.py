"""The flow analysis: which objects are old, where, and through whose doing."""
