"""What a message says, as data: from a problem to `Facts`, for who wants to mend the code.

Example: in `_, new = counter(x, state)` the call has taken `state` over, and the newer object is
part 1 of the 2 that it returns.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING

from mypy_eqxstate.flow.problems import EventDetail, Misuse, Problem
from mypy_eqxstate.oracle.shapes import AffineShape, TupleShape, UnionShape, UnknownShape
from mypy_eqxstate.report.finding import Facts, Position, Taking

if TYPE_CHECKING:
    from mypy_eqxstate.flow.module import ModuleAnalysis


def facts_of(
    problem: Problem,
    module: ModuleAnalysis,
    path: str,
    position: Callable[[ast.AST], Position],
    newest_is_sure: bool,
) -> Facts:
    """The facts of a problem.

    Args:
        problem: what was found.
        module: the module that it was found in.
        path: the file of that module.
        position: where a node is.
        newest_is_sure: whether the newest place surely holds the newer object at the use.
    """
    if problem.misuse is Misuse.DROPPED:
        takings = [_taking(problem.node, problem.place, module, position, None)]
    else:
        takings = [
            _taking(detail.node, event.place, module, position, _declared(detail, path))
            for event in problem.events
            for detail in (module.events[event],)
        ]
    return Facts(
        misuse=problem.misuse.name.lower(),
        place=problem.place,
        class_name=problem.class_name,
        takings=tuple(takings),
        is_object=_is_object(problem, module),
        newest=problem.newest,
        newest_is_sure=newest_is_sure,
    )


def _is_object(problem: Problem, module: ModuleAnalysis) -> bool:
    if problem.misuse is Misuse.DROPPED or not isinstance(problem.node, ast.expr):
        return True
    shape = module.oracle.shape(problem.node)
    parts = shape.items if isinstance(shape, UnionShape) else (shape,)
    return any(isinstance(part, AffineShape | UnknownShape) for part in parts)


def _taking(
    node: ast.AST,
    place: str,
    module: ModuleAnalysis,
    position: Callable[[ast.AST], Position],
    declared: int | None,
) -> Taking:
    result, width, newer = _newer_part(node, module)
    return Taking(position(node), place, result, width, declared, newer)


def _declared(detail: EventDetail, path: str) -> int | None:
    if detail.reason != "signature" or detail.origin is None:
        return None
    return detail.origin[1] if detail.origin[0] in (None, path) else None


def _newer_part(node: ast.AST, module: ModuleAnalysis) -> tuple[tuple[int, ...] | None, int, str]:
    """Where in its result a call returns the newer object, by its type; its width; the class."""
    if not isinstance(node, ast.Call):
        return None, 0, ""
    shape = module.oracle.shape(node)
    if isinstance(shape, AffineShape):
        return (), 0, shape.class_name
    if not isinstance(shape, TupleShape):
        return None, 0, ""
    holders = [n for n, item in enumerate(shape.items) if module.classes.affine_classes_in(item)]
    only = shape.items[holders[0]] if len(holders) == 1 else None
    if not isinstance(only, AffineShape):
        return None, len(shape.items), ""
    return tuple(holders), len(shape.items), only.class_name
