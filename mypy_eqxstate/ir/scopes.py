"""Which body owns a name: Python's scoping rules, worked out once per body.

A *body* (module, function, lambda, generator expression) has one scope of its own, and further
scopes inside it that are lowered inline with it: class bodies, the other comprehensions, and the
scopes of type parameters.  Names of those get variables that cannot collide with the body's own:

    class Counter:
        step = 1                      # Variable("Counter.step", owner "")
    squares = [x * x for x in xs]     # Variable("x@3:10", owner "") and Variable("xs", "")

`scan_body` walks a body once, without entering the bodies of functions nested in it, and notes what
each scope binds, declares and reads.  Resolution happens afterwards and on demand, so that the
order of the walk does not matter and a stack does instead of recursion.

Limits.  Private names (`__x` in a class) are not mangled.  A name that a class body reads before it
binds it is looked up outside of the class, as Python does; "before" means the order of the source.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from mypy_eqxstate.ir.model import GENERATOR_PARAMETER, Variable
from mypy_eqxstate.ir.model import BodyNode as BodyNode
from mypy_eqxstate.ir.model import FunctionNode as FunctionNode

# How a name is read: by these constant items only, or as a whole (None).
ItemKeys = set[int | str] | None
Uses = dict[str, ItemKeys]


class ScopeKind(Enum):
    """What kind of syntax opened a scope."""

    MODULE = "module"
    FUNCTION = "function"
    CLASS = "class"
    GENERATOR = "generator"  # a generator expression's: a body of its own
    INNER = "inner"  # another comprehension's, or type parameters'


class Scope:
    """One scope: what it binds, declares and reads, and how its names become variables."""

    __slots__ = ("bindings", "declared", "kind", "owner", "parent", "prefix", "resolved", "suffix")

    def __init__(
        self, kind: ScopeKind, parent: Scope | None, owner: str, prefix: str, suffix: str = ""
    ) -> None:
        self.kind = kind
        self.parent = parent
        self.owner = owner  # the name of the body that the scope is lowered with
        self.prefix = prefix  # what qualified names of definitions in it begin with
        self.suffix = suffix  # what tells the names of an inner scope from the body's own
        self.bindings: set[str] = set()
        self.declared: dict[str, bool] = {}  # True: `global`, False: `nonlocal`
        self.resolved: dict[str, Variable] = {}

    def variable(self, name: str) -> Variable:
        """The variable of a name that this very scope binds."""
        if self.kind is ScopeKind.CLASS:
            return Variable(self.prefix + name, self.owner)
        return Variable(name + self.suffix, self.owner)

    def resolve(self, name: str) -> Variable:
        """The variable that a name in this scope means."""
        found = self.resolved.get(name)
        if found is None:
            found = self.resolved[name] = self._find(name)
        return found

    def _find(self, name: str) -> Variable:
        is_global = self.declared.get(name)
        if is_global:
            return Variable(name, "")
        if is_global is None and name in self.bindings:
            return self.variable(name)
        return self.resolve_outside(name)

    def resolve_outside(self, name: str) -> Variable:
        """The variable that the name means in the next scope outwards that can be seen."""
        scope = self.parent
        while scope is not None and scope.kind is ScopeKind.CLASS:
            scope = scope.parent
        return Variable(name, "") if scope is None else scope.resolve(name)

    def binding_scope(self) -> Scope:
        """Where `:=` binds: the scope around all comprehensions, perhaps of another body."""
        scope = self
        while scope.kind in _COMPREHENSIONS and scope.parent is not None:
            scope = scope.parent
        return scope


_COMPREHENSIONS = (ScopeKind.INNER, ScopeKind.GENERATOR)


@dataclass(slots=True)
class BodyScopes:
    """A body's scopes.

    Attributes:
        name: the qualified name of the body; "" for the module.
        scope: the scope of the body itself.
        inner: the scope that a class or inline comprehension opens; for a function nested in this
            body, the scope that it is nested in.
        functions: the functions, lambdas and generator expressions directly nested in this body,
            also in its classes.
        uses: how the body itself reads its names, by the scope that they stand in.
    """

    name: str
    node: BodyNode
    scope: Scope
    parameters: tuple[Variable, ...]
    inner: dict[ast.AST, Scope] = field(default_factory=dict)
    functions: list[FunctionNode] = field(default_factory=list)
    uses: list[tuple[Scope, dict[str, ItemKeys]]] = field(default_factory=list)
    is_generator: bool = False

    def locals(self) -> Iterator[Variable]:
        """Every variable that the body owns."""
        for scope, _ in self.uses:
            for name in scope.bindings:
                if name not in scope.declared:
                    yield scope.variable(name)


def constant_key(node: ast.expr) -> int | str | None:
    """The index that a subscript surely means, whatever the length of the container is."""
    if type(node) is ast.Constant:
        value = node.value
        if type(value) is str or (type(value) is int and value >= 0):
            return value
    return None


def note_use(uses: dict[Any, ItemKeys], name: object, keys: ItemKeys) -> None:
    """Add one way of reading to what is known of a name's."""
    if keys is None:
        uses[name] = None
    elif name not in uses:
        uses[name] = set(keys)
    else:
        known = uses[name]
        if known is not None:
            known |= keys


