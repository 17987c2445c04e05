"""From findings to what the user reads."""
