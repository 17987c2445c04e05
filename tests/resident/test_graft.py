"""New trees with the nodes of old ones."""

from __future__ import annotations

import ast
import textwrap

import pytest

from mypy_eqxstate.graft import Graft, Source, graft
from tests.resident.program import Program

BEFORE = """
    import math

    @decorated
    def first(x: int) -> int:
        return math.floor(x)

    class Holder:
        size: int = 1

        def grow(self) -> None:
            self.size += 1

        if TESTING:
            def shrink(self) -> None:
                self.size -= 1

    def last(x):
        return (lambda y: y)(x)
"""


def _source(text: str) -> Source:
    text = textwrap.dedent(text)
    return Source(text, ast.parse(text))


def _edited(old: str, new: str) -> tuple[Source, Source, Graft | None]:
    assert old in BEFORE
    before, after = _source(BEFORE), _source(BEFORE.replace(old, new, 1))
    return before, after, graft(before, after)


def _names(functions: frozenset[ast.FunctionDef | ast.AsyncFunctionDef]) -> set[str]:
    return {function.name for function in functions}


def test_unedited_functions_keep_their_nodes() -> None:
    before = _source(BEFORE)
    nodes = {id(node): node for node in ast.walk(before.tree)}
    after = _source(BEFORE.replace("self.size += 1", "self.size += 2"))
    grafted = graft(before, after)
    assert grafted is not None
    assert _names(grafted.unchanged) == {"first", "shrink", "last"}
    assert _names(grafted.edited) == {"grow"}
    assert all(id(node) in nodes for function in grafted.unchanged for node in ast.walk(function))
    assert not grafted.moved


def test_the_definition_of_an_edited_function_keeps_its_node() -> None:
    before = _source(BEFORE)
    first = before.tree.body[1]
    after = _source(BEFORE.replace("math.floor(x)", "math.ceil(x)"))
    assert graft(before, after) is not None
    assert after.tree.body[1] is first
    assert "ceil" in ast.unparse(first)


def test_functions_that_have_moved_know_their_lines() -> None:
    _, after, grafted = _edited("        return math", "        print(x)\n        return math")
    assert grafted is not None
    assert grafted.moved
    text = textwrap.dedent(
        BEFORE.replace("        return math", "        print(x)\n        return math")
    )
    assert ast.dump(after.tree, include_attributes=True) == ast.dump(
        ast.parse(text), include_attributes=True
    )
    # `last` has a lambda, which is called after its line.
    assert _names(grafted.unchanged) == {"grow", "shrink"}
    assert _names(grafted.edited) == {"first", "last"}


def test_where_lines_are_now() -> None:
    _, _, grafted = _edited("        return math", "        print(x)\n        return math")
    assert grafted is not None
    lines = textwrap.dedent(BEFORE).split("\n")
    now = textwrap.dedent(
        BEFORE.replace("        return math", "        print(x)\n        return math")
    ).split("\n")
    assert all(lines[old - 1] == now[new - 1] for old, new in enumerate(grafted.lines) if new)
    assert grafted.lines[1 + lines.index("class Holder:")] == 1 + now.index("class Holder:")


def test_a_line_that_was_edited_is_nowhere() -> None:
    before, _, grafted = _edited("math.floor(x)", "math.ceil(x)")
    assert grafted is not None
    assert grafted.lines[1 + before.lines.index("    return math.floor(x)")] == 0


REACHING_FURTHER = {
    "a header": ("first(x: int)", "first(y: int)"),
    "a decorator": ("@decorated\n", "@altered\n"),
    "a default": ("first(x: int)", "first(x: int = 0)"),
    "a field": ("size: int = 1", "size: int = 2"),
    "another function": ("def last(x)", "def new(): ...\n\n    def last(x)"),
    "no function any more": ("def last(x):", "class last:"),
    "another name": ("def last(x)", "def latest(x)"),
    "another condition": ("if TESTING", "if not TESTING"),
    "an import": ("import math", "import math, os"),
    "an import inside": ("return math.floor(x)", "import os; return math.floor(x)"),
    "a class inside": ("return math.floor(x)", "class A: ...\n        return 1"),
    "a global name": ("return math.floor(x)", "global y; return math.floor(x)"),
    "an attribute that is stored": ("self.size += 1", "self.size = self.more = 1"),
    "mypy's configuration": ("    import math", "    # mypy: strict\n    import math"),
}


@pytest.mark.parametrize("name", REACHING_FURTHER)
def test_what_reaches_further_than_a_body(name: str) -> None:
    assert _edited(*REACHING_FURTHER[name])[2] is None


def test_a_constructor_reaches_further() -> None:
    text = "class A:\n    def __init__(self):\n        self.x = {}\n"
    assert graft(_source(text.format(1)), _source(text.format(2))) is None


def test_remarks_around_functions_are_no_edit() -> None:
    _, _, grafted = _edited("    class Holder", "    # A remark.\n\n    class Holder")
    assert grafted is not None
    assert _names(grafted.unchanged) == {"first", "grow", "shrink"}


def test_several_definitions_of_a_name_inside_are_called_after_their_lines() -> None:
    inner = "    def inner(): ...\n    def inner(): ...\n"
    text = f"def f(): ...\ndef g():\n{inner}"
    before, after = _source(text), _source(text.replace("...", "\n    pass", 1))
    grafted = graft(before, after)
    assert grafted is not None
    assert not grafted.unchanged


@pytest.mark.parametrize("seed", range(4))
def test_the_tree_is_that_of_the_text(seed: int) -> None:
    program = Program(seed)
    before = Source(program.text(), ast.parse(program.text()))
    grafts = 0
    for _ in range(60):
        program.edit()
        text = program.text()
        after = Source(text, ast.parse(text))
        grafts += graft(before, after) is not None
        assert ast.dump(after.tree, include_attributes=True) == ast.dump(
            ast.parse(text), include_attributes=True
        )
        before = after
    assert grafts > 30
