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

And a comprehension, in which nothing can be bound anew, makes a version for each of its elements:
`[train(state, client) for client in clients]`.

Limits: it goes by the names in the assignment around the call.  A test of `jnp.isfinite(z)`, for a
`z` that was computed from `y`, is not seen to ask about the call.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from mypy_eqxstate.syntax import COMPREHENSIONS


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
    if _is_in_one_comprehension(use, taken.call, parents):
        return True
    returned = _targets(taken.call, parents)
    if not returned:
        return False
    return (
        _is_given_back(function, place, taken, returned)
        or (newest is not None and _is_returned_instead(function, use, newest, returned, parents))
        or _is_tried_again(function, taken.call, returned, parents)
    )


def _is_arm_beside(use: ast.AST, newest: str, parents: _Parents) -> bool:
    """Whether a use is one arm of a conditional expression, and the newer object the other."""
    for child, node in _upwards(use, parents):
        if isinstance(node, ast.IfExp) and child is not node.test:
            other = node.orelse if child is node.body else node.body
            if any(_is_written(part, newest) for part in ast.walk(other)):
                return True
    return False


def _is_in_one_comprehension(use: ast.AST, call: ast.AST, parents: _Parents) -> bool:
    """Whether a comprehension makes a version of its own for each element."""
    around_call = [node for _, node in _upwards(call, parents) if isinstance(node, COMPREHENSIONS)]
    return any(node in around_call for _, node in _upwards(use, parents))


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


def _is_tried_again(
    function: ast.AST, call: ast.AST, returned: frozenset[str], parents: _Parents
) -> bool:
    """Whether the loop around a call is left with what it returned, by a test of that."""
    for child, node in _upwards(call, parents):
        if isinstance(node, ast.For | ast.While | ast.AsyncFor) and child in node.body:
            return any(
                _is_way_out(inner, node, function, returned)
                for statement in node.body
                for inner in ast.walk(statement)
            )
    return False


def _is_way_out(
    node: ast.AST,
    loop: ast.For | ast.While | ast.AsyncFor,
    function: ast.AST,
    returned: frozenset[str],
) -> bool:
    """Whether a statement leaves a loop by a test of what was returned, and takes that along."""
    if not isinstance(node, ast.If) or not isinstance(node.body[-1], ast.Return | ast.Break):
        return False
    asked = returned & _names(node.test)
    taken_along = [*ast.walk(node.body[-1])]
    if isinstance(node.body[-1], ast.Break):
        end = loop.end_lineno or loop.lineno
        taken_along = [part for part in ast.walk(function) if getattr(part, "lineno", 0) > end]
    return bool(asked) and any(
        isinstance(part, ast.Name) and part.id in returned - asked for part in taken_along
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
