"""Places where a small change makes code go on with an old State: what `seeded_bugs.py` changes.

A site is an assignment whose value is a call, which gets a place (`state`, `self.state`) as an
argument and whose result is bound to the same place again:

    x, state = self.norm(x, state)

If the place is read again before it is next bound, then binding the result to another name makes
that read a read of the old State. So a site needs two things, and both are decided here from the
syntax tree alone, without the plugin:

- The place is *live* after the assignment: some path through the rest of the function reads it.
  This is liveness as compilers compute it, backwards over the statements, loops twice. Comparing
  by `is`, `isinstance` and `del` are no reads. Exceptions are taken into account nowhere: a read
  that is only reached through one is not seen, and no site rests on it.
- The place holds a State. The evidence, by rank:
  `declared`: an annotation of the parameter or the variable names `equinox.nn.State`, directly,
  in a union or a container, or through a class of the repository that has such a field;
  `made`: the place is bound to the second part of what `make_with_state(...)(...)` returns, or to
  `State(...)`;
  `returned`: it is bound to what a function of the repository returns that is annotated so (all
  functions of that name agree);
  `name`: it is called like a State, and that is all. Such a site counts only if a person has read
  it and has said so in the table of reviewed sites.

Calls that hand a State through or copy it (`device_put`, `tree.map`, `clone`, `inference_mode` and
others in `HARMLESS`) make no site: after them the old State is as good as the new one.

Limits: names are resolved by the imports of the module and, for classes and functions of the
repository, by their last part. A place that is read only by a nested function is live where the
function is defined, though it may never be called; a reader of the sites has to see that.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

Function = ast.FunctionDef | ast.AsyncFunctionDef
Place = tuple[str, ...]

NATURAL_NAMES = ("new_{}", "next_{}", "updated_{}", "latest_{}")
HARMLESS = frozenset(
    {
        *(
            "device_put",
            "map",
            "tree_map",
            "map_with_path",
            "tree_deserialise_leaves",
            "clone",
            "clone_state",
            "copy",
            "deepcopy",
        ),
        *("inference_mode", "tree_inference", "filter_shard", "stop_gradient", "partition"),
        *("combine", "block_until_ready", "with_sharding_constraint", "cast", "int", "float"),
    }
)
_NAMED_LIKE_A_STATE = re.compile(r"(^|_)states?($|_|\d)")
_NAMED_OTHERWISE = re.compile(
    r"opt|scaler|rng|env|train|key|dict|carry|hidden|shape|numpy|index|indices"
)


@dataclass(frozen=True)
class Site:
    """A statement to change.

    Attributes:
        path: the file, relative to the repository.
        line: the statement's first line.
        function: the qualified name of the function around it, `<module>` outside of functions.
        first: the function's first line, decorators included.
        last: its last one.
        kind: `annotated`, `unannotated` or `module`, what the function is.
        evidence: why the place holds a State: `declared`, `made`, `returned` or `name`.
        place: the place, as `self.state`.
        statement: the statement's text in one line.
        targets: line, first and last column (in bytes) of the targets to rename.
    """

    path: str
    line: int
    function: str
    first: int
    last: int
    kind: str
    evidence: str
    place: str
    statement: str
    targets: tuple[tuple[int, int, int], ...]

    def key(self) -> str:
        """Path and line, as the table of reviewed sites names it."""
        return f"{self.path}:{self.line}"

    def natural_name(self, source: str) -> str:
        """A name for the newer State as people write it, which the source does not have yet."""
        last = self.place.rpartition(".")[2]
        names = [pattern.format(last) for pattern in NATURAL_NAMES]
        return next((name for name in names if name not in source), names[-1])

    def seeded(self, source: str, name: str) -> str:
        """The source with the newer State bound to another name; line numbers stay."""
        lines = source.encode().splitlines(keepends=True)
        for line, start, end in sorted(self.targets, reverse=True):
            old = lines[line - 1]
            lines[line - 1] = old[:start] + name.encode() + old[end:]
        return b"".join(lines).decode()


# --- places ---------------------------------------------------------------------------------------


def place_of(node: ast.AST) -> Place | None:
    """The dotted place that an expression is, if it is one."""
    if isinstance(node, ast.Name):
        return (node.id,)
    if isinstance(node, ast.Attribute):
        base = place_of(node.value)
        return (*base, node.attr) if base else None
    return None


def _overlap(one: Place, other: Place) -> bool:
    """Whether one of two places is a part of the other, or they are the same."""
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]


def _own_names(function: ast.AST) -> set[str]:
    """The names that a function or lambda has of its own: parameters and what it binds."""
    names = {node.arg for node in ast.walk(function) if isinstance(node, ast.arg)}
    if not isinstance(function, ast.Lambda):
        names |= {
            node.id
            for node in ast.walk(function)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        }
    return names


def reads(node: ast.AST | None, place: Place) -> bool:
    """Whether evaluating a node reads the value in a place, also in a nested function."""
    if node is None:
        return False
    found = place_of(node)
    if found is not None and isinstance(node, (ast.Name, ast.Attribute)):
        return isinstance(node.ctx, ast.Load) and _overlap(found, place)
    if isinstance(node, ast.Lambda) and place[0] in _own_names(node):
        return any(reads(default, place) for default in node.args.defaults)
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and place[0] in _own_names(node):
        return False
    if isinstance(node, ast.Compare) and all(isinstance(o, (ast.Is, ast.IsNot)) for o in node.ops):
        sides = [node.left, *node.comparators]
        return any(place_of(side) is None and reads(side, place) for side in sides)
    if isinstance(node, ast.Call) and place_of(node.func) in {("isinstance",), ("type",)}:
        return any(place_of(part) is None and reads(part, place) for part in node.args)
    if isinstance(node, ast.Delete):
        return False
    return any(reads(child, place) for child in ast.iter_child_nodes(node))


def binds(node: ast.AST | None, place: Place) -> bool:
    """Whether a target or statement part binds a place anew, or what the place is a part of."""
    if node is None:
        return False
    found = place_of(node)
    if found is not None and isinstance(node, (ast.Name, ast.Attribute)):
        return not isinstance(node.ctx, ast.Load) and place[: len(found)] == found
    if isinstance(node, (ast.Lambda, ast.Subscript, ast.ListComp, ast.GeneratorExp, ast.DictComp)):
        return False
    return any(binds(child, place) for child in ast.iter_child_nodes(node))


# --- liveness -------------------------------------------------------------------------------------


class Liveness:
    """Whether a place is read after one statement of a body.

    Args:
        site: the statement, taken to bind something else than the place.
        place: the place.
    """

    def __init__(self, site: ast.stmt, place: Place) -> None:
        self.site = site
        self.place = place
        self.live = False
        self._loops: list[tuple[bool, bool]] = []

    def after_site(self, body: Sequence[ast.stmt]) -> bool:
        """Whether the place is live after the statement."""
        self._before(body, False)
        return self.live

    def _before(self, body: Sequence[ast.stmt], live: bool) -> bool:
        for statement in reversed(body):
            live = self._statement(statement, live)
        return live

    def _reads(self, *nodes: ast.AST | None) -> bool:
        return any(reads(node, self.place) for node in nodes)

    def _binds(self, *nodes: ast.AST | None) -> bool:
        return any(binds(node, self.place) for node in nodes)

    def _statement(self, node: ast.stmt, live: bool) -> bool:
        if node is self.site:
            self.live = self.live or live
            return True
        if isinstance(node, (ast.Return, ast.Raise)):
            return self._reads(node)
        if isinstance(node, ast.Break):
            return self._loops[-1][0]
        if isinstance(node, ast.Continue):
            return self._loops[-1][1]
        if isinstance(node, ast.If):
            body, other = self._before(node.body, live), self._before(node.orelse, live)
            return self._reads(node.test) or body or other
        if isinstance(node, (ast.For, ast.AsyncFor, ast.While)):
            return self._loop(node, live)
        if isinstance(node, (ast.With, ast.AsyncWith)):
            inside = self._before(node.body, live)
            if self._binds(*(item.optional_vars for item in node.items)):
                inside = False
            return inside or self._reads(*(item.context_expr for item in node.items))
        if isinstance(node, (ast.Try, ast.TryStar)):
            after = self._before(node.finalbody, live)
            caught = [self._before(handler.body, after) for handler in node.handlers]
            return self._before(node.body, self._before(node.orelse, after)) or any(caught)
        if isinstance(node, ast.Match):
            cases = [self._before(case.body, live) for case in node.cases]
            return any([self._reads(node.subject), live, *cases])
        if self._reads(node):
            return True
        return live and not self._binds(node)

    def _loop(self, node: ast.For | ast.AsyncFor | ast.While, live: bool) -> bool:
        test = node.test if isinstance(node, ast.While) else None
        endless = isinstance(test, ast.Constant) and bool(test.value)
        ended = False if endless else self._before(node.orelse, live)
        head = ended
        for _ in range(2):
            self._loops.append((live, head))
            inside = self._before(node.body, head)
            self._loops.pop()
            if not isinstance(node, ast.While) and self._binds(node.target):
                inside = False
            head = self._reads(test) or inside or ended
        return head or (not isinstance(node, ast.While) and self._reads(node.iter))


# --- what holds a State ---------------------------------------------------------------------------


@dataclass
class Module:
    """A parsed file.

    Attributes:
        path: the file, relative to the repository.
        source: its text.
        tree: its syntax tree.
        imported: full names by the names that the imports bind.
    """

    path: str
    source: str
    tree: ast.Module
    imported: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    bound = alias.asname or alias.name.partition(".")[0]
                    self.imported[bound] = alias.name if alias.asname else bound
            elif isinstance(node, ast.ImportFrom) and node.module:
                for alias in node.names:
                    self.imported[alias.asname or alias.name] = f"{node.module}.{alias.name}"

    def full_name(self, node: ast.AST) -> str:
        """The full name of what an expression refers to, as far as imports tell."""
        place = place_of(node)
        if place is None:
            return ""
        return ".".join((self.imported.get(place[0], place[0]), *place[1:]))


class Repository:
    """What the modules of a repository say about States.

    Args:
        modules: its modules.
    """

    def __init__(self, modules: Sequence[Module]) -> None:
        self.holders: set[str] = set()
        self._results: dict[str, list[tuple[Module, ast.expr | None]]] = {}
        classes: list[tuple[Module, ast.ClassDef]] = []
        for module in modules:
            for node in ast.walk(module.tree):
                if isinstance(node, ast.ClassDef):
                    classes.append((module, node))
                elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                    self._results.setdefault(node.name, []).append((module, node.returns))
        self._classes = classes
        while True:
            before = len(self.holders)
            for module, node in classes:
                if any(self.holds(module, annotation) for _, annotation in fields_of(node)):
                    self.holders.add(node.name)
            if len(self.holders) == before:
                break

    def holds(self, module: Module, annotation: ast.AST | None) -> bool:
        """Whether a value of an annotated type is a State or has one in it."""
        if annotation is None:
            return False
        if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
            try:
                return self.holds(module, ast.parse(annotation.value, mode="eval").body)
            except SyntaxError:
                return False
        place = place_of(annotation)
        if place is not None:
            name = module.full_name(annotation)
            if name.startswith("equinox.") and place_of(annotation):
                return name.endswith(".State")
            return place[-1] in self.holders
        if isinstance(annotation, ast.Subscript):
            outer = module.full_name(annotation.value).rpartition(".")[2]
            if outer in {"Callable", "type", "Type", "Literal", "StateIndex"}:
                return False
        return any(self.holds(module, child) for child in ast.iter_child_nodes(annotation))

    def field_holds(self, module: Module, annotation: ast.AST | None, name: str) -> bool:
        """Whether a field of the class that an annotation names holds a State."""
        place = place_of(annotation) if annotation is not None else None
        if place is None:
            return False
        return any(
            field_name == name and self.holds(owner, field_annotation)
            for owner, node in self._classes
            if node.name == place[-1]
            for field_name, field_annotation in fields_of(node)
        )

    def result_holds(self, module: Module, call: ast.Call, index: int | None) -> str:
        """Which evidence there is that a call's result, or one part of it, holds a State."""
        name = module.full_name(call.func)
        if name.startswith("equinox.") and name.endswith(".State"):
            return "made"
        inner = call.func
        if isinstance(inner, ast.Call):
            made = module.full_name(inner.func).endswith("make_with_state")
            return "made" if made and index in (1, None) else ""
        place = place_of(inner)
        known = self._results.get(place[-1], []) if place else []
        if known and all(
            self.holds(owner, _part(returns, index)) and returns is not None
            for owner, returns in known
        ):
            return "returned"
        return ""


