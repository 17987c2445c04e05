"""What a transform makes of the callable that it is given, and what a call of that calls."""

from __future__ import annotations

from typing import Any

import pytest

from mypy_eqxstate.contracts.model import TransformContract, TransformKind
from mypy_eqxstate.flow.arguments import Actual
from mypy_eqxstate.flow.bindings import Binding, one
from mypy_eqxstate.flow.effects import CallSite
from mypy_eqxstate.flow.guards import ALWAYS, Guard, under
from mypy_eqxstate.flow.memory import Memory
from mypy_eqxstate.flow.transforms import MAXIMAL_COMBINATIONS, MAXIMAL_NESTING, Transforms
from mypy_eqxstate.flow.values import (
    PLAIN_VALUE,
    UNKNOWN_VALUE,
    Bound,
    Object,
    Symbol,
    Transformed,
    Value,
    literal,
)
from mypy_eqxstate.ir.model import (
    DROPPED,
    KEPT,
    Attribute,
    Destination,
    Item,
    Key,
)
from mypy_eqxstate.oracle.shapes import UNKNOWN, InstanceShape, TupleShape
from tests.flow.at_work import (
    PAIR,
    STATE_SHAPE,
    WrittenDown,
    actual,
    any_function,
    given,
    held_in,
    holding,
    made,
    memory_of,
    site,
)

F, G = Symbol("module.f"), Symbol("module.g")
JIT = TransformContract(TransformKind.COPYING, "fun", ("fun", "static_argnums"))
GRAD = TransformContract(TransformKind.GRADIENT, "fun", ("fun", "has_aux"))
SCOPE = TransformContract(TransformKind.TRANSPARENT, "fun", ("fun",))
PARTIAL = TransformContract(TransformKind.BINDING, "func", ("func", "*args", "**kwargs"))
INFERENCE = TransformContract(TransformKind.INFERENCE, "pytree", ("pytree", "value"))


class Made:
    """What a call of a transform makes, and what it has used of its arguments."""

    def __init__(
        self,
        row: TransformContract,
        *actuals: Actual,
        memory: Memory | None = None,
        called: CallSite | None = None,
        full_name: str = "jax.jit",
    ) -> None:
        self.analysis = any_function()
        self.memory = memory or Memory()
        calls: Any = WrittenDown(self.analysis)
        self.calls: WrittenDown = calls
        transforms = Transforms(self.analysis, calls)
        self.binding = transforms.make(called or site(), self.memory, full_name, row, list(actuals))

    @property
    def values(self) -> set[Value]:
        return set(self.binding.values)


def transformed(kind: TransformKind, inner: Value = F, name: str = "g", aux: bool = False) -> Value:
    return Transformed(kind, inner, name, aux)


# --- making --------------------------------------------------------------------------------------


def test_what_is_made_remembers_the_callable() -> None:
    assert Made(JIT, actual(F)).values == {transformed(TransformKind.COPYING)}
    assert Made(JIT, actual(F, name="fun")).values == {transformed(TransformKind.COPYING)}
    assert Made(JIT, actual(F, G)).values == {
        transformed(TransformKind.COPYING),
        transformed(TransformKind.COPYING, G),
    }


def test_making_it_uses_all_arguments() -> None:
    arguments = [actual(F), actual(literal(0), name="static_argnums")]
    assert Made(JIT, *arguments).calls.borrowed == arguments


def test_it_is_called_as_it_is_written_or_by_its_own_name() -> None:
    written = Made(JIT, actual(F), called=site("jax.jit"))
    assert written.values == {transformed(TransformKind.COPYING, name="jit")}
    bound = site("g")._replace(direct=False)
    other = Made(JIT, actual(F), called=bound, full_name="equinox.filter_jit")
    assert other.values == {transformed(TransformKind.COPYING, name="filter_jit")}


def test_with_options_only_it_is_the_transform_with_these_set() -> None:
    option = actual(literal(0), literal(1), name="static_argnums")
    expected = Bound(Symbol("jax.jit"), (), (("static_argnums", literal(0)),))
    only = Made(JIT, option)
    assert only.values == {expected}
    assert only.calls.borrowed == []
    # `lru_cache(128)`: what stands where the callable belongs is none.
    assert Made(JIT, actual(literal(128))).values == {Bound(Symbol("jax.jit"), (), ())}
    assert Made(JIT, actual(literal(0), F)).values == {
        transformed(TransformKind.COPYING, literal(0)),
        transformed(TransformKind.COPYING),
    }


