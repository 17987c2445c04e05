"""Which functions are worth solving, from the names that they mention."""

from __future__ import annotations

import ast
import textwrap

import pytest

from mypy_eqxstate.flow.relevance import Relevance, Telling
from mypy_eqxstate.ir.module import ModuleIndex

TELLING = Telling(frozenset({"State", "make_with_state"}), frozenset({"layer", "Layer"}))


def _relevant(
    code: str, lines: frozenset[int] | None = None, open_fields: frozenset[str] = frozenset()
) -> set[str]:
    index = ModuleIndex(ast.parse(textwrap.dedent(code)), "module", False)
    relevance = Relevance(index.functions, lines, TELLING, lambda _, field: field in open_fields)
    return {name for name, node in index.functions.items() if node in relevance}


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("def f(): return make_with_state(Net)()", {"f"}),
        ("def f(): return g()\ndef g(): return make_with_state(Net)()", {"f", "g"}),
        ("def f(x): return x + 1", set()),
        # What only takes a State must be given one.
        ("def f(model, x, s): return layer(x, s)", {"f"}),
        ("def f(x: Array, s) -> Array: return layer(x, s)", {"f"}),
        ("def f(x: Array, s: Any) -> Array: return layer(x, s)", {"f"}),
        ("def f(x: Array) -> Array: return layer.weight + x", set()),
        ("def f(x: Array) -> Layer: return Layer(x)", set()),
        # A function inside one without types has none, either.
        (
            "def f(s):\n    def g(x: Array) -> Array: return layer(x, s)\n    print(g)",
            {"f", "f.<locals>.g"},
        ),
        # Who calls a function that is annotated to take a State has got one.
        (
            "def f(x: Array, s: State) -> Array: return x\ndef g(x: Array) -> Array: return f(x)",
            {"f"},
        ),
        # What a function that makes one is mentioned in may have it.
        (
            "def f() -> Pair: return make_with_state(Net)()\ndef g(x: Array) -> Pair: return f()",
            {"f", "g"},
        ),
        # Its callers get a callable whose contract is its body.
        ("def f(n: int) -> object:\n    def g() -> int: return n\n    return g", {"f"}),
    ],
)
def test_names_make_a_function_relevant(code: str, expected: set[str]) -> None:
    assert _relevant(code) == expected


CONSTRUCTOR = """
    class Net:
        def __init__(self, key: Key) -> None:
            self.part = Layer(key)
"""


def test_a_constructor_that_builds_layers_for_declared_fields_is_not() -> None:
    assert _relevant(CONSTRUCTOR) == set()


def test_a_constructor_that_tells_what_a_field_holds_is() -> None:
    assert _relevant(CONSTRUCTOR, open_fields=frozenset({"part"})) == {"Net.__init__"}


def test_storing_in_a_field_of_a_telling_name_is_no_mention() -> None:
    code = """
        class Net:
            def __init__(self, size, *, key: Key) -> None:
                self.layer = size
    """
    assert _relevant(code) == set()


def test_a_line_with_an_affine_type_makes_its_function_relevant() -> None:
    code = """
        def f(x: Array) -> Array:
            return helper(x)

        def g(x: Array) -> Array:
            return x
    """
    assert _relevant(code, lines=frozenset({3})) == {"f"}


def test_where_no_types_are_known_at_all_annotations_say_nothing() -> None:
    code = "def f(x: Array) -> Array: return layer.weight + x"
    index = ModuleIndex(ast.parse(code), "module", False)
    relevance = Relevance(index.functions, None, TELLING, lambda *_: False, all_open=True)
    assert index.functions["f"] in relevance
