# typed-since: equinox 0.11.6
"""A method reads a field of its receiver that is out of date: the call is the use."""

import dataclasses

import equinox as eqx
from jaxtyping import Array

from .common import CompiledCounter


class Policy(eqx.Module):
    counter: CompiledCounter
    state: eqx.nn.State

    def stepped(self, x: Array) -> tuple["Policy", Array]:
        y, new = self.counter(x, self.state)
        return dataclasses.replace(self, state=new), y


def bad_called_twice(policy: Policy, x: Array) -> list[Policy]:
    first, y = policy.stepped(x)
    second, z = policy.stepped(x)  # E: state-stale | "policy.state" | line -1
    return [first, second]


def bad_in_a_loop(policy: Policy, x: Array) -> Array:
    for turn in range(3):
        newer, x = policy.stepped(x)  # E: state-stale | "policy.state" | loop -1
    return x


def bad_carried_along(policy: Policy, x: Array) -> Policy:
    y, new = policy.counter(x, policy.state)
    same = dataclasses.replace(policy, counter=policy.counter)
    return same  # E: state-stale | "same.state" is out of date | line -2


def good_threaded(policy: Policy, x: Array) -> Policy:
    policy, y = policy.stepped(x)
    policy, z = policy.stepped(y)
    return policy


def good_replaced(policy: Policy, x: Array) -> Policy:
    y, new = policy.counter(x, policy.state)
    return dataclasses.replace(policy, state=new)
