"""What a call does whose callee a row of the table describes: effects, stores, the result."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from mypy_eqxstate.contracts.model import TransformKind
from mypy_eqxstate.contracts.notation import parse_row
from mypy_eqxstate.flow.arguments import Actual
from mypy_eqxstate.flow.bindings import Binding, one
from mypy_eqxstate.flow.body import BodyAnalysis
from mypy_eqxstate.flow.effects import CallSite
from mypy_eqxstate.flow.memory import Memory
from mypy_eqxstate.flow.values import (
    PLAIN_VALUE,
    UNKNOWN_VALUE,
    Event,
    Function,
    Object,
    Symbol,
    Transformed,
    Value,
    literal,
)
from mypy_eqxstate.fullnames import STATE
from mypy_eqxstate.ir.model import (
    DROPPED,
    ELEMENTS,
    KEPT,
    STATEMENT,
    Attribute,
    Destination,
    Item,
    Key,
    Variable,
)
from mypy_eqxstate.oracle.protocol import Declaration, Oracle
from mypy_eqxstate.oracle.shapes import (
    PLAIN,
    UNKNOWN,
    AffineShape,
    ContainerShape,
    InstanceShape,
    Parameter,
    ParameterKind,
    Shape,
    Signature,
)
from mypy_eqxstate.oracle.silent import SilentOracle
from tests.flow.at_work import (
    PAIR,
    STATE_SHAPE,
    actual,
    analysis_of,
    given,
    held_in,
    made,
    memory_of,
    name_of,
    passed,
    site,
)

F: Value = Symbol("module.f")
LIST = ContainerShape(UNKNOWN, "")
SOURCE = """
def consuming(t):
    return t.set(i, 1)

def reading(t):
    return 1

def f(s, i):
    new = g(s, i)
    return new

def turns(s, i):
    for x in i:
        g(s)
