"""`python -m mypy_eqxstate.language_server`: the same as `mypy-eqxstate lsp`."""

import sys

from mypy_eqxstate.language_server.main import serve

if __name__ == "__main__":
    sys.exit(serve())
