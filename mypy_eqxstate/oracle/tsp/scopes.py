"""What the body of a module, class or function binds its names to, read off the syntax.

    import equinox as eqx                  eqx     -> Imported("equinox", None)
    from .common import Counter            Counter -> Imported("package.common", "Counter")
    class Net(eqx.Module): ...             Net     -> DefinedClass
    def step(model, state): ...            step    -> DefinedFunction (all items of an overload)
    Pair = tuple[Array, State]             Pair    -> Assigned

Of conditions that are the same in every run for a type checker (`TYPE_CHECKING`, the version, the
platform) only the branch that it takes counts.  Of names that are bound on several ways the first
one counts where the others are a way out (`except ImportError:`, `else:`), else the last one, and a
declared variable keeps its declaration.

Limits: names that are bound by `exec`, `setattr` or `globals()` are not seen.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Imported:
    """A module (`name` None), or a name of a module."""

    module: str
    name: str | None = None


@dataclass(slots=True)
class DefinedFunction:
    """A function; several definitions for an overload, or for the parts of a property."""

    nodes: list[Function]


@dataclass(frozen=True, slots=True)
class DefinedClass:
    """A class."""

    node: ast.ClassDef


@dataclass(frozen=True, slots=True)
class Assigned:
    """A variable, or an alias.

    Attributes:
        target: what is assigned to.
        value: what; None if there is no value, or only a part of it.
        annotation: the declared type, if any.
        is_type_statement: bound by `type X = ...`.
    """

    target: ast.expr
    value: ast.expr | None
    annotation: ast.expr | None = None
    is_type_statement: bool = False


@dataclass(frozen=True, slots=True)
class TypeParameter:
    """A type parameter of a function, class or alias (`def f[T]`)."""

    node: ast.AST


Binding = Imported | DefinedFunction | DefinedClass | Assigned | TypeParameter


@dataclass(slots=True)
class Scope:
    """The names of one body.

    Attributes:
        names: what each is bound to.
        stars: the modules from which everything is imported.
        instead: what counts where an imported name is not found.
        parent: the scope around; None for a module.
        is_class: the body is a class's.
    """

    names: dict[str, Binding] = field(default_factory=dict)
    stars: list[str] = field(default_factory=list)
    instead: dict[str, Binding] = field(default_factory=dict)
    parent: Scope | None = None
    is_class: bool = False

    def bind(self, name: str, binding: Binding, otherwise: bool = False) -> None:
        """Bind a name as the type checker would.

        Args:
            name: the name.
            binding: what it is bound to.
            otherwise: this is a way out, for the case that the first way fails.
        """
        before = self.names.get(name)
        if before is not None:
            if isinstance(before, DefinedFunction) and isinstance(binding, DefinedFunction):
                if not otherwise:
                    before.nodes += binding.nodes
                return
            if otherwise and isinstance(before, Imported):
                self.instead.setdefault(name, binding)
            if otherwise or (isinstance(before, Assigned) and isinstance(binding, Assigned)):
                return
        self.names[name] = binding


def read_scope(
    node: ast.Module | ast.ClassDef | Function,
    absolute: Callable[[str | None, int], str],
    parent: Scope | None = None,
) -> Scope:
    """The names that a body binds.

    Args:
        node: whose body.
        absolute: the absolute name of a module, of its name in an import and its level.
        parent: the scope around.
    """
    scope = Scope(parent=parent, is_class=isinstance(node, ast.ClassDef))
    for parameter in getattr(node, "type_params", ()):
        scope.bind(parameter.name, TypeParameter(parameter))
    if isinstance(node, Function):
        arguments = node.args
        several = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        several += [a for a in (arguments.vararg, arguments.kwarg) if a is not None]
        for argument in several:
            scope.bind(argument.arg, Assigned(ast.Name(argument.arg, ast.Store()), None))
    _Reader(scope, absolute).block(node.body, False)
    return scope


class _Reader:
    def __init__(self, scope: Scope, absolute: Callable[[str | None, int], str]) -> None:
        self._scope = scope
        self._absolute = absolute

    def block(self, statements: Sequence[ast.stmt], otherwise: bool) -> None:
        for statement in statements:
            self._statement(statement, otherwise)

    def _statement(self, statement: ast.stmt, otherwise: bool) -> None:
        bind = self._scope.bind
        if isinstance(statement, Function):
            bind(statement.name, DefinedFunction([statement]), otherwise)
        elif isinstance(statement, ast.ClassDef):
            bind(statement.name, DefinedClass(statement), otherwise)
        elif isinstance(statement, ast.Import):
            for alias in statement.names:
                whole = alias.name if alias.asname else alias.name.partition(".")[0]
                bind(alias.asname or whole, Imported(whole), otherwise)
        elif isinstance(statement, ast.ImportFrom):
            module = self._absolute(statement.module, statement.level)
            for alias in statement.names:
                if alias.name == "*":
                    self._scope.stars.append(module)
                else:
                    bind(alias.asname or alias.name, Imported(module, alias.name), otherwise)
        elif isinstance(statement, ast.Assign):
            for target in statement.targets:
                for name in _names(target):
                    value = statement.value if name is target else None
                    bind(name.id, Assigned(name, value), otherwise)
        elif isinstance(statement, ast.AnnAssign):
            target = statement.target
            if isinstance(target, ast.Name):
                bind(target.id, Assigned(target, statement.value, statement.annotation), otherwise)
        elif type(statement).__name__ == "TypeAlias":
            name = statement.name  # type: ignore[attr-defined]
            value = statement.value  # type: ignore[attr-defined]
            bind(name.id, Assigned(name, value, None, True), otherwise)
        else:
            self._compound(statement, otherwise)

    def _compound(self, statement: ast.stmt, otherwise: bool) -> None:
        if isinstance(statement, ast.If):
            truth = static_truth(statement.test)
            if truth is not False:
                self.block(statement.body, otherwise)
            if truth is not True:
                self.block(statement.orelse, otherwise or truth is None)
        elif isinstance(statement, ast.Try) or type(statement).__name__ == "TryStar":
            self.block(statement.body, otherwise)  # type: ignore[attr-defined]
            for handler in statement.handlers:  # type: ignore[attr-defined]
                self.block(handler.body, True)
            self.block(statement.orelse, otherwise)  # type: ignore[attr-defined]
            self.block(statement.finalbody, otherwise)  # type: ignore[attr-defined]
        elif isinstance(statement, ast.For | ast.AsyncFor):
            for name in _names(statement.target):
                self._scope.bind(name.id, Assigned(name, None), True)
            self.block([*statement.body, *statement.orelse], otherwise)
        elif isinstance(statement, ast.While):
            self.block([*statement.body, *statement.orelse], otherwise)
        elif isinstance(statement, ast.With | ast.AsyncWith):
            for item in statement.items:
                for name in _names(item.optional_vars):
                    self._scope.bind(name.id, Assigned(name, None), True)
            self.block(statement.body, otherwise)
        elif isinstance(statement, ast.Match):
            for case in statement.cases:
                self.block(case.body, otherwise)


def _names(target: ast.expr | None) -> Iterator[ast.Name]:
    if isinstance(target, ast.Name):
        yield target
    elif isinstance(target, ast.Tuple | ast.List):
        for item in target.elts:
            yield from _names(item)
    elif isinstance(target, ast.Starred):
        yield from _names(target.value)


def static_truth(test: ast.expr) -> bool | None:
    """What a type checker takes a condition for before it knows any type; None if it depends.

    Args:
        test: the condition.

    Source: https://typing.python.org/en/latest/spec/directives.html#version-and-platform-checking
    """
    if isinstance(test, ast.Constant):
        return bool(test.value)
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        truth = static_truth(test.operand)
        return None if truth is None else not truth
    if isinstance(test, ast.BoolOp):
        decides = isinstance(test.op, ast.Or)
        values = [static_truth(value) for value in test.values]
        if decides in values:
            return decides
        return None if None in values else not decides
    if isinstance(test, ast.Name | ast.Attribute):
        name = test.id if isinstance(test, ast.Name) else test.attr
        return True if name == "TYPE_CHECKING" else None
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        return _compared(test.left, test.ops[0], test.comparators[0])
    if isinstance(test, ast.Call) and ast.unparse(test.func) == "sys.platform.startswith":
        argument = test.args[0] if test.args else None
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
            return sys.platform.startswith(argument.value)
    return None


def _compared(left: ast.expr, operator: ast.cmpop, right: ast.expr) -> bool | None:
    try:
        wanted = ast.literal_eval(right)
    except (ValueError, TypeError):
        return None
    text = ast.unparse(left)
    known: object
    if text == "sys.version_info" and isinstance(wanted, tuple):
        known = tuple(sys.version_info)[: max(len(wanted), 2)]
    elif text == "sys.version_info[0]":
        known = sys.version_info[0]
    elif text == "sys.platform":
        known = sys.platform
    else:
        return None
    try:
        return _OPERATORS[type(operator)](known, wanted)
    except (KeyError, TypeError):
        return None


_OPERATORS: dict[type[ast.cmpop], Callable[..., bool]] = {
    ast.Eq: lambda a, b: bool(a == b),
    ast.NotEq: lambda a, b: bool(a != b),
    ast.Lt: lambda a, b: bool(a < b),
    ast.LtE: lambda a, b: bool(a <= b),
    ast.Gt: lambda a, b: bool(a > b),
    ast.GtE: lambda a, b: bool(a >= b),
}