"""


class Call:
    """One call of a function by a row, out of the body of `f`."""

    def __init__(self, function: str = "f", oracle: Oracle | None = None) -> None:
        self.analysis: BodyAnalysis = analysis_of(SOURCE, function, oracle)
        self.memory = Memory()
        self.result: Binding = one(UNKNOWN_VALUE)

    def name(self, name: str, *values: Value) -> Actual:
        """An argument that is read from a name."""
        return passed(self.analysis, self.memory, name, *values)

    def function(self, name: str) -> Value:
        """A function of the module."""
        return Function(self.analysis.module.index.functions[name], name)

    def carry_out(
        self,
        row: str,
        *actuals: Actual,
        destination: Destination = KEPT,
        full_name: str = "library.g",
        typed: Shape = UNKNOWN,
        inference: bool = False,
    ) -> None:
        where: CallSite = site("g", destination, typed)._replace(inference=inference)
        rows = self.analysis.calls.rows
        self.result = rows.call(where, self.memory, full_name, parse_row(row), list(actuals))

    @property
    def rules(self) -> list[tuple[str, str]]:
        """What is wrong: the rule, and the place."""
        return [(p.rule, p.place) for p in self.analysis.found_now.problems]


def is_dead(binding: Binding) -> bool:
    return all(isinstance(value, Object) and bool(value.events) for value in binding.values)


def is_superseded(binding: Binding) -> bool:
    return any(isinstance(mark, Event) for mark in binding.marks)


# --- effects -------------------------------------------------------------------------------------


def test_what_is_consumed_is_dead_and_what_is_fresh_is_alive() -> None:
    call = Call()
    call.carry_out("(a: consume, b) -> fresh", call.name("s", given()), actual(PLAIN_VALUE))
    assert is_dead(name_of(call.analysis, call.memory, "s"))
    [new] = call.result.values
    assert new == Object(call.analysis.origin(), STATE_SHAPE)


def test_what_is_borrowed_stays_as_it_is() -> None:
    call = Call()
    call.carry_out("(a, b) -> fresh", call.name("s", given()))
    assert name_of(call.analysis, call.memory, "s") == one(given())
    assert call.rules == []


def test_what_no_parameter_takes_is_borrowed() -> None:
    call = Call()
    call.carry_out("(a: consume) -> _", call.name("s", given()))
    call.carry_out("() -> _", call.name("s"))
    assert call.rules == [("state-reuse", "s")]
    assert call.result == one(PLAIN_VALUE)


@pytest.mark.parametrize(
    ("destination", "superseded"), [(KEPT, True), (DROPPED, False), (STATEMENT, False)]
)
def test_what_is_superseded_is_old_if_something_newer_is_kept(
    destination: Destination, superseded: bool
) -> None:
    call = Call()
    call.carry_out("(a: supersede) -> fresh", call.name("s", given()), destination=destination)
    assert is_superseded(name_of(call.analysis, call.memory, "s")) == superseded


def test_arguments_go_to_parameters_as_python_says() -> None:
    row = "(*rest: consume, key, **more: supersede) -> fresh"
    first = Call()
    first.carry_out(row, actual(PLAIN_VALUE), first.name("s", given()))
    assert is_dead(name_of(first.analysis, first.memory, "s"))
    named = Call()
    named.carry_out(row, named.name("s", given())._replace(name="other"))
    assert is_superseded(name_of(named.analysis, named.memory, "s"))
    key = Call()
    key.carry_out(row, key.name("s", given())._replace(name="key"))
    assert name_of(key.analysis, key.memory, "s") == one(given())
    # Before a star, a parameter is given by position or by name.
    for name in (None, "a"):
        before = Call()
        state = before.name("s", given())._replace(name=name)
        before.carry_out("(a: consume, *rest) -> fresh", state)
        assert is_dead(name_of(before.analysis, before.memory, "s"))


class Declaring(SilentOracle):
    """Knows that what is called takes another object, or a State and a number."""

    def declaration(self, full_name: str) -> Declaration | None:
        if full_name != "library.g":
            return None
        kind = ParameterKind.POSITIONAL
        other = Parameter("a", kind, AffineShape("module.Other"))
        state, number = Parameter("a", kind, STATE_SHAPE), Parameter("b", kind, PLAIN)
        return Declaration(
            full_name, (Signature((other,), UNKNOWN), Signature((state, number), UNKNOWN))
        )


def test_what_takes_a_state_and_does_something_to_it_shows_that_it_is_given_one() -> None:
    unknown, beside = given(UNKNOWN), given(UNKNOWN, "i")
    call = Call(oracle=Declaring())
    call.carry_out("(a: supersede, b) -> fresh", call.name("s", unknown), actual(beside))
    promoted = call.analysis.module.classes.promoted
    # Of an overloaded function the first declaration counts that has all that is given.
    assert promoted.get(unknown.origin) == STATE
    assert promoted.get(beside.origin) is None
    alone = Call(oracle=Declaring())
    alone.carry_out("(a: supersede, b) -> fresh", alone.name("s", unknown))
    assert alone.analysis.module.classes.promoted.get(unknown.origin) == "module.Other"
    named_otherwise = Call(oracle=Declaring())
    named_otherwise.carry_out(
        "(a: supersede, c) -> fresh", named_otherwise.name("s", unknown), actual(beside)
    )
    promoted = named_otherwise.analysis.module.classes.promoted
    assert promoted.get(unknown.origin) == "module.Other"
    borrowing = Call(oracle=Declaring())
    borrowing.carry_out("(a) -> _", borrowing.name("s", unknown))
    assert len(borrowing.analysis.module.classes.promoted) == 0
    other = Call(oracle=Declaring())
    other.carry_out("(a: supersede) -> fresh", other.name("s", unknown), full_name="library.other")
    assert len(other.analysis.module.classes.promoted) == 0


def test_a_new_object_is_of_the_class_of_what_is_given() -> None:
    call = Call()
    mine = given(AffineShape("module.Mine"))
    call.carry_out("(a, b: consume) -> fresh", actual(PLAIN_VALUE), call.name("s", mine))
    [new] = call.result.values
    assert isinstance(new, Object)
    assert new.shape == AffineShape("module.Mine")


def test_in_a_container_too() -> None:
    call = Call()
    pair, mine = made(PAIR), made(AffineShape("module.Mine"), 78)
    call.memory.fields[pair] = {Item(0): one(PLAIN_VALUE), Item(1): one(mine)}
    call.carry_out("(a) -> fresh", actual(pair))
    [new] = call.result.values
    assert isinstance(new, Object)
    assert new.shape == AffineShape("module.Mine")


def test_where_none_is_given_it_is_of_the_class_that_the_row_is_about() -> None:
    call = Call()
    call.carry_out("(a) -> fresh", actual(PLAIN_VALUE), full_name="equinox.nn.State.set")
    [new] = call.result.values
    assert isinstance(new, Object)
    assert new.shape == AffineShape("equinox.nn._stateful.State")


def test_a_new_state_thrown_away_by_a_statement_is_reported() -> None:
    call = Call()
    call.carry_out("(a: consume) -> fresh", call.name("s", given()), destination=STATEMENT)
    [problem] = call.analysis.found_now.problems
    assert (problem.rule, problem.place, problem.callee) == ("state-dropped", "s", "g")
    assert problem.class_name == STATE


@pytest.mark.parametrize(
    ("row", "destination"),
    [
        ("(a: consume) -> fresh", KEPT),
        ("(a: consume) -> fresh", DROPPED),
        ("(a: consume) -> _", STATEMENT),
        ("(a) -> fresh", STATEMENT),
        ("(a, f: consume) -> fresh; call(f, a)", STATEMENT),
    ],
)
def test_else_nothing_is_thrown_away(row: str, destination: Destination) -> None:
    call = Call()
    function = call.function("reading")
    call.carry_out(row, call.name("s", given()), actual(function), destination=destination)
    assert call.rules == []


def test_what_returns_something_may_choose_between_an_old_and_the_newer_one() -> None:
    def rules(row: str) -> list[tuple[str, str]]:
        call = Call()
        old = call.name("s", given())
        call.carry_out("(a: supersede) -> fresh", old)
        new = actual(*call.result.values)
        call.carry_out(row, call.name("s"), new)
        return call.rules

    assert rules("(a, b) -> ?") == []
    assert rules("(a, b) -> _") == [("state-stale", "s")]


# --- stores --------------------------------------------------------------------------------------

APPEND = "(self, item) -> _; self[] = same(item)"
PUT = "(self, key, item) -> _; self[key] = same(item)"


def stored(
    row: str, container: Object, held: dict[Key, Value], *others: Actual, at: str = "f"
) -> dict[Key, set[Value]]:
    """What a container holds after a call by a row that is given it and others."""
    call = Call(at)
    if at == "turns":
        blocks = call.analysis.body.blocks
        call.analysis.position = (next(n for n, b in enumerate(blocks) if b.loop is not None), 0)
    call.memory.fields[container] = {key: one(value) for key, value in held.items()}
    call.carry_out(row, actual(container), *others)
    assert call.result == one(PLAIN_VALUE)
    return held_in(call.memory, one(container))


def test_what_is_appended_to_a_list_of_known_length_is_the_next_item() -> None:
    box, state = made(LIST), given()
    assert stored(APPEND, box, {}, actual(state)) == {Item(0): {state}}
    assert stored(APPEND, box, {Item(0): PLAIN_VALUE}, actual(state)) == {
        Item(0): {PLAIN_VALUE},
        Item(1): {state},
    }


def test_else_it_is_some_element() -> None:
    state = given()
    unknown: dict[Key, set[Value]] = {ELEMENTS: {state}}
    # In a loop, of a list that an earlier turn has made, of one that comes from elsewhere.
    assert stored(APPEND, made(LIST), {}, actual(state), at="turns") == unknown
    assert stored(APPEND, made(LIST, recent=False), {}, actual(state)) == unknown
    foreign = given(ContainerShape(STATE_SHAPE, "builtins.list"), "i")
    assert state in stored(APPEND, foreign, {}, actual(state))[ELEMENTS]
    # A set has no next item.
    put_somewhere = stored(PUT, made(LIST), {}, actual(UNKNOWN_VALUE), actual(state))
    assert put_somewhere == unknown


def test_what_is_stored_under_a_key_is_there() -> None:
    box, state = made(LIST), given()
    assert stored(PUT, box, {Item("a"): F}, actual(literal("a")), actual(state)) == {
        Item("a"): {state}
    }
    assert stored(PUT, box, {}, actual(literal(3)), actual(state)) == {Item(3): {state}}


def test_of_an_instance_it_is_an_attribute() -> None:
    holder, state = made(InstanceShape("module.Train")), given()
    assert stored(PUT, holder, {}, actual(literal("state")), actual(state)) == {
        Attribute("state"): {state}
    }


def test_the_members_of_a_value_may_be_stored_under_their_own_names() -> None:
    row = "(self, other) -> _; self[*] = same(other)"
    box, other, state = made(LIST), made(LIST, 78), given()
    call, second = Call(), made(LIST, 79)
    fields: dict[Object, dict[Key, Value]] = {box: {}, second: {}, other: {Item("a"): state}}
    call.memory.fields = memory_of(fields).fields
    call.carry_out(row, actual(box, second), actual(PLAIN_VALUE, other))
    assert held_in(call.memory, one(box)) == {Item("a"): {state}}
    assert held_in(call.memory, one(second)) == {Item("a"): {state}}


def test_it_is_stored_in_each_object_that_may_be_meant() -> None:
    box, other, state = made(LIST), made(LIST, 78), given()
    call = Call()
    call.memory.fields = memory_of({box: {}, other: {}}).fields
    call.carry_out(APPEND, actual(PLAIN_VALUE, box, other), actual(state))
    for holder in (box, other):
        assert held_in(call.memory, one(holder)) == {Item(0): {state}}


def test_what_is_appended_twice_is_noted() -> None:
    box, state = made(LIST), given()
    call = Call()
    call.memory.fields[box] = {Item(0): one(state)}
    call.carry_out(APPEND, actual(box), actual(state))
    assert call.memory.repeated == {state}
    # What is put under a key takes the place of what was there.
    other = Call()
    other.memory.fields[box] = {Item(0): one(state)}
    other.carry_out(PUT, actual(box), actual(literal(0)), actual(state))
    assert other.memory.repeated == frozenset()


def test_each_store_makes_something_of_its_own() -> None:
    row = "(self, a: consume) -> fresh; self[] = fresh; self[] = fresh"
    box = made(LIST)
    call = Call()
    call.memory.fields[box] = {}
    call.carry_out(row, actual(box), call.name("s", given()))
    held = held_in(call.memory, one(box))
    objects = [*held[Item(0)], *held[Item(1)], *call.result.values]
    assert len(set(objects)) == 3
    assert all(isinstance(new, Object) and new.shape == STATE_SHAPE for new in objects)


# --- the result ----------------------------------------------------------------------------------


def test_a_layer_of_the_table_in_inference_mode_hands_its_state_through() -> None:
    state = given()
    call = Call()
    call.carry_out("(x, a: supersede) -> (_, fresh)", call.name("s", state), inference=True)
    assert held_in(call.memory, call.result) == {Item(0): {UNKNOWN_VALUE}, Item(1): {state}}
    assert name_of(call.analysis, call.memory, "s") == one(state)
    training = Call()
    training.carry_out("(x, a: supersede) -> (_, fresh)", training.name("s", state))
    assert held_in(training.memory, training.result)[Item(1)] != {state}


def test_but_what_makes_a_new_state_makes_one_in_inference_mode_too() -> None:
    call = Call()
    call.carry_out("(a) -> fresh", call.name("s", given()), inference=True)
    [new] = call.result.values
    assert new == Object(call.analysis.origin(), STATE_SHAPE)


def test_a_layer_that_is_given_no_state_returns_what_the_row_says() -> None:
    call = Call()
    call.carry_out("(x) -> _", actual(PLAIN_VALUE), inference=True)
    assert call.result == one(PLAIN_VALUE)


def test_the_type_of_the_call_counts() -> None:
    call = Call()
    call.carry_out("(x) -> ?", actual(PLAIN_VALUE), typed=STATE_SHAPE)
    assert call.result == one(Object(call.analysis.origin(), STATE_SHAPE))


def test_what_the_same_call_has_made_before_is_another_object() -> None:
    call = Call("turns")
    blocks = call.analysis.body.blocks
    call.analysis.position = (next(n for n, b in enumerate(blocks) if b.loop is not None), 0)
    call.carry_out("(a) -> fresh", actual(PLAIN_VALUE), full_name="equinox.nn.State.set")
    [before] = call.result.values
    assert isinstance(before, Object)
    call.memory.bindings[Variable("x", "turns")] = call.result
    call.memory.aged = False
    call.carry_out("(a) -> (same(a), fresh)", actual(before))
    held = held_in(call.memory, call.result)
    assert held[Item(0)] == {Object(before.origin, before.shape, recent=False)}
    assert before not in held[Item(1)]


def test_a_transform_makes_a_callable() -> None:
    call = Call()
    call.carry_out("transform copying(fun)", actual(F), full_name="jax.jit")
    assert call.result == one(Transformed(TransformKind.COPYING, F, "g"))


# --- callables that are called -------------------------------------------------------------------

APPLY = "(f, a: supersede, b) -> call(f, a, b)"


def test_of_what_a_callee_consumes_the_argument_is_superseded() -> None:
    call = Call()
    state = call.name("s", given())
    call.carry_out(APPLY, actual(call.function("consuming")), state)
    assert is_superseded(name_of(call.analysis, call.memory, "s"))
    [new] = call.result.values
    assert isinstance(new, Object)
    assert (new.is_affine, new.origin.is_input) == (True, False)


def test_what_it_only_reads_stays_as_it_is() -> None:
    call = Call()
    call.carry_out(APPLY, actual(call.function("reading")), call.name("s", given()))
    assert name_of(call.analysis, call.memory, "s") == one(given())


def test_what_is_not_said_to_be_superseded_stays_as_it_is() -> None:
    call = Call()
    row = "(f, a, b: supersede) -> call(f, a, b)"
    call.carry_out(row, actual(call.function("consuming")), call.name("s", given()))
    assert name_of(call.analysis, call.memory, "s") == one(given())


def test_of_an_unknown_callee_the_row_counts() -> None:
    row = "(f, a: supersede) -> call(f, a) or fresh"
    call = Call()
    call.carry_out(row, actual(UNKNOWN_VALUE), call.name("s", given()))
    assert is_superseded(name_of(call.analysis, call.memory, "s"))
    dropped = Call()
    dropped.carry_out(row, actual(UNKNOWN_VALUE), dropped.name("s", given()), destination=DROPPED)
    assert not is_superseded(name_of(dropped.analysis, dropped.memory, "s"))


@pytest.mark.parametrize("function", ["consuming", "reading"])
def test_an_old_argument_of_such_a_call_is_reported(function: str) -> None:
    call = Call()
    call.carry_out("(a: consume) -> fresh", call.name("s", given()))
    call.carry_out(APPLY, actual(call.function(function)), call.name("s"))
    assert call.rules == [("state-reuse", "s")]


def test_a_function_that_is_given_beside_it_may_be_called_once() -> None:
    called: list[Value] = []

    def of(row: str) -> list[Value]:
        call = Call()
        called.clear()
        function = call.function("reading")
        calls = call.analysis.calls

        def hand_over(site: CallSite, memory: Memory, actuals: Sequence[Actual]) -> None:
            assert (type(site), memory) == (CallSite, call.memory)
            called.extend(value for actual in actuals for value in actual.binding.values)

        calls.hand_over = hand_over  # type: ignore[method-assign]
        call.carry_out(row, actual(function), actual(literal(1)), actual(literal(2)))
        return list(called)

    assert literal(1) in of("(f, a) -> _")
    assert literal(2) in called
    assert len(called) == 3
    # The callable that is called by the row itself is not.
    assert of("(f, a) -> call(f, a)") == [literal(1), literal(2)]