def parameter_names(node: FunctionNode) -> list[str]:
    """The names of all parameters, in the order of the signature."""
    if isinstance(node, ast.GeneratorExp):
        return [GENERATOR_PARAMETER]
    arguments = node.args
    names = [argument.arg for argument in (*arguments.posonlyargs, *arguments.args)]
    if arguments.vararg is not None:
        names.append(arguments.vararg.arg)
    names.extend(argument.arg for argument in arguments.kwonlyargs)
    if arguments.kwarg is not None:
        names.append(arguments.kwarg.arg)
    return names


# Fields that hold no syntax which is evaluated, or evaluated for its value.
_SKIPPED_FIELDS = frozenset(
    ("ctx", "op", "ops", "annotation", "returns", "type_comment", "type_params", "simple")
)


_CHILD_FIELDS: dict[type, tuple[str, ...]] = {}


def _child_fields(kind: type) -> tuple[str, ...]:
    found = _CHILD_FIELDS.get(kind)
    if found is None:
        names = getattr(kind, "_fields", ())
        found = tuple(name for name in names if name not in _SKIPPED_FIELDS)
        _CHILD_FIELDS[kind] = found
    return found


def scan_body(
    node: BodyNode, name: str, parent: Scope | None, names: Mapping[ast.AST, str]
) -> BodyScopes:
    """Walk a body once; `names` are the qualified names of the definitions inside it."""
    if isinstance(node, ast.Module):
        scope = Scope(ScopeKind.MODULE, None, name, "")
        parameters: list[str] = []
    else:
        is_generator = isinstance(node, ast.GeneratorExp)
        kind = ScopeKind.GENERATOR if is_generator else ScopeKind.FUNCTION
        scope = Scope(kind, parent, name, f"{name}.<locals>.")
        parameters = parameter_names(node)
        scope.bindings.update(parameters)
    result = BodyScopes(name, node, scope, tuple(Variable(each, name) for each in parameters))
    if isinstance(node, ast.GeneratorExp):
        result.is_generator = True
        roots: list[Any] = _inside_comprehension(node)
    else:
        roots = [node.body] if isinstance(node, ast.Lambda) else list(node.body)
    _Scan(result, names).run(scope, roots)
    return result


def _inside_comprehension(node: Any) -> list[Any]:
    """What a comprehension evaluates in its own scope: all but the first iterable."""
    first, *others = node.generators
    values = (node.key, node.value) if isinstance(node, ast.DictComp) else (node.elt,)
    return [first.target, *first.ifs, *others, *values]


def _walruses(node: Any) -> Iterator[str]:
    """The names that `:=` binds inside a comprehension, and so in the scope around it."""
    stack = _inside_comprehension(node)
    while stack:
        inner = stack.pop()
        if isinstance(inner, ast.NamedExpr):
            yield inner.target.id
        if isinstance(inner, ast.Lambda):
            stack.extend(inner.args.defaults)
            stack.extend(each for each in inner.args.kw_defaults if each is not None)
        else:
            stack.extend(ast.iter_child_nodes(inner))


