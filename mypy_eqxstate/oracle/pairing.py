"""Which node of mypy's tree stands for which node of Python's `ast`.

The analysis walks Python's `ast`; mypy hangs its types on its own tree.  Both come from the same
source, so they have the same structure, and this module walks the two side by side.  Positions are
no substitute: mypy's columns are wrong on lines with non-ASCII text and inside f-strings.

The shapes that differ are few, and each is met where it occurs: `a and b and c` nests to the right,
`super().x` is one node, several `del` targets are a tuple, call arguments come with their stars
removed, an f-string is a `str.format` call, the definitions of an overload or a property are one
node.  Functions and classes are therefore matched by line and name, bodies by structure.

The unit of work is a function body (and the module's top level, with its class bodies): it is
paired when the first question about a node in it is asked.  In

    def f(x):                 # x's default, f's decorators: paired with the module's top level
        return g(x)           # paired when somebody asks about `g(x)`

Limits: where the two trees disagree, that part has no partner (`mismatches` says where, for tests),
and a node without a partner is one of which the type checker says nothing.
"""

from __future__ import annotations

import ast
import sys
from bisect import bisect_right
from collections.abc import Callable, Sequence

from mypy import nodes

from mypy_eqxstate.oracle.pairing_expressions import ExpressionPairing, line_of
from mypy_eqxstate.syntax import inner_blocks

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
_MYPY_DEFINITIONS = (nodes.FuncDef, nodes.Decorator, nodes.OverloadedFuncDef, nodes.ClassDef)
_TYPE_ALIAS: type | None = getattr(ast, "TypeAlias", None)
_TRY_STAR: type | None = getattr(ast, "TryStar", None)
_POSITIONS_IN_FORMAT_STRINGS_ARE_WRONG = sys.version_info < (3, 12)


