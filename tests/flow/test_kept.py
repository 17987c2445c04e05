"""What of a call's result its caller keeps: only then does the call make an argument old."""

from __future__ import annotations

import ast
from types import SimpleNamespace
from typing import Any

import pytest

from mypy_eqxstate.contracts.model import (
    Applied,
    CallableReturning,
    Called,
    Copy,
    Derived,
    Each,
    Either,
    Fresh,
    Given,
    ListOf,
    Nothing,
    Otherwise,
    Result,
    Same,
    TupleOf,
    Typed,
)
from mypy_eqxstate.contracts.summaries import Summary
from mypy_eqxstate.flow.arguments import Actual
from mypy_eqxstate.flow.bindings import Binding, one
from mypy_eqxstate.flow.guards import ALWAYS
from mypy_eqxstate.flow.heap import ClassKnowledge, Heap
from mypy_eqxstate.flow.holdings import Holdings
from mypy_eqxstate.flow.kept import Kept, is_given, item_of
from mypy_eqxstate.flow.memory import Memory
from mypy_eqxstate.flow.values import (
    PLAIN_VALUE,
    UNKNOWN_VALUE,
    Object,
    Origin,
    Value,
    literal,
)
from mypy_eqxstate.ir.model import (
    DROPPED,
    KEPT,
    STATEMENT,
    Attribute,
    Destination,
    Item,
    Key,
    Variable,
)
from mypy_eqxstate.oracle.protocol import ClassInfo
from mypy_eqxstate.oracle.shapes import (
    PLAIN,
    UNKNOWN,
    AffineShape,
    ContainerShape,
    InstanceShape,
    Shape,
    TupleShape,
)

STATE = AffineShape("State")
PAIR = TupleShape((PLAIN, STATE))
TRAIN = InstanceShape("Train")
FIRST = Destination(kept=False, items=((0, KEPT), (1, DROPPED)))
"""`y, _ = ...`"""
SECOND = Destination(kept=False, items=((0, DROPPED), (1, KEPT)))
"""`_, state = ...`"""

STATES = frozenset({"State"})
NONE_AT_ALL = frozenset[str]()


def kept() -> Kept:
    """Knows of a class `Train` with the fields `state` and `step`."""
    info = ClassInfo("Train", fields={"state": STATE, "step": PLAIN})
    heap = Heap(ClassKnowledge({"Train": info}.get, lambda name: name == "Train"))
    analysis: Any = SimpleNamespace(heap=heap, ownership=SimpleNamespace(holdings=Holdings(heap)))
    return Kept(analysis)


@pytest.mark.parametrize(
    ("shape", "destination", "classes"),
    [
        (STATE, KEPT, STATES),
        (STATE, DROPPED, NONE_AT_ALL),
        (STATE, STATEMENT, NONE_AT_ALL),
        (PAIR, KEPT, STATES),
        (PAIR, SECOND, STATES),
        (PAIR, FIRST, NONE_AT_ALL),
        (TupleShape((PAIR, PLAIN)), Destination(kept=False, items=((0, SECOND),)), STATES),
        (TupleShape((PAIR, PLAIN)), Destination(kept=False, items=((0, FIRST),)), NONE_AT_ALL),
        # Of a list it is not known which of its elements is kept.
        (ContainerShape(STATE), FIRST, STATES),
        (ContainerShape(STATE), Destination(kept=False, items=((0, DROPPED),)), NONE_AT_ALL),
        (TRAIN, KEPT, frozenset({"Train"})),
    ],
)
def test_the_classes_in_the_kept_parts_of_a_type(
    shape: Shape, destination: Destination, classes: frozenset[str]
) -> None:
    assert kept().kept_classes_of_shape(shape, destination) == classes


def test_the_item_of_a_named_tuple_is_kept_by_name_too() -> None:
    named = TupleShape((PLAIN, STATE), "Out", ("y", "state"))
    by_name = Destination(kept=False, items=(("state", KEPT),))
    assert "State" in kept().kept_classes_of_shape(named, by_name)
    other = Destination(kept=False, items=(("y", KEPT),))
    assert kept().kept_classes_of_shape(named, other) == NONE_AT_ALL


def made(shape: Shape, operation: int = 1) -> Object:
    """An object that the body at work has made."""
    return Object(Origin("f", operation, None), shape)


def given(shape: Shape, name: str = "s") -> Object:
    """An object that came in by a parameter."""
    return Object(Origin("f", -1, Variable(name, "f")), shape)


