"""The oracle that answers from mypy.

`MypyOracle` stands between the analysis, which walks Python's `ast`, and one module that mypy has
just checked.  Each question goes the same way: find mypy's node for the `ast` node
(`oracle/pairing.py`), look up its type in the checker's type map or its symbol, and say it as a
shape (`oracle/mypy_types.py`) or a declaration (`oracle/mypy_symbols.py`).  For `state.set(i, v)`:

    target(state.set)  ->  mypy's MemberExpr  ->  the type of `state` is State  ->  State's `set`
                       ->  "equinox.nn._stateful.State.set"

An oracle never raises: whatever goes wrong inside becomes "I don't know", and `faults` keeps what
it was, once a question, so that it can be reported.

Limits: mypy keeps no types for `@no_type_check` functions, and none for functions with a type
variable of fixed values (it checks copies of their bodies); in functions without annotations every
result is Any (UNKNOWN), but `self` and what its class declares are known; a lambda has the types of
its last inference.
"""

from __future__ import annotations

import ast
from collections.abc import Container

from mypy import nodes
from mypy.checker import TypeChecker
from mypy.expandtype import expand_type_by_instance
from mypy.maptype import map_instance_to_supertype
from mypy.typeops import bind_self
from mypy.types import (
    CallableType,
    Instance,
    LiteralType,
    NoneType,
    Overloaded,
    ProperType,
    TupleType,
    Type,
    TypedDictType,
    TypeType,
    TypeVarType,
    UninhabitedType,
    UnionType,
    get_proper_type,
)

from mypy_eqxstate.fullnames import holders
from mypy_eqxstate.oracle.answering import Answering, answering
from mypy_eqxstate.oracle.mypy_affine import AffineClasses
from mypy_eqxstate.oracle.mypy_affine_lines import AffineLines
from mypy_eqxstate.oracle.mypy_calls import chosen_item
from mypy_eqxstate.oracle.mypy_declaring import NotedSymbols
from mypy_eqxstate.oracle.mypy_reachability import Reachability
from mypy_eqxstate.oracle.mypy_symbols import Symbols, member, plain_function, resolve_alias
from mypy_eqxstate.oracle.mypy_types import KnownSignatures, is_unannotated
from mypy_eqxstate.oracle.pairing import FunctionNode, Pairing
from mypy_eqxstate.oracle.protocol import ClassInfo, Declaration
from mypy_eqxstate.oracle.shapes import (
    UNKNOWN,
    ModuleShape,
    Shape,
    Signature,
    UnknownShape,
)


