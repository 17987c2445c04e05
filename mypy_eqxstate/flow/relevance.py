"""Which functions of a module an affine object can reach.

A training package has hundreds of functions, and a State passes through a few.  Only these are
worth solving.  Three grounds make a function relevant:

- by type: the type checker gives an expression in it a type that can hold an affine object
  (`Oracle.affine_lines`);
- by name, where there are no types: it mentions an affine class, something that produces one
  (`make_with_state`), or a relevant function or field of the module; worked out to a fixpoint;
- by what it returns: a function that is defined inside it.  Its callers get a callable whose
  contract is its body.

Names tell in two ways (`Telling`).  What *makes* affine objects, or holds one, may give one to
whoever mentions it.  What only *takes* one, by its annotations, must be given one first, and a call
of it has a type with an affine object in it.  So it counts in *open* functions only: those whose
bodies or parameters have no types, and constructors that store something in a field of which the
class does not say what it is.

A function that is not relevant is still looked at when a call passes it something affine, or a
callable (`flow/bodies.py`).

Example.  In a module with `def init(): return eqx.nn.make_with_state(Net)()` and an unannotated
`def main(): m, s = init()`, `init` is relevant because it names a producer, and `main` because it
names `init`.  A constructor that builds a `Net`, which is called with a State but holds none, is
not: `def __init__(self, key: Array) -> None: self.net = Net(key)` for a field `net: Net`.

Limit: an annotated parameter of a class with fields without types (`config.state`) is not open.
"""

from __future__ import annotations

import ast
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Final, NamedTuple

from mypy_eqxstate.ir.model import FunctionNode
from mypy_eqxstate.syntax import inner_blocks


class Telling(NamedTuple):
    """Names whose mention shows that a function may meet an affine object.

    Attributes:
        makers: names of affine classes, of what makes or returns their objects, and of fields that
            hold them.
        takers: names of what is called with an affine object and says so in its annotations.
    """

    makers: frozenset[str]
    takers: frozenset[str]

    def joined(self, other: Telling) -> Telling:
        """The names of either."""
        return Telling(self.makers | other.makers, self.takers | other.takers)

    @property
    def all(self) -> frozenset[str]:
        """The names of either kind."""
        return self.makers | self.takers


class Relevance:
    """The relevant functions of one module.

    Args:
        functions: all functions by qualified name.
        lines: the lines on which types can hold an affine object; None if there are no types.
        telling: the names that tell.
        leaves_open: whether a field of a class, both by name, may hold anything: who stores there
            tells what the field is.
        all_open: nothing is known of the types of the module that is being checked, so that every
            function counts as open.
    """

    def __init__(
        self,
        functions: Mapping[str, FunctionNode],
        lines: frozenset[int] | None,
        telling: Telling,
        leaves_open: Callable[[str, str], bool],
        all_open: bool = False,
    ) -> None:
        self._functions = functions
        self._all_open = all_open
        self._lines = sorted(lines or ())
        self._leaves_open = leaves_open
        self._relevant: set[FunctionNode] = set()
        self._find(set(telling.makers), set(telling.takers))

    @property
    def functions(self) -> frozenset[FunctionNode]:
        """The relevant functions."""
        return frozenset(self._relevant)

    def __contains__(self, node: object) -> bool:
        return node in self._relevant

    def __bool__(self) -> bool:
        return bool(self._relevant) or bool(self._lines)

    def _find(self, makers: set[str], takers: set[str]) -> None:
        words = frozenset(makers)
        waiting: list[tuple[str, FunctionNode, frozenset[str]]] = []

        def take(qualified: str, node: FunctionNode, is_maker: bool) -> None:
            self._relevant.add(node)
            class_name, _, name = qualified.rpartition(".")
            telling = makers if is_maker and not takes_as_declared(node, words) else takers
            if name == "__init__":
                # What the class says of its fields is known already.
                telling |= {f for f in stored_fields(node) if self._leaves_open(class_name, f)}
            if name not in _COMMON_NAMES:
                telling.add(name)

        for qualified, node in self._functions.items():
            if self._has_line(node):
                take(qualified, node, is_maker=True)
            elif _returns_function(node):
                take(qualified, node, not words.isdisjoint(mentioned_names(node)))
            else:
                waiting.append((qualified, node, mentioned_names(node)))
        found = True
        while found:
            found = False
            rest: list[tuple[str, FunctionNode, frozenset[str]]] = []
            for entry in waiting:
                qualified, node, mentioned = entry
                is_maker = not mentioned.isdisjoint(makers)
                if is_maker or (
                    not mentioned.isdisjoint(takers)
                    and self._is_open(qualified, node)
                    and not mentioned_names(node, stored=False).isdisjoint(takers)
                ):
                    take(qualified, node, is_maker)
                    found = True
                else:
                    rest.append(entry)
            waiting = rest

    def _has_line(self, node: FunctionNode) -> bool:
        place = bisect_left(self._lines, node.lineno)
        end = node.end_lineno or node.lineno
        return place < len(self._lines) and self._lines[place] <= end

    def _is_open(self, qualified: str, node: FunctionNode) -> bool:
        """Whether an affine object can come into a function without a type that says so."""
        if (
            self._all_open
            or _has_open_input(node)
            or any(map(_has_open_input, self._enclosing(qualified)))
        ):
            return True
        class_name, _, name = qualified.rpartition(".")
        return name == "__init__" and any(
            self._leaves_open(class_name, field) for field in stored_fields(node)
        )

    def _enclosing(self, qualified: str) -> Iterator[FunctionNode]:
        """The functions around a function."""
        while qualified:
            qualified = qualified.rpartition(".")[0]
            node = self._functions.get(qualified)
            if node is not None:
                yield node


