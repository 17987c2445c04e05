"""Generated code of three kinds, as many lines as one likes.

- `STATE`: layers, steps and loops that pass States around;
- `LAYER`: as large, with Equinox and without any State;
- `PLAIN`: as large, without Equinox.

Each is the beginning of a module and a part that is repeated, with a number in its names.
"""

from __future__ import annotations

import itertools
from pathlib import Path

LINES_OF_A_MODULE = 400

STATE_HEAD = '''\
"""Layers, steps and loops that pass States around."""

from collections.abc import Iterable
from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array
'''
STATE_PART = '''

class Layer{n}(eqx.Module):
    """Counts its calls and normalises."""

    linear: eqx.nn.Linear
    norm: eqx.nn.BatchNorm
    index: eqx.nn.StateIndex[Array]

    def __call__(self, x: Array, state: eqx.nn.State) -> tuple[Array, eqx.nn.State]:
        count = state.get(self.index)
        state = state.set(self.index, count + 1)
        x = jax.vmap(self.linear)(x)
        x, state = self.norm(x, state)
        return jax.nn.relu(x), state


class Carry{n}(NamedTuple):
    """What a training loop carries."""

    layer: Layer{n}
    state: eqx.nn.State
    step: int


@eqx.filter_jit
def step{n}(layer: Layer{n}, batch: Array, state: eqx.nn.State) -> tuple[Array, eqx.nn.State]:
    """One step, compiled."""
    y, state = layer(batch, state)
    return jnp.mean(y), state


def train{n}(layer: Layer{n}, batches: Iterable[Array], state: eqx.nn.State) -> Carry{n}:
    """A loop with branches, a handler and a snapshot."""
    best, best_loss, taken = state, jnp.array(jnp.inf), 0
    for batch in batches:
        try:
            loss, state = step{n}(layer, batch, state)
        except ValueError:
            continue
        taken += 1
        if loss < best_loss:
            best, best_loss = state, loss
        elif taken > 100:
            break
    else:
        best = state
    return Carry{n}(layer, best, taken)


def evaluate{n}(carry: Carry{n}, batches: list[Array]) -> list[Array]:
    """Evaluation: every newer State is thrown away."""
    model = eqx.nn.inference_mode(carry.layer)
    losses = []
    for batch in batches:
        y, _ = model(batch, carry.state)
        losses.append(jnp.mean(y))
    return losses


def accumulate{n}(layers: list[Layer{n}], x: Array, state: eqx.nn.State) -> eqx.nn.State:
    """Substates, a nested function and a while loop."""

    def apply(layer: Layer{n}, x: Array, state: eqx.nn.State) -> tuple[Array, eqx.nn.State]:
        part = state.substate(layer)
        y, part = layer(x, part)
        return y, state.update(part)

    position = 0
    while position < len(layers):
        x, state = apply(layers[position], x, state)
        if position % 2:
            x, state = layers[position](x, state)
        position += 1
    return state


def scan{n}(layer: Layer{n}, xs: Array, state: eqx.nn.State) -> tuple[eqx.nn.State, Array]:
    """A loop of JAX with the State as its carry."""

    def body(carry: eqx.nn.State, x: Array) -> tuple[eqx.nn.State, Array]:
        y, carry = layer(x, carry)
        return carry, y

    state, ys = jax.lax.scan(body, state, xs)
    return state, ys
'''
PLAIN_HEAD = '''\
"""Code of everyday kinds, in which nothing is affine."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
'''
PLAIN_PART = '''

@dataclass(frozen=True)
class Item{n}:
    """A thing with a price."""

    name: str
    price: float
    tags: tuple[str, ...] = ()

    def discounted(self, share: float) -> "Item{n}":
        """The same thing for less."""
        return replace(self, price=self.price * (1 - share))


def total{n}(items: Iterable[Item{n}], limit: float = 1e6) -> float:
    """The sum of the prices, up to a limit."""
    found = 0.0
    for item in items:
        if item.price < 0:
            raise ValueError(item.name)
        found += item.price
        if found > limit:
            break
    return min(found, limit)


def by_tag{n}(items: list[Item{n}]) -> dict[str, list[Item{n}]]:
    """The things by their tags."""
    found: dict[str, list[Item{n}]] = {{}}
    for item in items:
        for tag in item.tags:
            found.setdefault(tag, []).append(item)
    return {{tag: sorted(those, key=lambda item: item.price) for tag, those in found.items()}}


def cheapest{n}(items: list[Item{n}], tag: str) -> Item{n} | None:
    """The thing that costs least, if there is one."""
    candidates = [item for item in items if tag in item.tags]
    try:
        best = min(candidates, key=lambda item: item.price)
    except ValueError:
        return None
    position, rounds = 0, 0
    while position < len(candidates) and rounds < 3:
        if candidates[position].price == best.price:
            best = candidates[position]
        position += 1
        rounds += position % 2
    return best.discounted(0.1) if best.price > 10 else best
'''
LAYER_HEAD = PLAIN_HEAD + "\nimport equinox as eqx\nimport jax\nfrom jaxtyping import Array\n"
LAYER_PART = (
    PLAIN_PART
    + '''

class Layer{n}(eqx.Module):
    """A layer that keeps nothing of what it has seen."""

    linear: eqx.nn.Linear
    scale: Array

    def __call__(self, x: Array) -> Array:
        return jax.nn.relu(jax.vmap(self.linear)(x)) * self.scale


@eqx.filter_jit
def apply{n}(layers: list[Layer{n}], x: Array) -> Array:
    """The layers, one after the other."""
    for layer in layers:
        x = layer(x) + x
    return x
'''
)


STATE = (STATE_HEAD, STATE_PART)
LAYER = (LAYER_HEAD, LAYER_PART)
PLAIN = (PLAIN_HEAD, PLAIN_PART)


def generate(
    folder: Path, kind: tuple[str, str], lines: int, lines_of_a_module: int = LINES_OF_A_MODULE
) -> Path:
    """Write modules until there are `lines` lines.

    Args:
        folder: where to write.
        kind: the beginning of every module, and code to repeat, with `{n}` for a number.
        lines: how many lines to write in all, at least.
        lines_of_a_module: how long a module gets, about.

    Returns:
        The folder.
    """
    head, part = kind
    numbers = itertools.count()
    written = 0
    for module in itertools.count():
        if written >= lines:
            break
        text = head
        while text.count("\n") < min(lines_of_a_module, lines - written):
            text += part.format(n=next(numbers))
        (folder / f"generated{module}.py").write_text(text, encoding="utf-8")
        written += text.count("\n")
    return folder
