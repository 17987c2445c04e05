# xfail: nothing in this module says that the parameters are States; other modules' calls would
"""Unannotated functions that only other modules call."""


def bad_layers(model, x, state):
    y, first = model(x, state)
    z, second = model(y, state)  # E: state-stale | "state" is out of date | line -1
    return z, first, second


def bad_set(state, index, x):
    new = state.set(index, x)
    return state.get(index), new  # E: state-reuse | "state" was consumed | line -1
