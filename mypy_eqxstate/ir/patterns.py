"""`match`: each pattern is a chain of tests, reads and captures, in Python's order.

    match value:                       t1 = read value; branch (none) A : next case
        case Point(x=0, y=other):      A: t2 = t1.x; test t2 == 0; t3 = t1.y; other = t3

Captures are written once the whole pattern has matched, before the guard.  A pattern that always
matches has no way to the next case.  The subject keeps its place, so that `case State() as t` makes
`t` an alias of it.

Limits.  Positional subpatterns of a class pattern are `Unpack`s of the subject (as many as there
are subpatterns): the fields that `__match_args__` names, by position; the node of such an `Unpack`
is the `MatchClass`.  The builtin types whose one positional subpattern is the subject itself are
known by name.  Whether the cases cover everything is not known: a `match` may fall through.
"""

from __future__ import annotations

import ast
from typing import Any

from mypy_eqxstate.ir.builder import Builder
from mypy_eqxstate.ir.conditions import lower_condition
from mypy_eqxstate.ir.expressions import build, compute, lower_constant, read_attribute
from mypy_eqxstate.ir.facts import Facts, comparison_facts
from mypy_eqxstate.ir.model import (
    ELEMENTS,
    KEPT,
    BlockIndex,
    BuildElement,
    Item,
    ReadItem,
    Temporary,
    UseKind,
)
from mypy_eqxstate.ir.targets import index_key, unpack_one

# The classes that `_Matching.match` knows; `ir/syntax` is tested against it.
HANDLED = frozenset(
    (
        "MatchAs",
        "MatchClass",
        "MatchMapping",
        "MatchOr",
        "MatchSequence",
        "MatchSingleton",
        "MatchStar",
        "MatchValue",
    )
)
_SELF_MATCHING = frozenset(
    (
        "bool",
        "bytearray",
        "bytes",
        "dict",
        "float",
        "frozenset",
        "int",
        "list",
        "set",
        "str",
        "tuple",
    )
)


def lower_match(builder: Builder, node: ast.Match) -> None:
    """`match subject: case ...`."""
    subject = builder.expression(node.subject)
    after = builder.new_block()
    for case in node.cases:
        following = builder.new_block()
        matching = _Matching(builder, following)
        matching.match(case.pattern, subject, node.subject)
        matching.bind()
        if case.guard is not None:
            inside = builder.new_block()
            lower_condition(builder, case.guard, inside, following)
            builder.start(inside)
        builder.statements(case.body)
        builder.jump(after)
        builder.start(following)
    builder.jump(after)
    builder.start(after)


