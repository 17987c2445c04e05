"""What definitions say of functions and classes, by full name, without mypy.

`Symbols` answers what `oracle/mypy_symbols.py` answers from mypy's symbol tables:
`declaration("equinox.nn._batch_norm.BatchNorm.__call__")`, `class_info(...)`, `method(...)`.  It
reads the definitions themselves; the type server is asked only for what a decorator has made of a
function, and for variables without annotation.

Limit: the body of a method of another module is looked at only to see whether it says anything.
"""

from __future__ import annotations

import ast
from collections.abc import Container

from mypy_eqxstate.oracle.protocol import ClassInfo, Declaration
from mypy_eqxstate.oracle.shapes import ParameterKind, Shape, Signature
from mypy_eqxstate.oracle.tsp.annotations import Annotations
from mypy_eqxstate.oracle.tsp.classes import Classes
from mypy_eqxstate.oracle.tsp.functions import Functions
from mypy_eqxstate.oracle.tsp.modules import Module
from mypy_eqxstate.oracle.tsp.names import Found, Names
from mypy_eqxstate.oracle.tsp.scopes import Assigned, DefinedFunction, Function
from mypy_eqxstate.oracle.tsp.shapes import ShapeMaker
from mypy_eqxstate.oracle.tsp.terms import (
    NONE_TERM,
    ClassDefinition,
    ClassTerm,
    FunctionTerm,
    NoneTerm,
    ParameterTerm,
    Term,
    TypeTerm,
    UnionTerm,
    VariableTerm,
)

_NOT_FIELDS = frozenset({"builtins.object", "builtins.tuple", "builtins.dict", "typing.Generic"})


