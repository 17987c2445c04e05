"""Where values live, and what becomes of their parts: the nouns of the ownership IR.

A `Place` is a variable and the keys that lead from it to a value: `carry[0].state` is
`Place(carry, (Item(0), Attribute("state")))`.  A `Destination` says of the same kind of parts which
ones of a call's result the caller keeps: `y, _ = f(x)` keeps `[0]` and drops `[1]`.  A `Fact` is
what a branch establishes about places.
"""

from __future__ import annotations

from typing import Any, NamedTuple


class Variable(NamedTuple):
    """A name and the body that owns it (`Body.name`: unique in the module, "" for the module)."""

    name: str
    owner: str

    @property
    def is_of_inner_scope(self) -> bool:
        """Whether a scope inside the body binds it, as a comprehension does."""
        return "@" in self.name


class Attribute(NamedTuple):
    """The key of an attribute: `.name`."""

    name: str
    kind: str = "attribute"


class Item(NamedTuple):
    """The key of an item whose index is a constant: `[0]`, `["name"]`."""

    value: Any  # not `object`, which mypyc can't compile here
    kind: str = "item"


class Elements(NamedTuple):
    """The summary key of all items whose index is not known."""

    kind: str = "elements"


Key = Attribute | Item | Elements
ELEMENTS = Elements()


class Place(NamedTuple):
    """Where a value lives: a variable and the keys that lead from it to the value."""

    variable: Variable
    path: tuple[Key, ...] = ()

    def child(self, key: Key) -> Place:
        """The place one key further."""
        return Place(self.variable, (*self.path, key))


class Destination(NamedTuple):
    """What becomes of a call's result, as far as the syntax around the call tells.

    `kept`: whether the part is kept at all where `items` does not say otherwise.
    `items`: the same for constant items of it.
    `statement`: the whole result is thrown away by an expression statement.

    `y, _ = f(x)` gives `items={0: KEPT, 1: DROPPED}`; `f(x)[0]` gives `kept=False` and
    `items={0: KEPT}` (a negative index could be any item: all is kept).
    `out = f(x)` is kept, unless all that the body ever does with `out` is to read constant items
    of it: then those are kept and the rest is not.  A name that starts with an underscore and is
    never read is dropped.
    """

    kept: bool = True
    items: tuple[tuple[int | str, Destination], ...] = ()
    statement: bool = False

    def at(self, key: object) -> Destination:
        """The destination of one item of the result."""
        for known, destination in self.items:
            if known == key:
                return destination
        return KEPT if self.kept else DROPPED


KEPT = Destination()
DROPPED = Destination(kept=False)
STATEMENT = Destination(kept=False, statement=True)


class Fact(NamedTuple):
    """A condition that holds (or not) on one edge of a branch.

    `text` is the condition's source, without `not`; it is only made of constants, operators and
    places, so that two conditions of the same text agree while none of `variables` is rebound.
    `none_test` is the place that the condition compares with None: `holds` means it is None.
    """

    text: str
    holds: bool
    variables: frozenset[Variable]
    none_test: Place | None = None
