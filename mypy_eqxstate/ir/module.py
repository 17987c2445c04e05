"""A module's functions and classes by name, and the lowering of each on demand.

    index = ModuleIndex(ast.parse(source), "package.module", is_package=False)
    body = index.lower(index.functions["Counter.__call__"], reachable=..., never_returns=...)

Building the index walks the statements only.  A body is looked into when it, or something inside
it, is asked about; what is never asked about costs nothing.  Therefore lambdas and generator
expressions appear in `functions` once the body that contains them has been looked into
(`look_into_everything` does all at once).

Names are Python's `__qualname__`s, made unique: of several definitions of one name the last one
has the plain name and the others carry their line (`area@12`), but overloads and the
setters of a property give way to the implementation and to the getter.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping

from mypy_eqxstate.ir.builder import Questions
from mypy_eqxstate.ir.lowering import lower_body
from mypy_eqxstate.ir.model import Body, BodyNode, FunctionNode, Variable
from mypy_eqxstate.ir.none_tests import none_tests
from mypy_eqxstate.ir.scopes import BodyScopes, ItemKeys, ScopeKind, note_use, scan_body

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef

_BLOCK_FIELDS = ("body", "orelse", "finalbody", "handlers", "cases")


class ModuleIndex:
    """What a module defines, by qualified name; see the module's comment.

    Attributes:
        functions: functions and (as far as looked into) lambdas and generator expressions by unique
            qualified name.
        classes: classes by unique qualified name.
    """

    def __init__(self, tree: ast.Module, name: str, is_package: bool = False) -> None:
        self.tree = tree
        self.name = name
        self.is_package = is_package
        self.functions: dict[str, FunctionNode] = {}
        self.classes: dict[str, ast.ClassDef] = {}
        self._names: dict[ast.AST, str] = {tree: ""}
        self._owners: dict[ast.AST, str] = {}
        self._classes_of: dict[ast.AST, str] = {}
        self._bodies: dict[str, BodyScopes] = {}
        self._uses: dict[str, dict[Variable, ItemKeys]] = {}
        self._none_tests: dict[str, bool] | None = None
        self._index_definitions()

    # --- Names ----------------------------------------------------------------------------------

    def name_of(self, node: BodyNode | ast.ClassDef) -> str:
        """The unique qualified name of a function, lambda, generator expression, class or module.

        That of the module is "".
        """
        found = self._names.get(node)
        if found is None:
            self.look_into_everything()
            found = self._names[node]
        return found

    def has(self, node: BodyNode) -> bool:
        """Whether a function that was found so far, or the module's tree, is of this module."""
        return node in self._names

    def owner_of(self, node: FunctionNode | ast.ClassDef) -> str:
        """The body that a function or class is defined in: another function, or "" the module."""
        self.name_of(node)
        return self._owners[node]

    def class_of(self, node: FunctionNode | ast.ClassDef) -> str | None:
        """The class whose body defines this function (its method) or class, if one does."""
        self.name_of(node)
        return self._classes_of.get(node)

    def node(self, body: str) -> BodyNode:
        """The node of a body by its name."""
        if not body:
            return self.tree
        if body not in self.functions:
            self.look_into_everything()
        return self.functions[body]

    def resolve(self, name: str, body: str) -> Variable:
        """The variable that a name means directly inside a body."""
        return self.scopes(body).scope.resolve(name)

    def absolute_name(self, module: str | None, level: int) -> str:
        """The absolute name of the module in `from <level dots><module> import ...`."""
        if not level:
            return module or ""
        parts = self.name.split(".")
        drop = level - 1 if self.is_package else level
        kept = parts[: len(parts) - drop] if drop <= len(parts) else []
        return ".".join([*kept, module] if module else kept)

    def imported_names(self) -> Iterator[tuple[str, str]]:
        """The names that `from ... import` binds at the top of the module, and what they mean."""
        for statement in self.tree.body:
            if isinstance(statement, ast.ImportFrom):
                module = self.absolute_name(statement.module, statement.level)
                for alias in statement.names:
                    yield alias.asname or alias.name, f"{module}.{alias.name}"

    # --- Bodies ---------------------------------------------------------------------------------

    def lower(
        self,
        node: BodyNode,
        *,
        reachable: Callable[[ast.stmt], bool],
        never_returns: Callable[[ast.Call], bool],
        imported: bool = False,
    ) -> Body:
        """Lower a function, a lambda, a generator expression or the module.

        `reachable` is asked once for every statement that the lowering comes to (more often for
        copies of `finally` bodies); a denied statement ends its path. `never_returns` is asked
        for every call. What `imported` modules do only as scripts is left out.
        """
        scopes = self.scopes(self.name_of(node))
        questions = Questions(
            reachable,
            never_returns,
            self.uses_of,
            self._names,
            self.absolute_name,
            imported,
            self.none_tests,
        )
        return lower_body(scopes, questions)

    @property
    def none_tests(self) -> Mapping[str, bool]:
        """The functions of the module that say whether they are given None, and when they do."""
        if self._none_tests is None:
            self._none_tests = none_tests(self.functions)
        return self._none_tests

    def scopes(self, body: str) -> BodyScopes:
        """The scopes of a body by its name, worked out when first asked for."""
        found = self._bodies.get(body)
        if found is not None:
            return found
        node = self.node(body)
        parent = None
        if not isinstance(node, ast.Module):
            parent = self.scopes(self._owners[node]).inner[node]
        result = scan_body(node, body, parent, self._names)
        for function in result.functions:
            if isinstance(function, (ast.Lambda, ast.GeneratorExp)):
                kind = "<lambda>" if isinstance(function, ast.Lambda) else "<genexp>"
                place = f"{kind}@{function.lineno}:{function.col_offset}"
                name = result.inner[function].prefix + place
                self._names[function] = name
                self._owners[function] = body
                self.functions[name] = function
        self._bodies[body] = result
        return result

    def look_into_everything(self) -> None:
        """Look into every body of the module, so that all functions are known."""
        waiting = [""]
        while waiting:
            scopes = self.scopes(waiting.pop())
            waiting.extend(self._names[function] for function in scopes.functions)

    def is_generator(self, node: FunctionNode) -> bool:
        """Whether a call of a function makes a generator."""
        return self.scopes(self.name_of(node)).is_generator

    def uses_of(self, variable: Variable) -> ItemKeys:
        """How a variable is read in its body and in the functions inside it.

        None: as a whole somewhere; otherwise the constant items that are all that is ever read.
        """
        return self._uses_in(variable.owner).get(variable, set())

    def free_variables(self, node: BodyNode) -> tuple[Variable, ...]:
        """The variables of enclosing functions that a body, or a function inside it, reads."""
        name = self.name_of(node)
        found = (v for v in self._uses_in(name) if v.owner not in ("", name))
        # A function inside this body may read a variable of this body: that is not free here.
        return tuple(sorted(v for v in found if not v.owner.startswith(f"{name}.<locals>.")))

    def is_unbound(self, name: str) -> bool:
        """Whether the module binds no global of this name: it is a builtin, if anything."""
        return name not in self.scopes("").scope.bindings

    def _uses_in(self, body: str) -> Mapping[Variable, ItemKeys]:
        known = self._uses.get(body)
        if known is not None:
            return known
        scopes = self.scopes(body)
        result: dict[Variable, ItemKeys] = {}
        for scope, uses in scopes.uses:
            for name, keys in uses.items():
                note_use(result, scope.resolve(name), keys)
                if scope.kind is ScopeKind.CLASS and name in scope.bindings:
                    # A class body may read the name of the scope around before it binds its own.
                    note_use(result, scope.resolve_outside(name), keys)
        for function in scopes.functions:
            inner = self._names[function]
            for variable, keys in self._uses_in(inner).items():
                if variable.owner != inner:
                    note_use(result, variable, keys)
        self._uses[body] = result
        return result

    # --- The walk over the statements -----------------------------------------------------------

    def _index_definitions(self) -> None:
        # Each entry: statements, the prefix of names in them, the owner, the class around or None.
        waiting: list[tuple[list[ast.stmt], str, str, str | None]] = [
            (self.tree.body, "", "", None)
        ]
        while waiting:
            statements, prefix, owner, class_name = waiting.pop()
            for name, node in _unique_names(_definitions(statements)):
                qualified = prefix + name
                self._names[node] = qualified
                self._owners[node] = owner
                if class_name is not None:
                    self._classes_of[node] = class_name
                if isinstance(node, ast.ClassDef):
                    self.classes[qualified] = node
                    waiting.append((node.body, f"{qualified}.", owner, qualified))
                else:
                    self.functions[qualified] = node
                    waiting.append((node.body, f"{qualified}.<locals>.", qualified, None))


def _definitions(statements: Iterable[ast.AST]) -> Iterator[Definition]:
    """The functions and classes that the statements define in their own scope, in order."""
    stack = list(statements)[::-1]
    while stack:
        statement = stack.pop()
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield statement
        elif "body" in statement._fields or "cases" in statement._fields:
            for field in reversed(_BLOCK_FIELDS):
                stack.extend(reversed(getattr(statement, field, ())))


def _unique_names(definitions: Iterable[Definition]) -> Iterator[tuple[str, Definition]]:
    by_name: dict[str, list[Definition]] = {}
    for definition in definitions:
        by_name.setdefault(definition.name, []).append(definition)
    for name, several in by_name.items():
        plain = next((each for each in reversed(several) if not _gives_way(each)), several[-1])
        for each in several:
            yield (name if each is plain else f"{name}@{each.lineno}"), each


def _gives_way(node: Definition) -> bool:
    """Whether a definition of the same name is the one that the name stands for."""
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Attribute):
            if decorator.attr in ("setter", "deleter", "getter", "overload", "register"):
                return True
        elif isinstance(decorator, ast.Name) and decorator.id == "overload":
            return True
    return False
