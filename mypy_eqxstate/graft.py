"""A new syntax tree of an edited module, in which functions that were not edited are the old nodes.

What was found out about a function is kept by its node.  After an edit the module is parsed anew,
and then all nodes are others.  So the old node of each function is put in the place of the new one:

- a function whose text is the same keeps all of its nodes, with the lines where they are now;
- of one that was edited the definition's own node stays, because callers refer to it, and gets the
  new contents.

*Function* means here an outermost one, with all that is inside of it: a function of the module or a
method.  In ::

    def step(s): return s.set(i, 1)          # edited
    def train(s):                            # the same text, three lines further down
        return [step(s) for _ in range(3)]

`train` keeps its nodes, which are moved by three lines.  Because a comprehension is named after its
line, as lambdas are, what was known of `train` does not serve any more; in the same line it would.

`graft` says no (None) where more than bodies was edited, or what is inside a body reaches further
than that: a constructor, a class or an import inside a function, a `global`, which attributes
are stored, and mypy's inline configuration.

Limit: comments and blank lines count as no edit only outside of functions.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from mypy_eqxstate.syntax import inner_blocks

Definition = ast.FunctionDef | ast.AsyncFunctionDef
# Constructors say what the fields of a class are.
_CONSTRUCTORS = frozenset({"__init__", "__new__", "__post_init__", "__init_subclass__"})
# What is named after its line (`ir/module.py`, `ir/scopes.py`).
_NAMED_BY_LINE = (
    ast.Lambda,
    ast.GeneratorExp,
    ast.ListComp,
    ast.SetComp,
    ast.DictComp,
)
_REACHING_FURTHER = (ast.ClassDef, ast.Import, ast.ImportFrom, ast.Global)
_CONFIGURATION = "# mypy:"


class Source:
    """A module as it was read.

    Args:
        text: its text.
        tree: the syntax tree of it; `graft` takes it to pieces.
    """

    def __init__(self, text: str, tree: ast.Module) -> None:
        self.tree = tree
        self.lines = split_lines(text)


def split_lines(text: str) -> list[str]:
    """The lines of a text, as Python's parser counts them."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


class Graft(NamedTuple):
    """What is left of an older tree in a new one.

    Attributes:
        unchanged: the outermost functions that are as they were, but maybe on other lines.
        edited: the other outermost functions.
        lines: by the number of an older line, where it is now; 0 if there is nothing to tell.
        moved: whether any line is another one.
    """

    unchanged: frozenset[Definition]
    edited: frozenset[Definition]
    lines: Sequence[int]
    moved: bool


class Place(NamedTuple):
    """Where an outermost function is defined.

    Attributes:
        block, number: the list of statements that it is in, and where.
        node: the definition.
        first, last: its lines, with decorators.
    """

    block: list[ast.stmt]
    number: int
    node: Definition
    first: int
    last: int


def graft(before: Source, after: Source) -> Graft | None:
    """Put the old nodes of functions into a new tree.

    Args:
        before: the module as it was; its tree is of no use any more if there is a graft.
        after: as it is now; its tree is changed, unless the result is None.

    Returns:
        what was kept; None if more than bodies was edited, or too much of it.
    """
    old, new = list(places(before.tree)), list(places(after.tree))
    if len(old) != len(new) or _configuration(before) != _configuration(after):
        return None
    same = [_is_same(one, before, other, after) for one, other in zip(old, new, strict=True)]
    try:
        if not _have_same_frame(before, old, after, new, same):
            return None
    except RecursionError:  # `ast.dump` of what is nested very deeply
        return None
    for one, other, is_same in zip(old, new, same, strict=True):
        if not is_same and not _stays_inside(one.node, other.node):
            return None
    lines = _line_map(before, old, after, new)
    unchanged: set[Definition] = set()
    edited: set[Definition] = set()
    for one, other, is_same in zip(old, new, same, strict=True):
        by = other.first - one.first
        other.block[other.number] = one.node
        if not is_same:
            vars(one.node).update(vars(other.node))
            edited.add(one.node)
        elif not by or not _move(one.node, by):
            unchanged.add(one.node)
        else:
            edited.add(one.node)
    moved = any(line not in (0, number) for number, line in enumerate(lines))
    return Graft(frozenset(unchanged), frozenset(edited), lines, moved)


def places(tree: ast.Module) -> Iterator[Place]:
    """The outermost functions of a module, in the order of the text."""
    waiting: list[list[ast.stmt]] = [tree.body]
    found: list[Place] = []
    while waiting:
        block = waiting.pop()
        for number, statement in enumerate(block):
            if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
                first = statement.lineno
                if statement.decorator_list:
                    first = min(first, *(each.lineno for each in statement.decorator_list))
                last = statement.end_lineno or statement.lineno
                found.append(Place(block, number, statement, first, last))
                continue
            waiting.extend(inner_blocks(statement))
    found.sort(key=lambda place: place.node.lineno)
    yield from found