class Pairing(ExpressionPairing):
    """The partners of one module's `ast` nodes in mypy's tree, found function by function.

    Args:
        module: the module as `ast.parse` gives it.
        tree: mypy's tree of the same source, bodies included.
    """

    def __init__(self, module: ast.Module, tree: nodes.MypyFile) -> None:
        super().__init__()
        self._module = module
        self._tree = tree
        self._functions: dict[tuple[int, str], nodes.FuncDef] = {}
        self._classes: dict[tuple[int, str], nodes.ClassDef] = {}
        self._decorators: dict[nodes.FuncDef, list[nodes.Expression]] = {}
        self._paired: set[ast.AST] = set()
        self._collected = False
        self._spans: list[tuple[tuple[int, int], FunctionNode]] = []
        self._starts: list[tuple[int, int]] = []
        self._parent: dict[FunctionNode, FunctionNode | None] = {}

    def partner(self, node: ast.AST) -> nodes.Node | None:
        """The node of mypy's tree for a statement or expression; None if it has none."""
        found = self.partners.get(node)
        if found is not None:
            return found
        self._collect()
        self._pair_unit(self.enclosing_function(node))
        found = self.partners.get(node)
        if found is None and _POSITIONS_IN_FORMAT_STRINGS_ARE_WRONG:
            self.pair_everything()
            found = self.partners.get(node)
        return found

    def function(self, function: FunctionNode) -> nodes.FuncDef | None:
        """The node of mypy's tree for a function definition of the module."""
        self._collect()
        return self._functions.get((function.lineno, function.name))

    def enclosing_function(self, node: ast.AST) -> FunctionNode | None:
        """The innermost function whose body contains the node; None at the top level.

        Decorators, defaults and annotations belong to where the function is defined.  Lambdas and
        class bodies are part of the function (or module) around them.
        """
        self._collect()
        position = (getattr(node, "lineno", 0), getattr(node, "col_offset", 0))
        index = bisect_right(self._starts, position) - 1
        candidate = self._spans[index][1] if index >= 0 else None
        while candidate is not None:
            if position < (candidate.end_lineno or 0, candidate.end_col_offset or 0):
                return candidate
            candidate = self._parent.get(candidate)
        return None

    def pair_everything(self) -> None:
        """Pair every function body of the module."""
        self._collect()
        self._pair_unit(None)
        for _, function in self._spans:
            self._pair_unit(function)

    # --- what there is

    def _collect(self) -> None:
        if self._collected:
            return
        self._collected = True
        self._collect_mypy(self._tree.defs)
        self._collect_functions(self._module)
        self._spans.sort(key=lambda span: span[0])
        self._starts = [span[0] for span in self._spans]

    def _collect_functions(self, top: ast.Module) -> None:
        pending: list[tuple[ast.stmt, FunctionNode | None]] = [(s, None) for s in top.body]
        while pending:
            statement, parent = pending.pop()
            if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
                self._spans.append((_body_start(statement), statement))
                self._parent[statement] = parent
                parent = statement
            for block in inner_blocks(statement):
                pending.extend((inner, parent) for inner in block)

    def _collect_mypy(self, statements: Sequence[nodes.Statement]) -> None:
        pending: list[nodes.Node] = list(statements)
        while pending:
            statement = pending.pop()
            if isinstance(statement, nodes.FuncDef):
                self._functions[statement.line, statement.name] = statement
                pending.append(statement.body)
            elif isinstance(statement, nodes.Decorator):
                self._decorators[statement.func] = statement.original_decorators
                pending.append(statement.func)
            elif isinstance(statement, nodes.OverloadedFuncDef):
                pending.extend(statement.items)
                pending.extend(statement.unanalyzed_items)
                if statement.impl is not None:
                    pending.append(statement.impl)
            elif isinstance(statement, nodes.ClassDef):
                self._classes[statement.line, statement.name] = statement
                pending.append(statement.defs)
                pending.extend(statement.removed_statements)
            else:
                pending.extend(_mypy_blocks(statement))

    def _pair_unit(self, function: FunctionNode | None) -> None:
        unit: ast.AST = self._module if function is None else function
        if unit in self._paired:
            return
        self._paired.add(unit)
        if function is None:
            self._body(self._module.body, self._tree.defs)
            return
        partner = self._functions.get((function.lineno, function.name))
        if partner is None:
            self._mismatch(function, None)
        else:
            self._body(function.body, partner.body.body)

    # --- statements

    def _block(self, statements: Sequence[ast.stmt], block: nodes.Block | None) -> None:
        self._body(statements, block.body if block is not None else [])

    def _body(self, statements: Sequence[ast.stmt], others: Sequence[nodes.Statement]) -> None:
        plain = []
        for statement in statements:
            if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
                self._function_header(statement)
            elif isinstance(statement, ast.ClassDef):
                self._class(statement)
            else:
                plain.append(statement)
        partners = [other for other in others if not isinstance(other, _MYPY_DEFINITIONS)]
        if len(plain) == len(partners):
            for statement, partner in zip(plain, partners, strict=True):
                self._statement(statement, partner)
            return
        # One side has statements that the other hasn't: match what starts on the same line.
        self.mismatches.append(("body", f"{len(plain)}/{len(partners)}", line_of(plain)))
        by_line: dict[int, list[nodes.Statement]] = {}
        for partner in partners:
            by_line.setdefault(partner.line, []).append(partner)
        for statement in plain:
            same_line = by_line.get(statement.lineno)
            if same_line:
                self._statement(statement, same_line.pop(0))

    def _function_header(self, function: FunctionNode) -> None:
        partner = self._functions.get((function.lineno, function.name))
        if partner is None:
            self._mismatch(function, None)
            return
        self.partners[function] = partner
        decorators = self._decorators.get(partner, [])
        if len(decorators) == len(function.decorator_list):
            self._expressions(function.decorator_list, decorators)
        self._arguments(function.args, partner.arguments)

    def _class(self, definition: ast.ClassDef) -> None:
        partner = self._classes.get((definition.lineno, definition.name))
        if partner is None:
            self._mismatch(definition, None)
            return
        self.partners[definition] = partner
        if len(partner.decorators) == len(definition.decorator_list):
            self._expressions(definition.decorator_list, partner.decorators)
        if len(partner.base_type_exprs) == len(definition.bases):
            self._expressions(definition.bases, partner.base_type_exprs)
        for keyword in definition.keywords:
            value = partner.keywords.get(keyword.arg) if keyword.arg is not None else None
            if value is None and keyword.arg == "metaclass":
                value = partner.metaclass
            if value is not None:
                self._expression(keyword.value, value)
        if partner.removed_statements:
            # NamedTuple and TypedDict bodies lose what is no field; by line then.
            self._body(definition.body, [*partner.defs.body, *partner.removed_statements])
        else:
            self._block(definition.body, partner.defs)

    def _statement(self, node: ast.stmt, other: nodes.Statement) -> None:
        pair = _STATEMENTS.get(type(node))
        if pair is None or not isinstance(other, pair[0]):
            self._mismatch(node, other)
            return
        self.partners[node] = other
        pair[1](self, node, other)

    def _assign(self, node: ast.Assign, other: nodes.AssignmentStmt) -> None:
        self._expressions(node.targets, other.lvalues)
        self._expression(node.value, other.rvalue)

    def _annotated_assign(self, node: ast.AnnAssign, other: nodes.AssignmentStmt) -> None:
        self._expression(node.target, other.lvalues[0])
        if node.value is not None:
            self._expression(node.value, other.rvalue)

    def _augmented(self, node: ast.AugAssign, other: nodes.OperatorAssignmentStmt) -> None:
        self._expression(node.target, other.lvalue)
        self._expression(node.value, other.rvalue)

    def _if(self, node: ast.If, other: nodes.IfStmt) -> None:
        self._expression(node.test, other.expr[0])
        self._block(node.body, other.body[0])
        self._block(node.orelse, other.else_body)

    def _while(self, node: ast.While, other: nodes.WhileStmt) -> None:
        self._expression(node.test, other.expr)
        self._block(node.body, other.body)
        self._block(node.orelse, other.else_body)

    def _for(self, node: ast.For | ast.AsyncFor, other: nodes.ForStmt) -> None:
        self._expression(node.target, other.index)
        self._expression(node.iter, other.expr)
        self._block(node.body, other.body)
        self._block(node.orelse, other.else_body)

    def _with(self, node: ast.With | ast.AsyncWith, other: nodes.WithStmt) -> None:
        self._expressions([item.context_expr for item in node.items], other.expr)
        self._expressions([item.optional_vars for item in node.items], other.target)
        self._block(node.body, other.body)

    def _try(self, node: ast.Try, other: nodes.TryStmt) -> None:
        self._block(node.body, other.body)
        if len(node.handlers) == len(other.handlers):
            for handler, kind, body in zip(node.handlers, other.types, other.handlers, strict=True):
                self._expression(handler.type, kind)
                self._block(handler.body, body)
        else:
            self._mismatch(node, other)
        self._block(node.orelse, other.else_body)
        self._block(node.finalbody, other.finally_body)

    def _raise(self, node: ast.Raise, other: nodes.RaiseStmt) -> None:
        self._expression(node.exc, other.expr)
        self._expression(node.cause, other.from_expr)

    def _assert(self, node: ast.Assert, other: nodes.AssertStmt) -> None:
        self._expression(node.test, other.expr)
        self._expression(node.msg, other.msg)

    def _delete(self, node: ast.Delete, other: nodes.DelStmt) -> None:
        if len(node.targets) == 1:
            self._expression(node.targets[0], other.expr)
        elif isinstance(other.expr, nodes.TupleExpr):
            self._expressions(node.targets, other.expr.items)
        else:
            self._mismatch(node, other)

    def _match(self, node: ast.Match, other: nodes.MatchStmt) -> None:
        self._expression(node.subject, other.subject)
        if len(node.cases) != len(other.patterns):
            self._mismatch(node, other)
            return
        cases = zip(node.cases, other.patterns, other.guards, other.bodies, strict=True)
        for case, pattern, guard, body in cases:
            self._pattern(case.pattern, pattern)
            self._expression(case.guard, guard)
            self._block(case.body, body)

    def _nothing(self, node: ast.stmt, other: nodes.Statement) -> None:
        """A statement without an expression of its own."""


