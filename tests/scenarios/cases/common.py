"""What several cases share. A checker that reads only one module sees signatures here, no bodies."""

import equinox as eqx
import jax
from jaxtyping import Array


@eqx.filter_jit
def _count(
    index: eqx.nn.StateIndex[Array], x: Array, state: eqx.nn.State
) -> tuple[Array, eqx.nn.State]:
    count = state.get(index) + 1
    return x + count, state.set(index, count)


class CompiledCounter(eqx.Module):
    """Counts its calls, compiled: the caller's State stays readable and silently falls behind."""

    index: eqx.nn.StateIndex[Array]

    def __call__(self, x: Array, state: eqx.nn.State) -> tuple[Array, eqx.nn.State]:
        return _count(self.index, x, state)


class EagerCounter(eqx.Module):
    """Counts its calls, uncompiled: the caller's State is marked as old."""

    index: eqx.nn.StateIndex[Array]

    def __call__(self, x: Array, state: eqx.nn.State) -> tuple[Array, eqx.nn.State]:
        count = state.get(self.index) + 1
        return x + count, state.set(self.index, count)


def copied_elsewhere(state: eqx.nn.State) -> eqx.nn.State:
    """An independent copy: the caller's State stays good."""
    leaves, structure = jax.tree_util.tree_flatten(state)
    copy: eqx.nn.State = jax.tree_util.tree_unflatten(structure, leaves)
    return copy


def positive(value: Array) -> bool:
    return bool(value > 0)


def risky(fail: bool) -> None:
    """An operation that can raise."""
    if fail:
        raise RuntimeError("as asked for")


class _FilterScan(eqx.Module):
    """A scan whose carry may hold what is no array."""

    @property
    def __wrapped__(self):
        return jax.lax.scan

    def __call__(self, f, init, xs=None, length=None):
        arrays, static = eqx.partition(init, eqx.is_array)

        def body(arrays, x):
            carry, y = f(eqx.combine(arrays, static), x)
            return eqx.partition(carry, eqx.is_array)[0], y

        arrays, ys = jax.lax.scan(f=body, init=arrays, xs=xs, length=length)
        return eqx.combine(arrays, static), ys


filter_scan = eqx.module_update_wrapper(_FilterScan())
