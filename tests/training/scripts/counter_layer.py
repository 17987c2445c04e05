"""A layer with a State of its own, used twice, in an ensemble, and in a loop of JAX."""

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, PRNGKeyArray


class RunningMean(eqx.Module):
    index: eqx.nn.StateIndex

    def __init__(self):
        self.index = eqx.nn.StateIndex((jnp.array(0), jnp.zeros(())))

    def __call__(self, x: Array, state: eqx.nn.State) -> tuple[Array, eqx.nn.State]:
        count, mean = state.get(self.index)
        mean = mean + (jnp.mean(x) - mean) / (count + 1)
        state = state.set(self.index, (count + 1, mean))
        return x - mean, state


class Network(eqx.Module):
    linear: eqx.nn.Linear
    before: RunningMean
    after: RunningMean

    def __init__(self, key: PRNGKeyArray):
        self.linear = eqx.nn.Linear(3, 3, key=key)
        self.before = RunningMean()
        self.after = RunningMean()

    def __call__(self, x: Array, state: eqx.nn.State) -> tuple[Array, eqx.nn.State]:
        x, state = self.before(x, state)
        x = self.linear(x)
        part = state.substate(self.after)
        x, part = self.after(x, part)
        state = state.update(part)
        return x, state


def run_ensemble(key: PRNGKeyArray, x: Array) -> Array:
    @eqx.filter_vmap
    def make(key: PRNGKeyArray) -> tuple[Network, eqx.nn.State]:
        return eqx.nn.make_with_state(Network)(key)

    @eqx.filter_vmap(in_axes=(eqx.if_array(0), eqx.if_array(0), None))
    def evaluate(model: Network, state: eqx.nn.State, x: Array) -> tuple[Array, eqx.nn.State]:
        return model(x, state)

    models, states = make(jax.random.split(key, 2))
    first, states = evaluate(models, states, x)
    second, states = evaluate(models, states, x)
    return first + second + states.get(models.before.index)[1][:, None]


def run_loop(model: Network, state: eqx.nn.State, xs: Array) -> tuple[Array, eqx.nn.State]:
    def body(
        carry: tuple[eqx.nn.State, Array], x: Array
    ) -> tuple[tuple[eqx.nn.State, Array], Array]:
        state, total = carry
        y, state = model(x, state)
        total = total + jnp.sum(y)
        return (state, total), y

    (state, total), ys = jax.lax.scan(body, (state, jnp.zeros(())), xs)
    return total + jnp.sum(ys), state


def main(key: PRNGKeyArray) -> Array:
    model, state = eqx.nn.make_with_state(Network)(key)
    xs = jax.random.normal(key, (4, 3))
    total, state = run_loop(model, state, xs)
    step = eqx.filter_jit(model)
    for x in xs:
        y, state = step(x, state)
        total = total + jnp.sum(y)
    count, _ = state.get(model.before.index)
    return total + count + jnp.sum(run_ensemble(key, xs[0]))


if __name__ == "__main__":
    print(main(jax.random.key(0)))
