"""Places, parts and facts: what is noted beside the operations."""

import pytest

from mypy_eqxstate.ir.model import (
    ELEMENTS,
    Branch,
    Fact,
    Item,
    Key,
    ReadItem,
    Return,
    WriteItem,
)
from mypy_eqxstate.ir.module import ModuleIndex
from mypy_eqxstate.ir.printer import format_place, to_dot
from tests.ir.lowered import body_of, index_of


def returned(source: str) -> tuple[str | None, int]:
    """The place of what `f` returns, and of how many parts it is made."""
    body = body_of(f"def f(s, t, c):\n    {source}")
    for block in body.blocks:
        if isinstance(block.terminator, Return) and block.terminator.source is not None:
            place = body.places.get(block.terminator.source)
            shown = None if place is None else format_place(place, lambda variable: variable.name)
            return shown, len(body.parts.get(block.terminator.source, ()))
    raise AssertionError("nothing returned")


@pytest.mark.parametrize(
    ("source", "place", "parts"),
    [
        ("return s", "s", 0),
        ("return s.a[0]['k'].b", "s.a[0]['k'].b", 0),
        ("return s[c]", "s[*]", 0),
        ("return s[-1]", "s[-1]", 0),
        ("return s()", None, 0),
        ("return s().a", None, 0),
        ("return (s)", "s", 0),
        ("return (t := s)", "t", 0),
        ("return (t := s())", "t", 0),
        ("return s if c else s", "s", 2),
        ("return s if c else t", None, 2),
        ("return s or t or c", None, 3),
        ("return s.x or s.x", "s.x", 2),
        ("return s if c else exit()", "s", 1),
        ("return exit() or s if c else s", "s", 1),
        ("return s < t", None, 0),
        ("return s < t < c", None, 2),
        ("return s, *t", None, 2),
        ("return {'a': s, **t}", None, 2),
        ("return await s", None, 0),
    ],
)
def test_places_and_parts(source: str, place: str | None, parts: int) -> None:
    body = source.replace("await s", "s()")
    assert returned(body) == (place, parts)


@pytest.mark.parametrize(
    ("index", "expected"),
    [
        ("0", Item(0)),
        ("-1", Item(-1)),
        ("'k'", Item("k")),
        ("None", Item(None)),
        ("c", ELEMENTS),
        ("-c", ELEMENTS),
        ("~1", ELEMENTS),
        ("-1.5", ELEMENTS),
        ("0, 1", ELEMENTS),
    ],
)
def test_the_key_of_an_index(index: str, expected: Key) -> None:
    operations = body_of(f"def f(s, c): s[{index}] = s[{index}]").blocks[0].operations
    keys = [each.key for each in operations if isinstance(each, (ReadItem, WriteItem))]
    assert keys == [expected, expected]


def facts(
    condition: str, statement: str = "if {}: g()"
) -> list[tuple[tuple[Fact, ...], tuple[Fact, ...]]]:
    body = body_of(f"def f(a, b, s):\n    {statement.format(condition)}")
    ends = [block.terminator for block in body.blocks]
    return [(end.then_facts, end.otherwise_facts) for end in ends if isinstance(end, Branch)]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("a", "a"),
        ("not a", "a"),
        ("a.b[0].c", "a.b[0].c"),
        ("a == 1", "a == 1"),
        ("a != 1", "not a == 1"),
        ("a is not None", "not a is None"),
        ("a > b", "a > b"),
        ("a >= 'x'", "a >= 'x'"),
        ("a <= -1", "a <= -1"),
        ("a in b", "a in b"),
        ("a not in (1, 'x')", "not a in (1, 'x')"),
        ("a % 10 == b", "(a % 10) == b"),
        ("-a < b", "-a < b"),
        ("~a.b", "~a.b"),
        ("a[b]", "a[b]"),
        ("a in [b]", "a in (b,)"),
        ("a in ()", "a in ()"),
        ("hasattr(a, 'x')", "hasattr(a, 'x')"),
        ("isinstance(a, (B, C))", "isinstance(a, (B, C))"),
        ("(s := g(a)) is not None", "not s is None"),
        ("(a := g()) == a", "a == a"),
        ("a < (a := b)", ""),
        ("1 < 2", ""),
        ("a == (not b)", ""),
        ("a.hasattr(b)", ""),
        ("isinstance(a, class_or_tuple=b)", ""),
        ("isinstance(a, g())", ""),
        ("len(a)", ""),
        ("g().a", ""),
        ("g() == a", ""),
        ("g(a)", ""),
        ("a == g()", ""),
        ("a @ b > [*s, {}]", ""),
    ],
)
def test_facts(condition: str, expected: str) -> None:
    [(then, otherwise)] = facts(condition)
    shown = [("" if fact.holds else "not ") + fact.text for fact in then]
    assert shown == ([expected] if expected else [])
    assert [(fact.text, not fact.holds) for fact in otherwise] == [
        (fact.text, fact.holds) for fact in then
    ]


