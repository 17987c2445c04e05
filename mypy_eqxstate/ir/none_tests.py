"""Functions of a module that only say whether their argument is None.

    def exists(v):
        return v is not None

A branch on `exists(state)` establishes what one on `state is not None` does (`ir/facts.py`).

Limits: such a function is known to its own module only, and by its plain name: not as a method, not
decorated, not imported from elsewhere.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping

from mypy_eqxstate.ir.model import FunctionNode


def none_tests(functions: Mapping[str, FunctionNode]) -> dict[str, bool]:
    """By name, the functions of this kind; whether they return true for None.

    Args:
        functions: those of a module by qualified name.
    """
    found: dict[str, bool] = {}
    for name, node in functions.items():
        if isinstance(node, ast.FunctionDef) and "." not in name and not node.decorator_list:
            holds = _none_test(node)
            if holds is not None:
                found[name] = holds
    return found


def _none_test(node: ast.FunctionDef) -> bool | None:
    statement = node.body[-1]
    if not isinstance(statement, ast.Return) or not isinstance(statement.value, ast.Compare):
        return None
    if len(node.body) > 1 and not (len(node.body) == 2 and ast.get_docstring(node) is not None):
        return None
    arguments = node.args
    given = [*arguments.posonlyargs, *arguments.args]
    if len(given) != 1 or arguments.vararg or arguments.kwonlyargs or arguments.kwarg:
        return None
    left, operators = statement.value.left, statement.value.ops
    right = statement.value.comparators[0]
    if (
        len(operators) == 1
        and isinstance(operators[0], ast.Is | ast.IsNot)
        and isinstance(left, ast.Name)
        and left.id == given[0].arg
        and isinstance(right, ast.Constant)
        and right.value is None
    ):
        return isinstance(operators[0], ast.Is)
    return None
