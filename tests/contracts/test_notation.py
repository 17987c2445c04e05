"""The text form of contracts: what it says, its way there and back, and its errors."""

from __future__ import annotations

import re

import pytest

from mypy_eqxstate.contracts.model import (
    Applied,
    CallableReturning,
    Called,
    Contract,
    Copy,
    Decorator,
    Derived,
    Each,
    Effect,
    Either,
    Element,
    Fresh,
    Given,
    InstanceOf,
    ListOf,
    Nothing,
    Otherwise,
    ParameterContract,
    Part,
    Passed,
    Result,
    Row,
    Same,
    Shallow,
    Store,
    Structure,
    Taken,
    TransformContract,
    TransformKind,
    TupleOf,
    Typed,
)
from mypy_eqxstate.contracts.notation import format_result, format_row, parse_row

P = ParameterContract


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("() -> _", Contract((), Nothing())),
        (
            "(f, *a, b) -> loop(f, a, element(b), _) or copy(b); call(f, *b)",
            Contract(
                (P("f"), P("a", star="*"), P("b")),
                Otherwise(
                    Called("f", (Passed("a"), Passed("b", "element"), Passed()), repeated=True),
                    Copy("b"),
                ),
                calls=(Called("f", (Passed("b", "*"),)),),
            ),
        ),
        (
            "(f, b) -> (call(f, b)[0], _, call(f, b)[1])",
            Contract(
                (P("f"), P("b")),
                TupleOf(
                    (
                        Part(Called("f", (Passed("b"),)), 0),
                        Nothing(),
                        Part(Called("f", (Passed("b"),)), 1),
                    )
                ),
            ),
        ),
        (
            "(self: consume, item, value) -> fresh",
            Contract((P("self", Effect.CONSUME), P("item"), P("value")), Fresh()),
        ),
        (
            "(a: ignore, b: supersede, *c: may-consume, **d) -> ?",
            Contract(
                (
                    P("a", Effect.IGNORE),
                    P("b", Effect.SUPERSEDE),
                    P("c", Effect.MAY_CONSUME, "*"),
                    P("d", Effect.BORROW, "**"),
                ),
                Typed(),
            ),
        ),
        (
            "(a, b) -> _; a[] = same(b); a[b] = fresh; a[*] = copy(b)",
            Contract(
                (P("a"), P("b")),
                Nothing(),
                (Store("a", Same("b")), Store("a", Fresh(), "b"), Store("a", Copy("b"), "*")),
            ),
        ),
        (
            "transform copying(fun)",
            TransformContract(TransformKind.COPYING, "fun", ("fun",)),
        ),
        (
            "transform binding(options, func!, *args, **kwargs)",
            TransformContract(
                TransformKind.BINDING, "func", ("options", "func", "*args", "**kwargs")
            ),
        ),
    ],
)
def test_rows(text: str, row: Row) -> None:
    assert parse_row(text) == row
    assert format_row(row) == text


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("?", Typed()),
        ("_", Nothing()),
        ("fresh", Fresh()),
        ("same(a)", Same("a")),
        ("copy(a)", Copy("a")),
        ("derived(a)", Derived("a")),
        ("shallow(a)", Shallow("a")),
        ("shallow(a, b)", Shallow("a", "b")),
        ("element(a)", Element("a")),
        ("element(a, b)", Element("a", "b")),
        ("taken(a)", Taken("a")),
        ("taken(a, b)", Taken("a", "b")),
        ("each(a)", Each("a")),
        ("apply(a, b)", Applied("a", ("b",))),
        ("list(apply(a, b, a))", ListOf(Applied("a", ("b", "a")))),
        ("structure(a)", Structure("a")),
        ("instance(a)", InstanceOf("a")),
        ("list(_)", ListOf(Nothing())),
        ("callable((_, fresh))", CallableReturning(TupleOf((Nothing(), Fresh())))),
        ("decorator(value-and-gradient)", Decorator(TransformKind.VALUE_AND_GRADIENT)),
        ("decorator(transparent, a)", Decorator(TransformKind.TRANSPARENT, "a")),
        ("()", TupleOf(())),
        ("(fresh,)", TupleOf((Fresh(),))),
        ("(fresh, (_, ?))", TupleOf((Fresh(), TupleOf((Nothing(), Typed()))))),
        ("fresh | same(a) | _", Either((Fresh(), Same("a"), Nothing()))),
        ("fresh | (_ | ?)", Either((Fresh(), Either((Nothing(), Typed()))))),
        ("fresh if a else _", Given("a", Fresh(), Nothing())),
        ("fresh if a else _ if b else ?", Given("a", Fresh(), Given("b", Nothing(), Typed()))),
        ("(fresh if a else _) if b else ?", Given("b", Given("a", Fresh(), Nothing()), Typed())),
        ("_ | (fresh if a else ?)", Either((Nothing(), Given("a", Fresh(), Typed())))),
        ("_ | ? if a else fresh", Given("a", Either((Nothing(), Typed())), Fresh())),
    ],
)
def test_results(text: str, result: Result) -> None:
    row = parse_row(f"(a, b) -> {text}")
    assert isinstance(row, Contract)
    assert row.result == result
    assert format_result(result) == text


