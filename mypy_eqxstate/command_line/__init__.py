"""The command `mypy-eqxstate`: `check`, `explain` and `rules`."""