def fields_of(node: ast.ClassDef) -> Iterator[tuple[str, ast.expr]]:
    """Names and annotations of a class's fields."""
    for statement in node.body:
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            yield statement.target.id, statement.annotation


def _part(annotation: ast.expr | None, index: int | None) -> ast.expr | None:
    """The part of an annotated tuple at an index; the whole without an index."""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        try:
            annotation = ast.parse(annotation.value, mode="eval").body
        except SyntaxError:
            return None
    if index is None or not isinstance(annotation, ast.Subscript):
        return annotation if index is None else None
    parts = annotation.slice.elts if isinstance(annotation.slice, ast.Tuple) else []
    return parts[index] if index < len(parts) else None


# --- sites ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Scope:
    """A function, or a module's own code, with what is around it.

    Attributes:
        node: the function or the module.
        name: its qualified name.
        around: the functions and classes around it, the nearest first.
    """

    node: Function | ast.Module
    name: str
    around: tuple[Function | ast.ClassDef | ast.Module, ...]

    def statements(self) -> Iterator[ast.stmt]:
        """The statements of the function itself, not those of nested functions and classes."""
        pending: list[ast.AST] = list(reversed(self.node.body))
        while pending:
            node = pending.pop()
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                continue
            if isinstance(node, ast.stmt):
                yield node
            if isinstance(node, (ast.stmt, ast.ExceptHandler, ast.match_case)):
                pending.extend(reversed(list(ast.iter_child_nodes(node))))

    def kind(self) -> str:
        """`annotated` if all parameters but `self` and the result are; or what it is else."""
        if isinstance(self.node, ast.Module):
            return "module"
        arguments = self.node.args
        named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        if self.around and isinstance(self.around[0], ast.ClassDef):
            is_static = any(place_of(d) == ("staticmethod",) for d in self.node.decorator_list)
            named = named if is_static else named[1:]
        extra = [one for one in (arguments.vararg, arguments.kwarg) if one is not None]
        complete = all(one.annotation is not None for one in [*named, *extra])
        return "annotated" if complete and self.node.returns is not None else "unannotated"