def _configuration(source: Source) -> list[str]:
    return [line for line in source.lines if line.startswith(_CONFIGURATION)]


def _is_same(one: Place, before: Source, other: Place, after: Source) -> bool:
    """Whether two definitions have the same text, which then means the same."""
    return (
        one.node.col_offset == other.node.col_offset
        and one.last - one.first == other.last - other.first
        and before.lines[one.first - 1 : one.last] == after.lines[other.first - 1 : other.last]
    )


def _have_same_frame(
    before: Source, old: list[Place], after: Source, new: list[Place], same: list[bool]
) -> bool:
    """Whether two modules are the same but for the bodies of functions."""
    gaps = _blocks(old, len(before.lines))[::2], _blocks(new, len(after.lines))[::2]
    if all(
        before.lines[first - 1 : last] == after.lines[to_first - 1 : to_last]
        for (first, last), (to_first, to_last) in zip(*gaps, strict=True)
    ):
        # The text says so already, but for the beginnings of what was edited.
        return all(
            is_same or _frame(one.node, [one]) == _frame(other.node, [other])
            for one, other, is_same in zip(old, new, same, strict=True)
        )
    return _frame(before.tree, old) == _frame(after.tree, new)


def _frame(tree: ast.AST, places: list[Place]) -> str:
    """What a tree says without the bodies of functions."""
    bodies = [place.node.body for place in places]
    try:
        for place in places:
            place.node.body = []
        return ast.dump(tree)
    finally:
        for place, body in zip(places, bodies, strict=True):
            place.node.body = body


def _stays_inside(old: Definition, new: Definition) -> bool:
    """Whether the edit of a function concerns itself and its callers only."""
    if new.name in _CONSTRUCTORS:
        return False
    stored: list[list[str]] = [[], []]
    for attributes, definition in zip(stored, (old, new), strict=True):
        for node in ast.walk(definition):
            if isinstance(node, _REACHING_FURTHER):
                return False
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
                attributes.append(node.attr)
    return stored[0] == stored[1]


def _line_map(before: Source, old: list[Place], after: Source, new: list[Place]) -> Sequence[int]:
    """By the number of an old line, where it is now.

    The text is the same from the beginning of each definition, and of what is between two, on, and
    back from the end; what is left between is 0.
    """
    lines = [0] * (len(before.lines) + 1)
    ends = _blocks(old, len(before.lines)), _blocks(new, len(after.lines))
    for (first, last), (to_first, to_last) in zip(*ends, strict=True):
        length, to_length = last - first + 1, to_last - to_first + 1
        if (
            length == to_length
            and before.lines[first - 1 : last] == after.lines[to_first - 1 : to_last]
        ):
            lines[first : last + 1] = range(to_first, to_last + 1)
            continue
        shorter = min(length, to_length)
        head = 0
        while head < shorter and before.lines[first - 1 + head] == after.lines[to_first - 1 + head]:
            lines[first + head] = to_first + head
            head += 1
        tail = 0
        while (
            tail < shorter - head
            and before.lines[last - 1 - tail] == after.lines[to_last - 1 - tail]
        ):
            lines[last - tail] = to_last - tail
            tail += 1
    return lines


def _blocks(places: list[Place], length: int) -> list[tuple[int, int]]:
    """First and last lines of definitions, and of what is before, between and behind them."""
    found: list[tuple[int, int]] = []
    following = 1
    for place in places:
        found += [(following, place.first - 1), (place.first, place.last)]
        following = place.last + 1
    return [*found, (following, length)]


def _move(definition: Definition, by: int) -> bool:
    """Move a definition by some lines; whether anything in it is named after its line."""
    found = False
    names: set[str] = set()
    for node in _walk(definition):
        attributes = vars(node)
        if "lineno" in attributes:
            attributes["lineno"] += by
            if attributes.get("end_lineno") is not None:
                attributes["end_lineno"] += by
        if isinstance(node, _NAMED_BY_LINE) or attributes.get("type_params"):
            found = True
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found = found or node.name in names  # one of several
            names.add(node.name)
    return found


def _walk(top: ast.AST) -> Iterator[ast.AST]:
    """A node and all nodes in it, in no particular order; quicker than `ast.walk`."""
    waiting = [top]
    while waiting:
        node = waiting.pop()
        yield node
        for value in vars(node).values():
            if isinstance(value, list):
                waiting += [each for each in value if isinstance(each, ast.AST)]
            elif isinstance(value, ast.AST):
                waiting.append(value)
