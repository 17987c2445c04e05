"""How a use is explained: through which loop a consumption reaches it, and what is newer."""

from __future__ import annotations

import ast

import pytest

from mypy_eqxstate.flow.bindings import Binding, Status
from mypy_eqxstate.flow.explain import (
    BLOCK_STRIDE,
    birth,
    leads_to,
    loop_line,
    maker,
    newest_place,
)
from mypy_eqxstate.flow.guards import ALWAYS
from mypy_eqxstate.flow.memory import Memory
from mypy_eqxstate.flow.succession import Succession
from mypy_eqxstate.flow.values import NONE_VALUE, SEVERAL, Event, Object, Origin
from mypy_eqxstate.ir.model import Attribute, Body, Call, Item, Variable
from mypy_eqxstate.oracle.shapes import UNKNOWN, AffineShape
from tests.ir.lowered import body_of

STATE = AffineShape("State")


def _calls(body: Body) -> dict[str, tuple[int, int]]:
    """The position of each call, by its only argument."""
    return {
        ast.unparse(operation.node.args[0]): (block.index, number)
        for block in body.blocks
        for number, operation in enumerate(block.operations)
        if isinstance(operation, Call) and isinstance(operation.node, ast.Call)
    }


def _loop(source: str) -> int | None:
    """The line of the loop through which `do(1)` reaches `do(2)`; None if straight."""
    body = body_of(source)
    (block, number), use = _calls(body)["1"], _calls(body)["2"]
    return loop_line(body, Event("f", block * BLOCK_STRIDE + number, "s", True), use)


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("def f():\n do(1)\n do(2)", None),
        ("def f():\n while a:\n  do(1)\n  do(2)", None),
        ("def f():\n while a:\n  do(1)\n do(2)", None),
        ("def f():\n do(1)\n while a:\n  do(2)", None),
        ("def f():\n while a:\n  do(1)\n  if b:\n   continue\n  do(2)", None),
        ("def f():\n while a:\n  do(1)\n  while b:\n   do(2)", None),
        ("def f():\n while a:\n  do(2)\n  do(1)", 2),
        ("def f():\n while a:\n  if b:\n   do(1)\n  else:\n   do(2)", 2),
        # Of loops inside each other, the innermost one that suffices.
        ("def f():\n while a:\n  while b:\n   do(2)\n   do(1)", 3),
        ("def f():\n while a:\n  do(2)\n  while b:\n   do(1)", 2),
        ("def f():\n while a:\n  while b:\n   do(2)\n  do(1)", 2),
        ("def f():\n while a:\n  while b:\n   do(1)\n  do(2)", None),
        ("def f():\n while a:\n  while b:\n   do(2)\n  while c:\n   do(1)", 2),
    ],
)
def test_the_loop_between_a_consumption_and_a_use(source: str, line: int | None) -> None:
    assert _loop(source) == line


def test_a_call_reaches_itself_by_the_loop_around_it() -> None:
    body = body_of("def f():\n while a:\n  do(1)")
    block, number = _calls(body)["1"]
    itself = Event("f", block * BLOCK_STRIDE + number, "s", True)
    assert loop_line(body, itself, (block, number)) == 2


def test_of_a_consumption_in_another_body_no_loop_is_told() -> None:
    body = body_of("def f():\n while a:\n  do(2)")
    assert loop_line(body, Event("g", 0, "s", True), _calls(body)["2"]) is None


@pytest.mark.parametrize(
    ("source", "leads"),
    [
        ("def f():\n do(1)\n do(2)", True),
        ("def f():\n do(2)\n do(1)", False),
        ("def f():\n if a:\n  do(3)\n  do(1)\n do(4)\n do(2)", True),
        ("def f():\n if a:\n  do(3)\n  do(2)\n do(4)\n do(1)", False),
        ("def f():\n if a:\n  do(1)\n else:\n  do(2)", False),
        ("def f():\n while b:\n  if a:\n   do(1)\n  else:\n   do(2)", True),
        ("def f():\n while b:\n  do(2)\n  do(1)", True),
    ],
)
def test_whether_one_operation_leads_on_to_another(source: str, leads: bool) -> None:
    body = body_of(source)
    calls = _calls(body)
    assert leads_to(body, calls["1"], calls["2"]) is leads


