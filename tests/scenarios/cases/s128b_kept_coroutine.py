"""A coroutine that is kept under a name does nothing before it is awaited, or passed on."""

import asyncio

import equinox as eqx
from jaxtyping import Array


async def bump(state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> eqx.nn.State:
    await asyncio.sleep(0)
    return state.set(index, state.get(index) + 1)


async def good_read_before_it_is_awaited(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array]
) -> Array:
    later = bump(state, index)
    before = state.get(index)
    state = await later
    return before + state.get(index)


async def bad_read_after_it_was_awaited(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array]
) -> Array:
    later = bump(state, index)
    new = await later
    return state.get(index)  # E: state-reuse | "state" was consumed by "bump" on line -1


async def bad_consumed_before_it_is_awaited(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> eqx.nn.State:
    later = bump(state, index)
    new = state.set(index, x)
    return await later  # E: state-reuse | "state" was consumed by "state.set" on line -1


async def bad_both_gathered(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array]
) -> tuple[eqx.nn.State, eqx.nn.State]:
    first = bump(state, index)
    second = bump(state, index)
    return await asyncio.gather(first, second)  # E: state-reuse | "state" was consumed


async def good_one_of_two(
    state: eqx.nn.State, other: eqx.nn.State, index: eqx.nn.StateIndex[Array], flag: bool
) -> Array:
    if flag:
        later = bump(state, index)
    else:
        later = bump(other, index)
    new = await later
    rest = other if flag else state
    return new.get(index) + rest.get(index)


async def bad_put_into_a_list(state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> Array:
    later = bump(state, index)
    waiting = [later]
    for each in waiting:
        await each
    return state.get(index)  # E: state-reuse | "state" was consumed by "bump" on line -3
