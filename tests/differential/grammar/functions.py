"""Whole programs: drawn helpers that call each other, a drawn class, `case`, and its driver."""

from __future__ import annotations

import re

from hypothesis import strategies as st

from tests.differential.grammar.compound import Blocks
from tests.differential.grammar.expressions import Helper
from tests.differential.grammar.prelude import PRELUDE
from tests.differential.grammar.writer import Draw

SHORT = 14
LONG = 40
_HELPER = 6
_ANNOTATIONS = {
    "State": "State",
    "Pair": "tuple[State, State]",
    "Result": "tuple[Array, State]",
    "Nested": "tuple[Array, tuple[State, State]]",
    "Stream": "Iterator[State]",
    "object": "object",
}
_PLAIN = ("layer", "x", "a", "b", "p", "q")
_STARRED = {"plain": _PLAIN, "rest": ("layer", "x", "p", "q"), "named": ("layer", "x", "p", "q")}
_TYPES = {"layer": "Layer", "x": "Array", "a": "State", "b": "State", "p": "bool", "q": "bool"}

_AGENT = """\
class Agent:
    def __init__(self, layer: Layer, state: State, other: State) -> None:
        self.layer = layer
        self.state = state
        self.other = other

    def peek(self) -> Array:
        return self.other.get(self.layer.index)

    def act(self, x: Array, a: State, p: bool, q: bool) -> State:
        layer = self.layer
"""
_DRIVER = """\
def drive() -> None:
    layer, a = eqx.nn.make_with_state(Layer)()
    _, b = eqx.nn.make_with_state(Layer)()
    {call}
"""


@st.composite
def programs(draw: Draw, statements: int = SHORT) -> str:
    """Programs: their text.

    Args:
        draw: Hypothesis's.
        statements: how many `case` may have, about.
    """
    is_annotated = not draw(st.booleans())
    is_async = bool(draw(st.integers(0, 3)) == 3)
    helpers = tuple(_helper(draw, number) for number in range(draw(st.integers(0, 3))))
    has_agent = bool(draw(st.integers(0, 2)) == 2)
    parts = [_helper_text(draw, helper, helpers, is_annotated) for helper in helpers]
    if has_agent:
        parts.append(_agent_text(draw, helpers, is_annotated))
    kinds = {"a": "State", "b": "State", "x": "Array"}
    writer = Blocks(draw, kinds, statements, helpers, len(helpers), is_async)
    writer.has_agent = has_agent
    parts.append(_function(writer, _head("case", "plain", "object", is_annotated, is_async)))
    parts.append(_DRIVER.format(call=_call(helpers, is_async)))
    return PRELUDE + "\n\n".join(parts)


def _helper(draw: Draw, number: int) -> Helper:
    takes = ("plain", "rest", "named")[draw(st.integers(0, 2))]
    gives = ("State", "Pair", "Result", "Nested", "Stream")[draw(st.integers(0, 4))]
    awaited = bool(draw(st.integers(0, 3)) == 3) and gives != "Stream"
    return Helper(f"helper{number}", takes, gives, awaited, number)


def _helper_text(
    draw: Draw, helper: Helper, helpers: tuple[Helper, ...], is_annotated: bool
) -> str:
    kinds = {
        "plain": {"a": "State", "b": "State", "x": "Array"},
        "rest": {"rest": "Rest", "x": "Array"},
        "named": {"named": "Named", "x": "Array"},
    }[helper.takes]
    writer = Blocks(draw, kinds, _HELPER, helpers, helper.number, helper.awaited)
    writer.gives = helper.gives
    if helper.gives == "Stream":
        writer.yield_one()
    head = _head(helper.name, helper.takes, helper.gives, is_annotated, helper.awaited)
    return _function(writer, head)


def _agent_text(draw: Draw, helpers: tuple[Helper, ...], is_annotated: bool) -> str:
    kinds = {"self": "Agent", "a": "State", "x": "Array"}
    writer = Blocks(draw, kinds, _HELPER, helpers, len(helpers))
    writer.level = 2
    writer.gives = "State"
    constructor, methods = _AGENT.split("\n\n", 1)
    if not is_annotated:
        # The constructor keeps them: without any, methods don't know the fields (policy).
        methods = re.sub(r": (?=[A-Z]|bool)\w+| -> \w+", "", methods)
    return _function(writer, f"{constructor}\n\n{methods}".rstrip())


def _function(writer: Blocks, head: str) -> str:
    for _ in range(writer.pick([1, 2, 3, 4, 5, 6, 8, 10])):
        if writer.ended or writer.left <= 0:
            break
        writer.statement()
    if not writer.ended:
        writer.write(writer.returned())
    return "\n".join([head, *writer.lines, ""])


def _head(name: str, takes: str, gives: str, is_annotated: bool, is_async: bool) -> str:
    star = {"rest": "*rest", "named": "**named"}.get(takes)
    parameters = [
        f"{parameter}: {_TYPES[parameter]}" if is_annotated else parameter
        for parameter in _STARRED[takes]
    ]
    if star is not None:
        parameters.append(f"{star}: State" if is_annotated else star)
    arrow = f" -> {_ANNOTATIONS[gives]}" if is_annotated else ""
    keyword = "async def" if is_async else "def"
    return f"{keyword} {name}({', '.join(parameters)}){arrow}:"


def _call(helpers: tuple[Helper, ...], is_async: bool) -> str:
    """How the driver begins: with `case`, or with a helper that is called in the same way."""
    arguments = "(layer, array(), a, b, ready(), ready())"
    if is_async:
        return f"run(case{arguments})"
    alike = [
        helper.name
        for helper in helpers
        if helper.takes == "plain" and helper.gives != "Stream" and not helper.awaited
    ]
    return f"({alike[0]} if ready() else case){arguments}" if alike else f"case{arguments}"
