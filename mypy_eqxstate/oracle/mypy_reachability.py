"""Which statements mypy proved to be unreachable.

mypy says so nowhere, but it records no type for an expression that it did not visit.  So a
statement whose own expressions have no type, in a function where others have, is one that mypy
skipped.  A statement without such an expression (`pass`, `return`, a `def`) goes with the one
before it.  In

    if isinstance(x, int):      # visited
        raise TypeError         # visited
    else:
        pass                    # in doubt: reachable
    log("never")                # suppose x is an int: skipped, so unreachable
    return                      # after a skipped statement: unreachable

What follows `if key is None: raise ...` is believed to run even if mypy says that it can't: such a
test is always true for mypy only if the annotation of `key` is wrong.  Tests of the platform, the
version and `TYPE_CHECKING` are another matter.  So is what follows a `with` of something that mypy
takes for Any, as in functions without annotations: it may swallow what its block raises, and mypy
believes that nothing follows if the block never ends by itself.

Limits: a function of which nothing was visited was not checked (`@no_type_check`, type variables
with values), and everything in it counts as reachable.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from mypy import nodes
from mypy.types import AnyType, Type, get_proper_type

from mypy_eqxstate.oracle.pairing import Pairing
from mypy_eqxstate.syntax import COMPREHENSIONS, inner_blocks

_SEPARATE = (ast.Lambda, *COMPREHENSIONS)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
# mypy visits these and still has no types for class bases, some decorators, and deleted names.
_UNTYPED = (*_FUNCTIONS, ast.ClassDef, ast.Delete)


class Reachability:
    """What mypy skipped in one module, function by function.

    Args:
        module: the module's `ast`.
        pairing: its partners in mypy's tree.
        typed: the types that mypy has for expressions.
    """

    def __init__(
        self, module: ast.Module, pairing: Pairing, typed: Mapping[nodes.Expression, Type]
    ) -> None:
        self._module = module
        self._pairing = pairing
        self._typed = typed
        self._skipped: dict[ast.AST, set[ast.stmt]] = {}

    def reachable(self, statement: ast.stmt) -> bool:
        """False if mypy did not visit the statement in a body of which it visited others."""
        function = self._pairing.enclosing_function(statement)
        unit: ast.AST = self._module if function is None else function
        if unit not in self._skipped:
            body = self._module.body if function is None else function.body
            visited: dict[ast.stmt, bool | None] = {}
            self._look(body, visited)
            skipped: set[ast.stmt] = set()
            answers = set(visited.values())
            if True in answers and False in answers:
                self._spread(body, visited, skipped)
            self._skipped[unit] = skipped
        return statement not in self._skipped[unit]

    def _look(self, block: list[ast.stmt], visited: dict[ast.stmt, bool | None]) -> None:
        for statement in block:
            visited[statement] = self._was_visited(statement)
            if not isinstance(statement, _FUNCTIONS):
                for inner in inner_blocks(statement):
                    self._look(inner, visited)

    def _was_visited(self, statement: ast.stmt) -> bool | None:
        """Whether mypy has types for the statement's own expressions; None if it can't tell."""
        if isinstance(statement, _UNTYPED):
            return None
        if isinstance(statement, ast.AnnAssign) and statement.value is None:
            return None
        other = self._pairing.partner(statement)
        if isinstance(other, nodes.AssignmentStmt) and other.is_alias_def:
            return None
        answer: bool | None = None
        for node in _own_expressions(statement):
            partner = self._pairing.partner(node)
            if not isinstance(partner, nodes.Expression):
                continue
            if partner in self._typed:
                return True
            if not _never_typed(partner):
                answer = False
        return answer

    def _spread(
        self, block: list[ast.stmt], visited: dict[ast.stmt, bool | None], skipped: set[ast.stmt]
    ) -> None:
        """Add the skipped statements of a block; one in doubt goes with the statement before it."""
        dead = doubtful = False
        before: list[ast.stmt] = []  # those not yet asked whether what follows is in doubt
        for statement in block:
            known = visited[statement]
            if known is None and any(visited[inner] for inner in _nested(statement)):
                known = True
            if not known and not doubtful:
                doubtful = any(_leaves_by_a_wrong_type(s) or self._may_go_on(s) for s in before)
                before.clear()
            before.append(statement)
            if doubtful and not known:
                continue
            if known is not None:
                dead = not known
            if dead:
                skipped.add(statement)
                skipped.update(_nested(statement))
            elif not isinstance(statement, _FUNCTIONS):
                for inner_block in inner_blocks(statement):
                    self._spread(inner_block, visited, skipped)

    def _may_go_on(self, statement: ast.stmt) -> bool:
        """Whether something of an unknown type in a statement may swallow what is raised in it."""
        return any(
            self._is_unknown(item.context_expr)
            for inner in (statement, *_nested(statement))
            if isinstance(inner, (ast.With, ast.AsyncWith))
            for item in inner.items
        )

    def _is_unknown(self, node: ast.expr) -> bool:
        partner = self._pairing.partner(node)
        type_ = self._typed.get(partner) if isinstance(partner, nodes.Expression) else None
        return type_ is not None and isinstance(get_proper_type(type_), AnyType)


def _own_expressions(statement: ast.stmt) -> Iterator[ast.expr]:
    """The expressions of the statement itself, without inner blocks and what runs separately."""
    pending: list[ast.AST] = []
    for name in statement._fields:
        if name in ("annotation", "type_params"):
            continue
        value = getattr(statement, name, None)
        for part in value if isinstance(value, list) else (value,):
            if isinstance(part, ast.withitem):
                pending.append(part.context_expr)
            elif isinstance(part, ast.expr):
                pending.append(part)
    while pending:
        node = pending.pop()
        if isinstance(node, ast.expr):
            yield node
            if not isinstance(node, _SEPARATE):
                pending.extend(ast.iter_child_nodes(node))


def _leaves_by_a_wrong_type(statement: ast.stmt) -> bool:
    """Whether only a wrong annotation can be the reason if nothing runs after a statement."""
    if not isinstance(statement, ast.If) or statement.orelse:
        return False
    if not isinstance(statement.body[-1], ast.Raise | ast.Return | ast.Continue | ast.Break):
        return False
    names = {node.id for node in ast.walk(statement.test) if isinstance(node, ast.Name)}
    return bool(names) and names.isdisjoint({"TYPE_CHECKING", "MYPY", "sys", "os", "typing"})


def _nested(statement: ast.stmt) -> list[ast.stmt]:
    """Every statement inside a statement; none if it is a function."""
    if isinstance(statement, _FUNCTIONS):
        return []
    return [s for block in inner_blocks(statement) for i in block for s in (i, *_nested(i))]


def _never_typed(partner: nodes.Expression) -> bool:
    """Expressions for which mypy records no type even where it visits them."""
    if isinstance(partner, nodes.RefExpr) and isinstance(partner.node, nodes.MypyFile):
        return True
    return isinstance(partner, (nodes.SuperExpr, nodes.StarExpr, nodes.TupleExpr))