def scopes(tree: ast.Module) -> Iterator[Scope]:
    """The module's own code and all its functions."""
    yield Scope(tree, "<module>", ())
    pending: list[tuple[ast.AST, str, tuple[Function | ast.ClassDef | ast.Module, ...]]]
    pending = [(tree, "", (tree,))]
    while pending:
        parent, prefix, around = pending.pop()
        for node in ast.iter_child_nodes(parent):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                yield Scope(node, prefix + node.name, around)
                pending.append((node, f"{prefix}{node.name}.", (node, *around)))
            elif isinstance(node, ast.ClassDef):
                pending.append((node, f"{prefix}{node.name}.", (node, *around)))
            else:
                pending.append((node, prefix, around))


def _targets(node: ast.expr) -> Iterator[ast.expr]:
    if isinstance(node, (ast.Tuple, ast.List)):
        for part in node.elts:
            yield from _targets(part)
    else:
        yield node


def _arguments(call: ast.Call) -> Iterator[Place]:
    pending: list[ast.expr] = [*call.args, *(keyword.value for keyword in call.keywords)]
    while pending:
        node = pending.pop(0)
        place = place_of(node)
        if place is not None:
            yield place
        elif isinstance(node, ast.Starred):
            pending.append(node.value)
        elif isinstance(node, (ast.Tuple, ast.List)):
            pending.extend(node.elts)


