"""What the analysis asks a type checker, and how mypy answers."""
