"""What mypy's symbol tables say of functions and classes, by full name.

`Symbols` answers `declaration("equinox.nn._batch_norm.BatchNorm.__call__")` and
`class_info("equinox.nn._batch_norm.BatchNorm")`.  A module may have been checked in this run, read
from mypy's cache, or belong to another parallel worker, and the answers must not depend on it; so
only what the cache keeps is used: types, flags and metadata; no bodies, decorators, or lines.
For the module that is being checked, whose tree is at hand, the line of a definition is known too.

An example of what that costs: a decorated function in the cache is a `Decorator` without its
decorators.  Whether they change the type is read off the type of the decorated name: `Any`, or an
object such as `jax.jit` returns, means that only the undecorated signature is known
(`Declaration.decorated`).

Limits: functions inside functions have no full name and are not found; a class inside a function
is found once a shape has mentioned it.  That the body of an ordinary method of another module is
trivial (`...`) is not kept by the cache, so `Declaration.abstract` is false for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mypy.lookup import lookup_fully_qualified
from mypy.nodes import (
    NOT_ABSTRACT,
    Decorator,
    FuncDef,
    MypyFile,
    OverloadedFuncDef,
    SymbolNode,
    SymbolTableNode,
    TypeAlias,
    TypeInfo,
    Var,
)
from mypy.semanal import is_trivial_body
from mypy.types import (
    CallableType,
    Instance,
    Overloaded,
    TupleType,
    TypedDictType,
    get_proper_type,
)

from mypy_eqxstate.fullnames import MODULE, canonical, holders
from mypy_eqxstate.oracle.mypy_affine import AffineClasses
from mypy_eqxstate.oracle.mypy_declaring import Declaring
from mypy_eqxstate.oracle.mypy_types import KnownSignatures, ShapeMaker, named_tuple_fields
from mypy_eqxstate.oracle.protocol import ClassInfo, Declaration
from mypy_eqxstate.oracle.shapes import CallableShape, Shape, Signature

FunctionNode = FuncDef | OverloadedFuncDef | Decorator
_FUNCTIONS = (FuncDef, OverloadedFuncDef, Decorator)
_NOT_FIELDS = frozenset({"builtins.object", "builtins.tuple", "builtins.dict", "typing.Generic"})


class Symbols:
    """Declarations and classes by full name.

    Args:
        modules: mypy's modules by name.
        tree: the module that is being checked.
        affine: which classes are affine.
        known: the signatures that are known already, and those that are found out.

    Attributes:
        shapes: makes shapes of types.
        declaring: on which modules it rests what the symbols say.
    """

    def __init__(
        self,
        modules: Mapping[str, MypyFile],
        tree: MypyFile,
        affine: AffineClasses,
        known: KnownSignatures | None = None,
    ) -> None:
        self._modules = dict(modules) if not isinstance(modules, dict) else modules
        self._tree = tree
        self._affine = affine
        self._local_classes: dict[str, TypeInfo] = {}
        self._classes: dict[str, ClassInfo | None] = {}
        self._declarations: dict[str, Declaration | None] = {}
        self.declaring = Declaring(self._modules)
        self.shapes = ShapeMaker(affine, self._local_classes, known)

    def node(self, full_name: str) -> SymbolNode | None:
        """The symbol of this full name, aliases of classes resolved; None if there is none."""
        known = self._local_classes.get(full_name)
        if known is not None:
            return known
        module = self._modules.get(full_name)
        if module is not None:
            return module
        try:
            symbol = lookup_fully_qualified(full_name, self._modules)
        except (AssertionError, KeyError):
            return None
        return resolve_alias(symbol.node) if symbol is not None else None

    def type_info(self, full_name: str) -> TypeInfo | None:
        """The class of this full name."""
        node = self.node(full_name)
        return node if isinstance(node, TypeInfo) else None

    # --- functions

    def declaration(self, full_name: str) -> Declaration | None:
        """The function or method of this full name; for a class its constructor."""
        if full_name not in self._declarations:
            node = self.node(full_name)
            found: Declaration | None = None
            if isinstance(node, TypeInfo):
                found = self.method_of(node, "__init__")
            elif isinstance(node, _FUNCTIONS):
                owner = self.type_info(full_name.rpartition(".")[0])
                found = self.describe(node, owner)
            self._declarations[full_name] = found
        return self._declarations[full_name]

    def method(self, class_name: str, name: str) -> Declaration | None:
        """The method that an instance of the class has under this name."""
        info = self.type_info(class_name)
        return self.method_of(info, name) if info is not None else None

    def method_of(self, info: TypeInfo, name: str) -> Declaration | None:
        """The method of this name in the first class of the resolution order that has it."""
        found = member(info, name)
        if found is None:
            return None
        owner, symbol = found
        node = symbol.node
        if isinstance(node, _FUNCTIONS):
            return self.describe(node, owner)
        return None

    def describe(self, node: FunctionNode, owner: TypeInfo | None) -> Declaration:
        """What a function's symbol says of it.

        Args:
            node: the symbol.
            owner: the class that defines it, if it is a method.
        """
        if isinstance(node, Decorator):
            signatures, decorated = self._decorated(node)
        else:
            signatures, decorated = self.shapes.signatures(node.type), False
        function = plain_function(node)
        module = self._module_of(node.fullname, owner)
        return Declaration(
            full_name=node.fullname,
            signatures=signatures,
            kind=_kind(node, function, owner),
            path=module.path if module is not None else None,
            line=max(function.line, 0) if function is not None and module is self._tree else 0,
            decorated=decorated,
            abstract=self._is_abstract(node, function, owner, module),
            in_stub=module is not None and module.is_stub,
        )

    def _decorated(self, node: Decorator) -> tuple[tuple[Signature, ...], bool]:
        """The signatures of a decorated function, and whether its decorators hide its type."""
        visible = get_proper_type(node.var.type) if node.var.type is not None else None
        if isinstance(visible, (CallableType, Overloaded)):
            return self.shapes.signatures(visible), False
        if node.var.is_property or node.func.is_property:
            return self.shapes.signatures(node.func.type), False
        shape = self.shapes.shape(visible)
        if isinstance(shape, CallableShape):
            return shape.signatures, False
        return self.shapes.signatures(node.func.type), True

    def _is_abstract(
        self,
        node: FunctionNode,
        function: FuncDef | None,
        owner: TypeInfo | None,
        module: MypyFile | None,
    ) -> bool:
        if module is not None and module.is_stub:
            return True
        if owner is not None and owner.is_protocol:
            return True
        if function is None:
            return False
        if function.abstract_status != NOT_ABSTRACT or function.is_trivial_body:
            return True
        return module is self._tree and is_trivial_body(function.body)

    def _module_of(self, full_name: str, owner: TypeInfo | None) -> MypyFile | None:
        if owner is not None:
            return self._modules.get(owner.module_name)
        known = (self._modules.get(holder) for holder in holders(full_name))
        return next((module for module in known if module is not None), None)

    # --- classes

    def class_info(self, full_name: str) -> ClassInfo | None:
        """The class of this full name; None if there is none."""
        if full_name not in self._classes:
            info = self.type_info(full_name)
            self._classes[full_name] = self._describe_class(info) if info is not None else None
        return self._classes[full_name]

    def field(self, info: TypeInfo, name: str) -> Shape | None:
        """The shape of one declared instance attribute; None if the class has no such."""
        found = member(info, name)
        if found is None:
            return None
        node = found[1].node
        if isinstance(node, Var):
            return self.shapes.shape(node.type)
        getter = plain_function(node) if isinstance(node, _FUNCTIONS) else None
        if getter is not None and getter.is_property:
            declared = get_proper_type(getter.type) if getter.type is not None else None
            if isinstance(declared, CallableType):
                return self.shapes.shape(declared.ret_type)
        return None

    def _describe_class(self, info: TypeInfo) -> ClassInfo:
        fields: dict[str, Shape] = {}
        inferred: set[str] = set()
        for base in reversed(info.mro):
            if base.fullname in _NOT_FIELDS:
                continue
            for name, node in _own_fields(base):
                fields[name] = self.shapes.shape(node.type)
                (inferred.add if node.is_inferred else inferred.discard)(name)
        if info.typeddict_type is not None:
            fields = {n: self.shapes.shape(t) for n, t in info.typeddict_type.items.items()}
        return ClassInfo(
            full_name=info.fullname,
            ancestors=tuple(base.fullname for base in info.mro),
            fields=fields,
            constructor_fields=_constructor_fields(info),
            affine=info in self._affine,
            is_protocol=info.is_protocol,
            is_new_type=info.is_newtype,
            frozen=_is_frozen(info),
            inferred=frozenset(inferred),
        )


def resolve_alias(node: SymbolNode | None) -> SymbolNode | None:
    """The class that an alias stands for; anything else as it is."""
    if not isinstance(node, TypeAlias):
        return node
    target = get_proper_type(node.target)
    if isinstance(target, TupleType):
        target = target.partial_fallback
    if isinstance(target, TypedDictType):
        target = target.fallback
    return target.type if isinstance(target, Instance) else node


def member(info: TypeInfo, name: str) -> tuple[TypeInfo, SymbolTableNode] | None:
    """The first class in the resolution order that has this name, and its symbol."""
    for base in info.mro:
        symbol = base.names.get(name)
        if symbol is not None:
            return base, symbol
    return None


def plain_function(node: SymbolNode) -> FuncDef | None:
    """The function definition inside a symbol: of an overload its implementation, if it has one."""
    if isinstance(node, FuncDef):
        return node
    if isinstance(node, Decorator):
        return node.func
    if isinstance(node, OverloadedFuncDef):
        if node.impl is not None:
            return plain_function(node.impl)
        return plain_function(node.items[0]) if node.items else None
    return None


def _kind(node: FunctionNode, function: FuncDef | None, owner: TypeInfo | None) -> str:
    if owner is None:
        return "function"
    functions = [f for f in (node, function) if isinstance(f, (FuncDef, OverloadedFuncDef))]
    variable = node.var if isinstance(node, Decorator) else Var("")
    if any(f.is_property for f in functions) or variable.is_property:
        return "property"
    if any(f.is_class for f in functions) or variable.is_classmethod:
        return "classmethod"
    if any(f.is_static for f in functions) or variable.is_staticmethod:
        return "staticmethod"
    return "method"


def _own_fields(info: TypeInfo) -> Iterator[tuple[str, Var]]:
    """The instance attributes that a class itself declares, by name."""
    for name, symbol in info.names.items():
        if name.startswith("__") and name.endswith("__"):
            continue
        if symbol.plugin_generated:
            continue
        node = symbol.node
        if isinstance(node, Var) and not node.is_classmethod and not node.is_staticmethod:
            yield name, node


def _constructor_fields(info: TypeInfo) -> tuple[str, ...] | None:
    """The fields of a generated constructor in its order, keyword-only ones last."""
    if not any(base.metadata.get("namedtuple") for base in info.mro):
        return _dataclass_fields(info)
    return named_tuple_fields(info)


def _dataclass_fields(info: TypeInfo) -> tuple[str, ...] | None:
    metadata = next(
        (m for key in ("dataclass", "attrs") if (m := info.metadata.get(key)) is not None), None
    )
    if not isinstance(metadata, dict):
        return None
    for base in info.mro:
        own = base.names.get("__init__")
        if base.fullname == "builtins.object":
            break
        if own is not None and not own.plugin_generated and _overrides(base, info):
            return None
    attributes = [a for a in metadata.get("attributes", ()) if isinstance(a, dict)]
    given = [a for a in attributes if a.get("is_in_init", a.get("init", True))]
    ordered = sorted(given, key=lambda attribute: bool(attribute.get("kw_only")))
    return tuple(str(attribute["name"]) for attribute in ordered)


def _is_frozen(info: TypeInfo) -> bool:
    """Whether nothing can be assigned to the fields of an instance."""
    for base in info.mro:
        if base.metadata.get("namedtuple") or canonical(base.fullname) == MODULE:
            return True
        generated = (base.metadata.get(key) for key in ("dataclass", "attrs"))
        if any(isinstance(held, dict) and held.get("frozen") is True for held in generated):
            return True
    return False


def _overrides(base: TypeInfo, info: TypeInfo) -> bool:
    """Whether the `__init__` that `base` defines is what constructs `info`.

    A `@dataclass` makes a new constructor for each class that it decorates.  `equinox.Module`
    inherits a written one (`equinox/_module/_module.py`), and stays out of it itself.
    """
    if base.fullname.startswith("equinox._module."):
        return False
    return base is info or any(b.fullname.startswith("equinox._module.") for b in info.mro)
