"""Equinox's own stateful layers supersede: whether they mark the object depends on their mode."""

import equinox as eqx
import jax
from jaxtyping import Array


class Model(eqx.Module):
    norm: eqx.nn.BatchNorm

    def __init__(self) -> None:
        self.norm = eqx.nn.BatchNorm(1, axis_name="batch")

    def __call__(self, x: Array, state: eqx.nn.State) -> tuple[Array, eqx.nn.State]:
        return self.norm(x, state)


def bad_batch_norm(x: Array) -> eqx.nn.State:
    norm, state = eqx.nn.make_with_state(eqx.nn.BatchNorm)(1, axis_name="batch")
    run = jax.vmap(norm, axis_name="batch", in_axes=(0, None), out_axes=(0, None))
    ys, new = run(x[None, None], state)
    print(new, state)  # E: state-stale | "state" is out of date | line -1 | "new"
    return new


def bad_sequential(x: Array) -> eqx.nn.State:
    norm = eqx.nn.BatchNorm(1, axis_name="batch")
    model, state = eqx.nn.make_with_state(eqx.nn.Sequential)([norm])
    run = jax.vmap(model, axis_name="batch", in_axes=(0, None), out_axes=(0, None))
    ys, new = run(x[None, None], state)
    print(new, state)  # E: state-stale | "state" is out of date | line -1 | "new"
    return new


def bad_model(x: Array) -> eqx.nn.State:
    model, state = eqx.nn.make_with_state(Model)()
    run = jax.vmap(model, axis_name="batch", in_axes=(0, None), out_axes=(0, None))
    ys, new = run(x[None, None], state)
    ys, newer = run(ys, state)  # E: state-stale | "state" is out of date | line -1 | "new"
    return newer


def good_training(x: Array) -> eqx.nn.State:
    model, state = eqx.nn.make_with_state(Model)()
    run = jax.vmap(model, axis_name="batch", in_axes=(0, None), out_axes=(0, None))
    for step in range(2):
        ys, state = run(x[None, None], state)
    return state


def good_evaluation(x: Array) -> eqx.nn.State:
    model, state = eqx.nn.make_with_state(Model)()
    run = jax.vmap(model, axis_name="batch", in_axes=(0, None), out_axes=(0, None))
    ys, state = run(x[None, None], state)
    evaluate = eqx.nn.inference_mode(model)
    y, same = evaluate(x[None], state)
    z, same = evaluate(y, state)
    return state
