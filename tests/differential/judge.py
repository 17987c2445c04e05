"""Runs a program over many decisions and writes down every use of an old State.

The program is rewritten first, so that what happens between names is seen (`Instrumented`):

    y, new = step(s, x)    becomes    y, new = apart_(call_(keep, step, s, x))
    t = s                  becomes    t = read_(s)
    return s               becomes    return hand_(read_(s))

- `read_` makes another reference: what is stored elsewhere is superseded on its own;
- `call_` uses what is passed (an old State may not be passed on), gives the callee references of
  its own, and afterwards supersedes what was handed over if the caller keeps a newer version;
- `hand_` is a use, too: what is returned or yielded.

Everything undecided follows a list of decisions (`reference.World`).  `judge` goes through all
lists, depth first; of a program that has too many it tries some at random besides, and says so.

Limits.  One line holds one statement.  A State handed over as a conditional expression is not
superseded, having no name.
"""

from __future__ import annotations

import ast
import random
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import CodeType
from typing import Any

from tests.differential import reference
from tests.differential.reference import Cause, State, Use, rebuilt, states_within

MAXIMAL_RUNS = 300
FAILURES = (RuntimeError, ValueError, AssertionError, IndexError)

Kept = bool | dict[Any, Any]


@dataclass
class Judgement:
    """What all runs together have shown.

    Attributes:
        runs: the uses of each run, in their order; equal ones once.
        complete: every list of decisions was tried.
        cut: a run was ended before its time.
        executions: how many lists of decisions were tried.
        reached: the lines with a call that some run has reached.
    """

    runs: set[tuple[Use, ...]] = field(default_factory=set)
    complete: bool = False
    cut: bool = False
    executions: int = 0
    reached: set[int] = field(default_factory=set)

    @property
    def uses(self) -> set[Use]:
        """All uses in all runs."""
        return {use for run in self.runs for use in run}


class Judge:
    """Runs one function of a program over decisions.

    Args:
        source: the program.
        entry: a function without parameters.
    """

    def __init__(self, source: str, entry: str) -> None:
        reference.begin(())
        names = {**reference.namespace(), **HOOKS}
        exec(instrumented(source), names)
        self._entry: Callable[[], Any] = names[entry]
        self._decisions: list[int] | None = []
        self._chance = random.Random(0)
        self.seen = Judgement()

    def look(self, runs: int = MAXIMAL_RUNS) -> Judgement:
        """Run it some times, or some times more: half of them in order, half of them at random."""
        end = self.seen.executions + runs
        while self._decisions is not None and self.seen.executions < end - runs // 2:
            self._decisions = following(self._run(self._decisions))
        self.seen.complete = self._decisions is None
        while not self.seen.complete and self.seen.executions < end:
            self._run([self._chance.choice((0, 0, 0, 1, 1, 2)) for _ in range(40)])
        return self.seen

    def _run(self, decisions: list[int]) -> list[tuple[int, int]]:
        world = reference.begin(decisions)
        try:
            self._entry()
        except FAILURES:
            pass
        except reference.TooLongError:
            self.seen.cut = True
        self.seen.executions += 1
        self.seen.runs.add(tuple(world.uses))
        self.seen.reached |= world.reached
        return world.made


def following(made: list[tuple[int, int]]) -> list[int] | None:
    """The next list of decisions, depth first; None after the last."""
    for position in reversed(range(len(made))):
        chosen, ways = made[position]
        if chosen + 1 < ways:
            return [earlier for earlier, _ in made[:position]] + [chosen + 1]
    return None


# --- What the rewritten program calls -------------------------------------------------------------


def read(value: Any) -> Any:
    """What a name or field holds, to be stored elsewhere."""
    return value.another() if isinstance(value, State) else value


def item(value: Any) -> Any:
    """What was read by a subscript, which may fail."""
    reference.WORLD.may_raise()
    return read(value)


def apart(value: Any) -> Any:
    """What is going to be unpacked."""
    return rebuilt(value, State.another) if isinstance(value, (tuple, list)) else value


def each(values: Iterable[Any]) -> Iterator[Any]:
    """The elements of what is iterated."""
    for value in values:
        yield apart(read(value))


def hand(value: Any) -> Any:
    """What is returned or yielded."""
    for state in states_within(value):
        state.use()
    handed = read(value)
    reference.WORLD.returned = (handed, reference.lines_at_work())
    return handed


