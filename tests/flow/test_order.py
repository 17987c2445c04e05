"""In which order the blocks of a body are visited, told by the calls that are in them."""

from __future__ import annotations

import ast
import textwrap

from mypy_eqxstate.flow.order import components
from mypy_eqxstate.ir.model import Body, ReadVariable
from mypy_eqxstate.ir.module import ModuleIndex


def _body(code: str) -> Body:
    code = f"def f():\n{textwrap.indent(textwrap.dedent(code), '    ')}"
    index = ModuleIndex(ast.parse(code), "module", False)
    return index.lower(
        index.functions["f"], reachable=lambda _: True, never_returns=lambda _: False
    )


def order(code: str) -> str:
    """The names that blocks read, in the order of the visits; components are set apart by `|`."""
    body = _body(code)
    texts = [
        " ".join(
            operation.variable.name
            for index in component
            for operation in body.blocks[index].operations
            if isinstance(operation, ReadVariable)
        )
        for component in components(body)
    ]
    return " | ".join(filter(None, texts))


def test_a_loop_comes_before_what_follows_it() -> None:
    assert order("while a:\n  b\nc") == "a b | c"


def test_loops_one_after_another_are_settled_one_after_another() -> None:
    assert order("while a:\n  b\nwhile c:\n  d\ne") == "a b | c d | e"


def test_loops_inside_each_other_are_settled_together_the_inner_one_first() -> None:
    assert order("while a:\n  while b:\n    c\n  d\ne") == "a b c d | e"


def test_the_ways_out_of_a_loop_are_not_part_of_it() -> None:
    assert order("while a:\n  if b:\n    c\n    break\nelse:\n  d\ne") == "a b | c | d | e"


def test_branches_come_before_what_follows_both() -> None:
    assert order("if a:\n  b\nelse:\n  c\nd") == "a | b | c | d"


def test_a_handler_comes_after_what_may_raise() -> None:
    assert order("try:\n  a\n  if b:\n    c\nexcept E:\n  d\ne").endswith("d | e")


def test_what_can_not_be_reached_is_left_out() -> None:
    assert order("a\nreturn\nb") == "a"
