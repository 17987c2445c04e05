"""What a call returns that copies what it is given, makes an instance of it, or changes members."""

from __future__ import annotations

from itertools import pairwise

import pytest

from mypy_eqxstate.contracts.model import (
    InstanceOf,
    Shallow,
    TransformKind,
)
from mypy_eqxstate.flow.arguments import Actual
from mypy_eqxstate.flow.bindings import ALIVE, LIVE, Binding, one
from mypy_eqxstate.flow.guards import ALWAYS, Guard, under
from mypy_eqxstate.flow.heap import DISPLAY_SHAPES
from mypy_eqxstate.flow.results import MAXIMAL_COPY_DEPTH
from mypy_eqxstate.flow.values import (
    PLAIN_VALUE,
    Event,
    Object,
    Symbol,
    Transformed,
    Value,
)
from mypy_eqxstate.ir.model import Attribute, Item, Key, Place, Variable
from mypy_eqxstate.oracle.shapes import (
    UNKNOWN,
    InstanceShape,
    Shape,
    TupleShape,
)
from tests.flow.at_work import (
    PAIR,
    STATE_SHAPE,
    actual,
    given,
    holding,
    made,
    passed,
)
from tests.flow.returning import LIST, TRAIN, Call, function, the_object

F: Value = Symbol("module.f")


# --- shallow copies ------------------------------------------------------------------------------


def test_a_shallow_copy_holds_the_very_same_members() -> None:
    call = Call()
    state = given()
    box = call.hold(made(LIST), {Item(0): state})
    copy = call.result(Shallow("a"), a=actual(box))
    assert the_object(copy) == call.new(shape=LIST)
    assert call.held(copy) == {Item(0): {state}}


def test_of_a_state_it_is_another_one_and_of_what_is_no_object_itself() -> None:
    call = Call()
    assert call.result(Shallow("a"), a=actual(given())) == one(call.new())
    assert call.result(Shallow("a"), a=actual(PLAIN_VALUE)) == one(PLAIN_VALUE)
    both = call.result(Shallow("a"), a=actual(PLAIN_VALUE, given()))
    assert set(both.values) == {PLAIN_VALUE, call.new()}


def test_of_nothing_it_is_an_empty_dictionary() -> None:
    call = Call()
    empty = call.result(Shallow("a", "changes"), changes=actual(F, name="x"))
    assert call.held(empty) == {Item("x"): {F}}
    assert the_object(empty) == call.new(shape=DISPLAY_SHAPES["dict"])


def test_what_nobody_has_looked_at_is_copied_too() -> None:
    call = Call()
    train = given(TRAIN)
    copy = call.result(Shallow("a"), a=actual(train))
    held_state = Object(train.origin.child(Attribute("state")), STATE_SHAPE)
    assert call.held(copy) == {Attribute("state"): {held_state}}


@pytest.mark.parametrize(
    ("shape", "key"),
    [
        (TRAIN, Attribute("state")),
        (LIST, Item("state")),
        (TupleShape((UNKNOWN,), "library.Out", ("state",)), Item(0)),
    ],
)
def test_named_members_are_replaced(shape: Shape, key: Key) -> None:
    call = Call()
    state = given()
    holder = call.hold(made(shape), {})
    changes = (actual(F), actual(state, name="state"))
    copy = call.result(Shallow("a", "changes"), a=actual(holder), changes=changes)
    assert call.held(copy)[key] == {state}
    assert all(F not in held for held in call.held(copy).values())
    # The original is another object.
    assert state not in call.held(one(holder)).get(key, set())
    # Without a word of changes in the row there are none.
    unchanged = call.result(Shallow("a"), a=actual(holder), changes=changes)
    assert state not in call.held(unchanged).get(key, set())


EVENT = Event("f", 5, "s", False)


def test_what_was_superseded_stays_so_in_a_shallow_copy() -> None:
    call = Call()
    box = call.hold(made(LIST), {Item(0): given()})
    old = actual(box)._replace(binding=Binding({box: ALWAYS}, {EVENT: ALWAYS}))
    assert call.result(Shallow("a"), a=old).marks == {EVENT: ALWAYS}


def test_so_does_a_superseded_place_in_it() -> None:
    call = Call()
    state = made(STATE_SHAPE, 78)
    train = call.hold(made(TRAIN), {Attribute("state"): state, Attribute("other"): F})
    argument = passed(call.analysis, call.memory, "s", train)
    stale = Place(Variable("s", "f"), (Attribute("state"),))
    call.memory.stale[stale] = {EVENT: ALWAYS}

    def marks(*arguments: Actual) -> list[object]:
        copy = the_object(call.result(Shallow("a"), a=arguments))
        fields = call.memory.fields[copy]
        return [list(fields[key].marks) for key in fields if key == Attribute("state")]

    assert marks(argument) == [[EVENT]]
    # Where an argument is not a place of its own, nothing is known of its places.
    assert marks(argument._replace(path=(Item(0),))) == [[LIVE]]
    assert marks(argument._replace(temporary=None)) == [[LIVE]]


# --- instances -----------------------------------------------------------------------------------


def test_an_instance_is_what_the_type_says() -> None:
    call = Call()
    assert call.result(InstanceOf("a"), STATE_SHAPE, a=actual(Symbol("module.Model"))) == one(
        call.new()
    )


@pytest.mark.parametrize("name", ["module.Model", "library.Train"])
def test_or_one_of_the_class_that_is_given(name: str) -> None:
    call = Call()
    new = call.new(shape=InstanceShape(name))
    assert call.result(InstanceOf("a"), a=actual(Symbol(name))) == one(new)
    wrapped = Transformed(
        TransformKind.TRANSPARENT, Transformed(TransformKind.COPYING, Symbol(name), "jit"), "x"
    )
    assert call.result(InstanceOf("a"), a=actual(wrapped)) == one(new)


