"""Awaiting changes nothing about ownership; `gather` runs both of its coroutines."""

import asyncio
from collections.abc import AsyncIterator

import equinox as eqx
from jaxtyping import Array


async def bump(state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> eqx.nn.State:
    await asyncio.sleep(0)
    return state.set(index, state.get(index) + 1)


async def peek(state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> Array:
    return state.get(index)


async def bad_await_in_between(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> Array:
    new = state.set(index, x)
    await asyncio.sleep(0)
    return state.get(index)  # E: state-reuse | "state" was consumed | line -2


async def bad_awaited(state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> Array:
    new = await bump(state, index)
    return state.get(index)  # E: state-reuse | "state" was consumed by "bump" on line -1


async def bad_gather(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array]
) -> tuple[eqx.nn.State, eqx.nn.State]:
    return await asyncio.gather(bump(state, index), bump(state, index))  # E: state-reuse | "state"
    #   | "bump"


async def good_gather_reads(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array]
) -> tuple[Array, Array]:
    return await asyncio.gather(peek(state, index), peek(state, index))


async def good_awaited(state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> Array:
    state = await bump(state, index)
    return state.get(index)


async def bad_async_generator(
    state: eqx.nn.State, index: eqx.nn.StateIndex[Array], x: Array
) -> AsyncIterator[eqx.nn.State]:
    yield state.set(index, x)
    print(state.get(index))  # E: state-reuse | "state" was consumed | line -1


async def good_awaited_call_fails(state: eqx.nn.State, index: eqx.nn.StateIndex[Array]) -> Array:
    try:
        state = await bump(state, index)
    except ValueError:
        return state.get(index)
    return state.get(index)
