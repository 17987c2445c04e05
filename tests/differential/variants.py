"""Programs changed so that what the checker does not know may be anything.

A policy about conditions or loops holds where the changed program bears the report out.  The lines
stay as they are.
"""

from __future__ import annotations

import ast
import copy
from typing import TypeVar

Node = TypeVar("Node", bound=ast.AST)


class Freeing(ast.NodeTransformer):
    """The program with other conditions; its lines stay as they are."""

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.AST:
        self.generic_visit(node)
        flags = [argument.arg for argument in node.args.args if argument.arg in ("p", "q")]
        if node.name != "case":
            made = [ast.parse(f"{flag} = ready()").body[0] for flag in flags]
            node.body[:0] = [_moved(statement, node) for statement in made]
        return node

    visit_FunctionDef = _function  # noqa: N815
    visit_AsyncFunctionDef = _function  # noqa: N815

    def _test(self, node: ast.If | ast.IfExp) -> ast.AST:
        self.generic_visit(node)
        node.test = _free(node.test)
        return node

    visit_If = _test  # noqa: N815
    visit_IfExp = _test  # noqa: N815

    def visit_match_case(self, node: ast.match_case) -> ast.AST:
        self.generic_visit(node)
        node.guard = None if node.guard is None else _free(node.guard)
        return node


def _free(test: ast.expr) -> ast.expr:
    if not isinstance(test, ast.BoolOp):
        return test
    return _moved(ast.parse("ready()", mode="eval").body, test)


def _moved(node: Node, place: ast.AST) -> Node:
    """A node with all its parts on the line of another one."""
    for inner in ast.walk(node):
        ast.copy_location(inner, place)
    return node


def is_bounded(node: ast.AST) -> bool:
    """A loop over a display, or over a list or a generator that has a name; also counted."""
    return isinstance(node, ast.For) and isinstance(_counted(node.iter), (ast.Tuple, ast.Name))


def _counted(iterable: ast.expr) -> ast.expr:
    """What `enumerate` counts, or the iterable itself."""
    if isinstance(iterable, ast.Call) and ast.unparse(iterable.func) == "enumerate":
        return iterable.args[0]
    return iterable


class Prolonging(ast.NodeTransformer):
    """The program with loops that may go on, begin with something else, or end before."""

    def visit_For(self, node: ast.For) -> ast.AST:
        self.generic_visit(node)
        if is_bounded(node):
            known = _counted(node.iter)
            one = "eqx.nn.State()"
            for each in known.elts if isinstance(known, ast.Tuple) else ():
                one = f"{ast.unparse(each)} if ready() else {one}"
            further = _starred(ast.parse(f"[{one} for _ in items()]", mode="eval").body)
            ways: list[list[ast.expr]] = [[further, _starred(known)], [_starred(known), further]]
            if isinstance(known, ast.Tuple):  # or fewer turns
                ways.append([ast.parse(one, mode="eval").body, further])
            prolonged: ast.expr = ast.Tuple(ways[0], ast.Load())
            for way in ways[1:]:
                test = ast.parse("ready()", mode="eval").body
                prolonged = ast.IfExp(test, prolonged, ast.Tuple(way, ast.Load()))
            prolonged = _moved(copy.deepcopy(prolonged), node.iter)
            if isinstance(node.iter, ast.Call):
                node.iter.args = [prolonged]
            else:
                node.iter = prolonged
        return node


def _starred(node: ast.expr) -> ast.Starred:
    return ast.Starred(node, ast.Load())


def is_over_a_list(node: ast.AST) -> bool:
    """A loop, or a part of a comprehension, over a list or a generator that has a name."""
    return isinstance(node, (ast.For, ast.comprehension)) and isinstance(
        _counted(node.iter), ast.Name
    )


class Skipping(ast.NodeTransformer):
    """The program with loops over lists that may run no turn."""

    def _over(self, node: ast.For | ast.comprehension) -> ast.AST:
        self.generic_visit(node)
        if is_over_a_list(node):
            test = _moved(ast.parse("ready()", mode="eval").body, node.iter)
            nothing = _moved(ast.Tuple([], ast.Load()), node.iter)
            node.iter = ast.copy_location(ast.IfExp(test, node.iter, nothing), node.iter)
        return node

    visit_For = _over  # noqa: N815
    visit_comprehension = _over


def catches(node: ast.AST) -> bool:
    """A statement with handlers, or one that suppresses exceptions."""
    if isinstance(node, ast.With):
        return any("suppress" in ast.unparse(item.context_expr) for item in node.items)
    return bool(getattr(node, "handlers", ()))


class Permeating(ast.NodeTransformer):
    """The program whose handlers may let through what they catch; what is raised is of any kind."""

    def visit_With(self, node: ast.With) -> ast.AST:
        self.generic_visit(node)
        if not catches(node):
            return node
        context = node.items[0].context_expr
        assert isinstance(context, ast.Call)
        handler = ast.ExceptHandler(ast.Tuple(context.args, ast.Load()), None, [ast.Pass()])
        made = ast.Try(node.body, [self._letting_through(_moved(handler, node))], [], [])
        return ast.copy_location(made, node)

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> ast.AST:
        self.generic_visit(node)
        return self._letting_through(node)

    def _letting_through(self, node: ast.ExceptHandler) -> ast.ExceptHandler:
        choice = ast.parse("if ready():\n    raise").body[0]
        node.body.insert(0, _moved(choice, node))
        return node

    def visit_Raise(self, node: ast.Raise) -> ast.AST:
        if node.exc is not None:
            either = ast.parse("RuntimeError if ready() else ValueError", mode="eval").body
            node.exc = _moved(either, node)
        return node
