"""Patterns: what is asked of the subject, what is captured, and of which part of it.

The source, and the operations that it is lowered to.
"""

import pytest

from mypy_eqxstate.ir.model import Branch, WriteVariable
from mypy_eqxstate.ir.printer import format_place
from tests.ir.lowered import body_of, lowered, text


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("a", {"a": "s"}),
        ("_", {}),
        ("int() as a", {"a": "s"}),
        ("1 | (2 as a)", {"a": "s"}),
        ("[a, b]", {"a": "s[0]", "b": "s[1]"}),
        ("[[a], b] as c", {"a": "s[0][0]", "b": "s[1]", "c": "s"}),
        ("[a, *b, c]", {"a": "s[0]", "b": None, "c": None}),
        ("[*_, a]", {"a": None}),
        ("{'k': a, 0: b, -1: c}", {"a": "s['k']", "b": "s[0]", "c": "s[-1]"}),
        ("{K.x: a}", {"a": "s[*]"}),
        ("{'k': [a], **b}", {"a": "s['k'][0]", "b": None}),
        ("Point(x=Point(y=a))", {"a": "s.x.y"}),
        ("Point(a, x=b)", {"a": None, "b": "s.x"}),
        ("str(a)", {"a": "s"}),
        ("str(a, b)", {"a": None, "b": None}),
        ("other.str(a)", {"a": None}),
    ],
)
def test_the_place_of_what_is_captured(pattern: str, expected: dict[str, str | None]) -> None:
    body = body_of(f"def f(s):\n    match s:\n        case {pattern}: pass")
    captured = {
        operation.variable.name: body.places.get(operation.source)
        for block in body.blocks
        for operation in block.operations
        if isinstance(operation, WriteVariable)
    }
    shown = {
        name: None if place is None else format_place(place, lambda variable: variable.name)
        for name, place in captured.items()
    }
    assert shown == expected


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("[_]", ["MatchSequence"]),
        ("{'k': _}", ["MatchMapping"]),
        ("Point()", ["MatchClass"]),
        ("1 | None", []),
    ],
)
def test_a_pattern_about_a_kind_asks_the_subject(pattern: str, expected: list[str]) -> None:
    body = body_of(f"def f(s):\n    match s:\n        case {pattern}: pass")
    branches = [b.terminator for b in body.blocks if isinstance(b.terminator, Branch)]
    asked = [branch for branch in branches if branch.subject is not None]
    assert [type(branch.node).__name__ for branch in asked] == expected
    assert {branch.subject for branch in asked} <= {1}  # of `t1 = read s`


def test_each_alternative_captures_its_own() -> None:
    source = """
        def f(s):
            match s:
                case [x, 1] | {'x': x} | State(x=x):
                    return x
    """
    expected = """
        f(s)
        0:
          t1 = read s
          branch ? -> 1, 3
        1:
          t2 = unpack t1[0 of 2]
          t3 = unpack t1[1 of 2]
          t4 = constant 1
          t5 = comparison(t3, t4)
          branch t5 -> 2, 3
        2:
          x = t2
          jump 7
        3:
          branch ? -> 4, 5
        4:
          t6 = constant 'x'
          t7 = t1['x']
          x = t7
          jump 7
        5:
          t8 = read State of module
          branch ? -> 6, 8
        6:
          t9 = t1.x
          x = t9
          jump 7
        7:
          t10 = read x
          return t10
        8:
          return nothing
    """
    assert lowered(source, "f") == text(expected)


def test_positions_behind_a_star_are_counted_from_the_end() -> None:
    source = """
        def f(s):
            match s:
                case [*_, [a], b]:
                    return a
                case [first, *rest, _]:
                    return rest
    """
    expected = """
        f(s)
        0:
          t1 = read s
          branch ? -> 1, 3
        1:
          t2 = unpack t1[-2 of 3]
          branch ? -> 2, 3
        2:
          t3 = unpack t2[0 of 1]
          t4 = unpack t1[-1 of 3]
          a = t3
          b = t4
          t5 = read a
          return t5
        3:
          branch ? -> 4, 5
        4:
          t6 = unpack t1[0 of 3]
          t7 = unpack t1[rest from 1 to -1]
          first = t6
          rest = t7
          t8 = read rest
          return t8
        5:
          return nothing
    """
    assert lowered(source, "f") == text(expected)


def test_only_what_is_asked_of_the_whole_subject_has_facts() -> None:
    source = """
        def f(s):
            match s.x:
                case 1 | 2 as n:
                    return n
                case [3] | None:
                    return 4
                case [_, *_] | str():
                    return 5
    """
    expected = """
        f(s)
        0:
          t1 = read s
          t2 = t1.x
          t3 = constant 1
          t4 = comparison(t2, t3)
          branch t4 -> 2, 1  [s.x == 1] / [not s.x == 1]
        1:
          t5 = constant 2
          t6 = comparison(t2, t5)
          branch t6 -> 2, 3  [s.x == 2] / [not s.x == 2]
        2:
          n = t2
          t7 = read n
          return t7
        3:
          branch ? -> 4, 5
        4:
          t8 = unpack t2[0 of 1]
          t9 = constant 3
          t10 = comparison(t8, t9)
          branch t10 -> 6, 5
        5:
          t11 = constant None
          t12 = identity(t2, t11)
          branch t12 -> 6, 7  [s.x is None] / [not s.x is None]
        6:
          t13 = constant 4
          return t13
        7:
          branch ? -> 9, 8
        8:
          t14 = read str of module
          branch ? -> 9, 10
        9:
          t15 = constant 5
          return t15
        10:
          return nothing
    """
    assert lowered(source, "f") == text(expected)


def test_every_case_goes_on_behind_the_match() -> None:
    source = """
        def f(s):
            match s:
                case 1:
                    g()
                case [_]:
                    h()
            return s
    """
    expected = """
        f(s)
        0:
          t1 = read s
          t2 = constant 1
          t3 = comparison(t1, t2)
          branch t3 -> 1, 2  [s == 1] / [not s == 1]
        1:
          t4 = read g of module
          t5 = call t4()  -> thrown away
          jump 4
        2:
          branch ? -> 3, 4
        3:
          t6 = read h of module
          t7 = call t6()  -> thrown away
          jump 4
        4:
          t8 = read s
          return t8
    """
    assert lowered(source, "f") == text(expected)
