"""`inference_mode` of a model together with its State: the State is a copy, the model is changed."""

import equinox as eqx
from jaxtyping import Array

from .common import CompiledCounter


# not-run: nothing in the pair has a mode
def bad_layer_beside_it(counter: CompiledCounter, state: eqx.nn.State, x: Array) -> eqx.nn.State:
    model, state = eqx.nn.inference_mode((counter, state))
    y, new_state = counter(x, state)
    return state  # E: state-stale | line -1


# not-run: the same
def good_evaluation(counter: CompiledCounter, state: eqx.nn.State, x: Array) -> Array:
    model, fixed = eqx.nn.inference_mode((counter, state))
    y, same = model(x, fixed)
    z, same = model(y, fixed)
    y, state = counter(z, state)
    return y + fixed.get(counter.index)


# not-run: the same
def bad_copy_of_either(
    counter: CompiledCounter, state: eqx.nn.State, other: eqx.nn.State, x: Array, flag: bool
) -> Array:
    model, fixed = eqx.nn.inference_mode((counter, state if flag else other))
    if flag:
        new = fixed.set(counter.index, x)
        x = fixed.get(counter.index)  # E: state-reuse | "fixed" was consumed | line -1
    return x