_Handler = Callable[..., None]
_STATEMENTS: dict[type, tuple[type | tuple[type, ...], _Handler]] = {
    ast.Expr: (nodes.ExpressionStmt, Pairing._value),
    ast.Assign: (nodes.AssignmentStmt, Pairing._assign),
    ast.AnnAssign: (nodes.AssignmentStmt, Pairing._annotated_assign),
    ast.AugAssign: (nodes.OperatorAssignmentStmt, Pairing._augmented),
    ast.Return: (nodes.ReturnStmt, Pairing._value),
    ast.If: (nodes.IfStmt, Pairing._if),
    ast.While: (nodes.WhileStmt, Pairing._while),
    ast.For: (nodes.ForStmt, Pairing._for),
    ast.AsyncFor: (nodes.ForStmt, Pairing._for),
    ast.With: (nodes.WithStmt, Pairing._with),
    ast.AsyncWith: (nodes.WithStmt, Pairing._with),
    ast.Try: (nodes.TryStmt, Pairing._try),
    ast.Raise: (nodes.RaiseStmt, Pairing._raise),
    ast.Assert: (nodes.AssertStmt, Pairing._assert),
    ast.Delete: (nodes.DelStmt, Pairing._delete),
    ast.Match: (nodes.MatchStmt, Pairing._match),
    ast.Pass: (nodes.PassStmt, Pairing._nothing),
    ast.Break: (nodes.BreakStmt, Pairing._nothing),
    ast.Continue: (nodes.ContinueStmt, Pairing._nothing),
    ast.Global: (nodes.GlobalDecl, Pairing._nothing),
    ast.Nonlocal: (nodes.NonlocalDecl, Pairing._nothing),
    ast.Import: (nodes.Import, Pairing._nothing),
    ast.ImportFrom: ((nodes.ImportFrom, nodes.ImportAll), Pairing._nothing),
}
if _TRY_STAR is not None:
    _STATEMENTS[_TRY_STAR] = (nodes.TryStmt, Pairing._try)