def holding(holder: Object, fields: dict[Key, Value]) -> Memory:
    """A memory in which an object holds these."""
    memory = Memory()
    memory.fields[holder] = {key: one(value) for key, value in fields.items()}
    return memory


def test_the_classes_in_the_kept_parts_of_a_value() -> None:
    pair = made(TupleShape((UNKNOWN, UNKNOWN)))
    memory = holding(pair, {Item(0): PLAIN_VALUE, Item(1): made(STATE, 2)})
    assert kept().kept_classes(memory, one(pair), KEPT) == STATES
    assert kept().kept_classes(memory, one(pair), SECOND) == STATES
    assert kept().kept_classes(memory, one(pair), FIRST) == NONE_AT_ALL
    assert kept().kept_classes(memory, one(pair), DROPPED) == NONE_AT_ALL


def test_of_a_tuple_that_nobody_has_looked_into_the_type_counts() -> None:
    assert kept().kept_classes(Memory(), one(made(PAIR)), SECOND) == STATES
    assert kept().kept_classes(Memory(), one(made(PAIR)), FIRST) == NONE_AT_ALL


def test_of_several_values_each_counts() -> None:
    one_pair, other = made(TupleShape((PLAIN, AffineShape("Other")))), made(PAIR)
    either = Binding({PLAIN_VALUE: ALWAYS, one_pair: ALWAYS, other: ALWAYS})
    assert kept().kept_classes(Memory(), either, SECOND) == {"Other", "State"}
    assert kept().newer_classes(Summary(returns=True), either, SECOND) == {"Other", "State"}
    alone = Binding({PLAIN_VALUE: ALWAYS, given(STATE): ALWAYS, made(STATE): ALWAYS})
    assert kept().newer_classes(Summary(returns=True), alone, KEPT) == STATES


def test_a_field_is_kept_with_the_whole() -> None:
    holder = made(UNKNOWN)
    memory = holding(holder, {Attribute("state"): made(STATE, 2)})
    whole = Destination(kept=True, items=((0, DROPPED),))
    assert kept().kept_classes(memory, one(holder), whole) == STATES
    assert kept().kept_classes(memory, one(holder), FIRST) == NONE_AT_ALL


def newer(
    returned: Value, destination: Destination, fields: dict[Object, dict[Key, Value]] | None = None
) -> frozenset[str]:
    """The classes of what a call makes anew and its caller keeps."""
    held = {
        holder: {key: one(value) for key, value in inner.items()}
        for holder, inner in (fields or {}).items()
    }
    summary = Summary(returns=True, result=one(returned), fields=held)
    return kept().newer_classes(summary, summary.result, destination)


def test_what_a_body_has_made_is_newer() -> None:
    assert newer(made(STATE), KEPT) == STATES
    assert newer(made(STATE), DROPPED) == NONE_AT_ALL


def test_what_it_was_given_is_not_newer() -> None:
    assert newer(given(STATE), KEPT) == NONE_AT_ALL
    assert newer(given(PAIR), KEPT) == NONE_AT_ALL
    assert newer(PLAIN_VALUE, KEPT) == NONE_AT_ALL


def test_something_new_in_a_tuple_is_newer_where_it_is_kept() -> None:
    pair = made(TupleShape((UNKNOWN, UNKNOWN)))
    inside: dict[Object, dict[Key, Value]] = {pair: {Item(0): PLAIN_VALUE, Item(1): made(STATE, 2)}}
    assert newer(pair, KEPT, inside) == STATES
    assert newer(pair, SECOND, inside) == STATES
    assert newer(pair, FIRST, inside) == NONE_AT_ALL


def test_of_a_new_tuple_that_nobody_has_looked_into_the_type_counts() -> None:
    assert newer(made(PAIR), SECOND) == STATES
    assert newer(made(PAIR), FIRST) == NONE_AT_ALL
    assert newer(made(PAIR), KEPT) == STATES


def test_an_object_given_in_which_something_is_new_is_newer_itself() -> None:
    train = given(TRAIN)
    inside: dict[Object, dict[Key, Value]] = {train: {Attribute("state"): made(STATE)}}
    assert newer(train, KEPT, inside) == {"State", "Train"}
    step: dict[Object, dict[Key, Value]] = {train: {Attribute("step"): PLAIN_VALUE}}
    assert newer(train, KEPT, step) == NONE_AT_ALL


