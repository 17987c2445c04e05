"""From mypy's types to shapes.

`ShapeMaker.shape` turns one of mypy's types into what the analysis wants to know of it (see
`oracle/shapes.py`).  For example

    dict[str, tuple[Array, State]] | None

becomes a union of a container of `TupleShape((PLAIN, AffineShape(...State)))` and `NONE`.  The
decisions, each of which only ever errs towards "may hold an affine object":

- A class named in the tables of plain classes (`oracle/plain_classes.py`), or derived from one, is
  PLAIN; any other is an `InstanceShape`, whose fields the analysis may ask for.
- A class of the standard library that iterates, maps or awaits is a container of what it gives;
  so is a user's subclass of `list`, `dict`, `set`, `tuple`.  Keys of mappings are ignored.
- A type variable is its bound (or its values); a NewType is a class like any other.
- A TypedDict is an `InstanceShape`: its items are its fields.
- A Protocol with `__call__` is a callable.  `object` is UNKNOWN: everything is an object.

Limits: a recursive alias is followed a few levels deep and UNKNOWN below; type arguments of a
user's own generic class are not seen (`Box[State]` is `Box`, whose field of type `T` is UNKNOWN).
"""

from __future__ import annotations

from collections.abc import Sequence

from mypy.maptype import map_instance_to_supertype
from mypy.nodes import ArgKind, FuncDef, OverloadedFuncDef, TypeInfo
from mypy.typeops import bind_self
from mypy.types import (
    AnyType,
    CallableType,
    Instance,
    LiteralType,
    NoneType,
    Overloaded,
    ParamSpecType,
    PartialType,
    ProperType,
    TupleType,
    Type,
    TypeAliasType,
    TypedDictType,
    TypeOfAny,
    TypeType,
    TypeVarType,
    UninhabitedType,
    UnionType,
    UnpackType,
    get_proper_type,
)

from mypy_eqxstate.oracle.mypy_affine import AffineClasses
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
    Mode,
    Parameter,
    ParameterKind,
    PlainShape,
    Shape,
    Signature,
    TupleShape,
    UnionShape,
    UnknownShape,
)

_DEEPEST = 8
_MODES = {
    "mypy_eqxstate.annotations.Borrowed": Mode.BORROWED,
    "mypy_eqxstate.annotations.Consumed": Mode.CONSUMED,
}
_KINDS = {
    ArgKind.ARG_POS: ParameterKind.POSITIONAL,
    ArgKind.ARG_OPT: ParameterKind.POSITIONAL,
    ArgKind.ARG_STAR: ParameterKind.STAR,
    ArgKind.ARG_NAMED: ParameterKind.KEYWORD_ONLY,
    ArgKind.ARG_NAMED_OPT: ParameterKind.KEYWORD_ONLY,
    ArgKind.ARG_STAR2: ParameterKind.DOUBLE_STAR,
}


# The signatures that callable types have been given, for all modules of a run.  By identity: what
# is asked for again is the type of the same definition.  The type is kept, so that none is mistaken
# for another one.
KnownSignatures = dict[int, tuple[CallableType, Signature]]