def test_or_what_a_factory_returns() -> None:
    call = Call()
    built = call.result(InstanceOf("a"), a=actual(function(call, "make")))
    assert the_object(built).shape == InstanceShape("module.Model")


def test_or_nothing_that_is_known() -> None:
    call = Call()
    for unknown in (Symbol("library.unknown"), PLAIN_VALUE):
        assert call.result(InstanceOf("a"), a=actual(unknown)) == one(call.new(shape=UNKNOWN))
    assert call.result(InstanceOf("a")) == one(call.new(shape=UNKNOWN))


# --- copies --------------------------------------------------------------------------------------


def copied(call: Call, binding: Binding, **options: object) -> Binding:
    results = call.analysis.calls.results
    return results.copy(call.memory, binding, call.origin, **options)  # type: ignore[arg-type]


def test_in_a_copy_of_a_structure_each_state_is_another_one() -> None:
    call = Call()
    state = made(STATE_SHAPE, 78)
    inner = call.hold(made(PAIR, 79), {Item(0): PLAIN_VALUE, Item(1): state})
    outer = call.hold(made(LIST), {Item(0): F, Item(1): inner})
    copy = copied(call, one(outer))
    assert the_object(copy) == call.new(shape=LIST)
    held = call.held(copy)
    assert held[Item(0)] == {F}
    assert held[Item(1)] == {call.new(Item(1), shape=PAIR)}
    assert call.held(holding(*held[Item(1)])) == {
        Item(0): {PLAIN_VALUE},
        Item(1): {call.new(Item(1), Item(1))},
    }
    assert call.held(one(outer)) == {Item(0): {F}, Item(1): {inner}}


def test_what_nobody_has_looked_at_is_in_a_copy() -> None:
    call = Call()
    copy = copied(call, one(given(TRAIN)))
    assert call.held(copy) == {Attribute("state"): {call.new(Attribute("state"))}}


def test_conditions_are_kept_and_marks_are_not() -> None:
    call = Call()
    yes: Guard = under(ALWAYS, frozenset({("a", True)}))
    no: Guard = under(ALWAYS, frozenset({("a", False)}))
    box = call.hold(made(LIST), {})
    binding = Binding({given(): yes, PLAIN_VALUE: no, box: yes}, {EVENT: ALWAYS})
    copy = copied(call, binding)
    assert copy.values == {call.new(): yes, PLAIN_VALUE: no, call.new(shape=LIST): yes}
    assert copy.marks == ALIVE
    marked = call.hold(made(LIST, 78), {})
    call.memory.fields[marked] = {Item(0): Binding({F: ALWAYS}, {EVENT: ALWAYS})}
    inside = the_object(copied(call, one(marked)))
    assert call.memory.fields[inside][Item(0)].marks == ALIVE


def test_what_is_not_chosen_stays() -> None:
    call = Call()
    state, other = given(), made(STATE_SHAPE, 78)
    box = call.hold(made(LIST), {Item(0): state, Item(1): other})
    copy = copied(call, one(box), chosen=lambda item: item == other)
    assert call.held(copy) == {Item(0): {state}, Item(1): {call.new(Item(1))}}
    both = copied(call, holding(state, other), chosen=lambda item: item == other)
    assert set(both.values) == {state, call.new()}


def test_one_new_object_stands_for_all_of_one_shape() -> None:
    call = Call()
    state = given()
    first = call.hold(made(LIST), {Item(0): state, Item(1): F})
    second = call.hold(made(LIST, 78), {Item(0): PLAIN_VALUE, Item(2): PLAIN_VALUE})
    third = call.hold(made(PAIR, 79), {Item(0): F})
    copy = copied(call, holding(first, second, third))
    record = call.new(shape=LIST)
    assert set(copy.values) == {record, call.new(shape=PAIR)}
    assert call.held(one(record)) == {
        Item(0): {call.new(Item(0)), PLAIN_VALUE},
        Item(1): {F},
        Item(2): {PLAIN_VALUE},
    }
    assert call.held(one(call.new(shape=PAIR))) == {Item(0): {F}}


def test_what_is_too_deep_is_not_copied() -> None:
    call = Call()
    holders = [made(LIST, 80 + number) for number in range(MAXIMAL_COPY_DEPTH + 1)]
    for holder, inner in pairwise(holders):
        call.hold(holder, {Item(0): inner})
    call.hold(holders[-1], {Item(0): given()})
    copy: Value = the_object(copied(call, one(holders[0])))
    for _ in range(MAXIMAL_COPY_DEPTH):
        [copy] = call.held(holding(copy))[Item(0)]
    assert copy == holders[-1]
    none = copied(call, one(holders[0]), depth=0)
    assert none == one(holders[0])


def test_what_the_same_call_has_made_is_copied_only_if_wanted() -> None:
    call = Call()
    state = given()
    own = call.hold(call.new(Item("own"), shape=LIST), {Item(0): state})
    assert copied(call, one(own)) == one(own)
    anew = copied(call, one(own), anew=True)
    assert the_object(anew) == call.new(shape=LIST)
    assert call.held(anew) == {Item(0): {call.new(Item(0))}}
    inside = call.hold(made(LIST, 78), {Item(1): own})
    deep = copied(call, one(inside), anew=True)
    assert call.held(deep) == {Item(1): {call.new(Item(1), shape=LIST)}}
    assert call.held(one(call.new(Item(1), shape=LIST))) == {Item(0): {call.new(Item(1), Item(0))}}
