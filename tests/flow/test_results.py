"""What a call returns, as the row of its callee says it for the arguments of this call."""

from __future__ import annotations

import ast

from mypy_eqxstate.contracts.model import (
    Applied,
    CallableReturning,
    Called,
    Copy,
    Decorator,
    Derived,
    Each,
    Either,
    Element,
    Fresh,
    Given,
    ListOf,
    Nothing,
    Otherwise,
    Part,
    Passed,
    Result,
    Same,
    Structure,
    Taken,
    TransformKind,
    TupleOf,
    Typed,
)
from mypy_eqxstate.flow.arguments import Actual
from mypy_eqxstate.flow.bindings import Binding, one
from mypy_eqxstate.flow.effects import CallSite
from mypy_eqxstate.flow.memory import Memory
from mypy_eqxstate.flow.results import is_known, typed_call
from mypy_eqxstate.flow.values import (
    PLAIN_VALUE,
    UNKNOWN_VALUE,
    Producer,
    Symbol,
    Value,
    literal,
)
from mypy_eqxstate.ir.model import ELEMENTS, KEPT, Attribute, Item, Key, Place, Variable
from mypy_eqxstate.oracle.shapes import (
    PLAIN,
    UNKNOWN,
    AffineShape,
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


def result(template: Result, typed: Shape = UNKNOWN, **arguments: Actual) -> set[Value]:
    """What a call returns that is given these arguments."""
    return set(Call().result(template, typed, None, **arguments).values)


# --- parts ---------------------------------------------------------------------------------------


def test_nothing_and_a_description_are_plain() -> None:
    assert result(Nothing()) == {PLAIN_VALUE}
    assert result(Structure("")) == {PLAIN_VALUE}


def test_a_description_is_kept_as_a_copy_of_what_it_describes() -> None:
    call = Call()
    assert call.result(Structure("a"), a=actual(given())) == one(call.new())


def test_what_the_type_says() -> None:
    call = Call()
    assert call.result(Typed(), STATE_SHAPE) == one(call.new())
    assert call.result(Typed(), PLAIN) == one(PLAIN_VALUE)


def test_something_fresh_is_of_the_class_of_its_type_or_of_the_rows() -> None:
    call = Call()
    other = AffineShape("module.Mine")
    assert call.result(Fresh(), other) == one(call.new(shape=other))
    assert call.result(Fresh(), PLAIN) == one(call.new())
    assert call.result(Fresh()) == one(call.new())


def test_the_same_is_the_argument_itself() -> None:
    state = given()
    assert result(Same("a"), a=actual(state, PLAIN_VALUE)) == {state, PLAIN_VALUE}
    assert result(Same("a"), b=actual(state)) == {UNKNOWN_VALUE}


def test_a_copy_is_another_object_of_the_same_class() -> None:
    call = Call()
    mine = given(AffineShape("module.Mine"))
    assert call.result(Copy("a"), a=actual(mine)) == one(call.new(shape=mine.shape))
    assert call.memory.derived == {}
    assert result(Copy("a")) == {UNKNOWN_VALUE}


def test_what_is_derived_remembers_what_from() -> None:
    call = Call()
    state = given()
    argument = passed(call.analysis, call.memory, "s", state)
    assert call.result(Derived("a"), a=argument) == one(call.new())
    here = Place(Variable("s", "f"), ())
    assert call.memory.derived == {call.new(): frozenset({(here, state)})}


def test_a_tuple_of_parts() -> None:
    call = Call()
    state = given()
    template = TupleOf((Nothing(), Fresh(), Same("a"), Fresh()))
    made_of = call.result(template, a=actual(state))
    assert call.held(made_of) == {
        Item(0): {PLAIN_VALUE},
        Item(1): {call.new(Item(1))},
        Item(2): {state},
        Item(3): {call.new(Item(3))},
    }
    assert the_object(made_of) == call.new(shape=TupleShape((UNKNOWN,) * 4))


def test_each_part_of_a_tuple_has_its_type() -> None:
    call = Call()
    mine = AffineShape("module.Mine")
    made_of = call.result(TupleOf((Fresh(), Typed())), TupleShape((mine, STATE_SHAPE)))
    assert call.held(made_of) == {
        Item(0): {call.new(Item(0), shape=mine)},
        Item(1): {call.new(Item(1))},
    }


def test_a_list_of_parts() -> None:
    call = Call()
    made_of = call.result(ListOf(Fresh()))
    assert call.held(made_of) == {ELEMENTS: {call.new(ELEMENTS)}}
    assert the_object(made_of) == call.new(shape=LIST)


def test_either_of_several() -> None:
    call = Call()
    state = given()
    first = call.new(Item("either0"))
    assert set(call.result(Either((Fresh(), Same("a"))), a=actual(state)).values) == {first, state}
    # What may be an argument is none if none is given.
    assert call.result(Either((Fresh(), Same("a")))) == one(first)
    second = call.new(Item("either1"))
    assert call.result(Either((Same("a"), Fresh()))) == one(second)
    assert call.result(Either((Same("a"), Same("b")))) == one(UNKNOWN_VALUE)
    typed = Either((Typed(), Nothing()))
    assert set(call.result(typed, STATE_SHAPE).values) == {first, PLAIN_VALUE}


def test_what_depends_on_whether_an_argument_is_given() -> None:
    template = Given("flag", Same("a"), Nothing())
    state = given()
    assert result(template, a=actual(state), flag=actual(literal(True))) == {state}
    assert result(template, a=actual(state), flag=actual(literal(None))) == {PLAIN_VALUE}
    assert result(template, a=actual(state)) == {PLAIN_VALUE}


# --- callables -----------------------------------------------------------------------------------


def test_a_callable_that_is_returned_remembers_the_arguments() -> None:
    template = CallableReturning(Fresh())
    both = Call().result(
        template, a=(actual(F, PLAIN_VALUE), actual(literal(1))), b=actual(given())
    )
    assert both == one(Producer(Fresh(), (("a", F), ("a", literal(1)), ("b", given()))))


def test_a_decorator_may_remember_whose_parameters_count() -> None:
    alone = Decorator(TransformKind.TRANSPARENT)
    assert result(alone, like=actual(F)) == {Producer(alone, ())}
    like = Decorator(TransformKind.TRANSPARENT, "like")
    assert result(like, like=actual(F)) == {Producer(like, (("like", F),))}
    assert result(like, like=actual(F, PLAIN_VALUE)) == {Producer(like, ())}


CALLED = Called("f", (Passed("a"),))
OTHER = Called("g", ())


def test_what_was_called_has_returned_this() -> None:
    call = Call()
    state = made()
    outcomes = {CALLED: holding(state, UNKNOWN_VALUE)}
    assert call.result(CALLED, outcomes=outcomes) == one(state)
    assert call.result(OTHER, STATE_SHAPE, outcomes) == one(call.new())
    assert call.result(CALLED, STATE_SHAPE, {CALLED: one(UNKNOWN_VALUE)}) == one(call.new())


def test_or_a_part_of_it() -> None:
    call = Call()
    state = made(STATE_SHAPE, 78)
    pair = call.hold(made(PAIR), {Item(0): PLAIN_VALUE, Item(1): state})
    outcomes = {CALLED: one(pair)}
    assert call.result(Part(CALLED, 1), outcomes=outcomes) == one(state)
    assert call.result(Part(OTHER, 1), STATE_SHAPE, outcomes) == one(call.new())
    tuple_of = call.result(TupleOf((Part(CALLED, 0), Part(CALLED, 1))), outcomes=outcomes)
    assert call.held(tuple_of) == {Item(0): {PLAIN_VALUE}, Item(1): {state}}


def test_where_nothing_is_known_of_a_callee_something_else_counts() -> None:
    call = Call()
    state = made(STATE_SHAPE, 78)
    pair = call.hold(made(PAIR), {Item(0): PLAIN_VALUE, Item(1): state})
    template = Otherwise(Part(CALLED, 1), Nothing())
    assert call.result(template, outcomes={CALLED: one(pair)}) == one(state)
    unknown = {CALLED: holding(UNKNOWN_VALUE, made(UNKNOWN))}
    assert call.result(template, outcomes=unknown) == one(PLAIN_VALUE)
    assert call.result(template) == one(PLAIN_VALUE)
    whole = Otherwise(CALLED, Nothing())
    assert call.result(whole, outcomes={CALLED: one(state)}) == one(state)
    assert call.result(whole, outcomes=unknown) == one(PLAIN_VALUE)
    assert call.result(Otherwise(Fresh(), Nothing()), outcomes={}) == one(PLAIN_VALUE)


def test_known_is_what_is_not_unknown() -> None:
    assert is_known(one(PLAIN_VALUE))
    assert is_known(one(given()))
    assert is_known(holding(UNKNOWN_VALUE, given()))
    assert not is_known(holding(UNKNOWN_VALUE, given(UNKNOWN)))
    assert not is_known(one(UNKNOWN_VALUE))


# --- arguments -----------------------------------------------------------------------------------


def test_what_a_star_takes_is_a_list() -> None:
    call = Call()
    state = given()
    several = call.result(Same("args"), args=(actual(state), actual(PLAIN_VALUE)))
    assert call.held(several) == {Item(0): {state}, Item(1): {PLAIN_VALUE}}
    assert the_object(several) == call.new(Item("arguments"), shape=LIST)


def test_what_two_stars_take_is_known_by_name_and_number() -> None:
    call = Call()
    state = given()
    named = (actual(state, name="a"), actual(PLAIN_VALUE, name="b"))
    several = call.result(Same("options"), options=named)
    assert call.held(several) == {Item(0): {state}, Item(1): {PLAIN_VALUE}}
    assert the_object(several).shape == TupleShape((UNKNOWN, UNKNOWN), "builtins.dict", ("a", "b"))
    mixed = call.result(Same("options"), options=(actual(state), actual(PLAIN_VALUE, name="b")))
    assert the_object(mixed).shape == LIST


def test_what_could_not_be_taken_apart_gives_its_members() -> None:
    call = Call()
    state = given()
    box = call.hold(made(LIST), {Item(0): state})
    several = call.result(Same("args"), args=actual(box, splat="*"))
    assert call.held(several) == {ELEMENTS: {state}}
    mixed = call.result(Same("args"), args=(actual(PLAIN_VALUE), actual(box, splat="*")))
    assert call.held(mixed) == {Item(0): {PLAIN_VALUE}, ELEMENTS: {state}}


# --- members -------------------------------------------------------------------------------------


def test_a_member_of_each_container() -> None:
    call = Call()
    state = given()
    box = call.hold(made(LIST), {Item(0): state})
    other = call.hold(made(LIST, 78), {Item(0): F, Item(1): PLAIN_VALUE})
    zipped = call.result(Each("a"), a=(actual(box), actual(other)))
    assert call.held(zipped) == {Item(0): {state}, Item(1): {F, PLAIN_VALUE}}
    assert the_object(zipped) == call.new(shape=TupleShape((UNKNOWN, UNKNOWN)))
    assert the_object(call.result(Each("missing"))).shape == TupleShape(())


def test_the_member_under_a_key() -> None:
    call = Call()
    state = given()
    box = call.hold(made(LIST), {Item(0): state, Item("a"): F})
    assert call.result(Element("a", "k"), a=actual(box), k=actual(literal("a"))) == one(F)
    assert call.result(Element("a", "k"), a=actual(box), k=actual(literal(0))) == one(state)


def test_some_member_where_the_key_is_not_known() -> None:
    call = Call()
    state = given()
    box = call.hold(made(LIST), {Item(0): state, Item(1): F})
    element = call.new()
    keys = (UNKNOWN_VALUE,), (literal(0), literal(1))
    for key in keys:
        found = call.result(Element("a", "k"), a=actual(box), k=actual(*key))
        assert set(found.values) == {element, F}
    for found in (
        call.result(Element("a"), a=actual(box), k=actual(literal(0))),
        call.result(Element("a", "k"), a=actual(box)),
    ):
        assert set(found.values) == {element, F}
    assert call.memory.represents[element] == {state}


def test_a_name_is_an_attribute_of_what_has_some() -> None:
    call = Call()
    state = given()
    train = call.hold(made(TRAIN), {Attribute("state"): state, Item("state"): F})
    for container in (actual(train), actual(PLAIN_VALUE, train)):
        found = call.result(Element("a", "k"), a=container, k=actual(literal("state")))
        assert state in found.values
        assert F not in found.values
    number = call.result(Element("a", "k"), a=actual(train), k=actual(literal(0)))
    assert state not in number.values
    # A State has methods.
    method = call.result(Element("a", "k"), a=actual(state), k=actual(literal("set")))
    assert {value.tag for value in method.values} == {"method"}


def test_the_last_member_is_taken_out_of_a_list_of_known_length() -> None:
    call = Call()
    state = given()
    box = call.hold(made(LIST), {Item(0): F, Item(1): state})
    assert call.result(Taken("a"), a=actual(box)) == one(state)
    assert call.held(one(box)) == {Item(0): {F}}
    assert call.result(Taken("a", "k"), a=actual(box)) == one(F)
    assert call.held(one(box)) == {}


def test_else_some_member_is_taken_which_stands_for_none_any_more() -> None:
    state = given()

    def of(call: Call, *containers: Value, key: tuple[Actual, ...] = ()) -> None:
        found = call.result(Taken("a", "k"), a=actual(*containers), k=key)
        assert set(found.values) >= {call.new(), F}
        assert call.memory.represents == {}
        for container in containers:
            assert call.held(one(container)) == {Item(0): {F}, Item(1): {state}}

    fields: dict[Key, Value] = {Item(0): F, Item(1): state}
    key = Call()
    of(key, key.hold(made(LIST), fields), key=(actual(UNKNOWN_VALUE),))
    loop = Call("turns")
    of(loop, loop.hold(made(LIST), fields))
    several = Call()
    of(several, several.hold(made(LIST), fields), several.hold(made(LIST, 78), fields))


def test_of_an_empty_list_nothing_is_taken() -> None:
    call = Call()
    box = call.hold(made(LIST), {})
    assert call.result(Taken("a"), a=actual(box)) == one(UNKNOWN_VALUE)
    assert call.result(Taken("a"), a=actual(UNKNOWN_VALUE)) == one(UNKNOWN_VALUE)


def test_the_member_under_a_key_is_taken() -> None:
    call = Call()
    state = given()
    box = call.hold(made(LIST), {Item(0): state, Item(1): F})
    assert call.result(Taken("a", "k"), a=actual(box), k=actual(literal(0))) == one(state)


# --- applied -------------------------------------------------------------------------------------


def test_a_function_is_applied_to_a_member_of_each_container() -> None:
    call = Call()
    state = given()
    box = call.hold(made(LIST), {Item(0): state})
    applied = call.result(Applied("f", ("a",)), f=actual(function(call, "through")), a=actual(box))
    # What stands for some member of the list.
    element = call.new(Item("member0"))
    assert applied == one(element)
    assert call.memory.represents[element] == {state}


def test_it_is_called_as_it_is_written() -> None:
    call = Call()
    sites: list[CallSite] = []

    def of_binding(
        site: CallSite, memory: Memory, callee: Binding, actuals: list[Actual]
    ) -> Binding:
        assert memory is call.memory
        sites.append(site)
        return callee

    call.analysis.calls.of_binding = of_binding  # type: ignore[method-assign, assignment]
    box = call.hold(made(LIST), {Item(0): given()})
    through, members = actual(F, text="through"), actual(box, text="box")
    assert call.result(Applied("f", ("a",)), f=through, a=members) == one(F)
    # What is called does not stand there with these arguments.
    assert sites == [CallSite(members.node, "through", KEPT, UNKNOWN, direct=False)]


def test_to_nothing_it_is_not_applied() -> None:
    call = Call()
    box = call.hold(made(LIST), {Item(0): given()})
    through = actual(function(call, "through"))
    assert call.result(Applied("f", ("a",)), f=through) == one(UNKNOWN_VALUE)
    assert call.result(Applied("f", ("a",)), a=actual(box)) == one(UNKNOWN_VALUE)


def test_what_a_container_holds_twice_is_given_twice() -> None:
    def rules(repeated: bool) -> list[str]:
        call = Call()
        state = given()
        box = call.hold(made(LIST), {Item(0): state, Item(1): state})
        call.memory.repeated = frozenset({state} if repeated else ())
        call.result(Applied("f", ("a",)), f=actual(function(call, "consuming")), a=actual(box))
        return [problem.rule for problem in call.analysis.found_now.problems]

    assert rules(repeated=False) == []
    assert rules(repeated=True) == ["state-reuse"]


def test_of_a_call_the_type_is_asked_for() -> None:
    analysis = Call().analysis
    assert typed_call(analysis, ast.parse("g(a)", mode="eval").body) == STATE_SHAPE
    assert typed_call(analysis, ast.Pass()) == UNKNOWN