class _Scan:
    """The walk: a stack of nodes per scope, and a list of the scopes still to be walked."""

    def __init__(self, result: BodyScopes, names: Mapping[ast.AST, str]) -> None:
        self.result = result
        self.names = names
        self.waiting: list[tuple[Scope, list[Any]]] = []

    def run(self, scope: Scope, roots: list[Any]) -> None:
        self.waiting.append((scope, roots))
        while self.waiting:
            scope, stack = self.waiting.pop()
            uses: dict[str, ItemKeys] = {}
            self.result.uses.append((scope, uses))
            self.walk(scope, stack, uses)

    def walk(self, scope: Scope, stack: list[Any], uses: Uses) -> None:
        pop, push = stack.pop, stack.append
        while stack:
            node = pop()
            kind = type(node)
            if kind is ast.Name:
                if type(node.ctx) is ast.Load:
                    uses[node.id] = None
                else:
                    scope.bindings.add(node.id)
            elif kind is ast.Constant or kind is str or node is None:
                continue
            elif kind is ast.Attribute:
                push(node.value)
            elif kind is ast.Subscript:
                key = constant_key(node.slice)
                base = node.value
                if key is None or type(node.ctx) is not ast.Load or type(base) is not ast.Name:
                    push(base)
                    push(node.slice)
                else:
                    note_use(uses, base.id, {key})
            elif kind in _SPECIAL:
                _SPECIAL[kind](self, node, scope, stack, uses)
            else:
                for name in _child_fields(kind):
                    value = getattr(node, name, None)
                    if type(value) is list:
                        stack.extend(value)
                    elif value is not None:
                        push(value)

    def function(self, node: Any, scope: Scope, stack: list[Any], uses: Uses) -> None:
        stack.extend(node.args.defaults)
        stack.extend(node.args.kw_defaults)
        if not isinstance(node, ast.Lambda):
            scope.bindings.add(node.name)
            stack.extend(node.decorator_list)
        self.result.functions.append(node)
        self.result.inner[node] = self.type_parameters(node, scope)

    def class_definition(
        self, node: Any, scope: Scope, stack: list[Any], uses: dict[str, ItemKeys]
    ) -> None:
        scope.bindings.add(node.name)
        stack.extend(node.decorator_list)
        stack.extend(node.bases)
        stack.extend(keyword.value for keyword in node.keywords)
        outer = self.type_parameters(node, scope)
        inside = Scope(ScopeKind.CLASS, outer, scope.owner, f"{self.names[node]}.")
        self.result.inner[node] = inside
        self.waiting.append((inside, list(node.body)))

    def type_parameters(self, node: Any, scope: Scope) -> Scope:
        """The scope of `[T, ...]` if there are any: it hides outer names from what is inside."""
        parameters = getattr(node, "type_params", None)
        if not parameters:
            return scope
        place = f"@{node.lineno}:{node.col_offset}"
        inside = Scope(ScopeKind.INNER, scope, scope.owner, scope.prefix, place)
        inside.bindings.update(parameter.name for parameter in parameters)
        self.result.uses.append((inside, {}))
        return inside

    def comprehension(
        self, node: Any, scope: Scope, stack: list[Any], uses: dict[str, ItemKeys]
    ) -> None:
        place = f"@{node.lineno}:{node.col_offset}"
        inside = Scope(ScopeKind.INNER, scope, scope.owner, scope.prefix, place)
        self.result.inner[node] = inside
        stack.append(node.generators[0].iter)  # evaluated in the scope around
        self.waiting.append((inside, _inside_comprehension(node)))

    def generator(self, node: Any, scope: Scope, stack: list[Any], uses: Uses) -> None:
        stack.append(node.generators[0].iter)
        scope.binding_scope().bindings.update(_walruses(node))
        self.result.functions.append(node)
        self.result.inner[node] = scope

    def walrus(self, node: Any, scope: Scope, stack: list[Any], uses: Uses) -> None:
        scope.binding_scope().bindings.add(node.target.id)
        stack.append(node.value)

    def augmented(self, node: Any, scope: Scope, stack: list[Any], uses: Uses) -> None:
        if isinstance(node.target, ast.Name):
            uses[node.target.id] = None
        stack.append(node.target)
        stack.append(node.value)

    def imports(self, node: Any, scope: Scope, stack: list[Any], uses: Uses) -> None:
        for alias in node.names:
            if alias.name != "*":
                scope.bindings.add(alias.asname or alias.name.partition(".")[0])

    def named(self, node: Any, scope: Scope, stack: list[Any], uses: Uses) -> None:
        """Syntax that binds names kept as plain text."""
        for name in ("name", "rest"):
            value = getattr(node, name, None)
            if isinstance(value, str):
                scope.bindings.add(value)
        for name in _child_fields(type(node)):
            value = getattr(node, name, None)
            stack.extend(value if isinstance(value, list) else (value,))

    def declaration(
        self, node: Any, scope: Scope, stack: list[Any], uses: dict[str, ItemKeys]
    ) -> None:
        for name in node.names:
            scope.declared[name] = isinstance(node, ast.Global)

    def yields(self, node: Any, scope: Scope, stack: list[Any], uses: Uses) -> None:
        self.result.is_generator = True
        stack.append(node.value)

    def type_alias(
        self, node: Any, scope: Scope, stack: list[Any], uses: dict[str, ItemKeys]
    ) -> None:
        scope.bindings.add(node.name.id)  # the value is evaluated lazily, if ever


_SPECIAL: dict[type, Any] = {
    ast.FunctionDef: _Scan.function,
    ast.AsyncFunctionDef: _Scan.function,
    ast.Lambda: _Scan.function,
    ast.ClassDef: _Scan.class_definition,
    ast.ListComp: _Scan.comprehension,
    ast.SetComp: _Scan.comprehension,
    ast.DictComp: _Scan.comprehension,
    ast.GeneratorExp: _Scan.generator,
    ast.NamedExpr: _Scan.walrus,
    ast.AugAssign: _Scan.augmented,
    ast.Import: _Scan.imports,
    ast.ImportFrom: _Scan.imports,
    ast.ExceptHandler: _Scan.named,
    ast.MatchAs: _Scan.named,
    ast.MatchStar: _Scan.named,
    ast.MatchMapping: _Scan.named,
    ast.Global: _Scan.declaration,
    ast.Nonlocal: _Scan.declaration,
    ast.Yield: _Scan.yields,
    ast.YieldFrom: _Scan.yields,
}
if hasattr(ast, "TypeAlias"):
    _SPECIAL[ast.TypeAlias] = _Scan.type_alias