def takes_as_declared(node: ast.AST, words: frozenset[str]) -> bool:
    """Whether a function has a parameter that is annotated with one of the words."""
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and any(
        parameter.annotation is not None
        and not mentioned_names(parameter.annotation).isdisjoint(words)
        for parameter in _parameters(node.args)
    )


def _has_open_input(node: FunctionNode) -> bool:
    """Whether the body of a function has no types, or one of its parameters may be anything."""
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return True
    parameters = _parameters(node.args)
    if node.returns is None and all(each.annotation is None for each in parameters):
        return True
    return any(
        each.arg not in _RECEIVERS
        if each.annotation is None
        else not mentioned_names(each.annotation).isdisjoint(_OPEN_ANNOTATIONS)
        for each in parameters
    )


def _parameters(arguments: ast.arguments) -> list[ast.arg]:
    stars = [star for star in (arguments.vararg, arguments.kwarg) if star is not None]
    return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *stars]


_RECEIVERS: Final = frozenset({"self", "cls"})
_OPEN_ANNOTATIONS: Final = frozenset({"Any", "PyTree", "object"})

# Methods of these names are too many for their mention to say anything.
_COMMON_NAMES = frozenset({"__init__", "__call__", "<lambda>", "forward", "main"})


def mentioned_names(node: ast.AST, stored: bool = True) -> frozenset[str]:
    """All names and attribute names in a piece of syntax.

    Args:
        node: where to look.
        stored: attributes that something is stored in count, too.
    """
    found: set[str] = set()
    waiting = [node]
    while waiting:
        inner = waiting.pop()
        kind = type(inner)
        if kind is ast.Name:
            found.add(inner.id)  # type: ignore[attr-defined]
            continue
        if kind is ast.Attribute:
            if stored or type(inner.ctx) is not ast.Store:  # type: ignore[attr-defined]
                found.add(inner.attr)  # type: ignore[attr-defined]
            waiting.append(inner.value)  # type: ignore[attr-defined]
            continue
        for field in _FIELDS.get(kind) or _fields_with_nodes(kind):
            child = getattr(inner, field, None)
            if type(child) is list:
                waiting += [part for part in child if isinstance(part, ast.AST)]
            elif isinstance(child, ast.AST):
                waiting.append(child)
    return frozenset(found)


def _fields_with_nodes(kind: type[ast.AST]) -> tuple[str, ...]:
    """The fields of a kind of node in which a name can be."""
    known = _FIELDS.get(kind)
    if known is None:
        fields = () if issubclass(kind, ast.Constant) else kind._fields
        known = tuple(field for field in fields if field not in _FIELDS_WITHOUT_NAMES)
        _FIELDS[kind] = known
    return known


_FIELDS: dict[type[ast.AST], tuple[str, ...]] = {}
_FIELDS_WITHOUT_NAMES = frozenset({"ctx", "op", "ops", "asname", "level", "type_comment"})


def stored_fields(node: FunctionNode) -> frozenset[str]:
    """The fields that a constructor stores something in."""
    return frozenset(_stores(node))


def stored_again(node: FunctionNode) -> frozenset[str]:
    """The fields that a constructor stores something in more than once."""
    return frozenset(name for name, times in Counter(_stores(node)).items() if times > 1)


def _stores(node: FunctionNode) -> Iterator[str]:
    blocks = [node.body] if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else []
    while blocks:
        for statement in blocks.pop():
            blocks += inner_blocks(statement)
            targets = _targets(statement)
            while targets:
                target = targets.pop()
                if isinstance(target, ast.Tuple | ast.List):
                    targets += target.elts
                elif isinstance(target, ast.Starred):
                    targets.append(target.value)
                elif isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name):
                    yield target.attr


def _targets(statement: ast.stmt) -> list[ast.expr]:
    """What a statement stores into."""
    if isinstance(statement, ast.Assign):
        return list(statement.targets)
    if isinstance(statement, ast.AnnAssign | ast.AugAssign | ast.For | ast.AsyncFor):
        return [statement.target]
    if isinstance(statement, ast.With | ast.AsyncWith):
        return [item.optional_vars for item in statement.items if item.optional_vars is not None]
    return []


def _is_lambda(node: ast.expr) -> bool:
    """Whether an expression is a `lambda`, or one that is wrapped in place: `jit(lambda x: x)`."""
    if isinstance(node, ast.Call) and len(node.args) == 1:
        return _is_lambda(node.args[0])
    return isinstance(node, ast.Lambda)


def _returns_function(node: FunctionNode) -> bool:
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return False
    inner = {
        statement.name
        for statement in node.body
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    for statement in node.body:
        if isinstance(statement, ast.Return) and statement.value is not None:
            if _is_lambda(statement.value):
                return True
            if inner and not inner.isdisjoint(mentioned_names(statement.value)):
                return True
    return False
