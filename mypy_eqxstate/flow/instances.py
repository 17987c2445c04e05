"""What constructors store: fields of instances of which no annotation tells.

In code without annotations the type checker knows nothing of `self.state`.  But the body of
`__init__` does: its summary says what it writes to the fields of `self`.  Fields that hold objects
get the shape of these, which joins what is known of the class; fields that hold a callable have no
shape to be described by, so the callable itself is kept.

Worked example::

    class Trainer:
        def __init__(self, key):
            self.model, self.state = eqx.nn.make_with_state(Net)(key)
            self.step = eqx.filter_jit(self._step)

Of every `Trainer` is known from here on that `state` is a State and `model` a `Net`, and that
`step` is the method `_step` of the same object under `filter_jit`.

Limits: only `__init__` is looked at, and only one value a field; what other methods store in the
same field is believed to be of the same kind.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from mypy_eqxstate.flow.abstraction import shape_of, with_origin
from mypy_eqxstate.flow.bindings import substitute
from mypy_eqxstate.flow.heap import Heap
from mypy_eqxstate.flow.memory import Memory
from mypy_eqxstate.flow.relevance import stored_again, stored_fields
from mypy_eqxstate.flow.trust import may_be_affine, tells_more
from mypy_eqxstate.flow.values import Bound, Function, Method, Object, Origin, Transformed, Value
from mypy_eqxstate.fullnames import canonical
from mypy_eqxstate.ir.model import Attribute, Variable
from mypy_eqxstate.oracle.shapes import (
    UNKNOWN,
    CallableShape,
    ClassShape,
    InstanceShape,
    Shape,
    UnionShape,
    UnknownShape,
)

if TYPE_CHECKING:
    from mypy_eqxstate.flow.module import ModuleAnalysis

MAXIMAL_ROUNDS: Final = 3
MAXIMAL_DEPTH: Final = 3
_CALLABLES: Final = (Function, Transformed, Bound, Method)


class Instances:
    """The fields of instances of one module's classes.

    Args:
        module: the module; its body is solved.
    """

    def __init__(self, module: ModuleAnalysis) -> None:
        self._module = module
        self._shapes: dict[str, dict[str, Shape]] = {}
        self._callables: dict[tuple[str, str], tuple[Value, Object]] = {}

    def learn(self) -> bool:
        """Read the constructors; whether there is anything new."""
        found = False
        for name in self._module.index.classes:
            node = self._module.index.functions.get(f"{name}.__init__")
            full_name = self._module.definitions.full_name(name)
            if (
                isinstance(node, ast.FunctionDef)
                and node in self._module.relevance
                and self._says_more(full_name, node)
            ):
                found |= self._read(full_name, node)
        return found

    def _says_more(self, class_name: str, node: ast.FunctionDef) -> bool:
        """Whether a constructor can tell anything that the class does not say of its fields."""
        declared = self._module.oracle.class_info(class_name)
        if declared is None or not stored_fields(node) <= declared.fields.keys():
            return True
        again = stored_again(node) & declared.inferred
        return any(map(self._may_be_callable, declared.fields.values())) or any(
            may_be_affine(declared.fields[name]) for name in again
        )

    def _may_be_callable(self, shape: Shape) -> bool:
        """Whether a field of a declared shape may hold anything, or a function."""
        if isinstance(shape, UnionShape):
            return any(map(self._may_be_callable, shape.items))
        if isinstance(shape, InstanceShape):
            is_layer = canonical(shape.class_name).startswith("equinox.nn.")
            return not is_layer and not self._module.definitions.is_own_class(shape.class_name)
        return isinstance(shape, UnknownShape | CallableShape | ClassShape)

    @property
    def stored(self) -> Mapping[str, Mapping[str, Shape]]:
        """The shapes of fields, by class."""
        return self._shapes

    @property
    def callables(self) -> Mapping[tuple[str, str], tuple[Value, Object]]:
        """By class and field, the callables in fields, each with the instance that it has."""
        return self._callables

    def shapes(self, class_name: str) -> Mapping[str, Shape]:
        """The shapes of the fields that hold objects."""
        return self._shapes.get(class_name, {})

    def callable_of(self, class_name: str, name: str, receiver: Value) -> Value | None:
        """The callable that a field of an instance holds, bound to this instance."""
        found = self._callables.get((class_name, name))
        if found is None:
            return None
        value, own = found
        if isinstance(receiver, Object):
            value = substitute(value, own, receiver.identity)
            return with_origin(value, receiver.origin.child(Attribute(name)), keep=receiver)
        return value

    def _read(self, class_name: str, node: ast.FunctionDef) -> bool:
        own_name = self._module.index.name_of(node)
        arguments = [*node.args.posonlyargs, *node.args.args]
        if not arguments:
            return False
        own = Variable(arguments[0].arg, own_name)
        summary = self._module.summary(Function(node, own_name), ())
        memory = Memory()
        memory.fields = dict(summary.fields)
        heap = Heap(self._module.classes)
        declared = self._module.oracle.class_info(class_name)
        fields = declared.fields if declared is not None else {}
        inferred = declared.inferred if declared is not None else frozenset()
        shapes: dict[str, Shape] = {}
        before = (self._shapes.get(class_name, {}), dict(self._callables))
        for holder, key, held, _ in summary.field_writes:
            if holder.origin != Origin(own_name, -1, own) or len(held.values) != 1:
                continue
            value = next(iter(held.values))
            if not isinstance(key, Attribute):
                continue
            if isinstance(value, _CALLABLES):
                self._callables[class_name, key.name] = (value, holder.identity)
            elif isinstance(value, Object):
                shape = shape_of(memory, value, heap, MAXIMAL_DEPTH)
                if tells_more(shape, fields.get(key.name, UNKNOWN), key.name in inferred):
                    shapes[key.name] = shape
        self._shapes[class_name] = shapes
        return (self._shapes[class_name], self._callables) != before