def test_a_row_may_name_the_callable_only() -> None:
    row = TransformContract(TransformKind.COPYING, "fun")
    assert Made(row, actual(F)).values == {transformed(TransformKind.COPYING)}


def test_several_callables_may_be_given() -> None:
    row = TransformContract(TransformKind.COPYING, "args", ("*args", "**kwargs"))
    assert Made(row, actual(F), actual(G)).values == {
        transformed(TransformKind.COPYING),
        transformed(TransformKind.COPYING, G),
    }
    row = TransformContract(TransformKind.COPYING, "kwargs", ("first", "**kwargs"))
    assert Made(row, actual(G), actual(F, name="x")).values == {transformed(TransformKind.COPYING)}


def test_has_aux_is_remembered() -> None:
    aux = actual(literal(True), name="has_aux")
    assert Made(GRAD, actual(F), aux).values == {transformed(TransformKind.GRADIENT, aux=True)}
    no = actual(literal(False), name="has_aux")
    assert Made(GRAD, actual(F), no).values == {transformed(TransformKind.GRADIENT)}
    # 1 is not True, and what nobody knows neither.
    for other in (literal(1), UNKNOWN_VALUE):
        made_of = Made(GRAD, actual(F), actual(other, name="has_aux"))
        assert made_of.values == {transformed(TransformKind.GRADIENT)}
    perhaps = actual(literal(False), literal(True), name="has_aux")
    assert Made(GRAD, actual(F), perhaps).values == {transformed(TransformKind.GRADIENT, aux=True)}


@pytest.mark.parametrize(
    ("row", "once"),
    [(JIT, True), (SCOPE, True), (INFERENCE, True), (GRAD, False)],
)
def test_a_copy_of_a_copy_is_a_copy_but_a_second_gradient_is_none(
    row: TransformContract, once: bool
) -> None:
    inner = transformed(row.kind, name="before")
    assert Made(row, actual(inner)).values == {inner if once else transformed(row.kind, inner)}


def test_of_several_callables_each_is_looked_at() -> None:
    copied = transformed(TransformKind.COPYING, name="before")
    assert Made(JIT, actual(copied, F)).values == {copied, transformed(TransformKind.COPYING)}
    model, state = given(UNKNOWN, "model"), given()
    copy, other = Made(INFERENCE, actual(state, model)).binding.values
    assert isinstance(copy, Object)
    assert copy.is_affine
    assert other == transformed(TransformKind.INFERENCE, model)
    off = actual(literal(False), name="value")
    assert Made(INFERENCE, actual(state, model), off).values == {state, model}


def test_a_copy_of_a_gradient_is_made_of_it() -> None:
    inner = transformed(TransformKind.GRADIENT)
    assert Made(JIT, actual(inner)).values == {transformed(TransformKind.COPYING, inner)}


def test_of_too_many_callables_in_each_other_nothing_is_known() -> None:
    inner: Value = F
    for _ in range(MAXIMAL_NESTING):
        inner = transformed(TransformKind.GRADIENT, inner)
    assert Made(GRAD, actual(inner)).values == {transformed(TransformKind.GRADIENT, inner)}
    more = transformed(TransformKind.GRADIENT, inner)
    assert Made(GRAD, actual(more)).values == {UNKNOWN_VALUE}
    assert Made(GRAD, actual(Bound(inner, (), ()))).values == {UNKNOWN_VALUE}
    # What else is given is not forgotten.
    assert Made(GRAD, actual(more, F)).values == {
        UNKNOWN_VALUE,
        transformed(TransformKind.GRADIENT),
    }


# --- partial -------------------------------------------------------------------------------------


def test_a_partial_remembers_its_arguments() -> None:
    state = given()
    partial = Made(PARTIAL, actual(F), actual(state), actual(PLAIN_VALUE, name="key"))
    assert partial.values == {Bound(F, (state,), (("key", PLAIN_VALUE),))}
    assert Made(PARTIAL, actual(F)).values == {Bound(F, (), ())}
    # What is called `func` is the callable, what could not be taken apart no argument.
    splat = Made(PARTIAL, actual(F, name="func"), actual(state, splat="*"))
    assert splat.values == {Bound(F, (), ())}
    both = Made(PARTIAL, actual(F, G), actual(state))
    assert both.values == {Bound(F, (state,), ()), Bound(G, (state,), ())}


