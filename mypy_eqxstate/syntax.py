"""What everybody who reads Python's syntax trees needs: the tree of a text, and what is in it.

Python warns of doubtful code (`x is 1`) when it parses it.  That is for the author to
hear from Python, once, and not from whoever reads the file to check it: `parsed` is silent.

Of `if a: f()` `else: g()` the inner blocks are `[f()]` and `[g()]`.
"""

from __future__ import annotations

import ast
import warnings
from typing import Final

# Expressions with a scope of their own, besides functions.
COMPREHENSIONS: Final = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
# Most statements are of these kinds, and have no statements inside.
_SIMPLE = (ast.Assign, ast.Expr, ast.Return, ast.AugAssign, ast.AnnAssign, ast.Pass, ast.Raise)


def parsed(text: str) -> ast.Module:
    """The syntax tree of a module.

    Args:
        text: its source.

    Raises:
        SyntaxError: it is no Python, or none of the version that runs this.
        ValueError: it has null characters.
        RecursionError, MemoryError: it is nested too deeply.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text)


class RecentTrees:
    """The trees of texts that were parsed last, for somebody else who needs one of them soon.

    Each is handed out once: whoever has a tree may know its nodes as its own.

    Args:
        size: how many characters their texts may have together.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._trees: dict[str, ast.Module] = {}

    def keep(self, text: str, tree: ast.Module) -> None:
        """Keep the tree of a text, and let go of the oldest ones if there are too many.

        Args:
            text: a module's source.
            tree: its tree, which nobody needs any more.
        """
        self._trees[text] = tree
        while sum(map(len, self._trees)) > self._size:
            del self._trees[next(iter(self._trees))]

    def parsed(self, text: str) -> ast.Module:
        """The syntax tree of a module, as the function of this name gives it."""
        return self._trees.pop(text, None) or parsed(text)


def inner_blocks(statement: ast.stmt) -> list[list[ast.stmt]]:
    """The lists of statements directly inside a statement; empty ones are left out.

    Args:
        statement: of any kind; of a function or class it is its body.
    """
    blocks: list[list[ast.stmt]] = []
    if isinstance(statement, _SIMPLE):
        return blocks
    for name in ("body", "orelse", "finalbody"):
        block = getattr(statement, name, None)
        if block:
            blocks.append(block)
    for name in ("handlers", "cases"):
        blocks.extend(part.body for part in getattr(statement, name, ()))
    return blocks
