"""The evaluation idiom of Equinox's documentation: a model in inference mode, its State bound."""

import equinox as eqx
import jax
from jaxtyping import Array


class Model(eqx.Module):
    norm: eqx.nn.BatchNorm

    def __init__(self) -> None:
        self.norm = eqx.nn.BatchNorm(1, axis_name="batch")

    def __call__(self, x: Array, state: eqx.nn.State) -> tuple[Array, eqx.nn.State]:
        return self.norm(x, state)


def good_evaluation(x: Array) -> Array:
    model, state = eqx.nn.make_with_state(Model)()
    evaluate = eqx.Partial(eqx.nn.inference_mode(model), state=state)
    y, _ = evaluate(x[None])
    z, _ = evaluate(y)
    return z


def good_called_with_the_old_state(x: Array) -> Array:
    model, state = eqx.nn.make_with_state(Model)()
    evaluate = eqx.nn.inference_mode(model)
    y, same = evaluate(x[None], state)
    z, same = evaluate(y, state)
    return z


def good_in_inference_mode_inside_vmap(x: Array) -> Array:
    model, state = eqx.nn.make_with_state(Model)()
    evaluate = eqx.Partial(eqx.nn.inference_mode(model), state=state)
    ys, _ = jax.vmap(evaluate, axis_name="batch", out_axes=(0, None))(x[None, None])
    zs, _ = jax.vmap(evaluate, axis_name="batch", out_axes=(0, None))(ys)
    return zs
