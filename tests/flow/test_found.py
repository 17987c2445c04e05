"""What a visit has found, and how much of it is forgotten when the visit goes back."""

from __future__ import annotations

import ast

from mypy_eqxstate.flow.bindings import one
from mypy_eqxstate.flow.found import Found
from mypy_eqxstate.flow.memory import Memory
from mypy_eqxstate.flow.values import NONE_VALUE


def test_what_was_found_since_is_forgotten() -> None:
    node = ast.Name("state")
    found = Found()
    found.clean_uses.append((node, "state", (0, 1)))
    found.left.append((Memory(), one(NONE_VALUE)))
    size = found.size()
    found.clean_uses.append((node, "state", (0, 2)))
    found.left.append((Memory(), one(NONE_VALUE)))
    found.returned.append((Memory(), one(NONE_VALUE)))
    found.cut(size)
    assert found.clean_uses == [(node, "state", (0, 1))]
    assert len(found.left) == 1
    assert found.returned == []
