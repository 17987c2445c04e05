"""Which argument of a call reaches which parameter.

Follows Python's binding rules as far as the syntax tells: positional arguments in order, keywords
by name, `*args` and `**kwargs` taken apart where their contents are known.  An argument of which
it isn't known where it goes is left over; the caller treats it conservatively.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from mypy_eqxstate.flow.bindings import Binding
from mypy_eqxstate.flow.memory import Memory
from mypy_eqxstate.flow.values import Object, Value
from mypy_eqxstate.ir.model import Argument, FunctionNode, Item, Key, Place, Temporary
from mypy_eqxstate.oracle.shapes import ParameterKind

if TYPE_CHECKING:
    from mypy_eqxstate.flow.body import BodyAnalysis


class Actual(NamedTuple):
    """One argument as it reaches a callee.

    Attributes:
        binding: what is passed.
        temporary: where it was evaluated; None if it was bound before (a partial's).
        path: leads from the temporary to the binding.
        text, node: the argument as written, for messages.
        name: the keyword, if it is one.
        splat: "", "*" or "**" for what could not be taken apart.
        copied_by: the transform that gives the callee a copy.
        bound: bound before the call by a partial.
        receiver: the object whose method is called.
        place: where a captured value lives, which is no argument at all.
        number: of what was bound before, which one it is.
    """

    binding: Binding
    temporary: Temporary | None
    text: str
    node: ast.AST
    name: str | None = None
    splat: str = ""
    path: tuple[Key, ...] = ()
    copied_by: str | None = None
    bound: bool = False
    receiver: bool = False
    place: Place | None = None
    number: int = 0

    @property
    def is_affine(self) -> bool:
        """Whether the argument itself can be an affine object."""
        return any(isinstance(value, Object) and value.is_affine for value in self.binding.values)


class Formal(NamedTuple):
    """A parameter, as far as matching needs it."""

    name: str
    kind: ParameterKind


# A call asks for them several times; the bound is for the nodes, which are kept with them.
@lru_cache(maxsize=128)
def formals_of(node: FunctionNode) -> tuple[Formal, ...]:
    """The parameters of a function of this module, in order."""
    if isinstance(node, ast.GeneratorExp):
        return (Formal(".0", ParameterKind.POSITIONAL),)
    arguments = node.args
    found = [Formal(a.arg, ParameterKind.POSITIONAL_ONLY) for a in arguments.posonlyargs]
    found += [Formal(a.arg, ParameterKind.POSITIONAL) for a in arguments.args]
    if arguments.vararg is not None:
        found.append(Formal(arguments.vararg.arg, ParameterKind.STAR))
    found += [Formal(a.arg, ParameterKind.KEYWORD_ONLY) for a in arguments.kwonlyargs]
    if arguments.kwarg is not None:
        found.append(Formal(arguments.kwarg.arg, ParameterKind.DOUBLE_STAR))
    return tuple(found)


def star_names(formals: Sequence[Formal]) -> frozenset[str]:
    """The names of `*args` and `**kwargs`."""
    kinds = {ParameterKind.STAR, ParameterKind.DOUBLE_STAR}
    return frozenset(formal.name for formal in formals if formal.kind in kinds)


class Matched(NamedTuple):
    """The arguments by parameter, in the order of the call, and those that are left over."""

    pairs: tuple[tuple[Actual, str], ...]
    left_over: tuple[Actual, ...]

    def of(self, name: str) -> tuple[Actual, ...]:
        """The arguments of one parameter."""
        return tuple(actual for actual, parameter in self.pairs if parameter == name)


def actual_arguments(
    analysis: BodyAnalysis, memory: Memory, arguments: Sequence[Argument]
) -> list[Actual]:
    """The arguments of a call, `*` and `**` taken apart where possible."""
    found: list[Actual] = []
    for argument in arguments:
        actual = Actual(
            analysis.read(memory, argument.source),
            argument.source,
            analysis.text_of(argument.source),
            analysis.definitions.get(argument.source, ast.Pass()),
            argument.name,
            argument.splat,
        )
        if not argument.splat:
            found.append(actual)
            continue
        parts = _taken_apart(analysis, memory, actual)
        found += [actual] if parts is None else parts
    return found


def _taken_apart(analysis: BodyAnalysis, memory: Memory, actual: Actual) -> list[Actual] | None:
    keys = {_keys(analysis, memory, value, actual.splat) for value in actual.binding.values}
    known = keys.pop() if len(keys) == 1 else None
    if known is None:
        return None
    place = None if actual.temporary is None else analysis.body.places.get(actual.temporary)
    parts: list[Actual] = []
    for key in known:
        binding = analysis.containers.items_of(memory, actual.binding, key)
        if place is not None:
            binding = analysis.ownership.marked_as_stale(memory, place.child(key), binding)
        written = _written(actual.node, key)
        parts.append(
            actual._replace(
                binding=binding,
                path=(key,),
                text=f"{actual.text}[{key.value!r}]"
                if written is None
                else analysis.module.text(written),
                name=str(key.value) if actual.splat == "**" else None,
                splat="",
            )
        )
    return parts


def _written(node: ast.AST, key: Item) -> ast.expr | None:
    """What a display has under a key, if an argument is one."""
    if isinstance(node, ast.Dict):
        for known, value in zip(node.keys, node.values, strict=True):
            if isinstance(known, ast.Constant) and known.value == key.value:
                return value
    elif isinstance(node, ast.Tuple | ast.List) and isinstance(key.value, int):
        starred = any(isinstance(element, ast.Starred) for element in node.elts)
        return None if starred else node.elts[key.value]
    return None


def _keys(
    analysis: BodyAnalysis, memory: Memory, value: Value, splat: str
) -> tuple[Item, ...] | None:
    """The keys of what is taken apart, if they are all known."""
    if not isinstance(value, Object):
        return None
    if splat == "*":
        length = analysis.containers.length(memory, value)
        return None if length is None else tuple(Item(index) for index in range(length))
    fields = memory.fields.get(value.identity, {})
    keys = tuple(key for key in fields if isinstance(key, Item) and isinstance(key.value, str))
    return keys if keys and len(keys) == len(fields) else None


def match(formals: Sequence[Formal], actuals: Sequence[Actual]) -> Matched:
    """Bind arguments to parameters by Python's rules.

    Args:
        formals: the parameters in order.
        actuals: the arguments in order of evaluation.

    Returns:
        pairs in the order of evaluation; what fits no parameter is left over.
    """
    positional: list[str] = []
    named: set[str] = set()
    star: str | None = None
    double_star: str | None = None
    for name, kind in formals:
        if kind is ParameterKind.POSITIONAL:
            positional.append(name)
            named.add(name)
        elif kind is ParameterKind.POSITIONAL_ONLY:
            positional.append(name)
        elif kind is ParameterKind.KEYWORD_ONLY:
            named.add(name)
        elif kind is ParameterKind.STAR:
            star = name
        else:
            double_star = name
    pairs: list[tuple[Actual, str]] = []
    left_over: list[Actual] = []
    taken = 0
    uncertain = False
    for actual in actuals:
        target: str | None = None
        if actual.splat:
            uncertain = uncertain or actual.splat == "*"
            target = star if actual.splat == "*" else double_star
            if actual.splat == "*" and taken < len(positional):
                target = None
        elif actual.name is not None:
            target = actual.name if actual.name in named else double_star
        elif uncertain:
            target = star
        elif taken < len(positional):
            target = positional[taken]
            taken += 1
        else:
            target = star
        if target is None:
            left_over.append(actual)
        else:
            pairs.append((actual, target))
    return Matched(tuple(pairs), tuple(left_over))


def is_same(one: Actual, other: Actual) -> bool:
    """Whether two are the same part of one argument; captured values are not told apart."""
    return (one.temporary, one.number, one.path) == (other.temporary, other.number, other.path)


def is_inside(part: Actual, whole: Actual) -> bool:
    """Whether one is the same argument as another, or something inside of it."""
    return is_same(part._replace(path=part.path[: len(whole.path)]), whole)


def collected_as(actuals: Sequence[Actual], key: Key) -> Actual | None:
    """The argument that a star parameter holds under a key, a name or its number (`normal_key`)."""
    if not isinstance(key, Item):
        return None
    if isinstance(key.value, int) and 0 <= key.value < len(actuals):
        return actuals[key.value]
    return next((actual for actual in actuals if actual.name == key.value), None)