def question(text: str, answer: bool) -> Guard:
    return under(ALWAYS, frozenset({(text, answer)}))


def test_arguments_go_together_that_are_there_on_the_same_path() -> None:
    yes, no = question("a", True), question("a", False)
    first = actual(PLAIN_VALUE)._replace(binding=Binding({literal(1): yes, literal(2): no}))
    second = actual(PLAIN_VALUE)._replace(binding=Binding({literal(3): yes, literal(4): no}))
    partial = Made(PARTIAL, actual(F), first, second)
    assert dict(partial.binding.values) == {
        Bound(F, (literal(1), literal(3)), ()): yes,
        Bound(F, (literal(2), literal(4)), ()): no,
    }
    named = Made(PARTIAL, actual(F), first, second._replace(name="k"))
    assert dict(named.binding.values) == {
        Bound(F, (literal(1),), (("k", literal(3)),)): yes,
        Bound(F, (literal(2),), (("k", literal(4)),)): no,
    }


def test_what_is_excluded_by_what_is_known_is_no_argument() -> None:
    memory = Memory()
    memory.facts = frozenset({("a", True)})
    yes, no = question("a", True), question("a", False)
    first = actual(PLAIN_VALUE)._replace(binding=Binding({literal(1): yes, literal(2): no}))
    assert Made(PARTIAL, actual(F), first, memory=memory).values == {Bound(F, (literal(1),), ())}
    impossible = actual(PLAIN_VALUE)._replace(binding=Binding({literal(2): no}))
    partial = Made(PARTIAL, actual(F), impossible, memory=memory)
    assert partial.values == {Bound(F, (literal(2),), ())}


def test_of_very_many_combinations_the_first_values_count() -> None:
    several = [literal(number) for number in range(MAXIMAL_COMBINATIONS)]
    partial = Made(PARTIAL, actual(F), actual(*several))
    assert partial.values == {Bound(F, (value,), ()) for value in several}
    more = actual(*several, UNKNOWN_VALUE)
    assert Made(PARTIAL, actual(F), actual(F, G), more).values == {Bound(F, (F, literal(0)), ())}


# --- inference mode ------------------------------------------------------------------------------


def test_a_model_in_inference_mode_is_remembered_as_such() -> None:
    model = given(UNKNOWN, "model")
    assert Made(INFERENCE, actual(model)).values == {transformed(TransformKind.INFERENCE, model)}
    assert Made(INFERENCE, actual(F)).values == {transformed(TransformKind.INFERENCE)}


def test_value_false_takes_it_out_of_inference_mode() -> None:
    model = given(UNKNOWN, "model")
    off = actual(literal(False), name="value")
    assert Made(INFERENCE, actual(model), off).values == {model}
    on = actual(literal(True), name="value")
    assert Made(INFERENCE, actual(model), on).values == {
        transformed(TransformKind.INFERENCE, model)
    }
    # No other transform looks at an option of this name.
    row = TransformContract(TransformKind.COPYING, "fun", ("fun", "value"))
    assert Made(row, actual(F), off).values == {transformed(TransformKind.COPYING)}


def test_a_state_in_inference_mode_is_another_one() -> None:
    state = given()
    [copy] = Made(INFERENCE, actual(state)).values
    assert isinstance(copy, Object)
    assert copy.is_affine
    assert copy.origin != state.origin
    # A transform of another kind takes it for a callable.
    assert Made(JIT, actual(state)).values == {transformed(TransformKind.COPYING, state)}


def test_of_a_tuple_each_part_is_in_inference_mode() -> None:
    model, state = given(InstanceShape("Model"), "model"), given()
    pair = made(TupleShape((UNKNOWN, UNKNOWN, UNKNOWN)))
    memory = memory_of({pair: {Item(0): model, Item(1): state, Item(2): PLAIN_VALUE}})
    result = Made(INFERENCE, actual(pair), memory=memory)
    fields = held_in(memory, result.binding)
    assert fields[Item(0)] == {transformed(TransformKind.INFERENCE, model)}
    [copy] = fields[Item(1)]
    assert isinstance(copy, Object)
    assert (copy.is_affine, copy == state) == (True, False)
    assert copy.origin.path[-1] == Item(1)
    assert fields[Item(2)] == {PLAIN_VALUE}
    [record] = result.binding.values
    assert isinstance(record, Object)
    assert record.shape == pair.shape


