"""Which statements can't run, as far as that can be seen without mypy.

- The branch that a type checker does not take: `if TYPE_CHECKING: ... else:`, tests of the version
  and of the platform.
- A branch in which a name that its test speaks of has no type left: the type server says `Never`.

      def close(token: Token):
          if isinstance(token, Token):
              ...
          else:
              log(token)          # token: Never

What follows a call that never returns is not asked for here: the lowering ends the path there.

Limit: a branch that does not mention the name is believed to run.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence

from mypy_eqxstate.oracle.tsp.scopes import Function, static_truth
from mypy_eqxstate.oracle.tsp.terms import NeverTerm, Term
from mypy_eqxstate.syntax import inner_blocks


class Reachability:
    """What can't run in one module.

    Args:
        tree: the module's syntax.
        types: the inferred types of expressions.
    """

    def __init__(self, tree: ast.Module, types: Callable[[Sequence[ast.expr]], list[Term]]) -> None:
        self._types = types
        self._dead: set[ast.stmt] = set()
        self._look(tree.body)

    def reachable(self, statement: ast.stmt) -> bool:
        """False if the statement can't run."""
        return statement not in self._dead

    def _look(self, block: Sequence[ast.stmt]) -> None:
        for statement in block:
            if isinstance(statement, ast.If):
                self._look_at_branches(statement)
            for inner in inner_blocks(statement):
                self._look(inner)

    def _look_at_branches(self, statement: ast.If) -> None:
        truth = static_truth(statement.test)
        if truth is not None:
            self._bury(statement.orelse if truth else statement.body)
            return
        names = {n.id for n in ast.walk(statement.test) if isinstance(n, ast.Name)}
        for branch in (statement.body, statement.orelse):
            mentions = list(_first_mentions(branch, names))
            if any(isinstance(term, NeverTerm) for term in self._types(mentions)):
                self._bury(branch)

    def _bury(self, block: Sequence[ast.stmt]) -> None:
        for statement in block:
            self._dead.update(n for n in ast.walk(statement) if isinstance(n, ast.stmt))


def _first_mentions(block: Sequence[ast.stmt], names: set[str]) -> Iterator[ast.Name]:
    """Where the first statement of a block reads some of the names, before it binds any."""
    if not block or isinstance(block[0], Function | ast.ClassDef):
        return
    first = block[0]
    bound = {
        n.id for n in ast.walk(first) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    }
    for node in ast.walk(first):
        if not isinstance(node, ast.Name) or isinstance(node.ctx, ast.Store):
            continue
        if node.id in names and node.id not in bound:
            yield node
