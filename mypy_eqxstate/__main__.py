"""`python -m mypy_eqxstate`: the same as the command `mypy-eqxstate`."""

from mypy_eqxstate.command_line.main import run

run()
