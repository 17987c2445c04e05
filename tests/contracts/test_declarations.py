"""`Borrowed` and `Consumed`: where they mean nothing, and what is said of them there."""

from __future__ import annotations

import ast

import pytest

from mypy_eqxstate.contracts.declarations import malformed_annotations
from mypy_eqxstate.flow.problems import Misuse
from mypy_eqxstate.fullnames import BORROWED, CONSUMED

NESTED = Misuse.NESTED_MODES
MISPLACED = Misuse.MISPLACED_MODE
NOTHING = Misuse.NOTHING_AFFINE
BARE = Misuse.BARE_MODE


def full_name(node: ast.expr) -> str | None:
    """`Borrowed` and `Consumed` have been imported by name, and with their module as `own`."""
    return {
        "Borrowed": BORROWED,
        "Consumed": CONSUMED,
        "own.Borrowed": BORROWED,
        "own.Consumed": CONSUMED,
    }.get(ast.unparse(node))


def holds_affine(node: ast.FunctionDef | ast.AsyncFunctionDef, parameter: str) -> bool | None:
    """Nobody knows of what is called `unknown`; of the rest, what is called `number` does not."""
    return None if parameter == "unknown" else parameter != "number"


def malformed(source: str) -> list[tuple[int, str, Misuse]]:
    """Line, text and misuse of what is complained about."""
    found = malformed_annotations(ast.parse(source), full_name, holds_affine)
    return [(each.node.lineno, each.text, each.misuse) for each in found]


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        ("State", []),
        ("Borrowed[State]", []),
        ("Consumed[State]", []),
        ("own.Borrowed[State]", []),
        ("Borrowed[list[State]]", []),
        ("Borrowed[State] | None", []),
        ("None | Consumed[State]", []),
        ("Optional[Borrowed[State]]", []),
        ("typing.Optional[Borrowed[State]]", []),
        ("Union[None, Borrowed[State]]", []),
        ("Annotated[Borrowed[State], 'note']", []),
        ("'Borrowed[State]'", []),
        ("' Borrowed[State] '", []),
        ("Optional['Borrowed[State]']", []),
        ("Borrowed['State']", []),
        ("'not an expression'", []),
        ("dict[str, State]", []),
        ("Borrowed", [("Borrowed", BARE)]),
        ("own.Consumed", [("own.Consumed", BARE)]),
        ("Borrowed | None", [("Borrowed", BARE)]),
        ("None | Consumed", [("Consumed", BARE)]),
        ("Borrowed | Consumed", [("Borrowed", BARE), ("Consumed", BARE)]),
        ("Optional[Borrowed]", [("Borrowed", BARE)]),
        ("'Borrowed'", [("Borrowed", BARE)]),
        ("Borrowed[Consumed[State]]", [("Borrowed[Consumed[State]]", NESTED)]),
        ("Borrowed['Borrowed[State]']", [("Borrowed['Borrowed[State]']", NESTED)]),
        ("Consumed[list[own.Borrowed[State]]]", [("Consumed[list[own.Borrowed[State]]]", NESTED)]),
        ("None | Borrowed[Consumed]", [("Borrowed[Consumed]", NESTED)]),
        ("list[Borrowed[State]]", [("Borrowed[State]", MISPLACED)]),
        ("list['Borrowed[State]']", [("Borrowed[State]", MISPLACED)]),
        ("dict[str, Borrowed[State]]", [("(str, Borrowed[State])", MISPLACED)]),
        ("Union[None, tuple[Borrowed]]", [("Borrowed", MISPLACED)]),
    ],
)
def test_parameters(annotation: str, expected: list[tuple[str, Misuse]]) -> None:
    source = f"def f(state: {annotation}): ..."
    assert malformed(source) == [(1, *each) for each in expected]


@pytest.mark.parametrize(
    ("parameter", "expected"),
    [
        ("number: int", []),
        ("number: Borrowed[int]", [("Borrowed[int]", NOTHING)]),
        ("number: 'Borrowed[int]'", [("Borrowed[int]", NOTHING)]),
        ("number: None | Consumed[int]", [("None | Consumed[int]", NOTHING)]),
        ("number: Borrowed", [("Borrowed", BARE)]),
        ("number", []),
        ("unknown: Borrowed[Mystery]", []),
    ],
)
def test_what_holds_nothing_affine(parameter: str, expected: list[tuple[str, Misuse]]) -> None:
    assert malformed(f"def f({parameter}): ...") == [(1, *each) for each in expected]


def test_every_kind_of_parameter_is_looked_at() -> None:
    source = """
def f(
    a: Borrowed,
    /,
    b: Borrowed,
    *c: Borrowed,
    d: Borrowed,
    **e: Borrowed,
): ...
class C:
    async def m(self, x: Consumed): ...
"""
    assert sorted(line for line, _, _ in malformed(source)) == [3, 5, 6, 7, 8, 11]
    assert malformed("def f(a, /, b, *c, d, **e): ...") == []


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("def f() -> Borrowed[State]: ...", "Borrowed[State]"),
        ("def f() -> 'Consumed[State]': ...", "Consumed[State]"),
        ("async def f() -> tuple[int, Borrowed]: ...", "tuple[int, Borrowed]"),
        ("state: Borrowed[State]", "Borrowed[State]"),
        ("class C: state: 'Borrowed[State] | None' = None", "Borrowed[State] | None"),
    ],
)
def test_what_is_no_parameter(source: str, text: str) -> None:
    assert malformed(source) == [(1, text, MISPLACED)]


@pytest.mark.parametrize(
    "source",
    [
        "def f() -> State: ...",
        "def f(): ...",
        "state: State",
        "state = Borrowed[State]",
        "other.Borrowed[State]",
        "def f(state: other.Borrowed): ...",
    ],
)
def test_what_nothing_is_said_of(source: str) -> None:
    assert malformed(source) == []
