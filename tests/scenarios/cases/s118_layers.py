"""Any layer called as `layer(x, state)`: a body that can be read invalidates, others supersede."""

import equinox as eqx
from jaxtyping import Array

from .common import CompiledCounter


class Counter(eqx.Module):
    index: eqx.nn.StateIndex[Array]

    def __call__(self, x: Array, state: eqx.nn.State) -> tuple[Array, eqx.nn.State]:
        count = state.get(self.index) + 1
        return x + count, state.set(self.index, count)


class Network(eqx.Module):
    first: Counter
    second: Counter

    def __call__(self, x: Array, state: eqx.nn.State) -> tuple[Array, eqx.nn.State]:
        x, state = self.first(x, state)
        x, state = self.second(x, state)
        return x, state


class Forgetful(eqx.Module):
    first: Counter
    second: Counter

    def bad_forgotten(self, x: Array, state: eqx.nn.State) -> tuple[Array, eqx.nn.State]:
        x, first_state = self.first(x, state)
        x, state = self.second(x, state)  # E: state-reuse
        #   | "state" was consumed by "self.first" on line -1
        return x, state


def bad_layer(counter: Counter, state: eqx.nn.State, x: Array) -> Array:
    y, new = counter(x, state)
    return y + state.get(counter.index)  # E: state-reuse
    #   | "state" was consumed by "counter" on line -1


def bad_network(network: Network, state: eqx.nn.State, x: Array) -> eqx.nn.State:
    y, first = network(x, state)
    y, second = network(y, state)  # E: state-reuse | "state" was consumed by "network" on line -1
    return second


def bad_signature_only(counter: CompiledCounter, state: eqx.nn.State, x: Array) -> eqx.nn.State:
    y, first = counter(x, state)
    y, second = counter(y, state)  # E: state-stale
    #   | "state" is out of date: "counter" took it over on line -1
    return second


def good_network(network: Network, state: eqx.nn.State, x: Array) -> Array:
    x, state = network(x, state)
    x, state = network(x, state)
    return x
