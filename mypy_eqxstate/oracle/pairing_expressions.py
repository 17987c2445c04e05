"""The expressions and patterns of `ast` beside those of mypy's tree.

The half of the pairing (`oracle/pairing.py` has the whole story) that knows how each kind of
expression and pattern looks on either side.  One row of the table at the end a kind.  The worked
example is the f-string, where mypy's tree is furthest from the source:

    f"a{x:{w}}b"    is    "".join(["a", "{:{}}".format(x, "".join([... w ...])), "b"])
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

from mypy import nodes, patterns

_LITERALS = (
    nodes.StrExpr,
    nodes.IntExpr,
    nodes.FloatExpr,
    nodes.BytesExpr,
    nodes.ComplexExpr,
    nodes.EllipsisExpr,
    nodes.NameExpr,
)
_LEAF_PATTERNS: dict[type, type] = {
    ast.MatchStar: patterns.StarredPattern,
    ast.MatchSingleton: patterns.SingletonPattern,
    ast.MatchAs: patterns.AsPattern,
}
_TEMPLATE_STRING: type | None = getattr(ast, "TemplateStr", None)


class ExpressionPairing:
    """The partners found so far, and the side-by-side walk through expressions.

    Attributes:
        partners: mypy's node of each `ast` node that has been paired.
        mismatches: where the two trees disagree: both kinds of node and the line.
    """

    def __init__(self) -> None:
        self.partners: dict[ast.AST, nodes.Node] = {}
        self.mismatches: list[tuple[str, str, int]] = []

    def _mismatch(self, node: ast.AST, other: object) -> None:
        where = getattr(node, "lineno", 0)
        self.mismatches.append((type(node).__name__, type(other).__name__, where))

    # --- patterns

    def _pattern(self, node: ast.pattern, other: nodes.Node | None) -> None:
        if other is not None:
            self.partners[node] = other
        if isinstance(node, ast.MatchValue) and isinstance(other, patterns.ValuePattern):
            self._expression(node.value, other.expr)
        elif isinstance(node, ast.MatchClass) and isinstance(other, patterns.ClassPattern):
            self._expression(node.cls, other.class_ref)
            self._patterns(node.patterns, other.positionals)
            self._patterns(node.kwd_patterns, other.keyword_values)
        elif isinstance(node, ast.MatchOr) and isinstance(other, patterns.OrPattern):
            self._patterns(node.patterns, other.patterns)
        elif isinstance(node, ast.MatchAs) and isinstance(other, patterns.AsPattern):
            if node.pattern is not None and other.pattern is not None:
                self._pattern(node.pattern, other.pattern)
        elif isinstance(node, ast.MatchSequence) and isinstance(other, patterns.SequencePattern):
            self._patterns(node.patterns, other.patterns)
        elif isinstance(node, ast.MatchMapping) and isinstance(other, patterns.MappingPattern):
            self._expressions(node.keys, other.keys)
            self._patterns(node.patterns, other.values)
        elif not isinstance(other, _LEAF_PATTERNS.get(type(node), ())):
            self._mismatch(node, other)

    def _patterns(self, own: Sequence[ast.pattern], others: Sequence[nodes.Node]) -> None:
        if len(own) != len(others):
            self.mismatches.append(("patterns", f"{len(own)}/{len(others)}", line_of(own)))
            return
        for node, other in zip(own, others, strict=True):
            self._pattern(node, other)

    # --- expressions

    def _expressions(
        self,
        own: Sequence[ast.expr | None],
        others: Sequence[nodes.Expression | None],
    ) -> None:
        if len(own) != len(others):
            self.mismatches.append(("list", f"{len(own)}/{len(others)}", line_of(own)))
            return
        for node, other in zip(own, others, strict=True):
            self._expression(node, other)

    def _expression(self, node: ast.expr | None, other: nodes.Expression | None) -> None:
        if node is None:
            return
        if other is None:
            self._mismatch(node, other)
            return
        pair = _EXPRESSIONS.get(type(node))
        if pair is None or not isinstance(other, pair[0]):
            self._mismatch(node, other)
            return
        self.partners[node] = other
        pair[1](self, node, other)

    def _leaf(self, node: ast.expr, other: nodes.Expression) -> None:
        """An expression without parts."""

    def _attribute(self, node: ast.Attribute, other: nodes.Expression) -> None:
        if isinstance(other, nodes.MemberExpr):
            self._expression(node.value, other.expr)
        elif isinstance(other, nodes.SuperExpr):
            self._expression(node.value, other.call)

    def _call(self, node: ast.Call, other: nodes.CallExpr) -> None:
        self._expression(node.func, other.callee)
        arguments = [a.value if isinstance(a, ast.Starred) else a for a in node.args]
        arguments += [keyword.value for keyword in node.keywords]
        self._expressions(arguments, other.args)

    def _subscript(self, node: ast.Subscript, other: nodes.IndexExpr) -> None:
        self._expression(node.value, other.base)
        self._expression(node.slice, other.index)

    def _slice(self, node: ast.Slice, other: nodes.SliceExpr) -> None:
        self._expression(node.lower, other.begin_index)
        self._expression(node.upper, other.end_index)
        self._expression(node.step, other.stride)

    def _binary(self, node: ast.BinOp, other: nodes.OpExpr) -> None:
        self._expression(node.left, other.left)
        self._expression(node.right, other.right)

    def _boolean(self, node: ast.BoolOp, other: nodes.OpExpr) -> None:
        rest: nodes.Expression = other
        for value in node.values[:-1]:
            if not isinstance(rest, nodes.OpExpr):
                self._mismatch(node, rest)
                return
            self._expression(value, rest.left)
            rest = rest.right
        self._expression(node.values[-1], rest)

    def _unary(self, node: ast.UnaryOp, other: nodes.UnaryExpr) -> None:
        self._expression(node.operand, other.expr)

    def _compare(self, node: ast.Compare, other: nodes.ComparisonExpr) -> None:
        self._expressions([node.left, *node.comparators], other.operands)

    def _conditional(self, node: ast.IfExp, other: nodes.ConditionalExpr) -> None:
        self._expression(node.test, other.cond)
        self._expression(node.body, other.if_expr)
        self._expression(node.orelse, other.else_expr)

    def _items(
        self,
        node: ast.List | ast.Tuple | ast.Set,
        other: nodes.ListExpr | nodes.TupleExpr | nodes.SetExpr,
    ) -> None:
        self._expressions(node.elts, other.items)

    def _dict(self, node: ast.Dict, other: nodes.DictExpr) -> None:
        self._expressions(node.keys, [key for key, _ in other.items])
        self._expressions(node.values, [value for _, value in other.items])

    def _starred(self, node: ast.Starred, other: nodes.StarExpr) -> None:
        self._expression(node.value, other.expr)

    def _list_comprehension(
        self,
        node: ast.ListComp | ast.SetComp,
        other: nodes.ListComprehension | nodes.SetComprehension,
    ) -> None:
        self._comprehension(node.generators, other.generator)
        self._expression(node.elt, other.generator.left_expr)

    def _generator(self, node: ast.GeneratorExp, other: nodes.GeneratorExpr) -> None:
        self._comprehension(node.generators, other)
        self._expression(node.elt, other.left_expr)

    def _dict_comprehension(self, node: ast.DictComp, other: nodes.DictionaryComprehension) -> None:
        self._comprehension(node.generators, other)
        self._expression(node.key, other.key)
        self._expression(node.value, other.value)

    def _comprehension(
        self,
        generators: Sequence[ast.comprehension],
        other: nodes.GeneratorExpr | nodes.DictionaryComprehension,
    ) -> None:
        self._expressions([generator.target for generator in generators], other.indices)
        self._expressions([generator.iter for generator in generators], other.sequences)
        for generator, conditions in zip(generators, other.condlists, strict=False):
            self._expressions(generator.ifs, conditions)

    def _lambda(self, node: ast.Lambda, other: nodes.LambdaExpr) -> None:
        self._arguments(node.args, other.arguments)
        body = other.body.body
        if len(body) == 1 and isinstance(body[0], nodes.ReturnStmt):
            self._expression(node.body, body[0].expr)
        else:
            self._mismatch(node, other)

    def _value(
        self,
        node: ast.Yield | ast.YieldFrom | ast.Await | ast.Expr | ast.Return,
        other: (
            nodes.YieldExpr
            | nodes.YieldFromExpr
            | nodes.AwaitExpr
            | nodes.ExpressionStmt
            | nodes.ReturnStmt
        ),
    ) -> None:
        self._expression(node.value, other.expr)

    def _walrus(self, node: ast.NamedExpr, other: nodes.AssignmentExpr) -> None:
        self._expression(node.target, other.target)
        self._expression(node.value, other.value)

    def _arguments(self, own: ast.arguments, others: Sequence[nodes.Argument]) -> None:
        if not own.defaults and not own.kw_defaults:
            return
        defaults = {argument.variable.name: argument.initializer for argument in others}
        positional = [*own.posonlyargs, *own.args]
        with_default = positional[len(positional) - len(own.defaults) :]
        for argument, default in zip(with_default, own.defaults, strict=True):
            self._expression(default, defaults.get(argument.arg))
        for argument, keyword_default in zip(own.kwonlyargs, own.kw_defaults, strict=True):
            if keyword_default is not None:
                self._expression(keyword_default, defaults.get(argument.arg))

    def _format_string(self, node: ast.JoinedStr, other: nodes.Expression) -> None:
        """`f"a{x:{w}}b"` is `"".join(["a", "{:{}}".format(x, "".join([...w...])), "b"])`."""
        own = [value for value in node.values if isinstance(value, ast.FormattedValue)]
        if not own:
            return
        parts: Sequence[nodes.Expression] = [other]
        if _format_call(other) is None:
            parts = []
            if isinstance(other, nodes.CallExpr) and other.args:
                joined = other.args[0]
                if isinstance(joined, nodes.ListExpr):
                    parts = joined.items
        calls = [call for part in parts if (call := _format_call(part)) is not None]
        if len(calls) != len(own):
            self._mismatch(node, other)
            return
        for value, call in zip(own, calls, strict=True):
            self.partners[value] = call
            self._expression(value.value, call.args[0])
            if isinstance(value.format_spec, ast.JoinedStr):
                self._format_string(value.format_spec, call.args[1])

    def _template_string(self, node: ast.expr, other: nodes.TemplateStrExpr) -> None:
        own = [value for value in getattr(node, "values", ()) if hasattr(value, "value")]
        own = [value for value in own if not isinstance(value, ast.Constant)]
        theirs = [item for item in other.items if isinstance(item, tuple)]
        if len(own) != len(theirs):
            self._mismatch(node, other)
            return
        for value, item in zip(own, theirs, strict=True):
            self._expression(value.value, item[0])
            if isinstance(value.format_spec, ast.JoinedStr) and item[3] is not None:
                self._format_string(value.format_spec, item[3])


_Handler = Callable[..., None]
_EXPRESSIONS: dict[type, tuple[type | tuple[type, ...], _Handler]] = {
    ast.Name: (nodes.NameExpr, ExpressionPairing._leaf),
    ast.Constant: (_LITERALS, ExpressionPairing._leaf),
    ast.Attribute: ((nodes.MemberExpr, nodes.SuperExpr), ExpressionPairing._attribute),
    ast.Call: (nodes.CallExpr, ExpressionPairing._call),
    ast.Subscript: (nodes.IndexExpr, ExpressionPairing._subscript),
    ast.Slice: (nodes.SliceExpr, ExpressionPairing._slice),
    ast.BinOp: (nodes.OpExpr, ExpressionPairing._binary),
    ast.BoolOp: (nodes.OpExpr, ExpressionPairing._boolean),
    ast.UnaryOp: (nodes.UnaryExpr, ExpressionPairing._unary),
    ast.Compare: (nodes.ComparisonExpr, ExpressionPairing._compare),
    ast.IfExp: (nodes.ConditionalExpr, ExpressionPairing._conditional),
    ast.List: ((nodes.ListExpr, nodes.TupleExpr), ExpressionPairing._items),
    ast.Tuple: (nodes.TupleExpr, ExpressionPairing._items),
    ast.Set: (nodes.SetExpr, ExpressionPairing._items),
    ast.Dict: (nodes.DictExpr, ExpressionPairing._dict),
    ast.Starred: (nodes.StarExpr, ExpressionPairing._starred),
    ast.ListComp: (nodes.ListComprehension, ExpressionPairing._list_comprehension),
    ast.SetComp: (nodes.SetComprehension, ExpressionPairing._list_comprehension),
    ast.GeneratorExp: (nodes.GeneratorExpr, ExpressionPairing._generator),
    ast.DictComp: (nodes.DictionaryComprehension, ExpressionPairing._dict_comprehension),
    ast.Lambda: (nodes.LambdaExpr, ExpressionPairing._lambda),
    ast.Yield: (nodes.YieldExpr, ExpressionPairing._value),
    ast.YieldFrom: (nodes.YieldFromExpr, ExpressionPairing._value),
    ast.Await: (nodes.AwaitExpr, ExpressionPairing._value),
    ast.NamedExpr: (nodes.AssignmentExpr, ExpressionPairing._walrus),
    ast.JoinedStr: (nodes.Expression, ExpressionPairing._format_string),
}
if _TEMPLATE_STRING is not None:
    _EXPRESSIONS[_TEMPLATE_STRING] = (nodes.TemplateStrExpr, ExpressionPairing._template_string)


def _format_call(node: nodes.Expression) -> nodes.CallExpr | None:
    """The node if it is the `"{:{}}".format(value, spec)` that mypy makes of one f-string field."""
    if (
        isinstance(node, nodes.CallExpr)
        and len(node.args) == 2
        and isinstance(node.callee, nodes.MemberExpr)
        and node.callee.name == "format"
        and isinstance(node.callee.expr, nodes.StrExpr)
        and node.callee.expr.value.startswith("{")
    ):
        return node
    return None


def line_of(items: Sequence[ast.AST | None]) -> int:
    """The line of the first item that is there."""
    return next((getattr(item, "lineno", 0) for item in items if item is not None), 0)
