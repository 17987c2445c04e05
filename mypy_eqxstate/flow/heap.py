"""Fields: what an object holds, read and written in a memory.

Objects come in two kinds.  What the body builds itself (a display, a constructor call) has the
fields that were put there.  What comes from outside (a parameter, the result of a call) is
known by its shape only; its fields are *materialised* when they are first looked at: a parameter
`carry: tuple[Array, State]` gets, on `carry[1]`, an affine object whose origin is
`carry[1]`.  Materialising depends on nothing but the object and the key, so that two paths that
look at the same field separately agree, and a path that never looked agrees with both.

Writes are strong (the old contents are gone) when the object is one object and the key one key,
else weak (the old contents stay possible).

Limits: paths longer than `MAXIMAL_DEPTH` end in an unknown value, which keeps recursive data
finite.  A list's items of unknown index are summed up in one field.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from mypy_eqxstate.flow.bindings import Binding, merge_bindings
from mypy_eqxstate.flow.guards import ALWAYS, Guard
from mypy_eqxstate.flow.memory import Memory
from mypy_eqxstate.flow.values import (
    NONE_VALUE,
    PLAIN_VALUE,
    UNKNOWN_VALUE,
    Object,
    Origin,
    Symbol,
    Value,
)
from mypy_eqxstate.ir.model import ELEMENTS, Attribute, Elements, Item, Key
from mypy_eqxstate.oracle.protocol import ClassInfo
from mypy_eqxstate.oracle.shapes import (
    PLAIN,
    UNKNOWN,
    AffineShape,
    ClassShape,
    ContainerShape,
    InstanceShape,
    ModuleShape,
    NoneShape,
    PlainShape,
    Shape,
    TupleShape,
    UnionShape,
    UnknownShape,
)

MAXIMAL_DEPTH: Final = 5
MAXIMAL_NESTING: Final = 4


class Promoted:
    """The affine classes that uses have shown of values without a type (`flow/evidence.py`).

    Attributes:
        asked: gets the names of the bodies of which is asked or noted anything, if it is a set.
    """

    def __init__(self) -> None:
        self._of_body: dict[str, dict[Origin, str]] = {}
        self._count = 0
        self.asked: set[str] | None = None

    def __len__(self) -> int:
        return self._count

    def get(self, origin: Origin) -> str | None:
        """The class that was shown of what comes from an origin, if any."""
        if self.asked is not None:
            self.asked.add(origin.body)
        found = self._of_body.get(origin.body)
        return None if found is None else found.get(origin)

    def note(self, origin: Origin, class_name: str) -> None:
        """Remember what was shown; the first evidence counts."""
        if self.asked is not None:
            self.asked.add(origin.body)
        found = self._of_body.setdefault(origin.body, {})
        if origin not in found:
            found[origin] = class_name
            self._count += 1

    def in_body(self, body: str) -> Mapping[Origin, str]:
        """All that was shown of values of one body."""
        if self.asked is not None:
            self.asked.add(body)
        return self._of_body.get(body, {})

    def knows(self, body: str) -> bool:
        """Whether anything was shown of a body, without this being noted as a question."""
        return bool(self._of_body.get(body))

    def forget(self, body: str) -> None:
        """Forget what was shown of values of a body."""
        self._count -= len(self._of_body.pop(body, ()))


class ClassKnowledge:
    """What the heap must know of classes; answered from the oracle, memoised.

    Attributes:
        promoted: the classes that uses have shown of values without a type.
    """

    def __init__(
        self,
        class_info: Callable[[str], ClassInfo | None],
        is_concerned: Callable[[str], bool],
    ) -> None:
        self._lookup = class_info
        self._is_concerned = is_concerned
        self._known: dict[str, ClassInfo | None] = {}
        self._holds: dict[Shape, frozenset[str]] = {}
        self.promoted = Promoted()

    @property
    def known(self) -> Mapping[str, ClassInfo | None]:
        """The classes that were asked for."""
        return self._known

    def info(self, class_name: str) -> ClassInfo | None:
        """The class of a full name, if the oracle knows it."""
        if class_name not in self._known:
            self._known[class_name] = self._lookup(class_name)
        return self._known[class_name]

    def forget_classes(self) -> None:
        """Forget what is known of classes: more is known now."""
        self._known.clear()
        self._holds.clear()

    def affine_classes_in(self, shape: Shape, depth: int = MAXIMAL_NESTING) -> frozenset[str]:
        """The classes of affine objects that a value of this shape can hold, and holders of them.

        A class that can hold an affine object in a field counts as well, under its own name: who
        gets a `TrainState` back has a newer `TrainState`.
        """
        if depth == MAXIMAL_NESTING and shape in self._holds:
            return self._holds[shape]
        found: frozenset[str] = frozenset()
        if isinstance(shape, AffineShape):
            found = frozenset({shape.class_name})
        elif depth > 0:
            if isinstance(shape, TupleShape):
                for item in shape.items:
                    found |= self.affine_classes_in(item, depth - 1)
                if found and shape.names:
                    found |= {shape.class_name}
            elif isinstance(shape, ContainerShape):
                found = self.affine_classes_in(shape.element, depth - 1)
            elif isinstance(shape, UnionShape):
                for item in shape.items:
                    found |= self.affine_classes_in(item, depth)
            elif isinstance(shape, InstanceShape) and self._is_concerned(shape.class_name):
                info = self.info(shape.class_name)
                if info is not None:
                    for held in info.fields.values():
                        if not isinstance(held, UnknownShape | PlainShape) and (
                            self.affine_classes_in(held, depth - 1)
                        ):
                            found = frozenset({shape.class_name})
                            break
        if depth == MAXIMAL_NESTING:
            self._holds[shape] = found
        return found


def values_of_shape(shape: Shape, origin: Origin, recent: bool) -> dict[Value, Guard]:
    """The values that something of a shape may be, objects being named by the origin."""
    if isinstance(shape, PlainShape):
        return {PLAIN_VALUE: ALWAYS}
    if isinstance(shape, NoneShape):
        return {NONE_VALUE: ALWAYS}
    if isinstance(shape, ClassShape):
        return {Symbol(shape.class_name): ALWAYS}
    if isinstance(shape, ModuleShape):
        return {Symbol(shape.name): ALWAYS}
    if isinstance(shape, UnionShape):
        values: dict[Value, Guard] = {}
        for item in shape.items:
            values.update(values_of_shape(item, origin, recent))
        return values
    if len(origin.path) > MAXIMAL_DEPTH:
        return {UNKNOWN_VALUE: ALWAYS}
    return {Object(origin, shape, recent): ALWAYS}


def normal_key(item: Object, key: Key) -> Key:
    """One key for one field: a NamedTuple's by index, a tuple's negative index from the front."""
    shape = item.shape
    if isinstance(shape, TupleShape):
        if isinstance(key, Attribute) and key.name in shape.names:
            return Item(shape.names.index(key.name))
        if isinstance(key, Item) and isinstance(key.value, str) and key.value in shape.names:
            return Item(shape.names.index(key.value))
        if isinstance(key, Item) and isinstance(key.value, int) and key.value < 0:
            return Item(len(shape.items) + key.value)
    return key


def is_display(item: Object) -> bool:
    """Whether the body built the container itself, so that its fields are all it holds."""
    return isinstance(item.shape, ContainerShape) and item.shape.class_name == ""


class Heap:
    """Reads and writes fields, given what is known of classes."""

    def __init__(self, classes: ClassKnowledge) -> None:
        self.classes = classes
        # The operations that have made an object so far: only these have any that can age.
        self.making: set[int] = set()

    # --- making objects -------------------------------------------------------------------------

    def allocate(self, memory: Memory, origin: Origin, shape: Shape) -> dict[Value, Guard]:
        """New values of a shape, made by an operation (`age` was called for it)."""
        values = values_of_shape(shape, origin, recent=True)
        for value in values:
            if isinstance(value, Object):
                self.register(memory, value)
        return values

    def age(self, memory: Memory, body: str, operation: int) -> list[tuple[Object, Object]]:
        """The objects that an operation made before become earlier ones: it makes new ones now.

        Returns:
            the renamings, for bindings that are not in the memory.
        """
        if operation not in self.making:
            return []
        made = memory.made_last_by(operation, body)
        renamings = [(item, Object(item.origin, item.shape, recent=False)) for item in made]
        for old, new in renamings:
            memory.rename(old, new)
        return renamings

    def register(self, memory: Memory, item: Object) -> None:
        """Write down that an object exists from here on, with no field looked at."""
        self.making.add(item.origin.operation)
        if not item.is_affine:
            memory.fields[item] = {}

    def new_record(
        self, memory: Memory, origin: Origin, shape: Shape, fields: Mapping[Key, Binding]
    ) -> Object:
        """A new object with these fields; the bindings keep their marks."""
        record = Object(origin, shape)
        self.making.add(origin.operation)
        memory.fields[record] = dict(fields)
        return record

    # --- reading --------------------------------------------------------------------------------

    def default_field(self, item: Object, key: Key) -> Binding | None:
        """What a field holds that was never written; None if nothing is known of it."""
        shape = self._refined(item)
        child = item.origin.child(key)
        field_shape: Shape | None = None
        if isinstance(shape, TupleShape):
            if isinstance(key, Item) and isinstance(key.value, int):
                if 0 <= key.value < len(shape.items):
                    field_shape = shape.items[key.value]
            elif isinstance(key, Elements):
                values: dict[Value, Guard] = {}
                for index, element in enumerate(shape.items):
                    origin = item.origin.child(Item(index))
                    values.update(values_of_shape(element, origin, item.recent))
                return Binding(values)
        elif isinstance(shape, ContainerShape):
            if not isinstance(key, Attribute) and not is_display(item):
                field_shape = shape.element
        elif isinstance(shape, InstanceShape):
            info = self.classes.info(shape.class_name)
            if info is not None and isinstance(key, Attribute):
                field_shape = info.fields.get(key.name)
            elif isinstance(key, Item) and isinstance(key.value, str) and info is not None:
                field_shape = info.fields.get(key.value)
        elif isinstance(shape, UnknownShape):
            field_shape = UNKNOWN
        if field_shape is None:
            return None
        recent = item.recent and not isinstance(key, Elements)
        return Binding(values_of_shape(field_shape, child, recent))

    def _refined(self, item: Object) -> Shape:
        if isinstance(item.shape, UnknownShape):
            class_name = self.classes.promoted.get(item.origin)
            if class_name is not None:
                return AffineShape(class_name)
        return item.shape

    def read(self, memory: Memory, item: Object, key: Key) -> Binding | None:
        """What a field holds; None if nothing is known of it."""
        key = normal_key(item, key)
        fields = memory.fields.get(item, {})
        if isinstance(key, Item) and isinstance(key.value, int) and key.value < 0:
            if is_display(item) and ELEMENTS not in fields:
                key = Item(len(fields) + key.value)
            else:
                key = ELEMENTS
        found = fields.get(key)
        if found is not None:
            return found
        if isinstance(key, Elements):
            return self._any_element(memory, item)
        summary = None if isinstance(key, Attribute) else fields.get(ELEMENTS)
        if summary is not None and is_display(item):
            return summary
        default = self.default_field(item, key)
        if default is not None:
            default = self._sharing_fate(memory, item, default)
            memory.set_field(item, key, default)
        return default

    def _sharing_fate(self, memory: Memory, item: Object, binding: Binding) -> Binding:
        """An item looked at for the first time may be one that a weak event was about."""
        summary = memory.fields.get(item, {}).get(ELEMENTS)
        if summary is None or not isinstance(item.shape, ContainerShape):
            return binding
        values = dict(binding.values)
        for known in summary.values:
            if isinstance(known, Object) and known.events:
                for value in binding.values:
                    if isinstance(value, Object) and value.is_affine:
                        values[value.with_events(known.events)] = ALWAYS
        return Binding(values, binding.marks)

    def _any_element(self, memory: Memory, item: Object) -> Binding | None:
        fields = memory.fields.get(item, {})
        result: Binding | None = None
        if isinstance(item.shape, TupleShape) and len(item.shape.items) > 0:
            for index in range(len(item.shape.items)):
                part = self.read(memory, item, Item(index))
                if part is not None:
                    result = part if result is None else merge_bindings(result, part)
            return result
        for key, part in fields.items():
            if not isinstance(key, Attribute):
                result = part if result is None else merge_bindings(result, part)
        default = self.default_field(item, ELEMENTS)
        if default is not None:
            if ELEMENTS not in fields and not fields:
                memory.set_field(item, ELEMENTS, default)
                return default
            result = default if result is None else merge_bindings(result, default)
        return result

    # --- writing --------------------------------------------------------------------------------

    def write(
        self, memory: Memory, item: Object, key: Key, binding: Binding, strong: bool = True
    ) -> None:
        """Make a field hold a binding: instead of what it held, or (weakly) as well."""
        if strong and item.recent and not isinstance(key, Elements):
            self.replace(memory, item, key, binding)
            return
        key = normal_key(item, key)
        memory.version += 1
        before = memory.fields.get(item, {}).get(key)
        if before is None:
            before = self.default_field(item, key)
        merged = binding if before is None else merge_bindings(before, binding)
        memory.set_field(item, key, merged)

    def replace(self, memory: Memory, item: Object, key: Key, binding: Binding) -> None:
        """Make a field hold a binding instead of what it held."""
        memory.version += 1
        memory.set_field(item, normal_key(item, key), binding)


DISPLAY_SHAPES: Final[Mapping[str, Shape]] = {
    # Displays that the body builds: what they hold is in their fields, and the shape adds nothing.
    "list": ContainerShape(PLAIN, ""),
    "set": ContainerShape(PLAIN, ""),
    "dict": ContainerShape(PLAIN, ""),
}
