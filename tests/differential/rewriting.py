"""Rewrites a program so that what happens between names is seen by the hooks (`hooks.py`).

    y, new = step(s, x)    becomes    at_(); y, new = apart_(call_(keep, step, s, x))
    t = s                  becomes    at_(); t = read_(s)
    return s               becomes    at_(); return hand_(read_(s))

`keep` says what of the result the syntax around the call keeps: nothing of it in an expression
statement, only the second part for `_, new = ...`, and so on.

Limit.  One line holds one statement.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Mapping
from types import CodeType

from tests.differential.hooks import Kept
from tests.differential.world import PROGRAM

_IMPORTED_FOR_REAL = ("contextlib", "dataclasses", "functools", "collections.abc", "typing")


def instrumented(program: str | ast.Module) -> CodeType:
    """A program with the hooks in it, and without its imports of what the reference has."""
    tree = ast.parse(program) if isinstance(program, str) else copy.deepcopy(program)
    rewritten = _Marking().visit(_Rewriting(_keys_read(tree)).visit(tree))
    assert isinstance(rewritten, ast.Module)
    code: CodeType = compile(ast.fix_missing_locations(rewritten), PROGRAM, "exec")
    return code


def without_imports(source: str) -> ast.Module:
    """The program without its imports of what the reference has, and otherwise as it stands."""
    tree: ast.Module = _WithoutImports().visit(ast.parse(source))
    return ast.fix_missing_locations(tree)


class _WithoutImports(ast.NodeTransformer):
    def visit_Import(self, node: ast.Import) -> ast.stmt:
        return self._imported(node, node.names[0].name)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.stmt:
        return self._imported(node, node.module)

    def _imported(self, node: ast.stmt, module: str | None) -> ast.stmt:
        kept = module in _IMPORTED_FOR_REAL
        return node if kept else ast.copy_location(ast.Pass(), node)


def _keys_read(tree: ast.Module) -> dict[str, Kept]:
    """Names of which only constant items are ever read: what else they hold counts as dropped."""
    subscripted: dict[str, dict[object, object]] = {}
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
        if isinstance(node, (ast.Attribute, ast.Starred)):
            node.value = self._place(node.value)
            return node
        if isinstance(node, ast.Subscript):
            node.value = self._place(node.value)
            node.slice = self.visit(node.slice)
            return node
        visited: ast.expr = self.visit(node)
        return visited

    def _read(self, node: ast.expr) -> ast.expr:
        place = self._place(node)
        if isinstance(getattr(node, "ctx", None), ast.Load):
            return _hook("read_", place)
        return place

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self._read(node)

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        return self._read(node)

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        loaded = isinstance(node.ctx, ast.Load)
        return _hook("item_", self._place(node)) if loaded else self._read(node)

    # Calls

    def visit_Call(self, node: ast.Call) -> ast.expr:
        return self._called("call_", node)

    def visit_Await(self, node: ast.Await) -> ast.expr:
        if isinstance(node.value, ast.Call):
            node.value = self._called("call_async_", node.value)
            return node
        kept = ast.parse(repr(self._kept.get(node, True)), mode="eval").body
        self.generic_visit(node)
        made = ast.Call(ast.Name("await_", ast.Load()), [kept, node.value], [])
        node.value = ast.copy_location(made, node)
        return node

    def _called(self, hook: str, node: ast.Call) -> ast.expr:
        kept = ast.parse(repr(self._kept.get(node, True)), mode="eval").body
        args = [kept, self._place(node.func), *map(self._passed, node.args)]
        for keyword in node.keywords:
            keyword.value = self._passed(keyword.value, keyword.arg is None)
        made = ast.Call(ast.Name(hook, ast.Load()), args, node.keywords)
        return ast.copy_location(made, node)

    def _passed(self, node: ast.expr, is_taken_apart: bool = False) -> ast.expr:
        """An argument; what stands in a display that is taken apart is an argument itself."""
        if isinstance(node, ast.Starred):
            node.value = self._passed(node.value, True)
            return node
        if is_taken_apart and isinstance(node, (ast.Tuple, ast.List)):
            node.elts = [self._place(element) for element in node.elts]
            return node
        if is_taken_apart and isinstance(node, ast.Dict):
            node.values = [self._place(value) for value in node.values]
            return node
        return self._place(node)

    def _keep(self, node: ast.expr, kept: Kept) -> None:
        """Note what the syntax around a value keeps of it."""
        if isinstance(node, ast.Call):
            self._kept[node] = kept
        elif isinstance(node, ast.Await):
            self._kept[node] = kept
            self._keep(node.value, kept)
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
            node.value = _hook("apart_", node.value)
        if len(node.targets) == 1:
            return node
        shared = ast.Name("shared_", ast.Store())
        first = ast.copy_location(ast.Assign([shared], node.value), node)
        reading = [
            _hook("read_", ast.copy_location(ast.Name("shared_", ast.Load()), node))
            for _ in node.targets
        ]
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

    def _handed(self, node: ast.Return | ast.Yield) -> ast.AST:
        if node.value is not None:
            node.value = _hook("hand_", self.visit(node.value))
        return node

    visit_Return = _handed  # noqa: N815
    visit_Yield = _handed  # noqa: N815

    def visit_Lambda(self, node: ast.Lambda) -> ast.expr:
        node.args = self.visit(node.args)
        node.body = _hook("hand_", self.visit(node.body))
        return node

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.stmt:
        node.args.defaults = [self.visit(default) for default in node.args.defaults]
        node.decorator_list = [self.visit(decorator) for decorator in node.decorator_list]
        body: list[ast.stmt] = []
        for statement in node.body:
            visited = self.visit(statement)
            body += visited if isinstance(visited, list) else [visited]
        node.body = body
        node.returns = None
        for argument in ast.walk(node.args):
            if isinstance(argument, ast.arg):
                argument.annotation = None
        return node

    visit_FunctionDef = _function  # noqa: N815
    visit_AsyncFunctionDef = _function  # noqa: N815

    def _iterating(self, node: ast.For | ast.AsyncFor | ast.comprehension) -> ast.AST:
        self.generic_visit(node)
        is_async = isinstance(node, ast.AsyncFor) or bool(getattr(node, "is_async", False))
        node.iter = _hook("each_async_" if is_async else "each_", node.iter)
        return node

    visit_For = _iterating  # noqa: N815
    visit_AsyncFor = _iterating  # noqa: N815
    visit_comprehension = _iterating

    def visit_match_case(self, node: ast.match_case) -> ast.match_case:
        captured = [
            inner.name
            for inner in ast.walk(node.pattern)
            if isinstance(inner, ast.MatchAs) and inner.name is not None
        ]
        self.generic_visit(node)
        # What a pattern binds stays bound if the guard fails.
        place = node.guard or node.body[0]
        made: list[ast.expr] = [
            ast.NamedExpr(
                ast.Name(name, ast.Store()),
                _hook("read_", ast.copy_location(ast.Name(name, ast.Load()), place)),
            )
            for name in captured
        ]
        if node.guard is None:
            rebinding = ast.Expr(ast.Tuple(made, ast.Load()))
            node.body.insert(0, ast.copy_location(rebinding, place))
        else:
            guarded = ast.Tuple([*made, node.guard], ast.Load())
            node.guard = ast.copy_location(
                ast.Subscript(guarded, ast.Constant(-1), ast.Load()), place
            )
        return node

    def visit_MatchClass(self, node: ast.MatchClass) -> ast.MatchClass:
        node.patterns = [self.visit(pattern) for pattern in node.patterns]
        node.kwd_patterns = [self.visit(pattern) for pattern in node.kwd_patterns]
        return node

    def _tried(self, node: ast.Try | ast.TryStar) -> ast.stmt:
        self.generic_visit(node)
        node.body = [_trying(node.body, node)]
        if node.finalbody:
            for handler in node.handlers:
                handler.body = [_trying(handler.body, handler)]
            if node.orelse:
                node.orelse = [_trying(node.orelse, node.orelse[0])]
        return node

    visit_Try = _tried  # noqa: N815
    visit_TryStar = _tried  # noqa: N815

    def visit_With(self, node: ast.With) -> ast.stmt:
        suppresses = "suppress" in ast.unparse(node.items[0].context_expr)
        self.generic_visit(node)
        if suppresses:
            node.body = [_trying(node.body, node)]
        return node


class _Marking(ast.NodeTransformer):
    """Puts `at_()` before every statement of every function."""

    def __init__(self) -> None:
        self._inside = False

    def visit(self, node: ast.AST) -> ast.AST:
        outside = self._inside
        self._inside |= isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        self._inside &= not isinstance(node, ast.ClassDef)
        self.generic_visit(node)
        if self._inside and not isinstance(node, ast.expr):
            for name in ("body", "orelse", "finalbody"):
                block: list[ast.stmt] = getattr(node, name, [])
                if block:
                    setattr(node, name, _marked(block))
        self._inside = outside
        return node


def _marked(block: list[ast.stmt]) -> list[ast.stmt]:
    marked: list[ast.stmt] = []
    for statement in block:
        # A statement with several targets has become several.
        if not marked or marked[-1].lineno != statement.lineno:
            mark = ast.Expr(ast.Call(ast.Name("at_", ast.Load()), [], []))
            marked.append(ast.fix_missing_locations(ast.copy_location(mark, statement)))
        marked.append(statement)
    return marked


def _hook(name: str, value: ast.expr) -> ast.expr:
    return ast.copy_location(ast.Call(ast.Name(name, ast.Load()), [value], []), value)


def _trying(body: list[ast.stmt], at: ast.stmt | ast.ExceptHandler) -> ast.stmt:
    context = ast.Call(ast.Name("trying_", ast.Load()), [], [])
    return ast.copy_location(ast.With([ast.withitem(context)], body), at)