class MypyOracle(Answering):
    """One checked module's answers.

    Args:
        tree: mypy's tree of the module, its bodies still there.
        checker: the type checker that has checked it.
        module_ast: the same source as `ast.parse` gives it; the nodes of all questions are its.
        affine_classes: full names of classes that are affine by the library table or by
            configuration (those declared with `@affine` are known from mypy).
        concerned: the modules that import an affine class, directly or not; None if that is not
            known.
        signatures: those that are known from other modules; more are added.

    Attributes:
        faults: the first internal fault of each question, by its name.
        pairing: the partners of the module's nodes in mypy's tree.
    """

    def __init__(
        self,
        tree: nodes.MypyFile,
        checker: TypeChecker,
        module_ast: ast.Module,
        affine_classes: Container[str],
        concerned: Container[str] | None = None,
        signatures: KnownSignatures | None = None,
    ) -> None:
        super().__init__(module_ast)
        self.pairing = Pairing(module_ast, tree)
        self._types: dict[nodes.Expression, Type] = checker._type_maps[0]
        self._affine = AffineClasses(affine_classes)
        self._concerned = concerned
        self._symbols = Symbols(checker.modules, tree, self._affine, signatures)
        self._noted = NotedSymbols(self._symbols)
        self._shapes = self._symbols.shapes
        self._reachability = Reachability(module_ast, self.pairing, self._types)

    def declaring(self) -> frozenset[str]:
        """The modules that the answers so far were read from, as far as they are not obvious."""
        return frozenset(self._noted.modules)

    @answering(None)
    def affine_lines(self) -> frozenset[int]:
        """The lines on which an expression's type can hold an affine object."""
        lines = AffineLines(self._affine, self._symbols.declaring, self._concerned)
        found = lines.of(self._types)
        self._noted.modules |= lines.modules
        return found

    # --- types of expressions

    @answering(UNKNOWN)
    def shape(self, node: ast.expr) -> Shape:
        """The shape of an expression's inferred type, narrowed at this point; UNKNOWN if none."""
        partner = self._expression(node)
        if partner is None:
            return UNKNOWN
        if isinstance(partner, nodes.RefExpr) and isinstance(partner.node, nodes.MypyFile):
            return ModuleShape(partner.node.fullname)
        type_ = self._type(partner)
        if type_ is None:
            return UNKNOWN
        found = self._shapes.shape(type_)
        if isinstance(found, UnknownShape) and isinstance(partner, nodes.MemberExpr):
            return self._declared_attribute(partner)
        return found

    def _declared_attribute(self, partner: nodes.MemberExpr) -> Shape:
        """In a function without annotations mypy says Any where the class says more."""
        receiver = self._type(partner.expr)
        if isinstance(receiver, Instance):
            declared = self._symbols.field(receiver.type, partner.name)
            if declared is not None:
                return declared
        return UNKNOWN

    # --- names

    @answering(None)
    def target(self, node: ast.expr) -> str | None:
        """The full name of the definition that a name or attribute refers to; None for locals."""
        partner = self._expression(node)
        if isinstance(partner, nodes.SuperExpr):
            return self._super_target(partner)
        if isinstance(partner, nodes.IndexExpr) and isinstance(
            partner.analyzed, (nodes.TypeApplication, nodes.TypeAliasExpr)
        ):
            partner = partner.base
        if not isinstance(partner, nodes.RefExpr):
            return None
        if partner.node is not None:
            found = _global_name(resolve_alias(partner.node))
            if found is not None or isinstance(partner, nodes.NameExpr):
                return found
        if isinstance(partner, nodes.MemberExpr):
            return self._attribute_target(partner)
        return None

    def _super_target(self, partner: nodes.SuperExpr) -> str | None:
        if partner.info is None:
            return None
        for base in partner.info.mro[1:]:
            symbol = base.names.get(partner.name)
            if symbol is not None and symbol.node is not None:
                return symbol.node.fullname
        return None

    def _attribute_target(self, partner: nodes.MemberExpr) -> str | None:
        names = {
            self._member_name(info, partner.name) for info in _classes(self._type(partner.expr))
        }
        return names.pop() if len(names) == 1 else None

    def _member_name(self, info: nodes.TypeInfo, name: str) -> str | None:
        found = member(info, name)
        if found is None or found[1].node is None:
            return None
        return found[1].node.fullname

    # --- calls

    @answering(None)
    def signature(self, call: ast.Call) -> Signature | None:
        """The signature chosen for this call; None if the callee is not typed."""
        partner = self._expression(call)
        if not isinstance(partner, nodes.CallExpr):
            return None
        callee = self._type(partner.callee)
        if isinstance(callee, CallableType):
            return self._shapes.signature(callee)
        if isinstance(callee, Instance):
            callee = self._call_method(callee)
        if isinstance(callee, CallableType):
            return self._shapes.signature(callee)
        if isinstance(callee, Overloaded):
            item = chosen_item(
                callee, partner, lambda argument: self._type(argument), self._type(partner)
            )
            return self._shapes.signature(item) if item is not None else None
        return None

    def _call_method(self, receiver: Instance) -> ProperType | None:
        """The bound type of the `__call__` of an instance."""
        found = member(receiver.type, "__call__")
        if found is None:
            return None
        return self._bound_type(receiver, *found)

    def _bound_type(
        self, receiver: Instance, owner: nodes.TypeInfo, symbol: nodes.SymbolTableNode
    ) -> ProperType | None:
        declared = get_proper_type(symbol.type) if symbol.type is not None else None
        if not isinstance(declared, (CallableType, Overloaded)):
            return None
        mapped = expand_type_by_instance(declared, map_instance_to_supertype(receiver, owner))
        function = plain_function(symbol.node) if symbol.node is not None else None
        if function is not None and function.is_static:
            return get_proper_type(mapped)
        mapped = get_proper_type(mapped)
        if isinstance(mapped, (CallableType, Overloaded)):
            return get_proper_type(bind_self(mapped, receiver))
        return None

    @answering(False)
    def never_returns(self, call: ast.Call) -> bool:
        """The call's type is `Never`/`NoReturn`."""
        partner = self._expression(call)
        type_ = self._type(partner) if partner is not None else None
        return isinstance(type_, UninhabitedType) and not type_.ambiguous

    @answering(False)
    def swallows_exceptions(self, context: ast.expr) -> bool:
        """The context manager may suppress an exception of its body (`__exit__` -> bool)."""
        partner = self._expression(context)
        type_ = self._type(partner) if partner is not None else None
        if not isinstance(type_, Instance):
            return False
        found = member(type_.type, "__exit__") or member(type_.type, "__aexit__")
        if found is None:
            return False
        bound = self._bound_type(type_, *found)
        items = bound.items if isinstance(bound, Overloaded) else [bound]
        return any(isinstance(i, CallableType) and _may_be_true(i.ret_type) for i in items)

    # --- definitions

    @answering(None)
    def declaration(self, full_name: str) -> Declaration | None:
        """The function or method of this full name (of a class: its constructor), or None."""
        return self._noted.declaration(full_name)

    @answering(None)
    def class_info(self, full_name: str) -> ClassInfo | None:
        """The class of this full name; None if there is none."""
        return self._noted.class_info(full_name)

    @answering(True)
    def is_concerned(self, full_name: str) -> bool:
        """Whether the module of a definition imports an affine class, or one that does."""
        concerned = self._concerned
        self._noted.note(full_name)
        return concerned is None or any(holder in concerned for holder in holders(full_name))

    @answering(None)
    def method(self, class_name: str, name: str) -> Declaration | None:
        """The method that an instance of the class has under this name, looked up by its MRO."""
        return self._noted.method(class_name, name)

    @answering(None)
    def parameter_signature(self, function: FunctionNode) -> Signature | None:
        """The signature of a function of this module, `self` included; None if unannotated."""
        definition = self.pairing.function(function)
        declared = get_proper_type(definition.type) if definition and definition.type else None
        if not isinstance(declared, CallableType) or is_unannotated(declared):
            return None
        return self._shapes.signature(declared)

    # --- reachability

    @answering(True)
    def reachable(self, statement: ast.stmt) -> bool:
        """False if the type checker proved that the statement can't run; True if in doubt."""
        return self._reachability.reachable(statement)

    # --- from `ast` to mypy

    def _expression(self, node: ast.expr) -> nodes.Expression | None:
        while isinstance(node, ast.Starred):
            node = node.value
        partner = self.pairing.partner(node)
        return partner if isinstance(partner, nodes.Expression) else None

    def _type(self, partner: nodes.Expression) -> ProperType | None:
        type_ = self._types.get(partner)
        return self._affine.proper(type_) if type_ is not None else None


