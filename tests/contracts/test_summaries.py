"""The summary of a body, as callers in other modules see it."""

from __future__ import annotations

import pytest

from mypy_eqxstate.contracts.model import Effect
from mypy_eqxstate.contracts.summaries import GIVEN_UP, OPAQUE, Summary, without_globals
from mypy_eqxstate.flow.bindings import one
from mypy_eqxstate.flow.values import PLAIN_VALUE, Object, Origin
from mypy_eqxstate.ir.model import Attribute, Variable
from mypy_eqxstate.oracle.shapes import UNKNOWN

PARAMETER = Object(Origin("f", -1, Variable("state", "f")), UNKNOWN)
CAPTURED = Object(Origin("f", -1, Variable("count", "g")), UNKNOWN)
GLOBAL = Object(Origin("f", -1, Variable("model", "")), UNKNOWN)
MADE = Object(Origin("f", 3, None), UNKNOWN)
FIELD = Attribute("x")
NUMBER = one(PLAIN_VALUE)


def test_other_modules_do_not_see_what_is_done_to_globals() -> None:
    summary = Summary(
        returns=True,
        effects={PARAMETER: Effect.CONSUME, GLOBAL: Effect.CONSUME, CAPTURED: Effect.SUPERSEDE},
        reads=frozenset({PARAMETER, GLOBAL, CAPTURED, MADE}),
        field_writes=(
            (GLOBAL, FIELD, NUMBER, True),
            (PARAMETER, FIELD, NUMBER, False),
            (MADE, FIELD, NUMBER, True),
        ),
        variable_writes=(
            (Variable("model", ""), NUMBER, True),
            (Variable("count", "g"), NUMBER, False),
        ),
        result=NUMBER,
        lines={PARAMETER: 1, GLOBAL: 2},
    )
    assert without_globals(summary) == Summary(
        returns=True,
        effects={PARAMETER: Effect.CONSUME, CAPTURED: Effect.SUPERSEDE},
        reads=frozenset({PARAMETER, CAPTURED, MADE}),
        field_writes=((PARAMETER, FIELD, NUMBER, False), (MADE, FIELD, NUMBER, True)),
        variable_writes=((Variable("count", "g"), NUMBER, False),),
        result=NUMBER,
        lines={PARAMETER: 1, GLOBAL: 2},
    )


@pytest.mark.parametrize("summary", [OPAQUE, GIVEN_UP])
def test_a_body_that_says_nothing_says_nothing_of_globals(summary: Summary) -> None:
    assert without_globals(summary) == summary