def test_an_operation_leads_to_itself() -> None:
    body = body_of("def f():\n do(1)")
    assert leads_to(body, _calls(body)["1"], _calls(body)["1"])


def _made(operation: int, *events: Event) -> Object:
    return Object(Origin("f", operation, None), STATE, events=frozenset(events))


def _event(operation: int, place: str = "s") -> Event:
    return Event("f", operation, place, True)


def _memory(**names: Object | Binding) -> Memory:
    memory = Memory()
    for name, held in names.items():
        binding = held if isinstance(held, Binding) else Binding({held: ALWAYS})
        memory.bindings[Variable(name, "f")] = binding
    return memory


def _newest(memory: Memory, events: tuple[Event, ...]) -> str | None:
    return newest_place(memory, events, Succession(), ())


BODY = body_of("def f(s, t=None, *, u):\n do(s)\n do(t)")


def test_the_newest_is_what_the_consuming_call_has_made() -> None:
    memory = _memory(s=_made(-1, _event(5)), new=_made(5))
    assert _newest(memory, (_event(5),)) == "new"


def test_if_that_was_consumed_it_is_what_came_of_it() -> None:
    memory = _memory(new=_made(5, _event(6)), newer=_made(6))
    assert _newest(memory, (_event(5),)) == "newer"


def test_if_the_name_of_that_is_out_of_date_it_is_what_came_of_it() -> None:
    stale: Status = {_event(6): ALWAYS}
    memory = _memory(new=Binding({_made(5): ALWAYS}, stale), newer=_made(6))
    assert _newest(memory, (_event(5),)) == "newer"


def test_the_place_that_was_consumed_is_not_the_newest() -> None:
    memory = _memory(s=_made(5))
    assert _newest(memory, (_event(5, "s"),)) is None
    assert _newest(memory, (_event(5, "t"),)) == "s"


def test_short_names_that_are_not_private_come_first() -> None:
    memory = _memory(_n=_made(5), longer=_made(5), two=_made(5), one=_made(5))
    assert _newest(memory, (_event(5),)) == "one"


def test_it_may_be_inside_something() -> None:
    holder = Object(Origin("f", 1, None), UNKNOWN)
    memory = _memory(train=holder)
    memory.fields[holder] = {Attribute("state"): Binding({_made(5): ALWAYS})}
    assert _newest(memory, (_event(5),)) == "train.state"
    memory.fields[holder] = {Item("k"): Binding({_made(5): ALWAYS})}
    assert _newest(memory, (_event(5),)) == "train['k']"


def test_it_is_one_of_the_things_that_a_name_may_hold() -> None:
    memory = _memory(new=Binding({NONE_VALUE: ALWAYS, _made(5): ALWAYS}))
    assert _newest(memory, (_event(5),)) == "new"


def test_it_is_told_by_the_names_of_the_program_only() -> None:
    memory = Memory()
    memory.bindings[3] = Binding({_made(5): ALWAYS})
    memory.bindings[Variable("s@2", "f")] = Binding({_made(5): ALWAYS})
    assert _newest(memory, (_event(5),)) is None
    memory.bindings[Variable("new", "f")] = Binding({_made(5): ALWAYS})
    assert _newest(memory, (_event(5),)) == "new"


def test_places_of_more_than_two_steps_are_not_told() -> None:
    outer, middle, inner = (Object(Origin("f", n, None), UNKNOWN) for n in (1, 2, 3))
    memory = _memory(a=outer)
    memory.fields[outer] = {Attribute("b"): Binding({middle: ALWAYS})}
    memory.fields[middle] = {Attribute("c"): Binding({_made(5): ALWAYS})}
    assert _newest(memory, (_event(5),)) == "a.b.c"
    memory.fields[middle] = {Attribute("c"): Binding({inner: ALWAYS})}
    memory.fields[inner] = {Attribute("d"): Binding({_made(5): ALWAYS})}
    assert _newest(memory, (_event(5),)) is None


