# python: 3.11
"""`except*`: several handlers of one statement may run, one after the other."""

import equinox as eqx
from jaxtyping import Array


def risky_group(fail: bool, other_failure: bool) -> None:
    errors: list[Exception] = []
    if fail:
        errors.append(RuntimeError("as asked for"))
    if other_failure:
        errors.append(KeyError("as asked for"))
    if errors:
        raise ExceptionGroup("as asked for", errors)


def may_consumed_in_the_body(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, first: bool, second: bool
) -> Array:
    try:
        risky_group(first, False)
        x = state.set(index, x).get(index)
        risky_group(second, False)
    except* RuntimeError:
        x = x + state.get(index)  # E: state-reuse | "state" | may have been consumed | line -3
    return x


def may_consumed_by_the_handler_before(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, first: bool, second: bool
) -> Array:
    try:
        risky_group(first, second)
    except* RuntimeError:
        x = state.set(index, x).get(index)
    except* KeyError:
        x = x + state.get(index)  # E: state-reuse | "state" | may have been consumed | line -2
    return x


def good_rebound(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, first: bool, second: bool
) -> Array:
    try:
        risky_group(first, second)
    except* RuntimeError:
        state = state.set(index, x)
    except* KeyError:
        x = x + state.get(index)
    return state.get(index)


def good_every_failure_leaves(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, first: bool, second: bool
) -> Array:
    try:
        try:
            new = state.set(index, x)
            risky_group(first, second)
            state = new
        except* RuntimeError:
            raise
        x = x + state.get(index)
    except* Exception:
        pass
    return x


def good_every_failure_is_handled(
    state: eqx.nn.State,
    other: eqx.nn.State,
    index: eqx.nn.StateIndex[Array],
    x: Array,
    first: bool,
    second: bool,
) -> Array:
    try:
        new = state.set(index, x)
        risky_group(first, second)
        state = new
    except* Exception:
        state = other
    return state.get(index)


# not-run: what it raises is a group in a group
def may_consumed_by_a_handler_that_raises(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, first: bool, second: bool
) -> Array:
    try:
        try:
            risky_group(first, second)
        except* RuntimeError:
            x = state.set(index, x).get(index)
            raise OSError from None
        except* KeyError:
            x = x + state.get(index)  # E: state-reuse | "state" | may have been consumed | line -3
    except* OSError:
        pass
    return x


def good_handler_that_raises_leaves(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array, first: bool, second: bool
) -> Array:
    try:
        try:
            risky_group(first, second)
        except* RuntimeError:
            x = state.set(index, x).get(index)
            raise OSError from None
        except* KeyError:
            x = x + 1
        x = x + state.get(index)
    except* OSError:
        pass
    return x
