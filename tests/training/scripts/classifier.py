"""A classifier with batch and spectral normalisation, trained and evaluated."""

from collections.abc import Callable, Iterator

import equinox as eqx
import jax
import jax.numpy as jnp
import optax
from jaxtyping import Array, PRNGKeyArray


class Classifier(eqx.Module):
    first: eqx.nn.Linear
    norm1: eqx.nn.BatchNorm
    norm2: eqx.nn.BatchNorm
    spectral: eqx.nn.SpectralNorm
    last: eqx.nn.Linear

    def __init__(self, key: PRNGKeyArray):
        keys = jax.random.split(key, 4)
        self.first = eqx.nn.Linear(4, 8, key=keys[0])
        self.norm1 = eqx.nn.BatchNorm(8, axis_name="batch", mode="batch")
        self.norm2 = eqx.nn.BatchNorm(8, axis_name="batch", mode="batch")
        inner = eqx.nn.Linear(8, 8, key=keys[1])
        self.spectral = eqx.nn.SpectralNorm(inner, weight_name="weight", key=keys[2])
        self.last = eqx.nn.Linear(8, 3, key=keys[3])

    def __call__(self, x: Array, state: eqx.nn.State) -> tuple[Array, eqx.nn.State]:
        x = self.first(x)
        x, state = self.norm1(x, state)
        x = jax.nn.relu(x)
        x, state = self.spectral(x, state)
        x, state = self.norm2(x, state)
        return self.last(jax.nn.relu(x)), state


def compute_loss(
    model: Classifier, state: eqx.nn.State, xs: Array, ys: Array
) -> tuple[Array, eqx.nn.State]:
    batch_model = jax.vmap(model, axis_name="batch", in_axes=(0, None), out_axes=(0, None))
    logits, state = batch_model(xs, state)
    losses = optax.softmax_cross_entropy_with_integer_labels(logits, ys)
    return jnp.mean(losses), state


def make_batches(key: PRNGKeyArray, number: int) -> Iterator[tuple[Array, Array]]:
    for batch_key in jax.random.split(key, number):
        xs = jax.random.normal(batch_key, (6, 4))
        yield xs, jnp.argmax(xs[:, :3], axis=1)


optim = optax.adam(1e-2)


@eqx.filter_jit
def make_step(
    model: Classifier, state: eqx.nn.State, opt_state: optax.OptState, xs: Array, ys: Array
) -> tuple[Classifier, eqx.nn.State, optax.OptState, Array]:
    compute = eqx.filter_value_and_grad(compute_loss, has_aux=True)
    (loss, state), grads = compute(model, state, xs, ys)
    updates, opt_state = optim.update(grads, opt_state)
    model = eqx.apply_updates(model, updates)
    return model, state, opt_state, loss


def accuracy(predict: Callable[[Array], tuple[Array, eqx.nn.State]], xs: Array, ys: Array) -> Array:
    logits, _ = jax.vmap(predict)(xs)
    return jnp.mean(jnp.argmax(logits, axis=1) == ys)


def main(key: PRNGKeyArray, epochs: int) -> float:
    model_key, data_key = jax.random.split(key)
    model, state = eqx.nn.make_with_state(Classifier)(model_key)
    opt_state = optim.init(eqx.filter(model, eqx.is_inexact_array))
    best, best_state = float("inf"), state
    for _ in range(epochs):
        for xs, ys in make_batches(data_key, 2):
            model, state, opt_state, loss = make_step(model, state, opt_state, xs, ys)
        if loss < best:
            best, best_state = float(loss), state
        inference = eqx.nn.inference_mode(model)
        predict = eqx.Partial(inference, state=state)
        print(accuracy(predict, xs, ys))
    final = eqx.Partial(eqx.nn.inference_mode(model), state=best_state)
    return float(accuracy(final, xs, ys))


if __name__ == "__main__":
    print(main(jax.random.key(0), 2))
