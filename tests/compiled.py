"""Whether the package that is imported is the compiled one: `python -m tests.compiled`."""

from __future__ import annotations

import sys

from mypy_eqxstate import analysis
from mypy_eqxstate.contracts import model
from mypy_eqxstate.flow import body
from mypy_eqxstate.ir import lowering
from mypy_eqxstate.oracle import of_mypy, shapes
from mypy_eqxstate.report import wording


def not_compiled() -> list[str]:
    """The modules, one of each part that can be compiled, that are not."""
    modules = (analysis, body, lowering, model, of_mypy, shapes, wording)
    return [m.__name__ for m in modules if not (m.__file__ or "").endswith((".so", ".pyd"))]


if __name__ == "__main__":
    sys.exit(f"not compiled: {found}" if (found := not_compiled()) else 0)