def test_each_operand_has_its_own_facts() -> None:
    assert [len(then) for then, _ in facts("a and (b or not s)")] == [1, 1, 1]
    assert [then[0].text for then, _ in facts("a < b < s")] == ["a < b", "b < s"]


def test_of_operands_whose_value_is_wanted_a_chain_has_no_facts() -> None:
    assert [len(then) for then, _ in facts("a and b is None and s", "return {}")] == [1, 1]
    assert [len(then) for then, _ in facts("a < b < s or s", "return {}")] == [0, 0]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("a", {"a"}),
        ("a[b].c < a", {"a", "b"}),
        ("(s := g()) is b", {"s", "b"}),
        ("isinstance(a, C)", {"a", "C"}),
    ],
)
def test_a_fact_is_about_the_variables_in_it(condition: str, expected: set[str]) -> None:
    for side in facts(condition)[0]:
        assert {variable.name for variable in side[0].variables} == expected


def test_a_name_that_hides_a_builtin_is_not_it() -> None:
    body = body_of("def f(a, callable):\n    if callable(a): g()")
    [branch] = [b.terminator for b in body.blocks if isinstance(b.terminator, Branch)]
    assert branch.then_facts == ()


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("a is None", "a"),
        ("a is not None", "a"),
        ("a.b is None", "a.b"),
        ("a[0] is None", "a[0]"),
        ("a.b['k'].c is None", "a.b['k'].c"),
        ("(s := g(a)) is None", "s"),
        ("(s := g(a)).b is not None", "s.b"),
        ("a.b", None),
        ("a == None", None),
        ("a is b", None),
        ("a is True", None),
        ("a[b] is None", None),
        ("(a + b).c is None", None),
        ("(a + b)[0] is None", None),
    ],
)
def test_what_is_compared_with_none(condition: str, expected: str | None) -> None:
    [(then, otherwise)] = facts(condition)
    for place in (then[0].none_test, otherwise[0].none_test):
        shown = None if place is None else format_place(place, lambda variable: variable.name)
        assert shown == expected


def test_a_denied_statement_ends_its_path() -> None:
    index: ModuleIndex = index_of("""
        def f(s):
            if s:
                denied()
                g(s)
            return s
    """)
    body = index.lower(
        index.node("f"),
        reachable=lambda statement: statement.lineno != 3,
        never_returns=lambda call: False,
    )
    returning = [block for block in body.blocks if isinstance(block.terminator, Return)]
    assert len(body.blocks) == 3
    assert len(returning) == 1
    assert "Call" not in str(body.blocks)


def test_a_body_can_be_drawn() -> None:
    drawing = to_dot(body_of("def f(s):\n    try:\n        g('\"')\n    finally:\n        h(s)"))
    assert drawing.startswith("digraph {")
    assert "style=dashed" in drawing
