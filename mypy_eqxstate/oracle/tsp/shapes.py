"""From terms to shapes, by the same decisions as from mypy's types.

`oracle/mypy_types.py` lists the decisions: which classes are plain, what counts as a container,
that a type variable is its bound.  This module applies them to terms (`oracle/tsp/terms.py`), with
the same tables, so that both oracles say the same of the same type.

    dict[str, tuple[Array, State]] | None
        -> UnionShape((ContainerShape(TupleShape((PLAIN, AffineShape(State)))), NONE))
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Container, Sequence

from mypy_eqxstate.oracle.plain_classes import (
    CONTAINER_BASES,
    OPAQUE_CLASSES,
    PLAIN_BASES,
    PLAIN_CLASSES,
    STANDARD_CONTAINER_MODULES,
)
from mypy_eqxstate.oracle.shapes import (
    NONE,
    PLAIN,
    UNKNOWN,
    AffineShape,
    CallableShape,
    ClassShape,
    ContainerShape,
    InstanceShape,
    ModuleShape,
    Parameter,
    ParameterKind,
    PlainShape,
    Shape,
    Signature,
    TupleShape,
    UnionShape,
)
from mypy_eqxstate.oracle.tsp.classes import Classes
from mypy_eqxstate.oracle.tsp.terms import (
    ClassDefinition,
    ClassTerm,
    FunctionTerm,
    ModuleTerm,
    NeverTerm,
    NoneTerm,
    OverloadTerm,
    ParameterTerm,
    PlainTerm,
    Term,
    TupleTerm,
    TypeTerm,
    UnionTerm,
    VariableTerm,
)

_DEEPEST = 8
_PACKAGE = "mypy_eqxstate."


class ShapeMaker:
    """Makes shapes of terms.

    Args:
        classes: the contents of classes.
        callback: the signatures of a Protocol's `__call__`, without `self`.
        affine_classes: full names of classes, and of type variables, that are affine by the library
            table or by configuration.
    """

    def __init__(
        self,
        classes: Classes,
        callback: Callable[[ClassDefinition], tuple[FunctionTerm, ...]],
        affine_classes: Container[str],
    ) -> None:
        self._classes = classes
        self._callback = callback
        self._affine_classes = affine_classes
        self._affine: dict[str, bool] = {}
        self._shapes: dict[Term, Shape] = {}

    # --- affine classes

    def is_affine(self, definition: ClassDefinition) -> bool:
        """Whether the class or one of its ancestors is affine."""
        known = self._affine.get(definition.full_name)
        if known is None:
            known = self._affine[definition.full_name] = any(
                base.full_name in self._affine_classes or self._is_marked(base)
                for base in self._classes.mro(definition)
            )
        return known

    def names_variable(self, variable: VariableTerm) -> bool:
        """Whether a type variable is named as one that stands for affine objects."""
        return variable.full_name in self._affine_classes

    def _is_marked(self, definition: ClassDefinition) -> bool:
        node = definition.node
        if isinstance(node, ast.Call) or not node.decorator_list:
            return False
        return any(
            found.full_name.startswith(_PACKAGE) and found.full_name.endswith(".affine")
            for found in self._classes.decorators(definition)
        )

    # --- shapes

    def shape(self, term: Term | None, depth: int = 0) -> Shape:
        """The shape of a term; UNKNOWN for ANY, for none, and for what is too deep."""
        if term is None or depth > _DEEPEST:
            return UNKNOWN
        known = self._shapes.get(term)
        if known is None:
            known = self._anew(term, depth)
            if depth < _DEEPEST // 2:
                self._shapes[term] = known
        return known

    def _anew(self, term: Term, depth: int) -> Shape:
        if isinstance(term, ClassTerm):
            return self._instance(term, depth)
        if isinstance(term, NoneTerm):
            return NONE
        if isinstance(term, NeverTerm | PlainTerm):
            return PLAIN
        if isinstance(term, TupleTerm):
            shapes = tuple(self.shape(item, depth + 1) for item in term.items)
            return PLAIN if _all_plain(shapes) else TupleShape(shapes)
        if isinstance(term, UnionTerm):
            return self.union([self.shape(item, depth + 1) for item in term.items])
        if isinstance(term, VariableTerm):
            if self.names_variable(term):
                return AffineShape(term.full_name)
            if term.values:
                return self.union([self.shape(value, depth + 1) for value in term.values])
            return self.shape(term.bound, depth + 1)
        if isinstance(term, TypeTerm):
            return self._class(term.instance)
        if isinstance(term, ModuleTerm):
            return ModuleShape(term.name)
        if isinstance(term, FunctionTerm):
            return CallableShape((self.signature(term, depth),))
        if isinstance(term, OverloadTerm):
            return CallableShape(tuple(self.signature(item, depth) for item in term.items))
        return UNKNOWN

    def signature(self, term: FunctionTerm, depth: int = 0) -> Signature:
        """The signature of a callable, as it stands."""
        given: tuple[ParameterTerm, ...] | None = term.parameters
        if given is None:
            parameters: tuple[Parameter, ...] = (
                Parameter("args", ParameterKind.STAR, UNKNOWN),
                Parameter("kwargs", ParameterKind.DOUBLE_STAR, UNKNOWN),
            )
        else:
            parameters = tuple(
                Parameter(p.name, p.kind, self.shape(p.term, depth + 1), p.mode, p.has_default)
                for p in given
            )
        return Signature(parameters, self.shape(term.result, depth + 1), term.annotated)

    def union(self, shapes: Sequence[Shape]) -> Shape:
        """One shape for "one of these": flat, without repetition; the shape itself if only one."""
        flat: dict[Shape, None] = {}
        for shape in shapes:
            for item in shape.items if isinstance(shape, UnionShape) else (shape,):
                flat[item] = None
        if len(flat) == 1:
            return next(iter(flat))
        return UnionShape(tuple(flat)) if flat else PLAIN

    # --- kinds

    def _instance(self, term: ClassTerm, depth: int) -> Shape:
        definition = term.definition
        name = definition.full_name
        if self.is_affine(definition):
            return AffineShape(name)
        if name in PLAIN_CLASSES:
            return PLAIN
        if name in OPAQUE_CLASSES:
            return UNKNOWN
        if any(base.full_name in PLAIN_BASES for base in self._classes.mro(definition)):
            return PLAIN
        fields = self._classes.named_tuple_fields(definition)
        if fields is not None:
            shapes = tuple(self.shape(field, depth + 1) for field in fields.values())
            return PLAIN if _all_plain(shapes) else TupleShape(shapes, name, tuple(fields))
        if self._classes.is_typed_dict(definition):
            return InstanceShape(name)
        element = self._element(term)
        if element is not None:
            inner = self.shape(element, depth + 1)
            return PLAIN if isinstance(inner, PlainShape) else ContainerShape(inner, name)
        if self._classes.is_protocol(definition):
            signatures = self._callback(definition)
            if signatures:
                shown = tuple(self.signature(item, depth + 1) for item in signatures)
                return CallableShape(shown)
        return InstanceShape(name)

    def _element(self, term: ClassTerm) -> Term | None:
        """The type of what a container gives: its elements, a mapping's values, the awaited."""
        definition = term.definition
        standard = definition.full_name.split(".", 1)[0] in STANDARD_CONTAINER_MODULES
        if not standard and not self._classes.derives(definition, *CONTAINER_BASES):
            return None
        for base, position in _ELEMENTS:
            found = self._classes.argument(term, base, position)
            if found is not None:
                return found
        return None

    def _class(self, instance: Term) -> Shape:
        if isinstance(instance, VariableTerm):
            bound = instance.bound
            return UNKNOWN if bound is None else self._class(bound)
        if isinstance(instance, ClassTerm) and instance.definition.full_name != "builtins.object":
            return ClassShape(instance.definition.full_name)
        return UNKNOWN


def _all_plain(shapes: Sequence[Shape]) -> bool:
    return all(isinstance(shape, PlainShape) for shape in shapes)


_ELEMENTS = (
    ("typing.Mapping", 1),
    ("typing.Awaitable", 0),
    ("typing.Iterable", 0),
    ("typing.AsyncIterable", 0),
    ("typing.Iterator", 0),
)
