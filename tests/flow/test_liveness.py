"""Until when temporaries, and variables, are read."""

from __future__ import annotations

from collections.abc import Collection

from mypy_eqxstate.flow.liveness import Unread, lifetimes, unread_variables
from mypy_eqxstate.ir import model as ir
from mypy_eqxstate.ir.printer import format_operation
from tests.ir.lowered import body_of


def _ends(statement: str) -> list[str]:
    """The operations of the first block, each with the temporaries that end with it."""
    body = body_of(f"def f(a, b, c):\n    {statement}\n")
    block = body.blocks[0]
    ending = lifetimes(body).ending[block.index]
    return [
        f"{format_operation(operation)} | {' '.join(f't{t}' for t in temporaries)}".rstrip(" |")
        for operation, temporaries in zip(block.operations, ending, strict=True)
    ]


def test_a_temporary_ends_with_its_last_reader() -> None:
    assert _ends("b = a.c") == [
        "t1 = read a",
        "t2 = t1.c | t1",
        "b = t2 | t2",
    ]


def test_what_the_block_returns_is_read_at_its_end() -> None:
    assert _ends("return a") == ["t1 = read a"]


def test_what_a_method_was_read_from_is_read_by_the_call() -> None:
    assert _ends("a.m(b.c)") == [
        "t1 = read a",
        "t2 = t1.m",
        "t3 = read b",
        "t4 = t3.c | t3",
        "t5 = call t2(t4)  -> thrown away | t1 t2 t4 t5",
    ]


def test_what_another_block_reads_lives_on() -> None:
    assert _ends("a.m(b if c else 1)") == [
        "t1 = read a",
        "t2 = t1.m",
        "t4 = read c | t4",
    ]


def test_what_a_display_was_built_from_lives_as_long() -> None:
    assert _ends("c = [a, b]") == [
        "t1 = read a",
        "t2 = read b",
        "t3 = list(t1, t2)",
        "c = t3 | t1 t2 t3",
    ]


def _at_the_end(*statements: str) -> Unread:
    """The variables that are not read any more where the function returns."""
    body = body_of("\n    ".join(["def f(a, b, c):", *statements, "return a"]))
    (last,) = (b.index for b in body.blocks if isinstance(b.terminator, ir.Return))
    return unread_variables(body, ())[last]


def _names(variables: Collection[ir.Variable]) -> set[str]:
    return {variable.name for variable in variables}


def test_a_variable_that_nobody_reads_any_more_may_be_what_a_message_speaks_of() -> None:
    unread = _at_the_end("for b in c:", "    b()")
    assert (_names(unread.rebound), _names(unread.dead)) == (set(), {"b"})


def test_a_variable_that_is_read_later_is_not_dead() -> None:
    unread = _at_the_end("for b in c:", "    a = b")
    assert _names(unread.dead) == {"b"}


def test_a_variable_of_a_comprehension_is_over_with_it() -> None:
    assert _names(_at_the_end("[e() for e in c]").rebound) == {"e@2:4"}


def test_a_comprehension_is_read_by_the_functions_that_it_makes() -> None:
    body = body_of("def f(c):\n    return [lambda: e for e in c]\n")
    kept = [v for v in body.locals if v.is_of_inner_scope]
    assert all(v not in over for over, _ in unread_variables(body, kept).values() for v in kept)