def test_a_part_of_a_tuple_that_nobody_has_looked_at_is_in_inference_mode() -> None:
    memory = Memory()
    result = Made(INFERENCE, actual(given(TupleShape((UNKNOWN, STATE_SHAPE)))), memory=memory)
    [copy] = held_in(memory, result.binding)[Item(1)]
    assert isinstance(copy, Object)
    assert copy.is_affine
    assert not copy.origin.is_input


def test_a_part_of_a_tuple_keeps_its_condition() -> None:
    model, pair = given(UNKNOWN, "model"), made(PAIR)
    yes = question("a", True)
    memory = Memory()
    memory.fields[pair] = {Item(0): Binding({model: yes, PLAIN_VALUE: question("a", False)})}
    result = Made(INFERENCE, actual(pair), memory=memory)
    [record] = result.binding.values
    assert isinstance(record, Object)
    assert memory.fields[record][Item(0)].values == {
        transformed(TransformKind.INFERENCE, model): yes,
        PLAIN_VALUE: question("a", False),
    }


# --- calling -------------------------------------------------------------------------------------


class Called:
    """What a call of something transformed calls, and what it returns."""

    def __init__(
        self,
        callee: Value,
        *actuals: Actual,
        returns: Value = UNKNOWN_VALUE,
        memory: Memory | None = None,
        destination: Destination = KEPT,
    ) -> None:
        analysis = any_function()
        self.memory = memory or Memory()
        calls: Any = WrittenDown(analysis, lambda: returns)
        assert isinstance(callee, Transformed)
        around = site(destination=destination, typed=STATE_SHAPE)
        self.result = Transforms(analysis, calls).call(around, self.memory, callee, list(actuals))
        [(self.callee, self.site, self.actuals)] = calls.called
        self.around = around

    @property
    def copied(self) -> list[str | None]:
        return [passed.copied_by for passed in self.actuals]


def test_a_transparent_transform_changes_nothing() -> None:
    state = given()
    call = Called(transformed(TransformKind.TRANSPARENT), actual(state), returns=state)
    assert (call.callee, call.site) == (F, call.around)
    assert [passed.binding for passed in call.actuals] == [one(state)]
    assert call.copied == [None]
    assert call.result == one(state)


def test_in_inference_mode_the_callee_is_called_so() -> None:
    state = given()
    call = Called(transformed(TransformKind.INFERENCE), actual(state), returns=state)
    assert call.callee == F
    assert call.site == call.around._replace(inference=True)
    assert call.copied == [None]
    assert call.result == one(state)


def test_a_copying_transform_copies_all_arguments_and_the_result() -> None:
    state = given()
    passed = (actual(state), actual(PLAIN_VALUE), actual(state, name="state"))
    call = Called(transformed(TransformKind.COPYING, name="jit"), *passed, returns=state)
    assert (call.callee, call.site) == (F, call.around)
    assert call.copied == ["jit", "jit", "jit"]
    [copy] = call.result.values
    assert isinstance(copy, Object)
    assert (copy.is_affine, copy == state) == (True, False)


def test_the_innermost_copy_is_the_one_that_is_named() -> None:
    call = Called(transformed(TransformKind.COPYING, name="jit"), actual(given(), copied_by="vmap"))
    assert call.copied == ["vmap"]


@pytest.mark.parametrize("kind", [TransformKind.GRADIENT, TransformKind.VALUE_AND_GRADIENT])
def test_what_differentiates_copies_the_first_argument_only(kind: TransformKind) -> None:
    call = Called(transformed(kind, name="grad"), actual(F), actual(given()))
    assert call.copied == ["grad", None]
    assert Called(transformed(kind), actual(F, name="model")).copied == [None]


def test_a_gradient_is_plain_and_what_the_callee_returns_is_dropped() -> None:
    call = Called(transformed(TransformKind.GRADIENT), actual(F), returns=given())
    assert call.result == one(PLAIN_VALUE)
    assert call.site == call.around._replace(destination=DROPPED, typed=UNKNOWN, direct=False)


def parts(**kept: Destination) -> Destination:
    return Destination(kept=False, items=tuple((int(k[1:]), d) for k, d in kept.items()))


