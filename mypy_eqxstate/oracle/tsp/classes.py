"""Classes as their definitions have them: ancestors, members, fields, constructors.

A type server says which class a value is an instance of, and where that class is defined; what is
in it, nobody can be asked.  So it is read from the definition, with names followed through imports.

    class Pair(NamedTuple):          ancestors: Pair, builtins.tuple, ..., builtins.object
        number: int                  fields: number, token
        token: Token                 constructor_fields: number, token

The resolution order is Python's (C3).  Where a base is not understood, it is left out.

What an attribute without an annotation holds, only the type server knows: `inferred` is asked for
the places where it is assigned, and the answers are joined.

Limits: classes made by `type(...)` or by a decorator that returns another class are not seen; slots
and descriptors are variables.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence

from mypy_eqxstate.fullnames import MODULE, canonical
from mypy_eqxstate.oracle.tsp.annotations import SELF, Annotations
from mypy_eqxstate.oracle.tsp.modules import Module
from mypy_eqxstate.oracle.tsp.names import Found, Names
from mypy_eqxstate.oracle.tsp.scopes import (
    Assigned,
    Binding,
    DefinedFunction,
    Function,
    Scope,
    TypeParameter,
)
from mypy_eqxstate.oracle.tsp.terms import (
    ANY,
    PLAIN_TERM,
    ClassDefinition,
    ClassTerm,
    Term,
    TupleTerm,
    VariableTerm,
    substitute,
    union,
    variables,
)

Inferred = Callable[[Module, Sequence[ast.expr]], list[Term]]
_MODULE_HOME = "equinox._module."
_NAMED_TUPLES = frozenset({"typing.NamedTuple", "typing_extensions.NamedTuple"})
_DATACLASS = frozenset({"dataclasses.dataclass", "equinox._module._module.ActualModuleMeta"})


class Classes:
    """The contents of classes.

    Args:
        names: follows names.
        annotations: reads annotations.
        inferred: the types of expressions of a module, from the type server; ANY if not known.
    """

    def __init__(self, names: Names, annotations: Annotations, inferred: Inferred) -> None:
        self._names = names
        self._annotations = annotations
        self._inferred = inferred
        self._bases: dict[str, tuple[ClassTerm | TupleTerm, ...]] = {}
        self._orders: dict[str, tuple[ClassDefinition, ...]] = {}
        self._fields: dict[str, dict[str, Term]] = {}
        self._inferred_fields: dict[str, frozenset[str]] = {}
        self._named_tuples: set[str] = set()

    # --- ancestors

    def bases(self, definition: ClassDefinition) -> tuple[ClassTerm | TupleTerm, ...]:
        """The bases of a class as they are written."""
        known = self._bases.get(definition.full_name)
        if known is None:
            self._bases[definition.full_name] = ()
            known = self._bases[definition.full_name] = tuple(self._read_bases(definition))
        return known

    def _read_bases(self, definition: ClassDefinition) -> Iterator[ClassTerm | TupleTerm]:
        module, node = definition.module, definition.node
        if isinstance(node, ast.Call):
            yield from self._functional_bases(definition, node)
            return
        scope = self._type_scope(definition)
        for expression in node.bases:
            term = self._annotations.term(module, scope, expression)
            if isinstance(term, ClassTerm) and term.definition.full_name in _NAMED_TUPLES:
                yield from self._named_tuple_base(definition)
            elif isinstance(term, TupleTerm | ClassTerm):
                yield term
            elif isinstance(expression, ast.Call):
                # `class P(namedtuple("P", "x y"))`
                yield from self._functional_bases(definition, expression)

    def _functional_bases(self, definition: ClassDefinition, call: ast.Call) -> Iterator[ClassTerm]:
        module = definition.module
        maker = self._names.expression(module, module.scope, call.func)
        name = maker.full_name if isinstance(maker, Found) else ""
        if name.endswith("NewType") and len(call.args) == 2:
            term = self._annotations.term(module, module.scope, call.args[1])
            if isinstance(term, ClassTerm):
                yield term
        elif name.lower().endswith("namedtuple"):
            yield from self._named_tuple_base(definition)

    def _named_tuple_base(self, definition: ClassDefinition) -> Iterator[ClassTerm]:
        """What a NamedTuple derives from: it is a tuple, and `NamedTuple` is no class."""
        self._named_tuples.add(definition.full_name)
        found = self._named("builtins.tuple")
        if found is not None:
            yield ClassTerm(found, (ANY,))

    def mro(self, definition: ClassDefinition) -> tuple[ClassDefinition, ...]:
        """The method resolution order, the class itself first."""
        known = self._orders.get(definition.full_name)
        if known is None:
            self._orders[definition.full_name] = (definition,)  # a class that derives from itself
            known = self._orders[definition.full_name] = self._linearized(definition)
        return known

    def _linearized(self, definition: ClassDefinition) -> tuple[ClassDefinition, ...]:
        direct = []
        for base in self.bases(definition):
            if isinstance(base, ClassTerm):
                direct.append(base.definition)
            else:
                found = self._named("builtins.tuple")
                direct += [found] if found is not None else []
        if not direct and definition.full_name != "builtins.object":
            found = self._named("builtins.object")
            direct = [found] if found is not None else []
        sequences = [list(self.mro(base)) for base in direct] + [direct]
        order = [definition]
        while sequences := [sequence for sequence in sequences if sequence]:
            tails = {item.full_name for sequence in sequences for item in sequence[1:]}
            heads = (sequence[0] for sequence in sequences)
            head = next((h for h in heads if h.full_name not in tails), sequences[0][0])
            order.append(head)
            for sequence in sequences:
                sequence[:] = [item for item in sequence if item.full_name != head.full_name]
        return tuple(order)

    def derives(self, definition: ClassDefinition, *full_names: str) -> bool:
        """Whether one of the classes of some full names is among the ancestors."""
        return any(base.full_name in full_names for base in self.mro(definition))

    def argument(self, term: ClassTerm, base_name: str, position: int) -> Term | None:
        """The type argument that an instance has in one of its bases; None if that is no base."""
        definition = term.definition
        if definition.full_name == base_name:
            return term.arguments[position] if position < len(term.arguments) else ANY
        order = self.type_parameters(definition)
        known = dict(zip(order, term.arguments, strict=False))
        for base in self.bases(definition):
            if isinstance(base, TupleTerm):
                found = self._named("builtins.tuple")
                base = ClassTerm(found, (union(base.items),)) if found is not None else base
            if isinstance(base, ClassTerm) and self.derives(base.definition, base_name):
                inner = substitute(base, known) if known else base
                assert isinstance(inner, ClassTerm)
                return self.argument(inner, base_name, position)
        return None

    def type_parameters(self, definition: ClassDefinition) -> list[VariableTerm]:
        """The type variables of a class in the order of its arguments."""
        node, module = definition.node, definition.module
        if isinstance(node, ast.Call):
            return []
        scope = self._type_scope(definition)
        found: list[VariableTerm] = []
        for parameter in getattr(node, "type_params", ()):
            term = self._annotations.of_found(
                Found(module, scope, parameter.name, TypeParameter(parameter))
            )
            found += [term] if isinstance(term, VariableTerm) else []
        for expression in node.bases:
            if not isinstance(expression, ast.Subscript):
                continue
            parts = expression.slice
            items = parts.elts if isinstance(parts, ast.Tuple) else [parts]
            terms = [self._annotations.term(module, scope, item) for item in items]
            inside = [variable for term in terms for variable in variables(term)]
            name = ast.unparse(expression.value).rpartition(".")[2]
            if name in ("Generic", "Protocol"):
                return list(dict.fromkeys(inside))
            found += inside
        return list(dict.fromkeys(found))

    def _type_scope(self, definition: ClassDefinition) -> Scope:
        """The scope that bases see: the one around, with the class's own type parameters."""
        node = definition.node
        assert isinstance(node, ast.ClassDef)
        around = definition.module.scope_around(node)
        parameters = getattr(node, "type_params", ())
        if not parameters:
            return around
        names: dict[str, Binding] = {p.name: TypeParameter(p) for p in parameters}
        return Scope(names, parent=around)

    def scope(self, definition: ClassDefinition) -> Scope | None:
        """The names in the body of a class; None if it has no body."""
        node = definition.node
        return definition.module.scope_of(node) if isinstance(node, ast.ClassDef) else None

    def _named(self, full_name: str) -> ClassDefinition | None:
        return self._annotations.class_of(self._names.lookup(full_name))

    # --- members

    def member(
        self, definition: ClassDefinition, name: str
    ) -> tuple[ClassDefinition, Binding] | None:
        """The first class in the resolution order that binds this name, and what to."""
        for base in self.mro(definition):
            scope = self.scope(base)
            binding = scope.names.get(name) if scope is not None else None
            if binding is not None:
                return base, binding
        return None

    def field(self, term: ClassTerm, name: str) -> Term | None:
        """The type of one declared variable of an instance; None if the class has no such."""
        for base in self.mro(term.definition):
            found = self.own_fields(base).get(name)
            if found is not None:
                order = self.type_parameters(term.definition)
                known = dict(zip(order, term.arguments, strict=False))
                return substitute(found, {SELF: term, **known})
        return None

    def own_fields(self, definition: ClassDefinition) -> dict[str, Term]:
        """The instance variables that a class itself declares, or assigns through `self`."""
        known = self._fields.get(definition.full_name)
        if known is None:
            self._fields[definition.full_name] = {}
            known = self._fields[definition.full_name] = self._read_fields(definition)
        return known

    def inferred_fields(self, definition: ClassDefinition) -> frozenset[str]:
        """Those of the instance variables that have no annotation."""
        self.own_fields(definition)
        return self._inferred_fields.get(definition.full_name, frozenset())

    def _read_fields(self, definition: ClassDefinition) -> dict[str, Term]:
        module, node = definition.module, definition.node
        if isinstance(node, ast.Call):
            return dict(self._functional_fields(module, node))
        scope = module.scope_of(node)
        found: dict[str, Term] = {}
        open_places: dict[str, list[ast.expr]] = {}
        for name, binding in scope.names.items():
            if not isinstance(binding, Assigned) or _is_dunder(name):
                continue
            if binding.annotation is not None:
                found[name] = self._declared(module, scope, binding.annotation)
            else:
                open_places.setdefault(name, []).append(binding.target)
        for method in _methods(node):
            inner = module.scope_of(method)
            for target, annotation in _self_assignments(method):
                if target.attr in scope.names and target.attr not in open_places:
                    continue
                inherited = self.member(definition, target.attr)
                if inherited is not None and isinstance(inherited[1], DefinedFunction):
                    continue  # a property of a base class
                if annotation is not None:
                    found[target.attr] = self._declared(module, inner, annotation)
                elif target.attr not in found:
                    open_places.setdefault(target.attr, []).append(target)
        asked = [(name, place) for name, places in open_places.items() for place in places]
        answers = self._inferred(module, [place for _, place in asked]) if asked else []
        for (name, _), answer in zip(asked, answers, strict=True):
            found[name] = answer if name not in found else union([found[name], answer])
        self._inferred_fields[definition.full_name] = frozenset(open_places)
        return found

    def _declared(self, module: Module, scope: Scope, annotation: ast.expr) -> Term:
        return self._annotations.term(module, scope, annotation)

    def _functional_fields(self, module: Module, call: ast.Call) -> Iterator[tuple[str, Term]]:
        if len(call.args) < 2:
            return
        fields = call.args[1]
        if isinstance(fields, ast.Constant) and isinstance(fields.value, str):
            for name in fields.value.replace(",", " ").split():
                yield name, ANY
        elif isinstance(fields, ast.List | ast.Tuple):
            for item in fields.elts:
                if isinstance(item, ast.Constant):
                    yield str(item.value), ANY
                elif isinstance(item, ast.Tuple) and isinstance(item.elts[0], ast.Constant):
                    term = self._annotations.term(module, module.scope, item.elts[1])
                    yield str(item.elts[0].value), term
        elif isinstance(fields, ast.Dict):
            for key, value in zip(fields.keys, fields.values, strict=True):
                if isinstance(key, ast.Constant):
                    yield str(key.value), self._annotations.term(module, module.scope, value)

    # --- kinds of classes

    def named_tuple_fields(self, definition: ClassDefinition) -> dict[str, Term] | None:
        """The fields of a NamedTuple, or of a class derived from one; None for another class."""
        for base in self.mro(definition):
            if base.full_name in self._named_tuples:
                fields = self.own_fields(base)
                if isinstance(base.node, ast.Call):
                    return fields
                declared = _annotated_names(base.node)
                if not declared and base.node.bases and isinstance(base.node.bases[0], ast.Call):
                    return dict(self._functional_fields(base.module, base.node.bases[0]))
                return {name: fields.get(name, ANY) for name in declared}
        return None

    def is_typed_dict(self, definition: ClassDefinition) -> bool:
        """Whether a class is a TypedDict."""
        for base in self.mro(definition):
            if isinstance(base.node, ast.ClassDef):
                names = {ast.unparse(b).rpartition(".")[2] for b in base.node.bases}
                if "TypedDict" in names:
                    return True
            elif ast.unparse(base.node.func).endswith("TypedDict"):
                return True
        return False

    def is_protocol(self, definition: ClassDefinition) -> bool:
        """Whether a class is a Protocol itself."""
        node = definition.node
        if isinstance(node, ast.Call):
            return False
        names = (b.value if isinstance(b, ast.Subscript) else b for b in node.bases)
        return any(ast.unparse(name).rpartition(".")[2] == "Protocol" for name in names)

    def is_new_type(self, definition: ClassDefinition) -> bool:
        """Whether a class is made by `NewType`."""
        node = definition.node
        return isinstance(node, ast.Call) and ast.unparse(node.func).endswith("NewType")

    def decorators(self, definition: ClassDefinition) -> Iterator[Found]:
        """What the decorators of a class are; unknown ones are left out."""
        node, module = definition.node, definition.module
        if isinstance(node, ast.Call):
            return
        for decorator in node.decorator_list:
            call = decorator.func if isinstance(decorator, ast.Call) else decorator
            found = self._names.expression(module, module.scope_around(node), call)
            if isinstance(found, Found):
                yield found

    def is_dataclass(self, definition: ClassDefinition) -> bool:
        """Whether the class has a generated constructor: a dataclass, or what behaves like one."""
        if any(self._transforms(found) for found in self.decorators(definition)):
            return True
        for base in self.mro(definition):
            if isinstance(base.node, ast.Call):
                continue
            for keyword in base.node.keywords:
                if keyword.arg != "metaclass":
                    continue
                scope = base.module.scope_around(base.node)
                found = self._names.expression(base.module, scope, keyword.value)
                if isinstance(found, Found) and self._transforms(found):
                    return True
        return False

    def is_frozen(self, definition: ClassDefinition) -> bool:
        """Whether nothing can be assigned to the fields of an instance."""
        if self.named_tuple_fields(definition) is not None:
            return True
        return any(
            canonical(base.full_name) == MODULE or _says_frozen(base.node)
            for base in self.mro(definition)
        )

    def _transforms(self, found: Found) -> bool:
        """Whether a decorator or metaclass makes constructors (`dataclass_transform`)."""
        if found.full_name in _DATACLASS:
            return True
        definition = self._annotations.class_of(found)
        nodes: Sequence[ast.ClassDef | Function | ast.Call] = ()
        if definition is not None:
            nodes = [base.node for base in self.mro(definition)]
        elif isinstance(found.binding, DefinedFunction):
            nodes = found.binding.nodes
        return any(
            ast.unparse(decorator).partition("(")[0].endswith("dataclass_transform")
            for node in nodes
            if not isinstance(node, ast.Call)
            for decorator in node.decorator_list
        )

    def constructor_fields(self, definition: ClassDefinition) -> tuple[str, ...] | None:
        """The fields of a generated constructor in its order, keyword-only ones last."""
        named = self.named_tuple_fields(definition)
        if named is not None:
            return tuple(named)
        generated = self.generated_fields(definition)
        return None if generated is None else tuple(field.name for field in generated)

    def generated_fields(self, definition: ClassDefinition) -> list[GeneratedField] | None:
        """The parameters of a dataclass's constructor; None where a written one counts."""
        if not self.is_dataclass(definition):
            return None
        order = self.mro(definition)
        modules = any(base.full_name.startswith(_MODULE_HOME) for base in order)
        for base in order:
            if base.full_name == "builtins.object":
                break
            if base.full_name.startswith(_MODULE_HOME):
                continue
            scope = self.scope(base)
            written = scope is not None and "__init__" in scope.names
            # A `@dataclass` makes a constructor for each class; a Module inherits a written one.
            if written and (base is definition or modules):
                return None
        fields: dict[str, GeneratedField] = {}
        for base in reversed(order):
            if isinstance(base.node, ast.ClassDef) and self.is_dataclass(base):
                for found in _dataclass_fields(base.node):
                    term = self.own_fields(base).get(found.name, ANY)
                    fields[found.name] = GeneratedField(
                        found.name, term, found.keyword_only, found.has_default, found.in_init
                    )
        given = [field for field in fields.values() if field.in_init]
        return sorted(given, key=lambda field: field.keyword_only)


