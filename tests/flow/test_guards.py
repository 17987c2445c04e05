"""Guards: what holds together, what excludes each other, and what is given up to keep them short.

A guard is written as its alternatives, each of them conditions that hold together: `a !b | c` holds
where `a` does and `b` does not, or where `c` does.
"""

from __future__ import annotations

import pytest

from mypy_eqxstate.flow import guards
from mypy_eqxstate.flow.guards import ALWAYS, MAXIMAL_ALTERNATIVES, MAXIMAL_CONDITIONS, Guard


def _facts(text: str) -> guards.Conjunction:
    return frozenset((word.lstrip("!"), not word.startswith("!")) for word in text.split())


def _guard(text: str) -> Guard:
    return ALWAYS if text == "always" else frozenset(map(_facts, text.split("|")))


def _text(guard: Guard | None) -> str:
    if guard is None or guard == ALWAYS:
        return "always" if guard else "none"
    return " | ".join(
        sorted(
            " ".join(q if holds else f"!{q}" for q, holds in sorted(alternative))
            for alternative in guard
        )
    )


@pytest.mark.parametrize(
    ("guard", "facts", "expected"),
    [
        ("a", "!a", True),
        ("a", "a", False),
        ("a", "b", False),
        ("a", "", False),
        ("a | b", "!a", False),
        ("a | b", "!a !b", True),
        ("a b", "!b c", True),
        ("always", "a", False),
    ],
)
def test_facts_exclude_a_guard_if_they_contradict_all_alternatives(
    guard: str, facts: str, expected: bool
) -> None:
    assert guards.excluded(_guard(guard), _facts(facts)) is expected


@pytest.mark.parametrize(
    ("guard", "other", "expected"),
    [
        ("a", "!a", True),
        ("a", "a", False),
        ("a | b", "!a", False),
        ("a | b", "!a !b", True),
        ("a | b", "!a | !b", False),
        ("a", "always", False),
        ("always", "a", False),
    ],
)
def test_guards_exclude_each_other_if_all_their_alternatives_do(
    guard: str, other: str, expected: bool
) -> None:
    assert guards.exclusive(_guard(guard), _guard(other)) is expected


@pytest.mark.parametrize(
    ("guard", "other", "facts", "expected"),
    [
        ("a b", "a", "", True),
        ("a", "a b", "", False),
        ("a", "a b", "b", True),
        ("a | b", "a", "", False),
        ("a | b", "a", "!b", True),  # the other alternative is impossible here
        ("a | b", "b | a", "", True),
        ("a", "always", "", True),
        ("always", "a", "", False),
        ("always", "a", "a", True),
    ],
)
def test_a_guard_implies_another_if_each_alternative_does(
    guard: str, other: str, facts: str, expected: bool
) -> None:
    assert guards.implied(_guard(guard), _guard(other), _facts(facts)) is expected


@pytest.mark.parametrize(
    ("guard", "other", "expected"),
    [
        ("a", "b", "a b"),
        ("a", "always", "a"),
        ("always", "a", "a"),
        ("a | b", "c", "a c | b c"),
        ("a | b", "!a", "!a b"),
        ("a", "a", "a"),
        # They can't both hold; one who asks nevertheless gets a guard that never holds.
        ("a", "!a", "!a a"),
    ],
)
def test_both(guard: str, other: str, expected: str) -> None:
    assert _text(guards.both(_guard(guard), _guard(other))) == expected


@pytest.mark.parametrize(
    ("guard", "other", "expected"),
    [
        ("a", "b", "a | b"),
        ("a", "a", "a"),
        ("a", "always", "always"),
        ("always", "a", "always"),
        ("a b", "a", "a"),  # the stronger one says nothing more
        ("a | b", "b c", "a | b"),
    ],
)
def test_either(guard: str, other: str, expected: str) -> None:
    assert _text(guards.either(_guard(guard), _guard(other))) == expected


@pytest.mark.parametrize(
    ("guard", "facts", "expected"),
    [
        ("a", "", "a"),
        ("a", "b", "a b"),
        ("a | b", "!a", "!a b"),
        ("always", "a", "a"),
    ],
)
def test_under_facts(guard: str, facts: str, expected: str) -> None:
    assert _text(guards.under(_guard(guard), _facts(facts))) == expected


@pytest.mark.parametrize(
    ("guard", "questions", "expected"),
    [
        ("a b", "a", "b"),
        ("a", "a", "always"),
        ("a | b", "b", "always"),
        ("a b | a c", "b", "a"),
        ("a", "b", "a"),
        ("always", "a", "always"),
    ],
)
def test_without_questions(guard: str, questions: str, expected: str) -> None:
    assert _text(guards.without(_guard(guard), frozenset(questions.split()))) == expected


def test_a_guard_without_any_of_the_questions_stays_the_same_object() -> None:
    guard = _guard("a b | c")
    assert guards.without(guard, frozenset({"d"})) is guard


@pytest.mark.parametrize(
    ("guard", "expected"),
    [
        ("a", "!a"),
        ("a !b", "!a | b"),
        ("a | b", "none"),
        ("always", "none"),
    ],
)
def test_negated(guard: str, expected: str) -> None:
    assert _text(guards.negated(_guard(guard))) == expected


def test_the_point_that_a_path_comes_from_can_not_be_negated() -> None:
    assert guards.negated(frozenset({frozenset({("@12", 1)})})) is None


def test_of_very_many_conditions_the_last_in_order_are_kept() -> None:
    names = [f"c{number:02}" for number in range(MAXIMAL_CONDITIONS + 3)]
    found = guards.under(_guard(names[0]), _facts(" ".join(names[1:])))
    assert _text(found) == " ".join(names[3:])


def test_as_many_as_that_are_all_kept() -> None:
    names = [f"c{number:02}" for number in range(MAXIMAL_CONDITIONS)]
    found = guards.under(_guard(names[0]), _facts(" ".join(names[1:])))
    assert _text(found) == " ".join(names)


def test_of_very_many_alternatives_what_all_have_in_common_is_kept() -> None:
    many = " | ".join(f"a b{number}" for number in range(MAXIMAL_ALTERNATIVES))
    assert _text(guards.either(_guard(many), _guard("a c"))) == "a"
    assert _text(guards.either(_guard(many), _guard("c"))) == "always"


def test_as_many_as_that_are_all_told_apart() -> None:
    some = [f"a b{number}" for number in range(MAXIMAL_ALTERNATIVES)]
    found = guards.either(_guard(" | ".join(some[1:])), _guard(some[0]))
    assert _text(found) == " | ".join(some)
