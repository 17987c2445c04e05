"""Whether `Borrowed[...]` and `Consumed[...]` stand where they mean something.

They say what a call does to one parameter.  So they stand around the type of a parameter (an
`Optional` or a union may stand around them), hold something affine, and never hold each other.
Anywhere else nobody would look at them, and a promise that nobody checks is worse than none.

Worked example.  In `def f(a: Borrowed[State], b: Borrowed[int]) -> Borrowed[State]: ...` the first
is fine; the second holds nothing affine; the third is no parameter's.

Limits: annotations are looked at as syntax, so an alias of `Borrowed` under another name is not
recognised; a type that the type checker does not know is not complained about.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from mypy_eqxstate.flow.problems import Misuse
from mypy_eqxstate.fullnames import BORROWED, CONSUMED

_MODES = frozenset({BORROWED, CONSUMED})
_AROUND = frozenset({"Optional", "Union", "Annotated", "ClassVar", "Final"})


class Malformed(NamedTuple):
    """One annotation that means nothing: where, its text, and what is wrong."""

    node: ast.expr
    text: str
    misuse: Misuse


def malformed_annotations(
    tree: ast.Module,
    full_name: Callable[[ast.expr], str | None],
    holds_affine: Callable[[ast.FunctionDef | ast.AsyncFunctionDef, str], bool | None],
) -> Iterator[Malformed]:
    """The annotations of a module that misuse `Borrowed` or `Consumed`.

    Args:
        tree: the module.
        full_name: the public dotted name that a name or attribute stands for, if known.
        holds_affine: whether a parameter of a function can hold an affine object; None if unknown.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for argument in _arguments(node):
                if argument.annotation is not None:
                    annotation = _parsed(argument.annotation)
                    found = list(_of_parameter(annotation, argument.annotation, full_name))
                    yield from found
                    if (
                        not found
                        and _has_mode(annotation, full_name)
                        and holds_affine(node, argument.arg) is False
                    ):
                        text = ast.unparse(annotation)
                        yield Malformed(argument.annotation, text, Misuse.NOTHING_AFFINE)
            if node.returns is not None:
                yield from _misplaced(_parsed(node.returns), node.returns, full_name)
        elif isinstance(node, ast.AnnAssign):
            yield from _misplaced(_parsed(node.annotation), node.annotation, full_name)


def _arguments(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterable[ast.arg]:
    arguments = node.args
    yield from (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
    yield from (a for a in (arguments.vararg, arguments.kwarg) if a is not None)


def _parsed(annotation: ast.expr) -> ast.expr:
    """The annotation itself, or what a string annotation says."""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        try:
            return ast.parse(annotation.value.strip(), mode="eval").body
        except SyntaxError:
            return annotation
    return annotation


def _mode_of(node: ast.AST, full_name: Callable[[ast.expr], str | None]) -> bool:
    if not isinstance(node, ast.Name | ast.Attribute):
        return False
    return full_name(node) in _MODES


def _has_mode(annotation: ast.expr, full_name: Callable[[ast.expr], str | None]) -> bool:
    return any(_mode_of(node, full_name) for node in ast.walk(annotation))


def _misplaced(
    annotation: ast.expr, at: ast.expr, full_name: Callable[[ast.expr], str | None]
) -> Iterator[Malformed]:
    if _has_mode(annotation, full_name):
        yield Malformed(at, ast.unparse(annotation), Misuse.MISPLACED_MODE)


def _of_parameter(
    annotation: ast.expr, at: ast.expr, full_name: Callable[[ast.expr], str | None]
) -> Iterator[Malformed]:
    """What is wrong with the annotation of a parameter, outermost first."""
    if isinstance(annotation, ast.BinOp):
        yield from _of_parameter(annotation.left, at, full_name)
        yield from _of_parameter(annotation.right, at, full_name)
    elif _mode_of(annotation, full_name):
        yield Malformed(at, ast.unparse(annotation), Misuse.BARE_MODE)
    elif isinstance(annotation, ast.Subscript):
        inner = _parsed(annotation.slice)
        if _mode_of(annotation.value, full_name):
            if _has_mode(inner, full_name):
                yield Malformed(at, ast.unparse(annotation), Misuse.NESTED_MODES)
            return
        name = ast.unparse(annotation.value).rpartition(".")[2]
        if name in _AROUND:
            parts = inner.elts if isinstance(inner, ast.Tuple) else [inner]
            for part in parts:
                yield from _of_parameter(_parsed(part), at, full_name)
        else:
            yield from _misplaced(inner, at, full_name)
