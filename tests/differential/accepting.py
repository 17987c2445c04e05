"""The policy "accepting a step": a loop, or a choice, goes on with the old State on purpose.

Worked example::

    new_state = trial(state)
    if is_better(new_state):
        state = new_state
    log(state)                 # the old one, if the step was not accepted

The judge sees a stale use where the step was not accepted; the checker, by policy, does not report
it.  That it covers a difference is decided on the assignment: in the loop of the call that is
blamed, the name is rebound in some turns to what that call has returned.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.differential.evidence import (
    Difference,
    Evidence,
    functions_around,
    names_on_line,
    root_name,
)
from tests.differential.world import Use


def accepting_a_step(difference: Difference, evidence: Evidence) -> bool:
    """A stale name that its loop rebinds, in some turns, to what the call in it has returned.

    Or one that is rebound to something that is made of it and the newer State, or to either of
    them.  What is put together of something accepted is accepted, too.
    """
    if difference.kind != "miss" or difference.rule != "state-stale" or difference.use is None:
        return False
    causes = difference.use.causes
    return any(
        _is_choice(use, evidence.tree) or _is_decided(use, evidence.tree)
        for use in evidence.seen.uses
        if use.causes == causes
    )


def _is_choice(use: Use, tree: ast.Module) -> bool:
    """Whether a statement that uses something old rebinds it to what is made of old and new."""
    newer = {
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        if any(node.lineno in cause.lines for cause in use.causes)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and node.lineno in use.lines:
            read = {part.id for part in ast.walk(node.value) if isinstance(part, ast.Name)}
            rebound = {part.id for part in node.targets if isinstance(part, ast.Name)}
            captured = rebound if use.lines[0] != node.lineno else set()
            if rebound & (read | captured) and newer & read - rebound:
                return True
    return False


def _is_decided(use: Use, tree: ast.Module) -> bool:
    """Whether what the calls that are blamed have returned is accepted, or not.

    By loops around them, or by conditional expressions.
    """
    for function in (each for line in use.lines for each in functions_around(tree, line)):
        used = {name for line in use.lines for name in names_on_line(function, line)}
        loops = [node for node in ast.walk(function) if isinstance(node, (ast.For, ast.While))]
        if all(
            any(
                used & _chosen(function, line)
                or any(used & _accepted(function, loop, line) for loop in loops)
                for line in cause.lines
            )
            for cause in use.causes
        ):
            return True
    return False


def _chosen(function: ast.AST, line: int) -> set[str]:
    """The names that some expression binds to what is made on a line, or else to themselves."""
    made = _made_of(function, line)
    chosen = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.IfExp):
            name = ast.unparse(node.targets[0])
            arms = [node.value.body, node.value.orelse]
            others = [root_name(arm) for arm in arms if ast.unparse(arm) != name]
            if len(others) == 1 and others[0] in made - {name}:
                chosen.add(name)
    return chosen


def _accepted(function: ast.AST, loop: ast.For | ast.While, line: int) -> set[str]:
    """The names that some turns of a loop rebind to what is made on a line of it."""
    if not loop.body[0].lineno <= line <= (loop.body[-1].end_lineno or 0):
        return set()
    made = _made_of(function, line)
    leaves = any(isinstance(node, (ast.Break, ast.Continue)) for node in ast.walk(loop))
    return {
        target.id
        for node in ast.walk(loop)
        if isinstance(node, ast.Assign) and (leaves or node not in loop.body)
        for target, value in _assigned(node)
        if isinstance(target, ast.Name) and root_name(value) in made - {target.id}
    }


def _made_of(function: ast.AST, line: int) -> set[str]:
    """The names that may hold what is made on a line, or something that is made of it."""
    statements = [node for node in ast.walk(function) if isinstance(node, ast.stmt)]
    names = {name for node in statements if node.lineno == line for name in _stored(node)}
    size = -1
    while size != len(names):
        size = len(names)
        for node in statements:
            if not isinstance(node, _COMPOUND):
                read = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
                names |= _stored(node) if read & names else set()
    return names


_COMPOUND = (ast.FunctionDef, ast.AsyncFunctionDef, ast.If, ast.While, ast.Try, ast.Match)


def _stored(node: ast.stmt) -> set[str]:
    """The names that a statement binds, or of which it calls a method."""
    stored = {
        root_name(part)
        for part in ast.walk(node)
        if isinstance(part, (ast.Name, ast.Attribute, ast.Subscript))
        and isinstance(part.ctx, ast.Store)
    }
    called = [part.func for part in ast.walk(node) if isinstance(part, ast.Call)]
    return stored | {root_name(func) for func in called if isinstance(func, ast.Attribute)}


def _assigned(node: ast.Assign) -> Iterator[tuple[ast.expr, ast.expr]]:
    """What an assignment binds to what; names that trade places accept nothing."""
    target = node.targets[0]
    if not isinstance(target, ast.Tuple):
        yield target, node.value
        return
    if not isinstance(node.value, ast.Tuple):
        for part in target.elts:
            yield part, node.value
        return
    written = {ast.unparse(part) for part in target.elts}
    for part, value in zip(target.elts, node.value.elts, strict=False):
        if ast.unparse(value) not in written:
            yield part, value
