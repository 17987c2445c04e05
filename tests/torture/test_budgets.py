"""The work of a body is bounded, and the body of another module has a bound of its own."""

from __future__ import annotations

import pytest

from mypy_eqxstate.flow.lookups import Lookups
from mypy_eqxstate.flow.recursion import MAXIMAL_WORK, Summaries
from mypy_eqxstate.flow.solver import NoFixpointError


def test_too_much_work_ends_the_solving_of_a_body() -> None:
    summaries = Summaries(Lookups())
    summaries.spend(MAXIMAL_WORK)
    with pytest.raises(NoFixpointError):
        summaries.spend(1)


def test_many_modules_together_may_take_more_work_than_one() -> None:
    summaries = Summaries(Lookups())
    for _ in range(3):
        with summaries.separately():
            summaries.spend(MAXIMAL_WORK)
    summaries.spend(MAXIMAL_WORK)
    with pytest.raises(NoFixpointError), summaries.separately():
        summaries.spend(MAXIMAL_WORK + 1)
