"""What runs behind `stub_only.pyi`; a type checker sees only the stub."""

from .common import CompiledCounter


def count(x, state, index):
    return CompiledCounter(index)(x, state)


def peek(state, index):
    return state.get(index)


def absorb(state, index):
    return state.set(index, state.get(index) + 1).get(index)
