# needs: equinox 0.11.6
"""`loss, state = loss_fn(state)` with a State that may be missing: what comes back is newer.

A training loop keeps its State three containers deep, and steps that call what nobody knows.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import equinox as eqx
import jax.tree_util as jtu
from jaxtyping import Array


class ModelAndState(NamedTuple):
    model: eqx.Module
    state: eqx.nn.State | None


class TrainState(NamedTuple):
    model: ModelAndState
    time: int


class Logged(eqx.Module):
    kept: Any
    logs: Any


def train_step(train: TrainState, x: Array, loss_fn: Callable, rate: float):
    model = train.model.model
    state = train.model.state
    (loss, (state, logs)), grads = eqx.filter_value_and_grad(loss_fn, has_aux=True)(model, state, x)
    model = eqx.apply_updates(model, grads)
    return loss, Logged(TrainState(ModelAndState(model, state), train.time), logs)


def valid_step(train: TrainState, x: Array, loss_fn: Callable, rate: float):
    state = train.model.state
    loss, (state, logs) = loss_fn(train.model.model, state, x)
    return loss, Logged(train, logs)


# not-run: the loss function is unknown
def bad_once(train: TrainState, x: Array, loss_fn: Callable):
    step = eqx.filter_jit(jtu.Partial(train_step, loss_fn=loss_fn, rate=0.1))
    loss, logged = step(train, x)
    return train  # E: state-stale | "train[0][1]" is out of date: "step" took it over on line -1


# not-run: the loss function is unknown
def bad_two_steps_in_a_loop(train: TrainState, xs: Any, loss_fn: Callable, mode: str):
    if mode == "train":
        step = eqx.filter_jit(jtu.Partial(train_step, loss_fn=loss_fn, rate=0.1))
    else:
        step = eqx.filter_jit(jtu.Partial(valid_step, loss_fn=loss_fn, rate=0.1))
    for x in xs:
        loss, logged = step(train, x)  # E: state-stale | "train[0][1]" | loop -1
    return loss


# not-run: the loss function is unknown
def good_two_steps_in_a_loop(train: TrainState, xs: Any, loss_fn: Callable, mode: str):
    if mode == "train":
        step = eqx.filter_jit(jtu.Partial(train_step, loss_fn=loss_fn, rate=0.1))
    else:
        step = eqx.filter_jit(jtu.Partial(valid_step, loss_fn=loss_fn, rate=0.1))
    for x in xs:
        loss, train = step(train, x)
        print(train.time)
    return train


# not-run: the loss function is unknown
def good_validated(train: TrainState, x: Array, loss_fn: Callable):
    """Nothing of the newer State comes back."""
    loss, logged = eqx.filter_jit(jtu.Partial(valid_step, loss_fn=loss_fn, rate=0.1))(train, x)
    return train, loss


# not-run: what is asked is unknown
def good_asked_for_one(ask: Callable, x: Array):
    """What was given none may give none back."""
    state: eqx.nn.State | None
    x, state = ask(x)
    if state is None:
        x, state = ask(x + 1)
    return state
