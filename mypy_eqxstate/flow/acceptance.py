"""Loops that decide whether they accept what a call returned.

    for x in xs:
        loss, new_state = step(state, x)
        if not isfinite(loss):
            continue
        state = new_state

Going on with the old State is one of the two choices here, and no mistake.  A name that a loop
rebinds by a plain assignment from another name is taken for one that is accepted, and stale uses
that only some turns lead to are not reported for it (policy).

Limit: the other name need not hold what the call returned.
"""

from __future__ import annotations

from mypy_eqxstate.ir.model import Body, WriteVariable


def accepted_names(body: Body) -> frozenset[str]:
    """The names that a loop of the body rebinds by a plain assignment from another name."""
    return frozenset(
        operation.variable.name
        for block in body.blocks
        if block.loop is not None
        for operation in block.operations
        if isinstance(operation, WriteVariable)
        and (source := body.places.get(operation.source)) is not None
        and source.variable != operation.variable
    )
