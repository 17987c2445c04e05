"""Trees of edited modules, for which one function was parsed."""

from __future__ import annotations

import ast
import textwrap

import pytest

from mypy_eqxstate.graft import Source
from mypy_eqxstate.reparse import reparsed
from tests.resident.program import Program

BEFORE = '''
    import math

    @decorated
    def first(x: int) -> int:
        text = """
    not indented
    """
        return math.floor(x)

    class Holder:
        size: int = 1

        def grow(self) -> None:
            if self.size:
                self.size += 1

        try:
            @decorated
            def shrink(self) -> None:
                self.size -= 1
        except ValueError:
            shrink = None

    async def last(x): return (lambda y: y)(x)
'''


def _after(old: str, new: str) -> tuple[Source, str, ast.Module | None]:
    assert BEFORE.count(old) == 1
    before = Source(textwrap.dedent(BEFORE), ast.parse(textwrap.dedent(BEFORE)))
    text = textwrap.dedent(BEFORE.replace(old, new))
    return before, text, reparsed(before, text)


def _dump(tree: ast.AST) -> str:
    return ast.dump(tree, include_attributes=True)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("math.floor(x)", "math.ceil(x)"),
        ("not indented", "still not indented"),
        ("x: int", "x: float"),
        ("def first", "def foremost"),
        ("self.size += 1", "self.size += 2  # more"),
        ("self.size -= 1", "self.size -= 2"),
        ("(lambda y: y)(x)", "f'{x:>{x}}' + f'{x}'"),
    ],
)
def test_an_edit_inside_a_function(old: str, new: str) -> None:
    before, text, tree = _after(old, new)
    assert tree is not None
    assert _dump(tree) == _dump(ast.parse(text))
    assert _dump(before.tree) == _dump(ast.parse(textwrap.dedent(BEFORE)))


def test_all_other_functions_are_shared() -> None:
    before, _, tree = _after("self.size += 1", "self.size += 2")
    assert tree is not None
    old, new = (
        {node.name: node for node in ast.walk(each) if isinstance(node, ast.FunctionDef)}
        for each in (before.tree, tree)
    )
    assert {name for name in old if old[name] is new[name]} == {"first", "shrink"}


def test_the_same_text() -> None:
    before, _, tree = _after("math.floor(x)", "math.floor(x)")
    assert tree is before.tree


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("size: int = 1", "size: int = 2"),  # no function
        ("import math", "import maths"),
        ("math.floor(x)", "(\n"),  # another number of lines
        ("math.floor(x)", "math.floor(x"),  # no Python
        ("not indented", 'not indented"""'),  # what comes behind is read otherwise
        ("                self.size += 1", "size = 1"),  # the function ends before
        ("def first", "class First: x = 1; "),
        ("async def last(x): return (lambda y: y)(x)", "last = print"),
        ("return math.floor(x)", "return math.floor(x) + \\"),  # goes on behind its end
    ],
)
def test_what_has_to_be_parsed_as_a_whole(old: str, new: str) -> None:
    _, _, tree = _after(old, new)
    assert tree is None


@pytest.mark.parametrize("seed", range(4))
def test_the_tree_is_that_of_the_text(seed: int) -> None:
    program = Program(seed)
    before = Source(program.text(), ast.parse(program.text()))
    quick = 0
    for _ in range(60):
        program.edit()
        text = program.text()
        tree = reparsed(before, text)
        assert tree is None or _dump(tree) == _dump(ast.parse(text))
        quick += tree is not None
        before = Source(text, ast.parse(text))
    assert quick