class Symbols:
    """Declarations and classes by full name.

    Args:
        names: follows names.
        annotations: reads annotations.
        classes: the contents of classes.
        functions: the signatures of functions.
        affine_classes: full names of classes that are affine by library table or configuration.
    """

    def __init__(
        self,
        names: Names,
        annotations: Annotations,
        classes: Classes,
        functions: Functions,
        affine_classes: Container[str],
    ) -> None:
        self.names = names
        self.annotations = annotations
        self.classes = classes
        self.functions = functions
        self.shapes = ShapeMaker(
            classes, lambda owner: functions.bound(owner, "__call__"), affine_classes
        )
        self._declarations: dict[str, Declaration | None] = {}
        self._class_infos: dict[str, ClassInfo | None] = {}

    def class_of(self, full_name: str) -> ClassDefinition | None:
        """The class of a full name; an alias is the class that it stands for."""
        found = self.names.lookup(full_name)
        definition = self.annotations.class_of(found)
        if definition is None and isinstance(found, Found) and isinstance(found.binding, Assigned):
            term = self.annotations.of_found(found)
            if isinstance(term, ClassTerm):
                return term.definition
        return definition

    # --- functions

    def declaration(self, full_name: str) -> Declaration | None:
        """The function or method of this full name; for a class its constructor."""
        if full_name not in self._declarations:
            self._declarations[full_name] = None
            self._declarations[full_name] = self._declare(full_name)
        return self._declarations[full_name]

    def _declare(self, full_name: str) -> Declaration | None:
        definition = self.class_of(full_name)
        if definition is not None:
            return self._constructor(definition)
        found = self.names.lookup(full_name)
        if not isinstance(found, Found) or not isinstance(found.binding, DefinedFunction):
            return None
        node = found.binding.nodes[0]
        parent = found.module.owner(node)
        owner = None
        if isinstance(parent, ast.ClassDef):
            owner = self.annotations.class_of(self.names.of_node(found.module, parent))
        return self._describe(found.module, found.binding, owner)

    def method(self, class_name: str, name: str) -> Declaration | None:
        """The method that an instance of the class has under this name."""
        definition = self.class_of(class_name)
        if definition is None:
            return None
        found = self.classes.member(definition, name)
        if name == "__init__" and (found is None or found[0] is not definition):
            generated = self._generated(definition)
            if generated is not None:
                return generated
        if found is None or not isinstance(found[1], DefinedFunction):
            return None
        return self._describe(found[0].module, found[1], found[0])

    def _constructor(self, definition: ClassDefinition) -> Declaration | None:
        return self.method(definition.full_name, "__init__")

    def _generated(self, definition: ClassDefinition) -> Declaration | None:
        """The constructor that a dataclass, or what behaves like one, gets."""
        term = self._generated_signature(definition)
        if term is None:
            return None
        return Declaration(
            f"{definition.full_name}.__init__",
            (self.shapes.signature(term),),
            kind="method",
            path=str(definition.module.path),
            abstract=definition.module.is_stub,
            in_stub=definition.module.is_stub,
        )

    def _generated_signature(self, definition: ClassDefinition) -> FunctionTerm | None:
        fields = self.classes.generated_fields(definition)
        if fields is None:
            return None
        own = ParameterTerm("self", ParameterKind.POSITIONAL, ClassTerm(definition))
        given = [
            ParameterTerm(
                field.name,
                ParameterKind.KEYWORD_ONLY if field.keyword_only else ParameterKind.POSITIONAL,
                field.term,
                has_default=field.has_default,
            )
            for field in fields
        ]
        return FunctionTerm((own, *given), NONE_TERM)

    def constructor_signatures(self, definition: ClassDefinition) -> tuple[FunctionTerm, ...]:
        """The signatures of the constructor of a class, without `self`."""
        named = self.classes.named_tuple_fields(definition)
        if named is not None:
            kind = ParameterKind.POSITIONAL
            given = tuple(ParameterTerm(name, kind, term) for name, term in named.items())
            return (FunctionTerm(given, ClassTerm(definition)),)
        found = self.classes.member(definition, "__init__")
        if found is None or found[0] is not definition:
            term = self._generated_signature(definition)
            if term is not None and term.parameters is not None:
                return (FunctionTerm(term.parameters[1:], term.result),)
        return self.functions.bound(definition, "__init__")

    def _describe(
        self, module: Module, binding: DefinedFunction, owner: ClassDefinition | None
    ) -> Declaration:
        node = self.functions.main(module, binding)
        terms, decorated = self.functions.signatures(module, binding, owner)
        return Declaration(
            full_name=f"{module.name}.{module.qualified_name(node)}",
            signatures=tuple(self.shapes.signature(term) for term in terms),
            kind=self.functions.kind(module, node, owner),
            path=str(module.path),
            line=node.lineno,
            decorated=decorated,
            abstract=self._is_abstract(module, node, owner),
            in_stub=module.is_stub,
        )

    def _is_abstract(self, module: Module, node: Function, owner: ClassDefinition | None) -> bool:
        if module.is_stub:
            return True
        if owner is not None and self.classes.is_protocol(owner):
            return True
        return self.functions.is_abstract(module, node) or is_trivial(node)

    def parameter_signature(self, module: Module, node: Function) -> Signature | None:
        """The signature of a function as it is written; None if it is unannotated."""
        parent = module.owner(node)
        owner = None
        if isinstance(parent, ast.ClassDef):
            owner = self.annotations.class_of(self.names.of_node(module, parent))
        term = self.functions.written(module, node, owner)
        return None if term is None else self.shapes.signature(term)

    # --- classes

    def class_info(self, full_name: str) -> ClassInfo | None:
        """The class of this full name; None if there is none."""
        if full_name not in self._class_infos:
            definition = self.class_of(full_name)
            self._class_infos[full_name] = None
            if definition is not None:
                self._class_infos[full_name] = self._describe_class(definition)
        return self._class_infos[full_name]

    def _describe_class(self, definition: ClassDefinition) -> ClassInfo:
        fields: dict[str, Shape] = {}
        inferred: frozenset[str] = frozenset()
        order = self.classes.mro(definition)
        for base in reversed(order):
            if base.full_name not in _NOT_FIELDS:
                own = self.classes.own_fields(base)
                for name, term in own.items():
                    fields[name] = self.shapes.shape(term)
                inferred = (inferred - own.keys()) | self.classes.inferred_fields(base)
        return ClassInfo(
            full_name=definition.full_name,
            ancestors=tuple(base.full_name for base in order),
            fields=fields,
            constructor_fields=self.classes.constructor_fields(definition),
            affine=self.shapes.is_affine(definition),
            is_protocol=self.classes.is_protocol(definition),
            is_new_type=self.classes.is_new_type(definition),
            frozen=self.classes.is_frozen(definition),
            inferred=inferred,
        )

    # --- members of instances

    def classes_of(self, term: Term) -> list[ClassTerm]:
        """The classes whose attributes a value has; empty if that is not known."""
        return _classes_of(term)

    def field(self, term: Term, name: str) -> Term | None:
        """The type of a declared variable, or property, of a value; None if not known."""
        for instance in _classes_of(term):
            declared = self.classes.field(instance, name)
            if declared is not None:
                return declared
            found = self.classes.member(instance.definition, name)
            if found is not None and isinstance(found[1], DefinedFunction):
                node = self.functions.main(found[0].module, found[1])
                if self.functions.kind(found[0].module, node, found[0]) == "property":
                    getters = self.functions.bound(instance.definition, name, instance)
                    return getters[0].result if getters else None
        return None


def _classes_of(term: Term) -> list[ClassTerm]:
    if isinstance(term, ClassTerm):
        return [term]
    if isinstance(term, TypeTerm):
        return _classes_of(term.instance)
    if isinstance(term, VariableTerm):
        return _classes_of(term.bound) if term.bound is not None else []
    if isinstance(term, UnionTerm):
        parts = [_classes_of(item) for item in term.items if not isinstance(item, NoneTerm)]
        return [found for part in parts for found in part] if all(parts) else []
    return []


def is_trivial(node: Function) -> bool:
    """Whether a body says nothing: `...`, `pass`, `raise NotImplementedError`, or only a text."""
    body = list(node.body)
    first = body[0].value if isinstance(body[0], ast.Expr) else None
    if isinstance(first, ast.Constant) and isinstance(first.value, str):
        body = body[1:]
    if not body:
        return True
    if len(body) > 1:
        return False
    statement = body[0]
    if isinstance(statement, ast.Pass):
        return True
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant) and statement.value.value is Ellipsis
    if isinstance(statement, ast.Raise) and statement.exc is not None:
        return "NotImplementedError" in ast.unparse(statement.exc)
    return False