def test_of_several_it_is_the_next_version_of_what_is_used() -> None:
    succession = Succession()
    first, second = _made(5), Object(Origin("f", 5, None, (Item(1),)), STATE)
    old, other = _made(1), _made(2)
    succession.note_before(first, [other])
    succession.note_before(second, [old])
    memory = _memory(first=first, second=second)
    assert newest_place(memory, (_event(5),), succession, [old]) == "second"
    assert newest_place(memory, (_event(5),), succession, [other]) == "first"


def test_where_nothing_newer_has_a_name_none_is_told() -> None:
    assert _newest(_memory(other=_made(4)), (_event(5),)) is None


def test_what_was_consumed_came_in_by_a_parameter() -> None:
    for name in ("s", "t", "u"):
        node = maker(Origin("f", -1, Variable(name, "f")), BODY)
        assert isinstance(node, ast.arg)
        assert node.arg == name


def test_what_was_consumed_was_made_by_an_operation() -> None:
    block, number = _calls(BODY)["t"]
    node = maker(Origin("f", block * BLOCK_STRIDE + number, None), BODY)
    assert isinstance(node, ast.Call)
    assert ast.unparse(node) == "do(t)"


@pytest.mark.parametrize(
    "origin",
    [
        Origin("g", 0, None),
        Origin("f", -1, Variable("s", "f"), (Item(0),)),
        Origin("f", -1, Variable("of the module", "")),
        Origin("f", 0, None, (SEVERAL,)),
    ],
)
def test_of_what_comes_from_elsewhere_or_is_summed_up_no_maker_is_told(origin: Origin) -> None:
    assert maker(origin, BODY) is None


def test_what_the_module_is_given_has_no_maker() -> None:
    module = body_of("do(print)", "")
    assert maker(Origin("", -1, Variable("print", "")), module) is None


def test_the_birth_is_not_that_of_what_is_no_state() -> None:
    events: Status = {_event(5): ALWAYS}
    held = Object(Origin("f", -1, Variable("s", "f")), STATE)
    other = Object(Origin("f", -1, Variable("t", "f")), UNKNOWN)
    memory = _memory(
        s=Binding({held: ALWAYS}, events),
        t=Binding({other: ALWAYS}, events),
        n=Binding({NONE_VALUE: ALWAYS}, events),
    )
    node = birth(memory, (_event(5),), BODY)
    assert isinstance(node, ast.arg)
    assert node.arg == "s"


def test_the_birth_is_that_of_the_object_which_the_events_happened_to() -> None:
    parameter = Object(Origin("f", -1, Variable("t", "f")), STATE, events=frozenset({_event(5)}))
    other = Object(Origin("f", -1, Variable("s", "f")), STATE)
    node = birth(_memory(t=parameter, s=other), (_event(5),), BODY)
    assert isinstance(node, ast.arg)
    assert node.arg == "t"


def test_the_birth_is_that_of_the_object_whose_name_is_out_of_date() -> None:
    held = Object(Origin("f", -1, Variable("s", "f")), STATE)
    memory = _memory(s=Binding({held: ALWAYS}, {_event(5): ALWAYS}))
    node = birth(memory, (_event(5),), BODY)
    assert isinstance(node, ast.arg)
    assert node.arg == "s"


def test_of_two_objects_the_birth_is_in_doubt() -> None:
    one = Object(Origin("f", -1, Variable("s", "f")), STATE, events=frozenset({_event(5)}))
    two = Object(Origin("f", -1, Variable("t", "f")), STATE, events=frozenset({_event(5)}))
    assert birth(_memory(s=one, t=two), (_event(5),), BODY) is None
