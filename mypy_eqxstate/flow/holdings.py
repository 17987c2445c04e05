"""What affine objects a binding holds: the binding's own, and those inside of what it holds.

Worked example.  In `pair = (x, state)` the binding of `pair` holds one tuple, and in its field
`[1]` the State: `held` gives that State with the path `[1]`.  Of a parameter that is declared
`tuple[Array, State]` nobody may have looked at the field yet; `materialise` writes it down first.

Limit: `DEPTH` fields deep.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from typing import Final, NamedTuple

from mypy_eqxstate.flow.bindings import Binding
from mypy_eqxstate.flow.guards import ALWAYS, Guard, both, excluded
from mypy_eqxstate.flow.heap import Heap
from mypy_eqxstate.flow.memory import Memory
from mypy_eqxstate.flow.values import Object, objects_within
from mypy_eqxstate.ir.model import ELEMENTS, Attribute, Item, Key
from mypy_eqxstate.oracle.shapes import ContainerShape, InstanceShape, TupleShape

DEPTH: Final = 4


class Held(NamedTuple):
    """An affine object found in a binding, and on the way to it."""

    item: Object
    guard: Guard
    path: tuple[Key, ...]
    alone: bool  # no other object can be at this path


class Holdings:
    """The affine objects in the bindings of one body.

    Args:
        heap: the body's.
    """

    def __init__(self, heap: Heap) -> None:
        self._heap = heap

    def held(
        self,
        memory: Memory,
        binding: Binding,
        depth: int = DEPTH,
        path: tuple[Key, ...] = (),
        materialise: bool = False,
        guard: Guard = ALWAYS,
    ) -> Iterator[Held]:
        """The affine objects that a binding holds, itself or inside, dead ones included.

        Args:
            memory: where the fields are.
            binding: what to look into.
            depth: how many fields deep.
            path: leads from where the search began to the binding.
            materialise: also objects that nobody has looked at yet (they are alive).
            guard: under which the binding is reached.
        """
        leading = self.leading(memory, binding, materialise)
        if leading:
            yield from self._held(memory, binding, depth, path, materialise, guard, leading)

    def leading(
        self, memory: Memory, binding: Binding, materialise: bool = True
    ) -> Container[Object]:
        """The objects in a binding, or inside one of them, that something affine can be inside of.

        Asked first, because there are far more ways through a heap than objects in it.  Ask
        `can_hold_affine`, too, of what is materialised on the way.

        Args:
            memory: where the fields are.
            binding: what to look into.
            materialise: also those of which only the shape says so.
        """
        if not binding.objects:
            return ()
        holders: dict[Object, list[Object]] = {}
        affine: list[Object] = []
        waiting: list[tuple[Object | None, Binding]] = [(None, binding)]
        while waiting:
            holder, held = waiting.pop()
            for item in held.objects:
                known = item in holders
                found = holders.setdefault(item, [])
                if holder is not None:
                    found.append(holder)
                if item.is_affine:
                    affine.append(item)
                elif not known:
                    if materialise and self.can_hold_affine(item):
                        affine.append(item)
                    waiting.extend((item, field) for field in memory.fields.get(item, {}).values())
        leading: set[Object] = set()
        while affine:
            item = affine.pop()
            if item not in leading:
                leading.add(item)
                affine.extend(holders[item])
        return leading

    def can_hold_affine(self, item: Object) -> bool:
        """Whether something affine is or can be in an object, by its shape."""
        return bool(self._heap.classes.affine_classes_in(item.shape))

    def _held(
        self,
        memory: Memory,
        binding: Binding,
        depth: int,
        path: tuple[Key, ...],
        materialise: bool,
        guard: Guard,
        leading: Container[Object],
    ) -> Iterator[Held]:
        possible = [
            (value, value_guard)
            for value, value_guard in binding.values.items()
            if not excluded(value_guard, memory.facts)
        ]
        alone = len({item.identity for value, _ in possible for item in objects_within(value)}) == 1
        for value, value_guard in possible:
            together = both(guard, value_guard)
            for item in objects_within(value):
                if item.is_affine:
                    yield Held(item, together, path, alone)
                elif depth > 0 and (
                    item.identity in leading or (materialise and self.can_hold_affine(item))
                ):
                    if materialise:
                        self.materialise(memory, item)
                    for key, field in list(memory.fields.get(item, {}).items()):
                        inner = (*path, key)
                        yield from self._held(
                            memory, field, depth - 1, inner, materialise, together, leading
                        )

    def materialise(self, memory: Memory, item: Object) -> None:
        """Write down the fields of an object that can hold affine objects."""
        heap = self._heap
        shape = item.shape
        if isinstance(shape, TupleShape):
            for index, part in enumerate(shape.items):
                if heap.classes.affine_classes_in(part):
                    heap.read(memory, item, Item(index))
        elif isinstance(shape, ContainerShape):
            if heap.classes.affine_classes_in(shape.element):
                heap.read(memory, item, ELEMENTS)
        elif isinstance(shape, InstanceShape):
            info = heap.classes.info(shape.class_name)
            if info is not None and heap.classes.affine_classes_in(shape):
                for name, part in info.fields.items():
                    if heap.classes.affine_classes_in(part):
                        heap.read(memory, item, Attribute(name))

    def classes(self, memory: Memory, binding: Binding, depth: int = DEPTH) -> frozenset[str]:
        """The affine classes, and classes that hold them, of what a binding can hold."""
        found: frozenset[str] = frozenset()
        seen: set[Object] = set()
        # One depth after another: there are far more ways through a heap than objects in it.
        waiting = [binding] if binding.objects else []
        while waiting:
            inside: list[Binding] = []
            for held in waiting:
                for value, guard in held.values.items():
                    if guard is not ALWAYS and excluded(guard, memory.facts):
                        continue
                    for item in objects_within(value):
                        if item not in seen:
                            seen.add(item)
                            found |= self._heap.classes.affine_classes_in(item.shape)
                            inside += memory.fields.get(item, {}).values()
            waiting = [held for held in inside if held.objects] if depth > 0 else []
            depth -= 1
        return found
