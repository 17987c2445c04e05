"""What a call returns, as the row of its callee says it for the arguments of this call."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from itertools import pairwise

import pytest

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
    InstanceOf,
    ListOf,
    Nothing,
    Otherwise,
    Part,
    Passed,
    Result,
    Same,
    Shallow,
    Structure,
    Taken,
    TransformKind,
    TupleOf,
    Typed,
)
from mypy_eqxstate.flow.arguments import Actual
from mypy_eqxstate.flow.bindings import ALIVE, LIVE, Binding, one
from mypy_eqxstate.flow.body import BodyAnalysis
from mypy_eqxstate.flow.guards import ALWAYS, Guard, under
from mypy_eqxstate.flow.heap import DISPLAY_SHAPES
from mypy_eqxstate.flow.memory import Memory
from mypy_eqxstate.flow.results import MAXIMAL_COPY_DEPTH, is_known, typed_call
from mypy_eqxstate.flow.values import (
    PLAIN_VALUE,
    UNKNOWN_VALUE,
    Event,
    Function,
    Object,
    Producer,
    Symbol,
    Transformed,
    Value,
    literal,
)
from mypy_eqxstate.fullnames import STATE
from mypy_eqxstate.ir.model import ELEMENTS, Attribute, Item, Key, Place, Variable
from mypy_eqxstate.oracle.protocol import ClassInfo
from mypy_eqxstate.oracle.shapes import (
    PLAIN,
    UNKNOWN,
    AffineShape,
    InstanceShape,
    Shape,
    TupleShape,
)
from mypy_eqxstate.oracle.silent import SilentOracle
from tests.flow.at_work import (
    PAIR,
    STATE_SHAPE,
    actual,
    analysis_of,
    given,
    held_in,
    holding,
    made,
    passed,
)

F: Value = Symbol("module.f")
LIST = DISPLAY_SHAPES["list"]
TRAIN = InstanceShape("library.Train")
SOURCE = """
class Model:
    pass

def consuming(t):
    return t.set(i, 1)

def make():
    return Model()

def through(t):
    return t

def f(s, i):
    new = g(s, i)
    return new

def turns(s, i):
    for x in i:
        g(s)
"""


class Typing(SilentOracle):
    """Knows of a class `library.Train` with a State, and that every call of `g` makes one."""

    def class_info(self, full_name: str) -> ClassInfo | None:
        if full_name != "library.Train":
            return None
        return ClassInfo(full_name, (full_name,), {"state": STATE_SHAPE, "step": PLAIN})

    def shape(self, node: ast.expr) -> Shape:
        return STATE_SHAPE if ast.unparse(node).startswith("g(") else UNKNOWN


class Call:
    """A call in the body of `f`, of which the row says what it returns."""

    def __init__(self, function: str = "f") -> None:
        self.analysis: BodyAnalysis = analysis_of(SOURCE, function, Typing())
        self.memory = Memory()
        self.origin = self.analysis.origin()
        blocks = self.analysis.body.blocks
        if function == "turns":
            loop = next(n for n, block in enumerate(blocks) if block.loop is not None)
            self.analysis.position = (loop, 0)

    def hold(self, holder: Object, fields: Mapping[Key, Value]) -> Object:
        """Make an object hold these."""
        self.memory.fields[holder] = {key: one(value) for key, value in fields.items()}
        return holder

    def result(
        self,
        template: Result,
        typed: Shape = UNKNOWN,
        outcomes: Mapping[Called, Binding] | None = None,
        **arguments: Actual | tuple[Actual, ...],
    ) -> Binding:
        """What the call returns."""
        given_as = {
            name: (given_for,) if isinstance(given_for, Actual) else given_for
            for name, given_for in arguments.items()
        }
        return self.analysis.calls.results.build(
            self.memory, template, given_as, typed, self.origin, STATE, outcomes or {}
        )

    def held(self, binding: Binding) -> dict[Key, set[Value]]:
        """What the only object of a binding holds."""
        return held_in(self.memory, binding)

    def new(self, *path: Key, shape: Shape = STATE_SHAPE) -> Object:
        """The object that the call makes at a place of its result."""
        origin = self.origin
        for key in path:
            origin = origin.child(key)
        return Object(origin, shape)


def result(template: Result, typed: Shape = UNKNOWN, **arguments: Actual) -> set[Value]:
    """What a call returns that is given these arguments."""
    return set(Call().result(template, typed, None, **arguments).values)


def the_object(binding: Binding) -> Object:
    [found] = binding.values
    assert isinstance(found, Object)
    return found


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


def function(call: Call, name: str) -> Value:
    return Function(call.analysis.module.index.functions[name], name)


def test_a_function_is_applied_to_a_member_of_each_container() -> None:
    call = Call()
    state = given()
    box = call.hold(made(LIST), {Item(0): state})
    applied = call.result(Applied("f", ("a",)), f=actual(function(call, "through")), a=actual(box))
    # What stands for some member of the list.
    element = call.new(Item("member0"))
    assert applied == one(element)
    assert call.memory.represents[element] == {state}


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


def test_of_a_call_the_type_is_asked_for() -> None:
    analysis = Call().analysis
    assert typed_call(analysis, ast.parse("g(a)", mode="eval").body) == STATE_SHAPE
    assert typed_call(analysis, ast.Pass()) == UNKNOWN
