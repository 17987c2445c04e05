"""Facts: what a branch establishes about conditions that can be compared with each other.

    if train:              # then: "train" holds; else: "train" does not
        ...
    if not train: ...      # the same text, so the analysis knows that only one of both runs

Only conditions made of names, attributes, items, constants and operators have a text (and
`isinstance`, `hasattr`, `callable` of such, and functions like `exists`, `ir/none_tests.py`);
`not`, `is not`, `!=` and `not in` are turned round so that opposite conditions have the same text.

Limits.  A text stands for a value as long as none of its variables is rebound; a change of
`self.training` or of `options["x"]` in between is not seen here.
"""

from __future__ import annotations

import ast

from mypy_eqxstate.ir.builder import Builder
from mypy_eqxstate.ir.model import Attribute, Fact, Item, Place, Variable
from mypy_eqxstate.ir.targets import index_key

_COMPARISONS: dict[type[ast.cmpop], tuple[str, bool]] = {
    ast.Eq: ("==", True),
    ast.NotEq: ("==", False),
    ast.Lt: ("<", True),
    ast.LtE: ("<=", True),
    ast.Gt: (">", True),
    ast.GtE: (">=", True),
    ast.Is: ("is", True),
    ast.IsNot: ("is", False),
    ast.In: ("in", True),
    ast.NotIn: ("in", False),
}
_OPERATORS: dict[type[ast.AST], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Pow: "**",
    ast.BitAnd: "&",
    ast.BitOr: "|",
    ast.BitXor: "^",
    ast.LShift: "<<",
    ast.RShift: ">>",
    ast.MatMult: "@",
    ast.USub: "-",
    ast.UAdd: "+",
    ast.Invert: "~",
}
_PURE_TESTS = frozenset(("isinstance", "issubclass", "hasattr", "callable"))

Facts = tuple[tuple[Fact, ...], tuple[Fact, ...]]


def facts_of(builder: Builder, node: ast.expr) -> Facts:
    """The facts on both edges of a branch on the condition."""
    variables: set[Variable] = set()
    if isinstance(node, ast.Compare):
        if len(node.ops) != 1:
            return (), ()
        return comparison_facts(builder, node.left, node.ops[0], node.comparators[0])
    is_none = _asked_whether_none(builder, node)
    if is_none is not None:
        return is_none
    text = _text(builder, node, variables)
    return ((), ()) if text is None else _both(text, True, variables, None)


def _asked_whether_none(builder: Builder, node: ast.expr) -> Facts | None:
    """The facts where a function of the module is asked whether something is None."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.keywords:
        return None
    name = node.func.id
    holds = builder.questions.none_tests.get(name)
    if holds is None or len(node.args) != 1 or builder.variable_read(name).owner != "":
        return None
    operator = ast.Is() if holds else ast.IsNot()
    return comparison_facts(builder, node.args[0], operator, ast.Constant(None))


def comparison_facts(
    builder: Builder, left: ast.expr, operator: ast.cmpop, right: ast.expr
) -> Facts:
    """The facts that one comparison establishes."""
    variables: set[Variable] = set()
    left_text = _text(builder, left, variables)
    right_text = None if left_text is None else _text(builder, right, variables)
    if right_text is None:
        return (), ()
    sign, holds = _COMPARISONS[type(operator)]
    none_test = None
    if sign == "is" and isinstance(right, ast.Constant) and right.value is None:
        none_test = place_of(builder, left)
    return _both(f"{left_text} {sign} {right_text}", holds, variables, none_test)


def _both(text: str, holds: bool, variables: set[Variable], none_test: Place | None) -> Facts:
    if not variables:
        return (), ()
    names = frozenset(variables)
    return (Fact(text, holds, names, none_test),), (Fact(text, not holds, names, none_test),)


def place_of(builder: Builder, node: ast.expr) -> Place | None:
    """The place that an expression denotes: a name, its attributes and constant items."""
    if isinstance(node, ast.Name):
        return Place(builder.variable_read(node.id))
    if isinstance(node, ast.NamedExpr):
        return Place(builder.variable_read(node.target.id))
    if isinstance(node, ast.Attribute):
        base = place_of(builder, node.value)
        return None if base is None else base.child(Attribute(node.attr))
    if isinstance(node, ast.Subscript):
        key = index_key(node.slice)
        base = place_of(builder, node.value) if isinstance(key, Item) else None
        return None if base is None else base.child(key)
    return None


def _text(builder: Builder, node: ast.expr, variables: set[Variable]) -> str | None:
    """The condition's text with the variables in it, or None if it is made of anything else."""
    if isinstance(node, ast.Name):
        variable = builder.variable_read(node.id)
        variables.add(variable)
        return variable.name
    if isinstance(node, ast.NamedExpr):
        variable = builder.variable_read(node.target.id)
        if variable in variables:
            return None  # an older value of it is in the condition too
        variables.add(variable)
        return variable.name
    if isinstance(node, ast.Constant):
        return repr(node.value)
    if isinstance(node, ast.Attribute):
        base = _text(builder, node.value, variables)
        return None if base is None else f"{base}.{node.attr}"
    if isinstance(node, ast.Subscript):
        return _joined(builder, (node.value, node.slice), "{}[{}]", variables)
    if isinstance(node, ast.BinOp):
        template = "({} " + _OPERATORS[type(node.op)] + " {})"
        return _joined(builder, (node.left, node.right), template, variables)
    if isinstance(node, ast.UnaryOp) and not isinstance(node.op, ast.Not):
        return _joined(builder, (node.operand,), _OPERATORS[type(node.op)] + "{}", variables)
    if isinstance(node, (ast.Tuple, ast.List, ast.Set)):
        inside = ", ".join("{}" for _ in node.elts)
        comma = "," if len(node.elts) == 1 else ""
        return _joined(builder, node.elts, f"({inside}{comma})", variables)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.keywords:
        name = node.func.id
        if name in _PURE_TESTS and builder.variable_read(name) == (name, ""):
            inside = ", ".join("{}" for _ in node.args)
            return _joined(builder, node.args, f"{name}({inside})", variables)
    return None


def _joined(
    builder: Builder,
    nodes: tuple[ast.expr, ...] | list[ast.expr],
    template: str,
    variables: set[Variable],
) -> str | None:
    texts = []
    for node in nodes:
        text = _text(builder, node, variables)
        if text is None:
            return None
        texts.append(text)
    return template.format(*texts)