class GeneratedField:
    """A field of a dataclass, as its constructor takes it."""

    __slots__ = ("has_default", "in_init", "keyword_only", "name", "term")

    def __init__(
        self, name: str, term: Term, keyword_only: bool, has_default: bool, in_init: bool
    ) -> None:
        self.name = name
        self.term = term
        self.keyword_only = keyword_only
        self.has_default = has_default
        self.in_init = in_init


def _says_frozen(node: ast.ClassDef | ast.Call) -> bool:
    """Whether a decorator says `frozen=True`."""
    return isinstance(node, ast.ClassDef) and any(
        keyword.arg == "frozen" and ast.unparse(keyword.value) == "True"
        for decorator in node.decorator_list
        if isinstance(decorator, ast.Call)
        for keyword in decorator.keywords
    )


def _dataclass_fields(node: ast.ClassDef) -> Iterator[GeneratedField]:
    keyword_only = any(
        keyword.arg == "kw_only" and _is_true(keyword.value)
        for decorator in node.decorator_list
        if isinstance(decorator, ast.Call)
        for keyword in decorator.keywords
    )
    for statement in node.body:
        if not isinstance(statement, ast.AnnAssign) or not isinstance(statement.target, ast.Name):
            continue
        declared = ast.unparse(statement.annotation).strip("'\"")
        name = declared.partition("[")[0].rpartition(".")[2]
        if name == "KW_ONLY":
            keyword_only = True
            continue
        if name == "ClassVar":
            continue
        settings = {}
        has_default = statement.value is not None
        if isinstance(statement.value, ast.Call) and _makes_field(statement.value):
            settings = {k.arg: k.value for k in statement.value.keywords}
            has_default = bool({"default", "default_factory", "factory"} & settings.keys())
        in_init = "init" not in settings or _is_true(settings["init"])
        only = _is_true(settings["kw_only"]) if "kw_only" in settings else keyword_only
        yield GeneratedField(statement.target.id, PLAIN_TERM, only, has_default, in_init)


