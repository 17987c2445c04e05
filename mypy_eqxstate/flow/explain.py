"""Explaining a problem after it was found: through which loop, and where the newest value is.

Solving only needs to know *that* a consumption reaches a use.  People need to know how.  All
questions here are answered on demand, for the few uses that are reported:

- `loop_line`: if the use can't be reached from the consumption without taking a back edge, the
  loop of that back edge is the explanation, "in an earlier iteration of the loop on line 12".  Of
  nested loops it is the innermost one whose back edge suffices.
- `newest_place`: a consuming call made a newer object.  Whichever name holds that object now is
  what the user meant.  If that object was consumed in its turn, the search goes on with its
  successor.
- `birth`: the old object is the one that the consumptions have marked, and its origin names the
  operation that made it, or the parameter.

Limit: `loop_line` looks at the graph alone and not at rebindings in between.
"""

from __future__ import annotations

import ast
from collections.abc import Collection
from typing import Final

from mypy_eqxstate.flow.bindings import LIVE, Binding
from mypy_eqxstate.flow.memory import Memory
from mypy_eqxstate.flow.order import successors
from mypy_eqxstate.flow.succession import Succession
from mypy_eqxstate.flow.values import SEVERAL, Event, Object, Origin
from mypy_eqxstate.ir.model import Attribute, Body, Item, Key, Variable

# More operations than this no block has.
BLOCK_STRIDE: Final = 1_000_000
MAXIMAL_CHAIN: Final = 10


def loop_line(body: Body, event: Event, position: tuple[int, int]) -> int | None:
    """The line of the loop through whose back edge an event reaches a use; None if straight.

    Args:
        body: the body of the use.
        event: the consumption.
        position: block and operation of the use.
    """
    if event.body != body.name:
        return None
    source, source_number = divmod(event.operation, BLOCK_STRIDE)
    target, target_number = position
    if source == target and source_number < target_number:
        return None
    around_target = loops_around(body, target)
    # However often a loop is repeated that the use is not in: it has ended before the use.
    ended = frozenset(
        loop.header for number, loop in enumerate(body.loops) if number not in around_target
    )
    if _reaches(body, source, target, ended):
        return None
    around = [loop for loop in loops_around(body, source) if loop in around_target]
    for loop in around:
        headers = frozenset(
            inner.header
            for number, inner in enumerate(body.loops)
            if number == loop or loop in _ancestors(body, number)
        )
        if _reaches(body, source, target, headers):
            return body.loops[loop].line
    return None


def leads_to(body: Body, start: tuple[int, int], end: tuple[int, int]) -> bool:
    """Whether control can go from one operation (block and number) on to another."""
    if start[0] == end[0] and start[1] <= end[1]:
        return True
    return _reaches(body, start[0], end[0], frozenset(loop.header for loop in body.loops))


def loops_around(body: Body, block: int) -> list[int]:
    """The loops that a block is in, the innermost first."""
    loop = body.blocks[block].loop
    return [] if loop is None else [loop, *_ancestors(body, loop)]


def _ancestors(body: Body, loop: int) -> list[int]:
    found: list[int] = []
    parent = body.loops[loop].parent
    while parent is not None:
        found.append(parent)
        parent = body.loops[parent].parent
    return found


def _reaches(body: Body, source: int, target: int, allowed: frozenset[int]) -> bool:
    """Whether a path of at least one edge leads on, by back edges to the allowed headers only."""
    headers = {loop.header: number for number, loop in enumerate(body.loops)}
    waiting = [source]
    seen: set[int] = set()
    while waiting:
        block = waiting.pop()
        for following in successors(body.blocks[block]):
            loop = headers.get(following)
            is_back_edge = loop is not None and loop in loops_around(body, block)
            if is_back_edge and following not in allowed:
                continue
            if following == target:
                return True
            if following not in seen:
                seen.add(following)
                waiting.append(following)
    return False


def newest_place(
    memory: Memory, events: tuple[Event, ...], succession: Succession, old: Collection[Object]
) -> str | None:
    """The place, as written, that holds what the consuming calls made, or its newest successor.

    Args:
        memory: at the use.
        events: the calls.
        succession: which objects are newer versions of which others.
        old: what is used.
    """
    waiting = list(events)
    seen = set(waiting)
    while waiting and len(seen) < MAXIMAL_CHAIN:
        event = waiting.pop(0)
        followers: list[Event] = []
        for text, binding, item in _named_objects(memory):
            if (item.origin.body, item.origin.operation) != (event.body, event.operation):
                continue
            if event in events and not succession.may_follow(item, old):
                continue
            if not item.events and LIVE in binding.marks and text != event.place:
                return text
            followers += [e for e in (*item.events, *binding.marks) if isinstance(e, Event)]
        waiting += [e for e in followers if e not in seen]
        seen.update(followers)
    return None


def birth(memory: Memory, events: tuple[Event, ...], body: Body) -> ast.AST | None:
    """What made the object that these events happened to, or its parameter; None if in doubt."""
    happened = set(events)
    origins = {
        value.origin
        for binding in memory.bindings.values()
        for value in binding.values
        if isinstance(value, Object) and value.is_affine
        if value.events & happened or happened & set(binding.marks)
    }
    return maker(origins.pop(), body) if len(origins) == 1 else None


def maker(origin: Origin, body: Body) -> ast.AST | None:
    """What made the objects of an origin, or the parameter that they came in by."""
    if origin.body != body.name or (origin.is_input and origin.path) or SEVERAL in origin.path:
        return None
    if not origin.is_input:
        block, number = divmod(origin.operation, BLOCK_STRIDE)
        return body.blocks[block].operations[number].node
    if origin.variable not in body.parameters or not isinstance(
        body.node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    ):
        return None
    arguments = body.node.args
    for parameter in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
        if parameter.arg == origin.variable.name:
            return parameter
    return None


def _named_objects(memory: Memory) -> list[tuple[str, Binding, Object]]:
    found: list[tuple[str, Binding, Object]] = []
    for root, binding in memory.bindings.items():
        if not isinstance(root, Variable) or root.is_of_inner_scope:
            continue
        found += objects_below(memory, root.name, binding)
    found.sort(key=lambda entry: (entry[0].startswith("_"), len(entry[0]), entry[0]))
    return found


def objects_below(
    memory: Memory, text: str, binding: Binding, depth: int = 2
) -> list[tuple[str, Binding, Object]]:
    """The affine objects that a binding holds, itself or inside, by their place as written.

    Args:
        memory: where the fields are.
        text: the place of the binding.
        binding: what is looked into.
        depth: how many fields deep.
    """
    found: list[tuple[str, Binding, Object]] = []
    for value in binding.values:
        if not isinstance(value, Object):
            continue
        if value.is_affine:
            found.append((text, binding, value))
        elif depth > 0:
            for key, field in memory.fields.get(value, {}).items():
                if isinstance(key, Attribute | Item):
                    found += objects_below(memory, text + _written(key), field, depth - 1)
    return found


def _written(key: Key) -> str:
    return f".{key.name}" if isinstance(key, Attribute) else f"[{getattr(key, 'value', '')!r}]"
