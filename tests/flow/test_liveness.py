"""Until when temporaries are read."""

from __future__ import annotations

from mypy_eqxstate.flow.liveness import lifetimes
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