def _makes_field(call: ast.Call) -> bool:
    return ast.unparse(call.func).rpartition(".")[2] in ("field", "attrib", "ib")


def _is_true(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and bool(node.value)


def _is_dunder(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")


def _annotated_names(node: ast.ClassDef) -> list[str]:
    return [
        statement.target.id
        for statement in node.body
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name)
    ]


def _methods(node: ast.ClassDef) -> Iterator[Function]:
    for statement in node.body:
        if isinstance(statement, Function):
            yield statement


def _self_assignments(
    method: Function,
) -> Iterator[tuple[ast.Attribute, ast.expr | None]]:
    """What a method assigns through its first parameter, with the annotation, if any."""
    parameters = [*method.args.posonlyargs, *method.args.args]
    if not parameters or any(
        isinstance(d, ast.Name) and d.id in ("staticmethod", "classmethod")
        for d in method.decorator_list
    ):
        return
    own = parameters[0].arg
    for statement in ast.walk(method):
        targets: Sequence[ast.expr] = ()
        annotation = None
        if isinstance(statement, ast.Assign):
            targets = statement.targets
        elif isinstance(statement, ast.AnnAssign):
            targets, annotation = [statement.target], statement.annotation
        for target in targets:
            for part in target.elts if isinstance(target, ast.Tuple | ast.List) else [target]:
                if (
                    isinstance(part, ast.Attribute)
                    and isinstance(part.value, ast.Name)
                    and part.value.id == own
                ):
                    yield part, annotation