if _TYPE_ALIAS is not None:
    _STATEMENTS[_TYPE_ALIAS] = (nodes.TypeAliasStmt, Pairing._nothing)


def _mypy_blocks(statement: nodes.Node) -> list[nodes.Node]:
    """What may contain definitions directly inside one of mypy's statements."""
    inner: list[nodes.Node | None] = []
    if isinstance(statement, nodes.Block):
        inner.extend(statement.body)
    elif isinstance(statement, nodes.IfStmt):
        inner.extend(statement.body)
        inner.append(statement.else_body)
    elif isinstance(statement, (nodes.ForStmt, nodes.WhileStmt)):
        inner += [statement.body, statement.else_body]
    elif isinstance(statement, nodes.WithStmt):
        inner.append(statement.body)
    elif isinstance(statement, nodes.TryStmt):
        inner.append(statement.body)
        inner.extend(statement.handlers)
        inner += [statement.else_body, statement.finally_body]
    elif isinstance(statement, nodes.MatchStmt):
        inner.extend(statement.bodies)
    return [part for part in inner if part is not None]


def _body_start(function: FunctionNode) -> tuple[int, int]:
    """Where the body of a function begins, the decorators of its first statement included."""
    first = function.body[0]
    decorators = getattr(first, "decorator_list", None)
    if decorators:
        # The `@` comes before the decorator's expression on the same line.
        return (decorators[0].lineno, 0)
    return (first.lineno, first.col_offset)