def call(kept: Kept, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """A call: uses, carries out, supersedes."""
    reference.WORLD.reached.add(sys._getframe(1).f_lineno)
    ignoring = _is_ignoring(function)
    receiver = getattr(function, "__self__", None)
    parts = [*args, *kwargs.values()]
    if isinstance(receiver, reference.Module):
        parts.insert(0, receiver)
    handed = [] if ignoring else list(states_within(parts))
    for state in handed:
        state.use()
    before = [(state.cell.version, state.cell.old) for state in handed]
    reference.WORLD.may_raise()
    result = function(*map(read, args), **{name: read(value) for name, value in kwargs.items()})
    returned, lines = reference.WORLD.returned
    if returned is result:  # `finally` may have run since
        for state in states_within(result):
            state.use(lines)
    if handed and kept is not False:
        newer = [state.cell.version for state in _kept_states(result, kept)]
        for state, (version, old) in zip(handed, before, strict=True):
            is_living = state.cell.old is old and state.superseded is None
            if is_living and any(each.follows(version) for each in newer):
                state.superseded = Cause("state-stale", reference.lines_at_work())
    return result


def _is_ignoring(function: Callable[..., Any]) -> bool:
    """Whether a call of it is no use of its arguments."""
    if isinstance(getattr(function, "__self__", None), (list, dict)):
        return True
    known = (isinstance, id, type, list, tuple, dict, enumerate, zip, reversed, iter, next)
    return any(function is each for each in known)


def _kept_states(result: Any, kept: Kept) -> Iterator[State]:
    if kept is True:
        yield from states_within(result)
    elif isinstance(kept, Mapping) and isinstance(result, tuple):
        for index, part in kept.items():
            if -len(result) <= index < len(result):
                yield from _kept_states(result[index], part)


class Trying:
    """The body of a `try`: operations in it may raise."""

    def __enter__(self) -> None:
        reference.WORLD.trying += 1

    def __exit__(self, *exception: object) -> None:
        reference.WORLD.trying -= 1


HOOKS = {
    "read_": read,
    "item_": item,
    "apart_": apart,
    "each_": each,
    "hand_": hand,
    "call_": call,
    "trying_": Trying,
}


# --- Rewriting ------------------------------------------------------------------------------------


def instrumented(source: str) -> CodeType:
    """The program with the hooks in it, and without its imports of what the reference has."""
    tree = ast.parse(source)
    rewritten = _Rewriting(_keys_read(tree)).visit(tree)
    return compile(ast.fix_missing_locations(rewritten), reference.PROGRAM, "exec")


def without_imports(source: str) -> ast.Module:
    """The program without its imports of what the reference has, and otherwise as it stands."""
    tree: ast.Module = _WithoutImports().visit(ast.parse(source))
    return ast.fix_missing_locations(tree)


class _WithoutImports(ast.NodeTransformer):
    def visit_Import(self, node: ast.Import) -> ast.stmt:
        kept = node.names[0].name in ("contextlib", "dataclasses", "functools")
        return node if kept else ast.copy_location(ast.Pass(), node)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.stmt:
        kept = node.module in ("collections.abc", "typing")
        return node if kept else ast.copy_location(ast.Pass(), node)


def _keys_read(tree: ast.Module) -> dict[str, Kept]:
    """Names of which only constant items are ever read: what else they hold counts as dropped."""
    subscripted: dict[str, dict[Any, Any]] = {}
    others: set[str] = set()
    inside: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
            index = node.slice
            if isinstance(index, ast.Constant) and isinstance(node.ctx, ast.Load):
                subscripted.setdefault(node.value.id, {})[index.value] = True
                inside.add(node.value)
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node not in inside:
            others.add(node.id)
    return {name: keys for name, keys in subscripted.items() if name not in others}


class _Rewriting(_WithoutImports):
    def __init__(self, keys_read: Mapping[str, Kept]) -> None:
        self._keys_read = keys_read
        self._kept: dict[ast.AST, Kept] = {}

    # Places

    def _place(self, node: ast.expr) -> ast.expr:
        """An expression whose reference itself is wanted, not another one."""
        if isinstance(node, ast.Name):
            return node
        if isinstance(node, ast.Attribute):
            node.value = self._place(node.value)
            return node
        if isinstance(node, ast.Subscript):
            node.value = self._place(node.value)
            node.slice = self.visit(node.slice)
            return node
        if isinstance(node, ast.Starred):
            node.value = self._place(node.value)
            return node
        visited: ast.expr = self.visit(node)
        return visited

    def _read(self, node: ast.expr) -> ast.expr:
        place = self._place(node)
        if isinstance(getattr(node, "ctx", None), ast.Load):
            return _hook("read_", place, at=node)
        return place

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self._read(node)

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        return self._read(node)

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        loaded = isinstance(node.ctx, ast.Load)
        return _hook("item_", self._place(node), at=node) if loaded else self._read(node)

    # Calls

    def visit_Call(self, node: ast.Call) -> ast.expr:
        kept = ast.parse(repr(self._kept.get(node, True)), mode="eval").body
        args = [kept, self._place(node.func), *map(self._place, node.args)]
        for keyword in node.keywords:
            keyword.value = self._place(keyword.value)
        made = ast.Call(ast.Name("call_", ast.Load()), args, node.keywords)
        return ast.copy_location(made, node)

    def _keep(self, node: ast.expr, kept: Kept) -> None:
        """Note what the syntax around a value keeps of it."""
        if isinstance(node, ast.Call):
            self._kept[node] = kept
        elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
            self._keep(node.value, {node.slice.value: kept})
        elif isinstance(node, (ast.Tuple, ast.List)) and isinstance(kept, dict):
            for position, part in enumerate(node.elts):
                self._keep(part, kept.get(position, False))
        elif isinstance(node, ast.IfExp):
            self._keep(node.body, kept)
            self._keep(node.orelse, kept)

    def _kept_by(self, target: ast.expr) -> Kept:
        if isinstance(target, ast.Name):
            return False if target.id == "_" else self._keys_read.get(target.id, True)
        if isinstance(target, (ast.Tuple, ast.List)):
            if any(isinstance(part, ast.Starred) for part in target.elts):
                return True
            return {position: self._kept_by(part) for position, part in enumerate(target.elts)}
        return True

    # Statements

    def visit_Assign(self, node: ast.Assign) -> ast.stmt | list[ast.stmt]:
        self._keep(node.value, self._kept_by(node.targets[0]))
        unpacked = any(isinstance(target, (ast.Tuple, ast.List)) for target in node.targets)
        self.generic_visit(node)
        if unpacked:
            node.value = _hook("apart_", node.value, at=node.value)
        if len(node.targets) == 1:
            return node
        shared = ast.Name("shared_", ast.Store())
        first = ast.copy_location(ast.Assign([shared], node.value), node)
        reading = [_hook("read_", ast.Name("shared_", ast.Load()), at=node) for _ in node.targets]
        return [
            first,
            *(
                ast.copy_location(ast.Assign([target], value), node)
                for target, value in zip(node.targets, reading, strict=True)
            ),
        ]

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.stmt:
        if node.value is not None:
            node.value = self.visit(node.value)
        return node

    def visit_Expr(self, node: ast.Expr) -> ast.stmt:
        self._keep(node.value, False)
        self.generic_visit(node)
        return node

    def visit_Return(self, node: ast.Return) -> ast.stmt:
        if node.value is not None:
            node.value = _hook("hand_", self.visit(node.value), at=node)
        return node

    def visit_Yield(self, node: ast.Yield) -> ast.expr:
        if node.value is not None:
            node.value = _hook("hand_", self.visit(node.value), at=node)
        return node

    def visit_Lambda(self, node: ast.Lambda) -> ast.expr:
        node.args = self.visit(node.args)
        node.body = _hook("hand_", self.visit(node.body), at=node)
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.stmt:
        node.args.defaults = [self.visit(default) for default in node.args.defaults]
        node.decorator_list = [self.visit(each) for each in node.decorator_list]
        body: list[ast.stmt] = []
        for statement in node.body:
            visited = self.visit(statement)
            body += visited if isinstance(visited, list) else [visited]
        node.body = body
        node.returns = None
        for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs):
            argument.annotation = None
        return node

    def visit_For(self, node: ast.For) -> ast.stmt:
        self.generic_visit(node)
        node.iter = _hook("each_", node.iter, at=node.iter)
        return node

    def visit_comprehension(self, node: ast.comprehension) -> ast.comprehension:
        self.generic_visit(node)
        node.iter = _hook("each_", node.iter, at=node.iter)
        return node

    def visit_Match(self, node: ast.Match) -> ast.stmt:
        self.generic_visit(node)
        node.subject = _hook("apart_", node.subject, at=node.subject)
        return node

    def visit_Try(self, node: ast.Try) -> ast.stmt:
        self.generic_visit(node)
        node.body = [_trying(node.body, node)]
        return node

    def visit_With(self, node: ast.With) -> ast.stmt:
        suppresses = "suppress" in ast.unparse(node.items[0].context_expr)
        self.generic_visit(node)
        if suppresses:
            node.body = [_trying(node.body, node)]
        return node


def _hook(name: str, value: ast.expr, at: ast.AST) -> ast.expr:
    return ast.copy_location(ast.Call(ast.Name(name, ast.Load()), [value], []), at)


def _trying(body: list[ast.stmt], at: ast.stmt) -> ast.stmt:
    context = ast.Call(ast.Name("trying_", ast.Load()), [], [])
    return ast.copy_location(ast.With([ast.withitem(context)], body), at)
