"""A file that mypy checks twice, with the stub package and without, to the same result.

It asks for the type of everything that the replaced module defines, and of things elsewhere in
Equinox that rest on it. Some lines are mistakes on purpose: mypy's errors must be the same too.
A line that ends in a version is one where the stubs don't fit older versions of Equinox.
"""

import equinox as eqx
import jax
import jax.numpy as jnp
from equinox.nn import BatchNorm, State, StateIndex, _stateful, delete_init_state, make_with_state
from equinox.nn._stateful import _delete_init_state, _is_index, _sentinel, _state_error


class Layer(eqx.Module):
    norm: BatchNorm
    index: StateIndex[int]

    def __init__(self, size: int) -> None:
        self.norm = BatchNorm(size, "batch")
        self.index = StateIndex(0)

    def __call__(self, x: jax.Array, state: State) -> tuple[jax.Array, State]:
        state = state.set(self.index, state.get(self.index) + 1)
        return self.norm(x, state)


class SubState(State):
    def twice(self) -> State:
        return self.update(self.substate(0))


class SubIndex(StateIndex[int]):
    extra: int = 0


reveal_type(StateIndex(1))
reveal_type(StateIndex(1).marker)
reveal_type(StateIndex(1).init)  # since 0.11.8
reveal_type(StateIndex)
reveal_type(SubIndex)
reveal_type(State)
reveal_type(eqx.nn.State)
reveal_type(State.get)
reveal_type(State.set)
reveal_type(State.substate)
reveal_type(State.update)
reveal_type(State.tree_flatten)
reveal_type(State.tree_unflatten)
reveal_type(State.__repr__)
reveal_type(SubState.twice)
reveal_type(SubState.set)
reveal_type(delete_init_state)
reveal_type(make_with_state)
reveal_type(_stateful._Sentinel)  # since 0.11.8
reveal_type(_sentinel)  # since 0.11.8
reveal_type(_is_index)
reveal_type(_delete_init_state)
reveal_type(_state_error)

layer, state = make_with_state(Layer)(3)
reveal_type(layer)
reveal_type(state)
reveal_type(state._state)  # since 0.11.8
reveal_type(state.get(layer.index))
reveal_type(state.set(layer.index, 2))
reveal_type(state.substate(layer))
reveal_type(state.update(state))
reveal_type(layer(jnp.zeros(3), state))

state.set(layer.index, "two")
state.set(3, 4)
state.update(layer)
state.tree_flatten()
state.missing
State()
make_with_state(Layer)("three")
StateIndex(1, 2)
SubState.get(layer, layer.index)

reveal_type(BatchNorm.__call__)
reveal_type(eqx.nn.SpectralNorm.__call__)
reveal_type(eqx.nn.Sequential.__call__)
reveal_type(eqx.nn.LayerNorm.__call__)
reveal_type(eqx.nn.Linear)
reveal_type(eqx.nn.MLP)
reveal_type(eqx.Module)
reveal_type(eqx.filter_jit)
reveal_type(eqx.filter_grad)
reveal_type(eqx.tree_at)