class ShapeMaker:
    """Makes shapes of mypy's types.

    Args:
        affine: which classes are affine.
        seen: every class that a shape is made of is put here, so that one which no full name
            leads to (it is defined inside a function) can be found again.
        known: the signatures that are known already, and those that are found out.
    """

    def __init__(
        self,
        affine: AffineClasses,
        seen: dict[str, TypeInfo],
        known: KnownSignatures | None = None,
    ) -> None:
        self._affine = affine
        self._classes_seen = seen
        self._known = known if known is not None else {}
        self._has_seen_hidden = False
        self._instances: dict[Instance, Shape] = {}

    def shape(self, type_: Type | None, depth: int = 0) -> Shape:
        """The shape of a type.

        Args:
            type_: any of mypy's types, or None for "no type".
            depth: how many types this one is inside of.

        Returns:
            Its shape; UNKNOWN for Any, for no type and for what is too deep.
        """
        if type_ is None or depth > _DEEPEST:
            return UNKNOWN
        proper = self._affine.proper(type_)
        if isinstance(proper, Instance):
            return self._instance(proper, depth)
        if isinstance(proper, NoneType):
            return NONE
        if isinstance(proper, TupleType):
            return self._tuple(proper, depth)
        if isinstance(proper, UnionType):
            return self.union([self.shape(item, depth + 1) for item in proper.items])
        if isinstance(proper, TypeVarType):
            if self._affine.names_variable(proper):
                return AffineShape(proper.fullname)
            if proper.values:
                return self.union([self.shape(value, depth + 1) for value in proper.values])
            return self.shape(proper.upper_bound, depth + 1)
        if isinstance(proper, (CallableType, Overloaded)):
            return self._callable(proper, depth)
        if isinstance(proper, TypeType):
            return self._class(proper.item)
        if isinstance(proper, (LiteralType, UninhabitedType)):
            return PLAIN
        if isinstance(proper, TypedDictType):
            self._seen(proper.fallback.type)
            return InstanceShape(proper.fallback.type.fullname)
        if isinstance(proper, PartialType) and proper.type is None:
            return NONE
        return UNKNOWN

    def signature(self, type_: CallableType, depth: int = 0) -> Signature:
        """The signature of a callable type, as it stands (`self` is there if the type has it)."""
        if depth > 0:
            return self._signature(type_, depth)
        known = self._known.get(id(type_))
        if known is not None:
            return known[1]
        self._has_seen_hidden = False
        found = self._signature(type_, depth)
        if not self._has_seen_hidden:
            self._known[id(type_)] = (type_, found)
        return found

    def _signature(self, type_: CallableType, depth: int) -> Signature:
        parameters = []
        for position, (kind, name, argument) in enumerate(
            zip(type_.arg_kinds, type_.arg_names, type_.arg_types, strict=True)
        ):
            parameter_kind = _KINDS[kind]
            if parameter_kind is ParameterKind.POSITIONAL and (
                name is None or (name.startswith("__") and not name.endswith("__"))
            ):
                parameter_kind = ParameterKind.POSITIONAL_ONLY
            if isinstance(argument, (UnpackType, ParamSpecType)):
                shape: Shape = UNKNOWN
            else:
                shape = self.shape(argument, depth + 1)
            parameters.append(
                Parameter(
                    name=name or f"__{position}",
                    kind=parameter_kind,
                    shape=shape,
                    mode=mode_of(argument),
                    has_default=kind in (ArgKind.ARG_OPT, ArgKind.ARG_NAMED_OPT),
                )
            )
        return Signature(
            tuple(parameters), self.shape(type_.ret_type, depth + 1), not is_unannotated(type_)
        )

    def signatures(self, type_: Type | None, depth: int = 0) -> tuple[Signature, ...]:
        """The signature, or the signatures of the overload; empty if it is no callable type."""
        proper = get_proper_type(type_) if type_ is not None else None
        if isinstance(proper, CallableType):
            return (self.signature(proper, depth),)
        if isinstance(proper, Overloaded):
            return tuple(self.signature(item, depth) for item in proper.items)
        return ()

    def union(self, shapes: Sequence[Shape]) -> Shape:
        """One shape for "one of these": flat, without repetition; the shape itself if only one."""
        flat: dict[Shape, None] = {}
        for shape in shapes:
            for item in shape.items if isinstance(shape, UnionShape) else (shape,):
                flat[item] = None
        if len(flat) == 1:
            return next(iter(flat))
        return UnionShape(tuple(flat)) if flat else PLAIN

    def _seen(self, info: TypeInfo) -> None:
        self._classes_seen.setdefault(info.fullname, info)
        # "package.Class@12": of a function; "package.<subclass of ...>": made by narrowing.
        self._has_seen_hidden |= "@" in info.fullname or "<" in info.fullname

    # --- kinds of types

    def _instance(self, instance: Instance, depth: int) -> Shape:
        if depth > 0 or instance.last_known_value is None:
            known = self._instances.get(instance)
            if known is not None:
                return known
        before, self._has_seen_hidden = self._has_seen_hidden, False
        shape = self._instance_anew(instance, depth)
        if self._has_seen_hidden:
            return shape
        self._has_seen_hidden = before
        if depth < _DEEPEST // 2 and not isinstance(shape, UnknownShape):
            self._instances[instance] = shape
        return shape

    def _instance_anew(self, instance: Instance, depth: int) -> Shape:
        info = instance.type
        name = info.fullname
        if info in self._affine:
            self._seen(info)
            return AffineShape(name)
        if name in PLAIN_CLASSES:
            return PLAIN
        if name in OPAQUE_CLASSES or (info.is_intersection and info.fallback_to_any):
            return UNKNOWN
        if any(base.fullname in PLAIN_BASES for base in info.mro):
            return PLAIN
        element = self._element(instance)
        if element is not None:
            inner = self.shape(element, depth + 1)
            return PLAIN if isinstance(inner, PlainShape) else ContainerShape(inner, name)
        if info.is_protocol and "__call__" in info.protocol_members:
            return self._callback_protocol(instance, depth)
        self._seen(info)
        return InstanceShape(name)

    def _element(self, instance: Instance) -> Type | None:
        """The type of what a container gives: its elements, a mapping's values, the awaited."""
        info = instance.type
        standard = info.fullname.split(".", 1)[0] in STANDARD_CONTAINER_MODULES
        if not standard and not any(base.fullname in CONTAINER_BASES for base in info.mro):
            return None
        for base, position in (("typing.Mapping", 1), ("typing.Awaitable", 0)):
            found = _argument(instance, base, position)
            if found is not None:
                return found
        for base in ("typing.Iterable", "typing.AsyncIterable", "typing.Iterator"):
            found = _argument(instance, base, 0)
            if found is not None:
                return found
        return None

    def _callback_protocol(self, instance: Instance, depth: int) -> Shape:
        symbol = instance.type.get("__call__")
        node = symbol.node if symbol is not None else None
        if isinstance(node, (FuncDef, OverloadedFuncDef)):
            declared = get_proper_type(node.type)
            if isinstance(declared, (CallableType, Overloaded)):
                found = self.signatures(bind_self(declared, instance), depth + 1)
                if found:
                    return CallableShape(found)
        self._seen(instance.type)
        return InstanceShape(instance.type.fullname)

    def _tuple(self, type_: TupleType, depth: int) -> Shape:
        info = type_.partial_fallback.type
        if info in self._affine:
            self._seen(info)
            return AffineShape(info.fullname)
        items = type_.items
        if any(isinstance(item, UnpackType) for item in items):
            element = self.union([self._unpacked(item, depth) for item in items])
            return (
                PLAIN if isinstance(element, PlainShape) else ContainerShape(element, info.fullname)
            )
        shapes = tuple(self.shape(item, depth + 1) for item in items)
        if all(isinstance(shape, PlainShape) for shape in shapes):
            return PLAIN
        if info.fullname == "builtins.tuple":
            return TupleShape(shapes, info.fullname)
        self._seen(info)
        return TupleShape(shapes, info.fullname, named_tuple_fields(info))

    def _unpacked(self, item: Type, depth: int) -> Shape:
        if not isinstance(item, UnpackType):
            return self.shape(item, depth + 1)
        inner = self.shape(item.type, depth + 1)
        return inner.element if isinstance(inner, ContainerShape) else UNKNOWN

    def _callable(self, type_: CallableType | Overloaded, depth: int) -> Shape:
        if type_.is_type_obj():
            info = type_.type_object()
            self._seen(info)
            return ClassShape(info.fullname)
        found = self.signatures(type_, depth)
        return CallableShape(found) if found else UNKNOWN

    def _class(self, type_: ProperType) -> Shape:
        if isinstance(type_, TypeVarType):
            bound = get_proper_type(type_.upper_bound)
            return self._class(bound) if not isinstance(bound, TypeVarType) else UNKNOWN
        if isinstance(type_, TupleType):
            type_ = type_.partial_fallback
        if isinstance(type_, Instance) and type_.type.fullname != "builtins.object":
            self._seen(type_.type)
            return ClassShape(type_.type.fullname)
        return UNKNOWN


