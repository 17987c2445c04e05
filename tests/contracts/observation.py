"""Judge a row of the library table by what really happens to State objects.

An experiment makes fresh arguments; the library's callable is called with them; then the State
objects that went in and those that came out are compared with what the row says: which ones are
old, and which of the objects in the result are the very ones of which argument.

Example.  For `"jax.device_put": "(x, device) -> copy(x)"` and the experiment `Call(pair())`: both
States of the pair must be alive afterwards, and the result must hold two other, living States.

Limits: what a row says of arguments that hold no State is not looked at.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import jax
import jax.numpy as jnp
import numpy

from mypy_eqxstate.contracts.model import (
    Applied,
    CallableReturning,
    Called,
    Contract,
    Copy,
    Decorator,
    Derived,
    Each,
    Effect,
    Either,
    Element,
    Fresh,
    Given,
    InstanceOf,
    ListOf,
    Nothing,
    Otherwise,
    Part,
    Result,
    Same,
    Shallow,
    Structure,
    Taken,
    TransformContract,
    TransformKind,
    TupleOf,
    Typed,
)
from tests.contracts.material import (
    Noted,
    State,
    X,
    consume,
    fresh,
    is_old,
    named_members,
    states_in,
    step,
    step_packed,
)

# --- Experiments ----------------------------------------------------------------------------------


class Call:
    """The arguments of one call, made anew, and how it departs from the ordinary case.

    Options (keyword arguments that start with an underscore):
        _then: the arguments of the callable that the call returns.
        _marks: this call does make the superseded States old (it depends on a mode at run time).
        _hands_through: this call returns the very State where the row says a fresh one.
        _inside: runs the call, e.g. under `jax.jit`.
        _by: what to call instead of the row's name, where that is abstract.
    """

    def __init__(
        self,
        *args: Any,
        _then: tuple[Any, ...] = (),
        _marks: bool = False,
        _hands_through: bool = False,
        _inside: Callable[[Callable[[], Any]], Any] = lambda run: run(),
        _by: Callable[..., Any] | None = None,
        **kwargs: Any,
    ) -> None:
        self.args = args
        self.kwargs = kwargs
        self.then = _then
        self.marks = _marks
        self.hands_through = _hands_through
        self.inside = _inside
        self.by = _by


def under_jit(run: Callable[[], Any]) -> Any:
    """Run while `jax.jit` traces."""
    results: list[Any] = []
    jax.jit(lambda: results.append(run()))()
    return results[0]


def under_vmap(run: Callable[[], Any]) -> Any:
    """Run while `jax.vmap` traces, over an axis called "batch"."""
    results: list[Any] = []
    jax.vmap(lambda _: results.append(run()), axis_name="batch")(jnp.ones(2))
    return results[0]


@dataclass
class Transform:
    """How to make, from the transform, a callable that is called like `step`."""

    make: Callable[[Any], Any]
    x: Any = field(default_factory=lambda: X)


class Gradient:
    """The transform differentiates; the experiment is the same for all of these."""


@dataclass
class Judged:
    """An experiment that judges for itself: it is given the callable and asserts."""

    judge: Callable[[Any], None]


# --- Judging contracts ----------------------------------------------------------------------------


def bind(contract: Contract, call: Call) -> dict[str, Any]:
    """Give each parameter of a row its argument, as a checker of calls does."""
    bound: dict[str, Any] = {}
    positional = list(call.args)
    keywords = dict(call.kwargs)
    for parameter in contract.parameters:
        if parameter.star == "*":
            bound[parameter.name] = tuple(positional)
            positional = []
        elif parameter.star == "**":
            bound[parameter.name] = keywords
            keywords = {}
        elif positional:
            bound[parameter.name] = positional.pop(0)
        elif parameter.name in keywords:
            bound[parameter.name] = keywords.pop(parameter.name)
    return bound


def contract_supersedes(contract: Contract) -> bool:
    """Tell whether a call replaces some argument by a newer one."""
    return any(parameter.effect is Effect.SUPERSEDE for parameter in contract.parameters)


def values_of(state: Any) -> list[Any]:
    """List what a State holds, for comparing."""
    return [numpy.asarray(leaf).tolist() for leaf in jax.tree_util.tree_leaves(state)]


@dataclass
class Verdict:
    """Which parameters were given States, and whether a State with other values came back."""

    given: set[str]
    newer: bool


@dataclass
class Observed:
    """What the arguments were before the call."""

    call: Call
    bound: dict[str, Any]
    states: list[Any]
    members: dict[str, dict[Any, Any]]
    stars: set[str]


def judge_contract(contract: Contract, function: Any, make: Callable[[], Call]) -> Verdict:
    """Call once and compare with the contract.

    Raises:
        AssertionError: if the library does something else than the row says.
    """
    call = make()
    function = call.by or function
    bound = bind(contract, call)
    before = Observed(
        call,
        bound,
        [state for argument in bound.values() for state in states_in(argument)],
        {name: named_members(argument) for name, argument in bound.items()},
        {parameter.name for parameter in contract.parameters if parameter.star},
    )
    held = {name: states_in(argument) for name, argument in bound.items()}
    untouched = copy.deepcopy(held) if contract_supersedes(contract) else {}
    value = call.inside(lambda: function(*call.args, **call.kwargs))
    for parameter in contract.parameters:
        consumed = parameter.effect is Effect.CONSUME
        if parameter.effect is Effect.SUPERSEDE:
            consumed = call.marks
        for state in held.get(parameter.name, []):
            assert is_old(state) is consumed, f"{parameter.name}: old is {is_old(state)}"
    judge_result(contract.result, value, before)
    for store in contract.stores:
        judge_store(store.key, store.value, bound.get(store.parameter), before)
    judge_ignored(contract, function, make())
    superseded = [
        values_of(state)
        for parameter in contract.parameters
        if parameter.effect is Effect.SUPERSEDE
        for state in states_in(untouched.get(parameter.name))
    ]
    return Verdict(
        {name for name, states in held.items() if states},
        bool(superseded) and any(values_of(state) not in superseded for state in states_in(value)),
    )


def judge_ignored(contract: Contract, function: Any, call: Call) -> None:
    """What a row says is ignored can be old."""
    bound = bind(contract, call)
    ignored = [p.name for p in contract.parameters if p.effect is Effect.IGNORE]
    for name in ignored:
        for state in states_in(bound.get(name)):
            if not is_old(state):
                consume(state)
    if ignored:
        call.inside(lambda: function(*call.args, **call.kwargs))


def judge_result(result: Result, value: Any, before: Observed) -> None:
    """Compare what came back with a result template."""
    bound, members = before.bound, before.members
    match result:
        case Nothing():
            assert not states_in(value), "a State came back"
        case Fresh():
            assert isinstance(value, State)
            known = any(value is state for state in before.states)
            assert known is before.call.hands_through, f"the very State came back: {known}"
            assert not is_old(value)
        case Typed():
            assert_new(value, before)
        case InstanceOf(_):
            assert states_in(value) or before.call.then, "no State came back"
            assert_new(value, before)
        case Same(name):
            assert name in bound, "not given"
            assert value is bound[name], "another object came back"
        case Copy(name) | Derived(name):
            assert_new(value, before)
            expected = len(states_in(bound[name])) or 1
            assert len(states_in(value)) == expected, "another number of States came back"
        case Structure(name):
            leaves = jax.tree_util.tree_leaves(bound[name])
            judge_result(Copy(name), jax.tree_util.tree_unflatten(value, leaves), before)
        case Element(name, key):
            keyed = bound.get(key) in members[name]
            found = [members[name][bound[key]]] if keyed else list(members[name].values())
            assert any(value is member for member in found), "not a member"
        case Taken(name, key):
            judge_result(Element(name, key), value, before)
            left = named_members(bound[name])
            assert len(left) == len(members[name]) - 1, "another number of members left"
            assert not any(value is member for member in left.values()), "the member stayed"
        case Applied(function, arguments):
            judge_applied(bound[function], arguments, value, before)
        case Each(name):
            assert len(value) == len(bound[name])
            for item, container in zip(value, bound[name], strict=True):
                assert any(item is member for member in named_members(container).values())
        case Shallow(name, _) if isinstance(bound.get(name), State):
            judge_result(Fresh(), value, before)
        case Shallow(name, changes):
            expected_members = {**members.get(name, {}), **bound.get(changes, {})}
            assert_same_members(named_members(value), expected_members)
        case TupleOf(items):
            parts = list(value)
            assert len(parts) == len(items)
            for item, part in zip(items, parts, strict=True):
                judge_result(item, part, before)
        case ListOf(element):
            parts = [part for _, part in zip(range(3), value, strict=False)]
            assert parts
            for part in parts:
                judge_result(element, part, before)
        case CallableReturning(inner):
            judge_result(inner, value(*before.call.then), before)
            assert not any(is_old(state) for state in states_in(before.call.then))
        case Decorator(kind, _):
            judge_transform(TransformContract(kind, "f"), value, Transform(lambda wrap: wrap(step)))
        case Either(items):
            assert any(is_as(item, value, before) for item in items), "none of the alternatives"
        case Called() | Part():
            assert_new(value, before)
        case Otherwise(known, unknown):
            judge_result(known, value, before)
            judge_result(unknown, value, before)
        case Given(name, present, absent):
            judge_result(present if name in bound else absent, value, before)


def judge_applied(
    function: Noted, arguments: tuple[str, ...], value: Any, before: Observed
) -> None:
    """What came back is what the function returned for a member of each container."""
    containers: list[dict[Any, Any]] = []
    for name in arguments:
        if name in before.stars:
            containers.extend(named_members(container) for container in before.bound[name])
        else:
            containers.append(before.members[name])
    [given] = [given for given, result in function.calls if result is value]
    assert len(given) == len(containers)
    for argument, held in zip(given, containers, strict=True):
        assert any(argument is member for member in held.values()), "not called with a member"


def is_as(result: Result, value: Any, before: Observed) -> bool:
    """Tell whether a value fits a template."""
    try:
        judge_result(result, value, before)
    except AssertionError:
        return False
    return True


def judge_store(key: str, value: Result, target: Any, before: Observed) -> None:
    """Compare what the target holds after the call with what a row says was stored."""
    held = named_members(target)
    if isinstance(value, Either):
        kept = [held.get(before.bound.get(key))]
        assert any(is_as(value, member, before) for member in kept)
    elif key == "*":
        assert isinstance(value, Same)
        given = before.members.get(value.parameter, {})
        assert_same_members({name: held.get(name) for name in given}, given)
    elif isinstance(value, Same) and key:
        assert held[before.bound[key]] is before.bound[value.parameter]
    else:
        assert isinstance(value, Same | Element)
        name = value.parameter
        given = {0: before.bound[name]} if isinstance(value, Same) else before.members[name]
        for member in given.values():
            assert any(member is other for other in held.values())


def assert_new(value: Any, before: Observed) -> None:
    """All States in a value are alive and none of them was given to the call."""
    for state in states_in(value):
        assert not is_old(state), "an old State came back"
        assert not any(state is other for other in before.states), "the very State came back"


def assert_same_members(found: dict[Any, Any], expected: dict[Any, Any]) -> None:
    """Two containers hold the very same objects under the same names."""
    assert found.keys() == expected.keys()
    for name, member in expected.items():
        assert found[name] is member, f"another object under {name}"


# --- Judging transforms ---------------------------------------------------------------------------


def judge_transform(contract: TransformContract, transform: Any, experiment: Transform) -> None:
    """Transform a callable that consumes its argument and look what its call does then.

    Raises:
        AssertionError: if the library does something else than the row says.
    """
    state = fresh()
    made = experiment.make(transform)
    x = experiment.x
    if contract.kind is TransformKind.BINDING:
        bound = made(step, x, state)
        assert not is_old(state), "binding consumed the State"
        _, new = bound()
        assert is_old(state), "the call of the bound callable did not get the very State"
        assert_result_is_new([new], state)
    elif contract.kind is TransformKind.COPYING:
        value = made(x, state)
        assert not is_old(state), "the callee got the very State"
        assert_result_is_new(value, state)
    elif contract.kind is TransformKind.TRANSPARENT:
        value = made(x, state)
        assert is_old(state), "the callee got a copy"
        assert_result_is_new(value, state)
    else:
        raise AssertionError(f"no judge for {contract.kind}")


def judge_gradient(contract: TransformContract, transform: Any) -> None:
    """Differentiate a callable that consumes its argument and look which arguments are copied.

    Raises:
        AssertionError: if the library does something else than the row says.
    """
    assert contract.kind in (TransformKind.GRADIENT, TransformKind.VALUE_AND_GRADIENT)
    passed_on = fresh()
    auxiliary_of(contract, transform(step, has_aux=True)(X, passed_on))
    assert is_old(passed_on), "an argument that is not differentiated was copied"
    copied = fresh()
    auxiliary_of(contract, transform(step_packed, has_aux=True)((X, copied)))
    assert not is_old(copied), "the differentiated argument was not copied"
    if "argnums" in contract.parameters:
        first = fresh()
        swapped = transform(lambda state, x: step(x, state), argnums=1, has_aux=True)
        auxiliary_of(contract, swapped(first, X))
        assert is_old(first), "an argument that is not differentiated was copied"


def auxiliary_of(contract: TransformContract, value: Any) -> None:
    """The result has the form that the kind says, and new States."""
    if contract.kind is TransformKind.VALUE_AND_GRADIENT:
        (_, auxiliary), _ = value
    else:
        _, auxiliary = value
    assert isinstance(auxiliary, State)
    assert not any(is_old(state) for state in states_in(value))


def assert_result_is_new(value: Any, given: Any) -> None:
    """States came back, all alive, and not the one given."""
    found = states_in(value)
    assert found, "no State came back"
    assert not any(is_old(state) or state is given for state in found)
