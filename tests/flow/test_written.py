"""How expressions are put into words for messages."""

from __future__ import annotations

import ast

import pytest

from mypy_eqxstate.flow.written import MAXIMAL_TEXT, Written


def _written(code: str) -> str:
    return Written().text(ast.parse(code, mode="eval").body)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("state", "state"),
        ("self.inner.state", "self.inner.state"),
        ("step( model,state )", "step(model, state)"),
        # A long call is known by its callee.
        (f"step(model, {', '.join(['argument'] * 9)})", "step(...)"),
        # Anything else that is long ends early.
        (
            f"[{', '.join(['argument'] * 9)}]",
            "[argument, argument, argument, argument, argument, argume...",
        ),
        # Of a very long expression only the beginning is looked at.
        (
            f"s{'.set(index, value)' * 99}",
            "s.set(index, value).set(index, value).set(index, value).s...(...)",
        ),
    ],
)
def test_expressions_are_shown_short(code: str, expected: str) -> None:
    assert _written(code) == expected


def test_the_end_of_a_long_sum_is_not_read() -> None:
    first = "first_term_of_the_sum + second_term_of_the_sum + third_term_of_the_sum"
    found = _written(" + ".join([first, *["term"] * 500]))
    assert found == f"{first[: MAXIMAL_TEXT - 3]}..."


def test_a_statement_has_no_text() -> None:
    assert Written().text(ast.Pass()) == "value"
