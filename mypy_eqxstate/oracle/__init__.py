"""What the analysis asks a type checker, how mypy answers, and how a type server does (`tsp/`)."""
