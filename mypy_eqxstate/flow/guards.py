"""Guards: under which branch decisions an entry of the abstract state came about.

A *condition* gives a question its answer: a branch's text and whether it holds, or a block that
several paths enter (`@12`) and the point that the path came from.  A *conjunction* is a set of
conditions that hold together, such as the facts of a path; a *guard* is a set of conjunctions of
which one holds.  Two guards are exclusive if no path can satisfy both.

Example.  After::

    if a:
        if b: s = s.set(i, v)

the old object is in `s` under `{not b and by the inner edge 2} or {by the outer edge 2}` and dead
under `{b and by the inner edge 1}`: exclusive, so reading `s` is fine.

Limits: a conjunction keeps at most `MAXIMAL_CONDITIONS` conditions and a guard
`MAXIMAL_ALTERNATIVES` conjunctions; what is cut makes the guard weaker.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from heapq import nlargest
from typing import Any, Final

Condition = tuple[str, Any]  # a bool or an int; mypyc takes a bool that is called an int for one
Conjunction = frozenset[Condition]
Guard = frozenset[Conjunction]

NO_FACTS: Final[Conjunction] = frozenset()
ALWAYS: Final[Guard] = frozenset({NO_FACTS})
MAXIMAL_CONDITIONS: Final = 16
MAXIMAL_ALTERNATIVES: Final = 8
# A function has few guards, and the same questions are asked of them again and again.
_REMEMBERED: Final = 1 << 14


def _contradict(left: Conjunction, right: Conjunction) -> bool:
    if not left or not right:
        return False
    answers = dict(left)
    return any(answers.get(question, answer) != answer for question, answer in right)


def excluded(guard: Guard, facts: Conjunction) -> bool:
    """Whether a guard can't hold where these facts do."""
    if guard is ALWAYS or not facts:
        return False
    return _excluded(guard, facts)


@lru_cache(_REMEMBERED)
def _excluded(guard: Guard, facts: Conjunction) -> bool:
    return all(_contradict(alternative, facts) for alternative in guard)


def exclusive(guard: Guard, other: Guard) -> bool:
    """Whether two guards can't both hold."""
    if guard is ALWAYS or other is ALWAYS:
        return False
    return _exclusive(guard, other)


@lru_cache(_REMEMBERED)
def _exclusive(guard: Guard, other: Guard) -> bool:
    return all(_contradict(left, right) for left in guard for right in other)


def implied(guard: Guard, other: Guard, facts: Conjunction) -> bool:
    """Whether, where the facts hold, the first guard holds only if the other does."""
    if other is ALWAYS:
        return True
    return all(
        any(right <= left | facts for right in other) or _contradict(left, facts) for left in guard
    )


def both(guard: Guard, other: Guard) -> Guard:
    """The guard that holds where both do."""
    if guard is ALWAYS or guard == other:
        return other
    if other is ALWAYS:
        return guard
    return _both(guard, other)


@lru_cache(_REMEMBERED)
def _both(guard: Guard, other: Guard) -> Guard:
    return _simplified(
        {left | right for left in guard for right in other if not _contradict(left, right)}
        or {next(iter(guard)) | next(iter(other))}
    )


def either(guard: Guard, other: Guard) -> Guard:
    """The guard that holds where one of two does."""
    if guard == other:
        return guard
    if ALWAYS in (guard, other):
        return ALWAYS
    return _either(guard, other)


@lru_cache(_REMEMBERED)
def _either(guard: Guard, other: Guard) -> Guard:
    return _simplified(set(guard | other))


def under(guard: Guard, facts: Conjunction) -> Guard:
    """The guard with facts that hold besides; these are not excluded by it."""
    if not facts:
        return guard
    return _under(guard, facts)


@lru_cache(_REMEMBERED)
def _under(guard: Guard, facts: Conjunction) -> Guard:
    short = _shortened(facts)
    return _simplified(
        {alternative | short for alternative in guard if not _contradict(alternative, facts)}
    )


def without(guard: Guard, questions: frozenset[str]) -> Guard:
    """The guard with some questions open again."""
    if guard is ALWAYS or not any(q in questions for part in guard for q, _ in part):
        return guard
    return _simplified(
        {frozenset(pair for pair in part if pair[0] not in questions) for part in guard}
    )


def common_conditions(guards: Iterable[Guard]) -> Conjunction:
    """What holds in any case where one of some guards holds."""
    alternatives = [conditions for guard in guards for conditions in guard]
    return frozenset.intersection(*alternatives) if alternatives else NO_FACTS


def negated(guard: Guard) -> Guard | None:
    """The guard that holds where another one does not; None if guards can't say that.

    What a branch asks has two answers; what the point of a path is has many.
    """
    if guard is ALWAYS or len(guard) > 1:
        return None
    conditions = next(iter(guard))
    if not all(isinstance(answer, bool) for _, answer in conditions):
        return None
    return frozenset({frozenset({(question, not answer)}) for question, answer in conditions})


def forget_guards() -> None:
    """Let go of what was remembered, when an analysis begins."""
    for remembering in (_excluded, _exclusive, _both, _either, _under, _last_ones):
        remembering.cache_clear()


def _shortened(conditions: Conjunction) -> Conjunction:
    """So many of the conditions as are kept: the last ones, as they sort."""
    return conditions if len(conditions) <= MAXIMAL_CONDITIONS else _last_ones(conditions)


@lru_cache(_REMEMBERED)
def _last_ones(conditions: Conjunction) -> Conjunction:
    return frozenset(nlargest(MAXIMAL_CONDITIONS, conditions))


def _simplified(alternatives: set[Conjunction]) -> Guard:
    short = {_shortened(part) for part in alternatives}
    if NO_FACTS in short:
        return ALWAYS
    if len(short) > 1:
        short = {part for part in short if not any(other < part for other in short)}
    if len(short) > MAXIMAL_ALTERNATIVES:
        common = frozenset.intersection(*short)
        return frozenset({common}) if common else ALWAYS
    return frozenset(short)
