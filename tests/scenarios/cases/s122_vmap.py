"""A mapped layer supersedes: what it was given was copied at the boundary."""

import equinox as eqx
import jax
from jaxtyping import Array


class Counter(eqx.Module):
    index: eqx.nn.StateIndex[Array]

    def __call__(self, x: Array, state: eqx.nn.State) -> tuple[Array, eqx.nn.State]:
        count = state.get(self.index) + 1
        return x + count, state.set(self.index, count)


def bad_vmap(counter: Counter, state: eqx.nn.State, x: Array) -> Array:
    ys, new = jax.vmap(counter, in_axes=(0, None), out_axes=(0, None))(x[None], state)
    return new.get(counter.index) - state.get(counter.index)  # E: state-stale
    #   | "state" is out of date | line -1 | "new"


def bad_filter_vmap(counter: Counter, state: eqx.nn.State, x: Array) -> Array:
    run = eqx.filter_vmap(counter, in_axes=(0, None), out_axes=(0, None))
    ys, new = run(x[None], state)
    return new.get(counter.index) - state.get(counter.index)  # E: state-stale
    #   | "state" is out of date | "run" | line -1


def bad_pmap(counter: Counter, state: eqx.nn.State, x: Array) -> Array:
    ys, new = jax.pmap(counter, in_axes=(0, None), out_axes=(0, None))(x[None], state)
    return new.get(counter.index) - state.get(counter.index)  # E: state-stale
    #   | "state" is out of date | line -1


def good_rebound(counter: Counter, state: eqx.nn.State, x: Array) -> Array:
    run = jax.vmap(counter, in_axes=(0, None), out_axes=(0, None))
    xs, state = run(x[None], state)
    xs, state = run(xs, state)
    return state.get(counter.index)


def good_evaluation(counter: Counter, state: eqx.nn.State, x: Array) -> Array:
    run = jax.vmap(counter, in_axes=(0, None), out_axes=(0, None))
    ys, _ = run(x[None], state)
    zs, _ = run(ys, state)
    return zs[0] + state.get(counter.index)
