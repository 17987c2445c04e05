"""Places that can't be assigned to, because they belong to an object that is frozen.

`self.state = ...` in a method of an `equinox.Module` raises, and so does an assignment to a field
of a frozen dataclass or a NamedTuple, or to an element of a tuple.  A message must not tell anybody
to write that.  In the constructor of a Module, and in what runs right after it, its own fields are
still open.

Example: for the call `step(self.model, self.state)` in `Trainer.run`, with `class
Trainer(eqx.Module)`, the place `self.state` is frozen; in `Trainer.__init__` it is not.

Limit: the object must stand in the call as it stands in the place; one whose type is not known
counts as open.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Final

from mypy_eqxstate.oracle.protocol import ClassInfo
from mypy_eqxstate.oracle.shapes import InstanceShape, Shape, TupleShape, UnionShape

_CONSTRUCTORS: Final = frozenset({"__init__", "__post_init__", "__check_init__"})


def frozen_holder(
    place: str,
    call: ast.AST,
    body: str,
    shape: Callable[[ast.expr], Shape],
    class_info: Callable[[str], ClassInfo | None],
) -> str | None:
    """The frozen object, or the tuple, that a place is a part of, as it is written; None if none.

    Args:
        place: as it is written, e.g. `self.state`.
        call: what the place is given to.
        body: the qualified name of the function around it.
        shape: the type checker's answer for an expression.
        class_info: the class of a full name.
    """
    try:
        written = ast.parse(place, mode="eval").body
    except SyntaxError:
        return None
    if not isinstance(written, ast.Attribute | ast.Subscript):
        return None
    holder = ast.unparse(written.value)
    nodes = (n for n in ast.walk(call) if isinstance(n, ast.expr) and ast.unparse(n) == holder)
    node = next(nodes, None)
    if node is None:
        return None
    known = shape(node)
    own = isinstance(node, ast.Name) and body.rpartition(".")[2] in _CONSTRUCTORS
    is_frozen = any(
        isinstance(part, TupleShape)
        or (isinstance(part, InstanceShape) and not own and _has_frozen_fields(part, class_info))
        for part in (known.items if isinstance(known, UnionShape) else (known,))
    )
    return holder if is_frozen else None


def _has_frozen_fields(shape: InstanceShape, class_info: Callable[[str], ClassInfo | None]) -> bool:
    info = class_info(shape.class_name)
    return info is not None and info.frozen
