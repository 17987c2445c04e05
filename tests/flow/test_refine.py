"""What the type checker's type of an expression adds to what the engine knows of its value."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from mypy_eqxstate.flow.bindings import Binding
from mypy_eqxstate.flow.guards import ALWAYS
from mypy_eqxstate.flow.heap import ClassKnowledge
from mypy_eqxstate.flow.refine import may_be_refined, refined
from mypy_eqxstate.flow.values import NONE_VALUE, PLAIN_VALUE, UNKNOWN_VALUE, Object, Origin, Value
from mypy_eqxstate.ir.model import Variable
from mypy_eqxstate.oracle.shapes import (
    NONE,
    PLAIN,
    UNKNOWN,
    AffineShape,
    Shape,
    UnionShape,
)
from mypy_eqxstate.oracle.silent import SilentOracle

STATE = AffineShape("State")
OPTIONAL = UnionShape((STATE, NONE))
HERE = Origin("f", 7, None)  # the expression
CALL = Origin("f", 3, None)  # a call that came before
PARAMETER = Origin("f", -1, Variable("s", "f"))


# There is one instance of an object, until a new run begins: no test may keep one for the next.
def unknown_result() -> Object:
    return Object(CALL, UNKNOWN)


def result() -> Object:
    return Object(CALL, STATE)


def unknown_input() -> Object:
    return Object(PARAMETER, UNKNOWN)


def stated_input() -> Object:
    return Object(PARAMETER, STATE)


class Typed(SilentOracle):
    """A type checker that has one type for everything."""

    def __init__(self, shape: Shape) -> None:
        self._shape = shape

    def shape(self, node: ast.expr) -> Shape:
        return self._shape


def classes() -> ClassKnowledge:
    return ClassKnowledge(lambda name: None, lambda name: False)


def known(
    *values: Value,
    typed: Shape,
    given: Iterable[int] = (),
    knowing: ClassKnowledge | None = None,
) -> set[Value]:
    """What an expression may be that the engine holds for one of these, given its type."""
    binding = Binding(dict.fromkeys(values, ALWAYS))
    node = ast.parse("e", mode="eval").body
    return set(refined(binding, node, Typed(typed), knowing or classes(), HERE, set(given)).values)


def test_what_is_unknown_becomes_what_the_type_says() -> None:
    assert known(UNKNOWN_VALUE, typed=STATE) == {Object(HERE, STATE)}
    assert known(unknown_result(), typed=STATE) == {result()}
    assert known(unknown_input(), typed=PLAIN) == {PLAIN_VALUE}


def test_each_of_several_values_is_asked_about() -> None:
    shown = classes()
    shown.promoted.note(CALL, "Shown")
    of_call = Object(CALL, AffineShape("Shown"))
    assert known(unknown_result(), unknown_input(), typed=STATE, knowing=shown) == {
        of_call,
        stated_input(),
    }
    assert known(unknown_input(), unknown_result(), typed=STATE) == {stated_input(), result()}
    assert known(NONE_VALUE, unknown_input(), typed=STATE) == {stated_input()}


def test_of_an_earlier_turn_it_stays_one() -> None:
    earlier = Object(CALL, UNKNOWN, recent=False)
    assert known(earlier, typed=STATE) == {Object(CALL, STATE, recent=False)}


def test_without_a_type_it_stays_unknown() -> None:
    assert known(unknown_result(), UNKNOWN_VALUE, typed=UNKNOWN) == {
        unknown_result(),
        UNKNOWN_VALUE,
    }


def test_what_a_use_has_shown_counts_before_the_type() -> None:
    shown = classes()
    shown.promoted.note(CALL, "Shown")
    assert known(unknown_result(), typed=PLAIN, knowing=shown) == {
        Object(CALL, AffineShape("Shown"))
    }


def test_the_call_that_made_it_is_told() -> None:
    told = classes()
    known(unknown_result(), typed=STATE, knowing=told)
    assert told.promoted.get(CALL) == "State"


def test_of_a_parameter_its_callers_are_not_told() -> None:
    told = classes()
    known(unknown_input(), typed=STATE, knowing=told)
    assert len(told.promoted) == 0


def test_an_optional_type_tells_only_of_a_call_that_was_given_one() -> None:
    told = classes()
    known(unknown_result(), typed=OPTIONAL, knowing=told)
    assert told.promoted.get(CALL) is None
    known(unknown_result(), typed=OPTIONAL, given={CALL.operation}, knowing=told)
    assert told.promoted.get(CALL) == "State"


def test_of_two_classes_neither_is_told() -> None:
    told = classes()
    either = UnionShape((STATE, AffineShape("Other")))
    known(unknown_result(), typed=either, given={CALL.operation}, knowing=told)
    assert len(told.promoted) == 0


def test_that_nothing_comes_back_from_a_call_that_was_given_something_is_not_believed() -> None:
    assert known(unknown_result(), typed=PLAIN, given={CALL.operation}) == {unknown_result()}
    assert known(unknown_result(), typed=PLAIN, given={CALL.operation + 1}) == {PLAIN_VALUE}
    assert known(unknown_result(), typed=STATE, given={CALL.operation}) == {result()}


def test_where_it_is_a_state_it_is_not_none() -> None:
    assert known(stated_input(), NONE_VALUE, typed=STATE) == {stated_input()}
    assert known(stated_input(), PLAIN_VALUE, typed=STATE) == {stated_input()}


def test_where_it_is_none_it_is_nothing_else() -> None:
    assert known(stated_input(), NONE_VALUE, typed=NONE) == {NONE_VALUE}


def test_the_only_value_that_is_known_is_not_doubted() -> None:
    assert known(stated_input(), typed=NONE) == {stated_input()}
    assert known(NONE_VALUE, typed=STATE) == {NONE_VALUE}


def test_what_is_known_well_enough_stays_the_same_object() -> None:
    binding = Binding({stated_input(): ALWAYS, PLAIN_VALUE: ALWAYS})
    node = ast.parse("e", mode="eval").body
    assert refined(binding, node, Typed(UNKNOWN), classes(), HERE) is binding


def test_not_everything_can_be_excluded() -> None:
    assert known(NONE_VALUE, PLAIN_VALUE, typed=STATE) == {NONE_VALUE, PLAIN_VALUE}


def test_the_type_checker_is_asked_only_where_it_may_know_better() -> None:
    def asked(*values: Value) -> bool:
        return may_be_refined(Binding(dict.fromkeys(values, ALWAYS)))

    assert asked(UNKNOWN_VALUE)
    assert asked(unknown_result())
    assert asked(stated_input(), NONE_VALUE)
    assert not asked(stated_input())
    assert not asked(NONE_VALUE)
    assert not asked()
