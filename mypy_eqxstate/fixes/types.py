"""Whether a place may hold what a call returns, as far as classes and annotations tell.

What is of a subclass of State, or of a `NewType`, can't be replaced by a plain State, nor a
parameter of a type variable; a type checker would complain about the fix.
"""

from __future__ import annotations

import ast

from mypy_eqxstate.fixes.source import Source
from mypy_eqxstate.report.finding import Facts


def takes_the_newer(source: Source, facts: Facts, node: ast.AST) -> bool:
    """Whether the newer object may be where the old one is.

    Args:
        source: the module.
        facts: those of the finding.
        node: where the old object is used, or taken over.
    """
    if not facts.is_object:
        return False
    own = facts.class_name
    if own and any(taking.newer not in ("", own) for taking in facts.takings):
        return False
    parameter = source.parameter_around(node, facts.place)
    if parameter is None or parameter.annotation is None:
        return True
    return may_hold(source, facts, parameter.annotation)


def may_hold(source: Source, facts: Facts, annotation: ast.expr) -> bool:
    """Whether what is annotated so may be the newer object, a plain one of its class."""
    class_name = facts.class_name.rpartition(".")[2]
    names = {n.id for n in ast.walk(annotation) if isinstance(n, ast.Name)} - {class_name}
    return names.isdisjoint(_own_types(source))


def _own_types(source: Source) -> set[str]:
    """Classes, type variables and new types that a module makes."""
    found: set[str] = set()
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            found.update(target.id for target in node.targets if isinstance(target, ast.Name))
        for parameter in getattr(node, "type_params", ()):
            found.add(parameter.name)
    return found