def mode_of(type_: Type | None) -> Mode:
    """What a parameter's type says of ownership: `Borrowed[...]`, `Consumed[...]`, or nothing.

    Unions and containers are looked through (`Borrowed[State] | None`); the first one counts.
    """
    if isinstance(type_, TypeAliasType):
        alias = type_.alias
        if alias is None:
            return Mode.UNSPECIFIED
        mode = _MODES.get(alias.fullname)
        if mode is not None:
            return mode
        if alias.fullname.startswith("mypy_eqxstate.") or type_.is_recursive:
            return Mode.UNSPECIFIED
        return mode_of(alias.target)
    if isinstance(type_, UnionType):
        inner: Sequence[Type] = type_.items
    elif isinstance(type_, TupleType):
        inner = type_.items
    elif isinstance(type_, Instance):
        inner = type_.args
    elif isinstance(type_, UnpackType):
        inner = (type_.type,)
    else:
        return Mode.UNSPECIFIED
    for item in inner:
        mode = mode_of(item)
        if mode is not Mode.UNSPECIFIED:
            return mode
    return Mode.UNSPECIFIED


def is_unannotated(type_: CallableType) -> bool:
    """Whether a function has no annotation at all, so that its type says nothing.

    mypy gives `self` its type even then; only what the author could have written counts.
    """
    if type_.implicit:
        return True
    written = [type_.ret_type, *type_.arg_types]
    return bool(type_.arg_types) and all(_unannotated(part) for part in written)


def named_tuple_fields(info: TypeInfo) -> tuple[str, ...]:
    """The field names of a NamedTuple class, or of its subclass; empty for another class."""
    for base in info.mro:
        metadata = base.metadata.get("namedtuple")
        if isinstance(metadata, dict):
            return tuple(metadata.get("fields", ()))
    return ()


def _unannotated(type_: Type) -> bool:
    return isinstance(type_, AnyType) and type_.type_of_any == TypeOfAny.unannotated


def _argument(instance: Instance, base_name: str, position: int) -> Type | None:
    """The type argument that an instance has in one of its bases; None if that is no base."""
    base = next((b for b in instance.type.mro if b.fullname == base_name), None)
    if base is None:
        return None
    arguments = map_instance_to_supertype(instance, base).args
    return arguments[position] if position < len(arguments) else None