@pytest.mark.parametrize(
    ("text", "shortest"),
    [
        ("(a:borrow)->fresh", "(a) -> fresh"),
        ("  ( a , * b : consume , ) -> ( ( fresh ) )  ", "(a, *b: consume) -> fresh"),
        ("(a) -> (fresh, _,)", "(a) -> (fresh, _)"),
        ("transform copying(fun!, name)", "transform copying(fun, name)"),
    ],
)
def test_shortest_form(text: str, shortest: str) -> None:
    assert format_row(parse_row(text)) == shortest


EFFECTS = "an effect: ignore, borrow, supersede, may-consume or consume"
KINDS = (
    "a kind of transform: copying, transparent, binding, gradient, value-and-gradient or inference"
)
RESULTS = "a result: ?, _, fresh, same(p), copy(p), "


@pytest.mark.parametrize(
    ("text", "expected", "place"),
    [
        ("", "'(parameters) -> result'", "the end"),
        ("state", "'(parameters) -> result'", "'state' in column 1"),
        ("(x: eat) -> _", EFFECTS, "'eat' in column 5"),
        ("(x:) -> _", EFFECTS, "')' in column 4"),
        ("(x", "',' and a parameter, or ')'", "the end"),
        ("(x -> _", "',' and a parameter, or ')'", "'->' in column 4"),
        ("(x)", "'->'", "the end"),
        ("(x) ->", RESULTS, "the end"),
        ("(x) -> tuple(x)", RESULTS, "'tuple' in column 8"),
        ("(x) -> same(y)", "a parameter of this row (one of x)", "'y' in column 13"),
        ("() -> same(y)", "a parameter of this row (there are none)", "'y' in column 12"),
        ("(x) -> _ if y else _", "a parameter of this row (one of x)", "'y' in column 13"),
        ("(x) -> _ if x", "'else'", "the end"),
        ("(x) -> (_ _)", "',' and a result, or ')'", "'_' in column 11"),
        ("(x) -> _ _", "';' and a store, or the end", "'_' in column 10"),
        ("(x) -> _; y[] = _", "a parameter of this row (one of x)", "'y' in column 11"),
        ("(x) -> _; x[y] = _", "a parameter of this row (one of x)", "'y' in column 13"),
        ("(x) -> _; x = _", "'['", "'=' in column 13"),
        ("(x) -> taken()", "a parameter of this row (one of x)", "')' in column 14"),
        ("(x) -> apply(x)", "',' and the container", "')' in column 15"),
        ("(x) -> apply(x, y)", "a parameter of this row (one of x)", "'y' in column 17"),
        ("(x) -> call(x)[y]", "the number of an item", "'y' in column 16"),
        ("(x) -> call(x)[0", "']'", "the end"),
        ("(x) -> call(y)", "a parameter of this row (one of x)", "'y' in column 13"),
        ("(x) -> loop(x x)", "',' and an argument, or ')'", "'x' in column 15"),
        ("(x) -> decorator(slow)", KINDS, "'slow' in column 18"),
        ("(x, x) -> _", "another name: this one is taken", "'x' in column 5"),
        ("(if) -> _", "a parameter's name", "'if' in column 2"),
        ("(may-consume) -> _", "a parameter's name", "'may-consume' in column 2"),
        ("(x) -> _ $", "a name, a result or punctuation of the notation", "'$' in column 10"),
        ("transform slow(x)", KINDS, "'slow' in column 11"),
        ("transform copying", "'('", "the end"),
        ("transform copying()", "a parameter's name", "')' in column 19"),
        ("transform copying(a!, b!)", "only one name is the callable", "'!' in column 24"),
        ("transform copying(a) -> _", "the end", "'->' in column 22"),
    ],
)
def test_errors_show_the_place_and_what_is_accepted(text: str, expected: str, place: str) -> None:
    with pytest.raises(ValueError, match=re.escape(f"'{text}': expected ")) as raised:
        parse_row(text)
    assert expected in str(raised.value)
    assert str(raised.value).endswith(f"found {place}")