class Finder:
    """Finds the sites of one module.

    Args:
        module: the module.
        repository: what the repository's modules say.
    """

    def __init__(self, module: Module, repository: Repository) -> None:
        self.module = module
        self.repository = repository

    def sites(self) -> Iterator[Site]:
        """All sites, by their functions, in the order of the source."""
        for scope in scopes(self.module.tree):
            for statement in scope.statements():
                yield from self._site(scope, statement)

    def _site(self, scope: Scope, statement: ast.stmt) -> Iterator[Site]:
        if not isinstance(statement, ast.Assign):
            return
        value = statement.value
        call = value.value if isinstance(value, ast.Await) else value
        if not isinstance(call, ast.Call) or self._is_harmless(call):
            return
        given = set(_arguments(call))
        bound = [one for target in statement.targets for one in _targets(target)]
        for place in dict.fromkeys(place_of(one) for one in bound):
            if place is None or place not in given:
                continue
            evidence = self._evidence(scope, place)
            if evidence and Liveness(statement, place).after_site(scope.node.body):
                yield self._describe(scope, statement, place, evidence, bound)

    def _is_harmless(self, call: ast.Call) -> bool:
        name = self.module.full_name(call.func).rpartition(".")[2]
        return name in HARMLESS

    def _describe(
        self,
        scope: Scope,
        statement: ast.Assign,
        place: Place,
        evidence: str,
        bound: Iterable[ast.expr],
    ) -> Site:
        node = scope.node
        first, last = 1, self.module.source.count("\n") + 1
        if not isinstance(node, ast.Module):
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            last = node.end_lineno or node.lineno
        return Site(
            path=self.module.path,
            line=statement.lineno,
            function=scope.name,
            first=first,
            last=last,
            kind=scope.kind(),
            evidence=evidence,
            place=".".join(place),
            statement=" ".join(ast.unparse(statement).split()),
            targets=tuple(
                (one.lineno, one.col_offset, one.end_col_offset or 0)
                for one in bound
                if place_of(one) == place
            ),
        )

    # --- evidence

    def _evidence(self, scope: Scope, place: Place) -> str:
        found = [
            evidence
            for around in (scope.node, *scope.around)
            for evidence in self._evidence_in(around, place)
        ]
        for rank in ("declared", "made", "returned"):
            if rank in found:
                return rank
        last = place[-1]
        if _NAMED_LIKE_A_STATE.search(last) and not _NAMED_OTHERWISE.search(last):
            return "name"
        return ""

    def _evidence_in(self, around: ast.AST, place: Place) -> Iterator[str]:
        """Evidence in one of the scopes around a place; nested functions are not told apart."""
        if isinstance(around, ast.ClassDef):
            if len(place) == 2 and place[0] == "self":
                for name, annotation in fields_of(around):
                    if name == place[1] and self.repository.holds(self.module, annotation):
                        yield "declared"
                yield from self._evidence_of_bindings(around, place)
            return
        if isinstance(around, (ast.FunctionDef, ast.AsyncFunctionDef)):
            arguments = around.args
            for one in [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]:
                yield from self._evidence_of_annotation(one.arg, one.annotation, place)
            yield from self._evidence_of_bindings(around, place)
        elif isinstance(around, ast.Module):
            top = ast.Module([n for n in around.body if not isinstance(n, _OWN_SCOPE)], [])
            yield from self._evidence_of_bindings(top, place)

    def _evidence_of_annotation(
        self, name: str, annotation: ast.expr | None, place: Place
    ) -> Iterator[str]:
        if (name,) == place and self.repository.holds(self.module, annotation):
            yield "declared"
        if (
            len(place) == 2
            and name == place[0]
            and self.repository.field_holds(self.module, annotation, place[1])
        ):
            yield "declared"

    def _evidence_of_bindings(self, around: ast.AST, place: Place) -> Iterator[str]:
        for node in ast.walk(around):
            if isinstance(node, ast.AnnAssign):
                if isinstance(node.target, ast.Name):
                    yield from self._evidence_of_annotation(node.target.id, node.annotation, place)
            elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
                for target in node.targets:
                    parts = target.elts if isinstance(target, (ast.Tuple, ast.List)) else []
                    where: list[int | None] = [None] if place_of(target) == place else []
                    where += [index for index, part in enumerate(parts) if place_of(part) == place]
                    for index in where:
                        yield self.repository.result_holds(self.module, node.value, index)


_OWN_SCOPE = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def parse_modules(sources: Iterable[tuple[str, str]]) -> list[Module]:
    """Parse files; those with syntax errors are left out (mypy names them)."""
    found = []
    for path, source in sources:
        try:
            found.append(Module(path, source, ast.parse(source)))
        except (SyntaxError, ValueError):
            continue
    return found


def find_sites(modules: Sequence[Module]) -> list[Site]:
    """All sites of a repository, by file and line."""
    repository = Repository(modules)
    found = [site for module in modules for site in Finder(module, repository).sites()]
    return sorted(found, key=lambda site: (site.path, site.line))