def test_the_kept_field_of_something_new_is_newer() -> None:
    holder = made(UNKNOWN)
    inside: dict[Object, dict[Key, Value]] = {
        holder: {Attribute("state"): made(STATE, 2), Attribute("step"): PLAIN_VALUE}
    }
    assert newer(holder, Destination(kept=False, items=(("state", KEPT),)), inside) == STATES
    assert newer(holder, Destination(kept=False, items=(("step", KEPT),)), inside) == NONE_AT_ALL


def test_something_new_is_found_inside_of_what_is_inside() -> None:
    outer, inner = made(UNKNOWN), made(UNKNOWN, 2)
    inside: dict[Object, dict[Key, Value]] = {
        outer: {Attribute("inner"): inner},
        inner: {Attribute("state"): made(STATE, 3)},
    }
    assert newer(outer, KEPT, inside) == STATES


def test_what_is_held_twice_is_looked_at_once() -> None:
    pair, shared = made(TupleShape((UNKNOWN, UNKNOWN))), one(made(STATE, 2))
    summary = Summary(
        returns=True, result=one(pair), fields={pair: {Item(0): shared, Item(1): shared}}
    )
    assert kept().newer_classes(summary, summary.result, KEPT) == STATES


def test_what_is_not_returned_is_not_newer() -> None:
    assert kept().newer_classes(Summary(returns=True), None, KEPT) == NONE_AT_ALL


def actual(*values: Value) -> Actual:
    """An argument that may be any of these."""
    return Actual(Binding(dict.fromkeys(values, ALWAYS)), 1, "a", ast.parse("a"))


def keeps(
    template: Result, destination: Destination, typed: Shape = UNKNOWN, **arguments: Actual
) -> bool:
    """Whether a call by a row keeps something new."""
    passed = {name: (argument,) for name, argument in arguments.items()}
    return kept().keeps(Memory(), template, passed, destination, typed)


@pytest.mark.parametrize(
    ("template", "typed", "whole", "first", "second"),
    [
        (Nothing(), STATE, False, False, False),
        (Same("a"), STATE, False, False, False),
        (Each("a"), STATE, False, False, False),
        (Called("f", ()), STATE, False, False, False),
        (CallableReturning(Fresh()), STATE, False, False, False),
        (Applied("f", ("a",)), STATE, False, False, False),
        (Fresh(), STATE, True, True, True),
        (ListOf(Fresh()), UNKNOWN, True, True, True),
        (Typed(), PAIR, True, False, True),
        (Typed(), UNKNOWN, True, False, False),
        (Typed(), PLAIN, False, False, False),
        (TupleOf((Nothing(), Fresh())), UNKNOWN, True, False, True),
        (TupleOf((Typed(), Typed())), PAIR, True, False, True),
        (Either((Nothing(), Fresh())), UNKNOWN, True, True, True),
        (Either((Nothing(), Same("a"))), UNKNOWN, False, False, False),
        (Otherwise(Nothing(), Fresh()), UNKNOWN, True, True, True),
        (Copy("a"), UNKNOWN, True, False, True),
        (Derived("a"), UNKNOWN, True, False, True),
        (Copy("b"), UNKNOWN, False, False, False),
        (Copy("missing"), UNKNOWN, False, False, False),
    ],
)
def test_whether_something_new_is_kept_as_the_library_table_tells_the_result(
    template: Result, typed: Shape, whole: bool, first: bool, second: bool
) -> None:
    def of(destination: Destination) -> bool:
        arguments = {"a": actual(made(PAIR)), "b": actual(PLAIN_VALUE)}
        return keeps(template, destination, typed, **arguments)

    assert (of(KEPT), of(FIRST), of(SECOND)) == (whole, first, second)
    assert not of(DROPPED)
    assert not of(STATEMENT)


def test_a_result_may_depend_on_what_is_given() -> None:
    template = Given("flag", Fresh(), Nothing())
    assert keeps(template, KEPT, flag=actual(literal(True)))
    assert not keeps(template, KEPT, flag=actual(literal(False)))
    assert not keeps(template, KEPT)


def test_none_and_false_are_given_as_if_nothing_was() -> None:
    assert not is_given(())
    assert not is_given((actual(literal(None)),))
    assert not is_given((actual(literal(False)),))
    assert is_given((actual(literal(0)),))
    assert is_given((actual(literal(True)),))
    assert is_given((actual(UNKNOWN_VALUE),))
    assert is_given((actual(literal(None), UNKNOWN_VALUE),))


def test_the_items_of_a_type() -> None:
    assert item_of(PAIR, 1) == STATE
    assert item_of(PAIR, 2) == UNKNOWN
    assert item_of(STATE, 0) == UNKNOWN
