"""Which comments silence findings, where mypy does not decide."""

from __future__ import annotations

import pytest

from mypy_eqxstate.report.finding import Finding, Position
from mypy_eqxstate.report.ignores import kept, read_ignores

USE = "state.get(index)"


def is_kept(text: str, first: int = 2, last: int = 2, disabled: tuple[str, ...] = ()) -> bool:
    finding = Finding("state-reuse", "old", Position(first, 0, last, 5))
    return kept([finding], read_ignores(text), disabled) == [finding]


@pytest.mark.parametrize(
    ("comment", "silences"),
    [
        ("# type: ignore", True),
        ("#type:ignore", True),
        ("# type: ignore[state-reuse]", True),
        ("# type: ignore[misc, state-reuse]", True),
        ("# type: ignore[eqxstate]", True),
        ("# type: ignore[state-reuse]  # wanted", True),
        ("# type: ignore # wanted", True),
        ("# type: ignore[misc]", False),
        ("# type: ignore[state-stale]", False),
        ("# type: int", False),
        ("# type: ignored", False),
        ("# see type: ignore", False),
        ("", False),
    ],
)
def test_a_comment_on_the_line(comment: str, silences: bool) -> None:
    assert is_kept(f"x = 1\n{USE}  {comment}\n") is not silences


def test_a_comment_on_any_line_of_the_use_counts_and_on_another_does_not() -> None:
    text = "x = 1\nf(\n  state)  # type: ignore\n\n"
    assert not is_kept(text, 2, 3)
    assert is_kept(text, 2, 2)


def test_a_comment_in_a_string_is_none() -> None:
    assert is_kept(f'x = 1\n{USE}, "# type: ignore"\n')


def test_the_first_comment_of_a_file_silences_it() -> None:
    assert not is_kept(f"# type: ignore\n{USE}\n")
    assert is_kept(f"x = 1  # type: ignore\n{USE}\n")
    assert is_kept(f"# type: ignore[state-reuse]\n{USE}\n")


@pytest.mark.parametrize(
    ("comment", "silences"),
    [
        ("# mypy: ignore-errors", True),
        ("# mypy: ignore-errors=True", True),
        ("# mypy: ignore-errors=False", False),
        ('# mypy: disable-error-code="state-stale, state-reuse"', True),
        ("# mypy: disable-error-code=state-reuse", True),
        ("# mypy: disable-error-code=state-stale", False),
        ("# mypy: strict", False),
    ],
)
def test_inline_configuration(comment: str, silences: bool) -> None:
    assert is_kept(f"{comment}\n{USE}\n") is not silences


def test_codes_that_the_configuration_disables() -> None:
    assert not is_kept(USE, disabled=("state-reuse",))
    assert not is_kept(USE, disabled=("eqxstate",))
    assert is_kept(USE, disabled=("state-stale",))
