"""What is passed for a parameter that only one of several overloads has is what that one declares."""

import equinox as eqx


class Model(eqx.Module):
    layers: eqx.nn.Sequential

    def __init__(self):
        self.layers = eqx.nn.Sequential([eqx.nn.BatchNorm(3, axis_name="batch", mode="ema")])

    # not-run: BatchNorm wants a batch
    def bad_method(self, x, state):
        y, new_state = self.layers(x, state)
        return y, state  # E: state-stale | "state" is out of date | line -1

    # not-run: BatchNorm wants a batch
    def good_method(self, x, state):
        y, state = self.layers(x, state)
        return y, state

    # not-run: BatchNorm wants a batch
    def good_without_a_state(self, x, other):
        y = self.layers(x)
        return y, other