class _Matching:
    """One case: where to go if it does not match, and the captures so far."""

    def __init__(self, builder: Builder, otherwise: BlockIndex) -> None:
        self.builder = builder
        self.otherwise = otherwise
        self.captures: list[tuple[str, Temporary, ast.pattern]] = []

    def bind(self) -> None:
        """The pattern has matched: write the captures."""
        for name, value, node in self.captures:
            self.builder.write_name(name, value, node)

    def test(self, condition: Temporary | None, node: ast.AST, facts: Facts = ((), ())) -> None:
        """Go on if this holds (without a condition: if it happens to match)."""
        inside = self.builder.new_block()
        self.builder.branch(condition, inside, self.otherwise, node, facts)
        self.builder.start(inside)

    def test_pattern(self, pattern: ast.pattern, subject: Temporary) -> None:
        """Go on if the subject is of the kind that a pattern is about."""
        inside = self.builder.new_block()
        self.builder.branch(None, inside, self.otherwise, pattern, subject=subject)
        self.builder.start(inside)

    def match(self, pattern: ast.pattern, subject: Temporary, source: ast.expr | None) -> None:
        """Match one pattern; `source` is the expression of the subject, if it is the whole."""
        if isinstance(pattern, ast.MatchAs):
            if pattern.pattern is not None:
                self.match(pattern.pattern, subject, source)
            if pattern.name is not None:
                self.captures.append((pattern.name, subject, pattern))
        elif isinstance(pattern, ast.MatchValue):
            value = self.builder.expression(pattern.value)
            self.compare(subject, value, ast.Eq(), source, pattern.value, pattern)
        elif isinstance(pattern, ast.MatchSingleton):
            constant = ast.Constant(pattern.value)
            ast.copy_location(constant, pattern)
            value = lower_constant(self.builder, constant, KEPT)
            self.compare(subject, value, ast.Is(), source, constant, pattern)
        elif isinstance(pattern, ast.MatchSequence):
            self.test_pattern(pattern, subject)
            self.sequence(pattern.patterns, subject)
        elif isinstance(pattern, ast.MatchMapping):
            self.test_pattern(pattern, subject)
            self.mapping(pattern, subject)
        elif isinstance(pattern, ast.MatchClass):
            self.builder.expression(pattern.cls)
            self.test_pattern(pattern, subject)
            self.fields(pattern, subject)
        elif isinstance(pattern, ast.MatchOr):
            self.alternatives(pattern, subject, source)
        elif isinstance(pattern, ast.MatchStar):
            if pattern.name is not None:
                self.captures.append((pattern.name, subject, pattern))
        else:
            self.builder.approximate(pattern)
            compute(self.builder, (subject,), UseKind.UNKNOWN, pattern)
            self.test(None, pattern)

    def compare(
        self,
        subject: Temporary,
        value: Temporary,
        operator: ast.cmpop,
        source: ast.expr | None,
        constant: ast.expr,
        node: ast.AST,
    ) -> None:
        is_identity = isinstance(operator, ast.Is)
        how = UseKind.IDENTITY if is_identity else UseKind.COMPARISON
        result = compute(self.builder, (subject, value), how, node)
        facts: Facts = ((), ())
        if source is not None:
            facts = comparison_facts(self.builder, source, operator, constant)
        self.test(result, node, facts)

    def sequence(self, patterns: list[ast.pattern], subject: Temporary) -> None:
        count = len(patterns)
        behind_star = False
        for position, pattern in enumerate(patterns):
            is_star = isinstance(pattern, ast.MatchStar)
            if not _is_wildcard(pattern):
                shown = position - count if behind_star else position
                after = count - position - 1 if is_star else 0
                element = unpack_one(
                    self.builder, subject, shown, count, pattern, rest=is_star, after=after
                )
                self.match(pattern, element, None)
            behind_star = behind_star or is_star

    def mapping(self, pattern: ast.MatchMapping, subject: Temporary) -> None:
        builder = self.builder
        for key_node, inside in zip(pattern.keys, pattern.patterns, strict=True):
            index = builder.expression(key_node)
            key = index_key(key_node)
            target = builder.temporary()
            builder.emit(ReadItem(target, subject, index, key, inside))
            place = builder.places.get(subject)
            if place is not None:
                builder.places[target] = place.child(key if isinstance(key, Item) else ELEMENTS)
            self.match(inside, target, None)
        if pattern.rest is not None:
            rest = build(builder, "dict", [BuildElement(subject, None, True)], pattern)
            self.captures.append((pattern.rest, rest, pattern))

    def fields(self, pattern: ast.MatchClass, subject: Temporary) -> None:
        positional = pattern.patterns
        kind: Any = pattern.cls
        if len(positional) == 1 and isinstance(kind, ast.Name) and kind.id in _SELF_MATCHING:
            self.match(positional[0], subject, None)
            positional = []
        for position, inside in enumerate(positional):
            if not _is_wildcard(inside):
                element = unpack_one(self.builder, subject, position, len(positional), pattern)
                self.builder.places.pop(element, None)  # a field, but which: no place
                self.match(inside, element, None)
        for name, inside in zip(pattern.kwd_attrs, pattern.kwd_patterns, strict=True):
            element = read_attribute(self.builder, subject, name, inside)
            self.match(inside, element, None)

    def alternatives(
        self, pattern: ast.MatchOr, subject: Temporary, source: ast.expr | None
    ) -> None:
        """`a | b`: each alternative writes its own captures, then all go on together."""
        builder = self.builder
        matched = builder.new_block()
        for position, each in enumerate(pattern.patterns):
            is_last = position == len(pattern.patterns) - 1
            otherwise = self.otherwise if is_last else builder.new_block()
            alternative = _Matching(builder, otherwise)
            alternative.match(each, subject, source)
            alternative.bind()
            builder.jump(matched)
            if not is_last:
                builder.start(otherwise)
        builder.start(matched)


def _is_wildcard(pattern: ast.pattern) -> bool:
    if isinstance(pattern, ast.MatchStar):
        return pattern.name is None
    return isinstance(pattern, ast.MatchAs) and pattern.name is None and pattern.pattern is None
