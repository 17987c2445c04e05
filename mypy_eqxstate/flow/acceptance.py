"""Loops that decide whether they accept what a call returned.

    for x in xs:
        loss, new_state = step(state, x)
        if not isfinite(loss):
            continue
        state = new_state

Going on with the old State is one of the two choices here, and no mistake.  A name that a loop
rebinds by a plain assignment from another name is taken for one that is accepted, and stale uses
that only some turns lead to are not reported for it (policy).

Reading the old State in such a loop before that is decided is no mistake either.  And where one
statement rebinds the name to something that is made of both, it chooses:

    state = lax.cond(ok, lambda: new_state, lambda: state)

Limit: the other name need not hold what the call returned.
"""

from __future__ import annotations

import ast

from mypy_eqxstate.ir.model import Body, Temporary, Unpack, Variable, WriteVariable


def accepted_names(body: Body) -> frozenset[str]:
    """The names that a loop of the body rebinds by a plain assignment from another name."""
    found: set[str] = set()
    for block in body.blocks:
        if block.loop is None:
            continue
        # `state, params = new_state, new_params` unpacks what it has built.
        parts: dict[Temporary, Temporary] = {}
        written: set[Variable] = set()
        sources: dict[Variable, Variable] = {}
        for operation in block.operations:
            if isinstance(operation, Unpack) and not operation.rest:
                if isinstance(operation.node, ast.pattern):
                    continue  # a match looks at what is there, and accepts nothing
                built = body.parts.get(operation.source, ())
                if operation.position < len(built):
                    parts[operation.target] = built[operation.position]
            elif isinstance(operation, WriteVariable):
                written.add(operation.variable)
                place = body.places.get(parts.get(operation.source, operation.source))
                if place is not None and place.variable != operation.variable:
                    if operation.source not in parts:
                        found.add(operation.variable.name)
                    else:
                        sources[operation.variable] = place.variable
        # Names that only trade places accept nothing.
        found.update(name.name for name, source in sources.items() if source not in written)
    return frozenset(found)


def is_choice(body: ast.AST, use: ast.AST, place: str, newest: str) -> bool:
    """Whether a use stands in an assignment to the old place of something made of old and new.

    Args:
        body: the function around it.
        use: the expression.
        place: the old place, as written.
        newest: the place of the newest value, as written.
    """
    for statement in ast.walk(body):
        if isinstance(statement, ast.Assign) and [*map(ast.unparse, statement.targets)] == [place]:
            inside = list(ast.walk(statement.value))
            if any(node is use for node in inside):
                return any(
                    isinstance(node, ast.Name | ast.Attribute) and ast.unparse(node) == newest
                    for node in inside
                )
    return False
