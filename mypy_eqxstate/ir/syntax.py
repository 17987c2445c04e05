"""Every class of Python's `ast` (3.10 to 3.14), with what the lowering does about it.

Nothing that the lowering does not know may pass as "no effect".  A class that is missing here is
lowered by `Builder.approximate` (all that is inside it is evaluated and used) and named in
`Body.approximated`; a test compares this table with the running Python's classes, so that a new
version of Python with new syntax fails there first.
"""

from __future__ import annotations

from enum import Enum


class Treatment(Enum):
    """What the lowering does about a class of nodes."""

    LOWERED = "lowered"  # has a rule of its own
    TRANSPARENT = "transparent"  # read by the rule of the node around it
    NOT_EVALUATED = "not evaluated"  # has no effect when the code runs
    APPROXIMATED = "approximated"  # operands are evaluated and used, nothing more is known
    NEVER_PARSED = "never parsed"  # no part of what `ast.parse` makes of a module


def _table(treatment: Treatment, names: str) -> dict[str, Treatment]:
    return dict.fromkeys(names.split(), treatment)


TREATMENTS: dict[str, Treatment] = {
    # Modules.
    **_table(Treatment.LOWERED, "Module"),
    **_table(Treatment.NEVER_PARSED, "Expression Interactive FunctionType"),
    # Statements.
    **_table(
        Treatment.LOWERED,
        """
        AnnAssign Assert Assign AsyncFor AsyncFunctionDef AsyncWith AugAssign Break ClassDef
        Continue Delete Expr For FunctionDef If Import ImportFrom Match Raise Return Try TryStar
        TypeAlias While With
        """,
    ),
    # Their effect is on which body owns a name: `ir/scopes`.
    **_table(Treatment.LOWERED, "Global Nonlocal Pass"),
    # Expressions.
    **_table(
        Treatment.LOWERED,
        """
        Attribute Await BinOp BoolOp Call Compare Constant Dict DictComp FormattedValue
        GeneratorExp IfExp Interpolation JoinedStr Lambda List ListComp Name NamedExpr Set SetComp
        Slice Starred Subscript TemplateStr Tuple UnaryOp Yield YieldFrom
        """,
    ),
    # Patterns.
    **_table(
        Treatment.LOWERED,
        """
        MatchAs MatchClass MatchMapping MatchOr MatchSequence MatchSingleton MatchStar MatchValue
        """,
    ),
    # Parts of other nodes.
    **_table(
        Treatment.TRANSPARENT,
        "ExceptHandler alias arg arguments comprehension keyword match_case withitem",
    ),
    # Type parameters hide names (`ir/scopes`); their bounds and defaults are evaluated lazily.
    **_table(Treatment.NOT_EVALUATED, "ParamSpec TypeVar TypeVarTuple TypeIgnore"),
    # Contexts and operators.
    **_table(Treatment.TRANSPARENT, "Del Load Store"),
    **_table(Treatment.TRANSPARENT, "And Or Invert Not UAdd USub"),
    **_table(
        Treatment.TRANSPARENT,
        "Add BitAnd BitOr BitXor Div FloorDiv LShift MatMult Mod Mult Pow RShift Sub",
    ),
    **_table(Treatment.TRANSPARENT, "Eq Gt GtE In Is IsNot Lt LtE NotEq NotIn"),
    # Names kept for old programs (up to Python 3.13).
    **_table(
        Treatment.NEVER_PARSED,
        """
        AugLoad AugStore Bytes Ellipsis ExtSlice Index NameConstant Num Param Str Suite
        """,
    ),
}
