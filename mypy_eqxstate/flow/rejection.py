"""Code that decides by what a call returned whether it goes on with the older object.

Where a step may fail, the old State is what one goes back to, and no mistake::

    y, new = step(x, state)
    if not isfinite(y):
        return state            # rejected
    return new

The test names what the call has returned, and elsewhere the newer State is returned.  So it is with
a conditional expression, `new if ok else state`, whatever it decides by, and with `cond(ok, lambda:
new, lambda: state)`; with a name that gets the old State back, `new = state`; and with a loop that
tries again until it is content::

    while True:
        y, new = step(x, state)
        if isfinite(y):
            return new

Limits: it goes by the names in the assignment around the call.  A test of `jnp.isfinite(z)`, for a
`z` that was computed from `y`, is not seen to ask about the call.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple


class Taken(NamedTuple):
    """A call that has taken over what a place held."""

    call: ast.AST
    place: str


def is_rejection(
    function: ast.AST, use: ast.AST, place: str, newest: str | None, taken: Sequence[Taken]
) -> bool:
    """Whether to go on with the older object is the author's decision at each of some calls.

    Args:
        function: whose body it is.
        use: the expression that is used.
        place: what it is, as written.
        newest: the place of the newest object, as written, if there is one.
        taken: the calls.
    """
    parents = {child: node for node in ast.walk(function) for child in ast.iter_child_nodes(node)}
    return all(_is_decided(function, use, place, newest, each, parents) for each in taken)


_Parents = Mapping[ast.AST, ast.AST]


def _is_decided(
    function: ast.AST,
    use: ast.AST,
    place: str,
    newest: str | None,
    taken: Taken,
    parents: _Parents,
) -> bool:
    if newest is not None and (
        _is_arm_beside(use, newest, parents) or _is_branch_beside(use, place, newest, parents)
    ):
        return True
    returned = _targets(taken.call, parents)
    if not returned:
        return False
    return (
        _is_given_back(function, place, taken, returned)
        or (newest is not None and _is_returned_instead(function, use, newest, returned, parents))
        or _is_tried_again(taken.call, returned, parents)
    )


def _is_arm_beside(use: ast.AST, newest: str, parents: _Parents) -> bool:
    """Whether a use is one arm of a conditional expression, and the newer object the other."""
    for child, node in _upwards(use, parents):
        if isinstance(node, ast.IfExp) and child is not node.test:
            other = node.orelse if child is node.body else node.body
            if any(_is_written(part, newest) for part in ast.walk(other)):
                return True
    return False


def _is_branch_beside(use: ast.AST, place: str, newest: str, parents: _Parents) -> bool:
    """Whether a call is given a branch with either: `cond(ok, lambda: new, lambda: state)`."""
    for node in (use, *(around for _, around in _upwards(use, parents))):
        arguments = node.args if isinstance(node, ast.Call) else []
        branches = [each for each in arguments if isinstance(each, ast.Lambda)]
        if len(branches) > 1:
            with_old, with_new = (
                [b for b in branches if any(_is_written(part, name) for part in ast.walk(b))]
                for name in (place, newest)
            )
            if with_old and with_new and with_old != with_new:
                return True
    return False


def _is_given_back(function: ast.AST, place: str, taken: Taken, returned: frozenset[str]) -> bool:
    """Whether the name of what a call returned gets the older object: `new = state`."""
    return place in returned and any(
        isinstance(node, ast.Assign)
        and [*map(ast.unparse, node.targets)] == [place]
        and _is_written(node.value, taken.place)
        for node in ast.walk(function)
    )


def _is_returned_instead(
    function: ast.AST, use: ast.AST, newest: str, returned: frozenset[str], parents: _Parents
) -> bool:
    """Whether a test of what a call returned leads to the use, and the newer object is returned."""
    around = [node for _, node in _upwards(use, parents)]
    if not any(isinstance(node, ast.Return) for node in around):
        return False
    asks = any(isinstance(node, ast.If) and returned & _names(node.test) for node in around)
    return asks and any(
        isinstance(node, ast.Return)
        and node not in around
        and any(_is_written(part, newest) for part in ast.walk(node))
        for node in ast.walk(function)
    )


def _is_tried_again(call: ast.AST, returned: frozenset[str], parents: _Parents) -> bool:
    """Whether the loop around a call is left where a test of what it returned says so."""
    around = [node for _, node in _upwards(call, parents)]
    loops = [node for node in around if isinstance(node, ast.For | ast.While | ast.AsyncFor)]
    return bool(loops) and any(
        isinstance(node, ast.If)
        and returned & _names(node.test)
        and isinstance(node.body[-1], ast.Return | ast.Break)
        for statement in loops[0].body
        for node in ast.walk(statement)
    )


def _targets(call: ast.AST, parents: _Parents) -> frozenset[str]:
    """The names that the assignment around a call binds."""
    for _, node in _upwards(call, parents):
        if isinstance(node, ast.Assign):
            return frozenset[str]().union(*map(_names, node.targets))
        if isinstance(node, ast.stmt):
            break
    return frozenset()


def _upwards(node: ast.AST, parents: _Parents) -> Iterator[tuple[ast.AST, ast.AST]]:
    """What is around a node, from inside, each with the part of it that leads to the node."""
    while node in parents:
        yield node, parents[node]
        node = parents[node]


def _names(node: ast.AST) -> frozenset[str]:
    return frozenset(part.id for part in ast.walk(node) if isinstance(part, ast.Name))


def _is_written(node: ast.AST, place: str) -> bool:
    return isinstance(node, ast.Name | ast.Attribute | ast.Subscript) and ast.unparse(node) == place
