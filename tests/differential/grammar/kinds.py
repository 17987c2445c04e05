"""The kinds of values that a drawn program handles, and where each of them holds a State."""

from __future__ import annotations

from collections.abc import Mapping

# The names that hold a kind of value, wherever one is bound.
NAMES = {
    "State": ("a", "b", "c", "d"),
    "Array": ("x", "y"),
    "Pair": ("pair", "couple"),
    "Two": ("two",),
    "Holder": ("holder",),
    "Carrier": ("carrier", "porter"),
    "List": ("states",),
    "Dict": ("table",),
    "Option": ("option",),
    "Thunk": ("thunk", "later"),
    "Maker": ("make", "remake"),
    "Stream": ("stream",),
    "Task": ("task", "job"),
    "Trainer": ("trainer",),
    "Agent": ("agent", "self"),
    "Arguments": ("arguments",),
    "Keywords": ("keywords",),
    "Rest": ("rest",),
    "Named": ("named",),
}
PARTS = {
    "State": ("",),
    "Pair": ("[0]", "[1]"),
    "Two": (".first", ".second"),
    "Holder": (".state", ".other"),
    "Carrier": (".state",),
    "Dict": ('["k"]',),
    "List": ("[0]",),
    "Trainer": (".state",),
    "Agent": (".state", ".other"),
    "Arguments": ("[1]",),
    "Keywords": ('["state"]',),
    "Rest": ("[0]", "[1]"),
    "Named": ('["a"]', '["b"]'),
}

# What kind of value each name holds.
Kinds = Mapping[str, str]


def common(several: list[dict[str, str]]) -> dict[str, str]:
    """The names that hold the same kind of value on all paths."""
    first, *others = several
    return {
        name: kind
        for name, kind in first.items()
        if all(other.get(name) == kind for other in others)
    }
