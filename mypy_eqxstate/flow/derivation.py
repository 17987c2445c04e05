"""Copies that stand for what they were taken out of.

`eqx.partition` takes the arrays out of a PyTree, so that a transform can work on them, and
`eqx.combine` puts them back.  The States in between are other objects, but nobody means two
versions by that: once a call has handed back a newer State for the copy, the original is out of
date, too.  So a copy that a row calls `derived(p)` remembers its sources, the objects and the
places at which they were.

Worked example::

    arrays, static = eqx.partition((x, state), eqx.is_array)
    arrays, _ = lax.scan(body, arrays, None)      # supersedes `arrays`, and so `state`
    x, new = eqx.combine(arrays, static)
    return state                                  # state-stale

A plain copy (`clone`, `tree_map`, flattened and unflattened) has no sources: it is a version of its
own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from mypy_eqxstate.flow.bindings import Binding, one
from mypy_eqxstate.flow.memory import Memory
from mypy_eqxstate.flow.values import Object
from mypy_eqxstate.ir.model import Item, Key, Place

if TYPE_CHECKING:
    from mypy_eqxstate.flow.arguments import Actual
    from mypy_eqxstate.flow.body import BodyAnalysis
    from mypy_eqxstate.flow.ownership import Ownership

MAXIMAL_DEPTH: Final = 4


def note_derived(analysis: BodyAnalysis, memory: Memory, derived: Binding, actual: Actual) -> None:
    """Remember what the affine objects in a copy of an argument were derived from.

    Args:
        analysis: the body at work.
        memory: changed.
        derived: the copy, of the same structure as the argument.
        actual: the argument.
    """
    sources: dict[tuple[Key, ...], list[Object]] = {}
    for held in analysis.ownership.holdings.held(memory, actual.binding, materialise=True):
        sources.setdefault(held.path, []).append(held.item.identity)
    for held in analysis.ownership.holdings.held(memory, derived):
        place = _place_within(analysis, actual, held.path)
        known = memory.derived.get(held.item.identity, frozenset())
        found = {(place, source) for source in sources.get(held.path, ())}
        memory.derived[held.item.identity] = known | found
        analysis.succession.note_before(held.item, sources.get(held.path, ()))


def hand_over(memory: Memory, held: Iterable[Object]) -> None:
    """Note for the summary that inputs were handed over."""
    inputs = frozenset(item for item in held if item.origin.is_input and item.recent)
    memory.handed_over = memory.handed_over | inputs


def hand_over_sources(
    ownership: Ownership, memory: Memory, held: Iterable[Object], depth: int = MAXIMAL_DEPTH
) -> Iterator[Place]:
    """Hand over what objects were derived from; the places where that still is.

    Args:
        ownership: of the body at work.
        memory: changed.
        held: the objects that a call has superseded.
        depth: how many derivations to go back.
    """
    for item in held:
        for place, source in memory.derived.get(item, ()) if depth else ():
            hand_over(memory, (source,))
            yield from hand_over_sources(ownership, memory, (source,), depth - 1)
            if place is not None and ownership.unchanged(memory, place, one(source)):
                yield place


def _place_within(analysis: BodyAnalysis, actual: Actual, path: tuple[Key, ...]) -> Place | None:
    """Where the part of an argument is to which a path leads."""
    temporary = actual.temporary
    path = (*actual.path, *path)
    while temporary is not None:
        place = analysis.body.places.get(temporary)
        if place is not None:
            return Place(place.variable, (*place.path, *path))
        parts = analysis.body.parts.get(temporary, ())
        index = path[0].value if path and isinstance(path[0], Item) else None
        if not isinstance(index, int) or not 0 <= index < len(parts):
            return None
        temporary, path = parts[index], path[1:]
    return None