def test_value_and_gradient_is_a_tuple_of_both() -> None:
    state = given()
    call = Called(
        transformed(TransformKind.VALUE_AND_GRADIENT),
        actual(F),
        returns=state,
        destination=parts(_0=KEPT, _1=DROPPED),
    )
    assert call.site == call.around._replace(destination=KEPT, typed=UNKNOWN, direct=False)
    fields = held_in(call.memory, call.result)
    assert fields[Item(1)] == {PLAIN_VALUE}
    [copy] = fields[Item(0)]
    assert isinstance(copy, Object)
    assert (copy.is_affine, copy == state) == (True, False)
    [record] = call.result.values
    assert isinstance(record, Object)
    assert record.shape == PAIR


def test_with_has_aux_the_second_part_of_what_is_returned_is_the_second_part() -> None:
    state, pair = given(), made(PAIR)
    memory = memory_of({pair: {Item(0): PLAIN_VALUE, Item(1): state}})
    call = Called(
        transformed(TransformKind.GRADIENT, aux=True),
        actual(F),
        returns=pair,
        memory=memory,
        destination=parts(_0=DROPPED, _1=KEPT),
    )
    inner = Destination(kept=False, items=((1, KEPT),))
    assert call.site == call.around._replace(destination=inner, typed=UNKNOWN, direct=False)
    fields = held_in(memory, call.result)
    assert fields[Item(0)] == {PLAIN_VALUE}
    [copy] = fields[Item(1)]
    assert isinstance(copy, Object)
    assert (copy.is_affine, copy == state) == (True, False)


def test_what_the_call_itself_has_copied_is_not_copied_twice() -> None:
    analysis = any_function()
    own = Object(analysis.origin(Item("out")), STATE_SHAPE)
    earlier = Object(analysis.origin(Item("out")), STATE_SHAPE, recent=False)
    call = Called(transformed(TransformKind.COPYING), actual(F), returns=own)
    assert call.result == one(own)
    call = Called(transformed(TransformKind.COPYING), actual(F), returns=earlier)
    assert call.result == one(own)
    # Another body's operation of the same number is another operation.
    other = Object(own.origin._replace(body="other"), STATE_SHAPE)
    call = Called(transformed(TransformKind.COPYING), actual(F), returns=other)
    assert call.result == one(own)


def test_but_what_it_captures_is_another_object_also_in_what_it_has_built() -> None:
    pair = Object(any_function().origin(Item("made0")), PAIR)
    memory = memory_of({pair: {Item(0): PLAIN_VALUE, Item(1): given()}})
    call = Called(transformed(TransformKind.COPYING), actual(F), returns=pair, memory=memory)
    assert held_in(memory, call.result)[Item(1)] != {given()}


# --- layers in inference mode --------------------------------------------------------------------


def handed(*actuals: Actual) -> tuple[dict[Key, set[Value]] | None, Memory]:
    analysis = any_function()
    memory = Memory()
    calls: Any = WrittenDown(analysis)
    found = Transforms(analysis, calls).handed_through(memory, list(actuals))
    return None if found is None else held_in(memory, found), memory


def test_a_layer_in_inference_mode_hands_its_state_through() -> None:
    state = given()
    fields, memory = handed(actual(PLAIN_VALUE), actual(UNKNOWN_VALUE, state))
    assert fields == {Item(0): {UNKNOWN_VALUE}, Item(1): {state}}
    [record] = memory.fields
    assert record.shape == PAIR


def test_what_it_is_not_given_itself_is_not_handed_through() -> None:
    state = given()
    assert handed(actual(state, receiver=True))[0] is None
    assert handed(actual(state, copied_by="jit"))[0] is None
    assert handed(actual(given(PAIR)))[0] is None
    assert handed(actual(PLAIN_VALUE))[0] is None
    assert handed(holding_first(state))[0] == {Item(0): {UNKNOWN_VALUE}, Item(1): {state}}
    other = made()
    fields, _ = handed(actual(state, receiver=True), actual(other))
    assert fields == {Item(0): {UNKNOWN_VALUE}, Item(1): {other}}


def holding_first(state: Object) -> Actual:
    return actual(PLAIN_VALUE)._replace(binding=holding(state, made(STATE_SHAPE, 78)))


def test_an_attribute_is_no_part_of_a_tuple() -> None:
    # Of an object that is no tuple the whole is in inference mode, and not its fields.
    model = made(UNKNOWN)
    memory = memory_of({model: {Attribute("layer"): F}})
    assert Made(INFERENCE, actual(model), memory=memory).values == {
        transformed(TransformKind.INFERENCE, model)
    }