def _global_name(node: nodes.SymbolNode | None) -> str | None:
    """The full name of a module or of what a module or class defines; None for a local."""
    if node is None:
        return None
    name = node.fullname
    if isinstance(node, nodes.MypyFile):
        return name
    if isinstance(node, nodes.Var) and node.info and "." not in name:
        return f"{node.info.fullname}.{name}"
    return name if "." in name else None


def _classes(type_: ProperType | None) -> list[nodes.TypeInfo]:
    """The classes whose attributes a value of this type has; empty if that is not known."""
    if isinstance(type_, Instance):
        return [type_.type]
    if isinstance(type_, TupleType):
        return [type_.partial_fallback.type]
    if isinstance(type_, (LiteralType, TypedDictType)):
        return [type_.fallback.type]
    if isinstance(type_, TypeVarType):
        return _classes(get_proper_type(type_.upper_bound))
    if isinstance(type_, TypeType):
        return _classes(type_.item)
    if isinstance(type_, (CallableType, Overloaded)):
        return [type_.type_object()] if type_.is_type_obj() else []
    if isinstance(type_, UnionType):
        items = [get_proper_type(item) for item in type_.items]
        found = [_classes(item) for item in items if not isinstance(item, NoneType)]
        return [info for infos in found for info in infos] if all(found) else []
    return []


def _may_be_true(type_: Type) -> bool:
    """Whether `__exit__` of this result type suppresses: declared `bool`, as mypy decides it."""
    proper = get_proper_type(type_)
    if isinstance(proper, Instance):
        if proper.type.fullname == "builtins.bool":
            return proper.last_known_value is None or proper.last_known_value.value is True
        if proper.type.fullname in ("typing.Coroutine", "typing.Awaitable"):
            return _may_be_true(proper.args[-1])
        return False
    if isinstance(proper, LiteralType):
        return proper.value is True
    return False
