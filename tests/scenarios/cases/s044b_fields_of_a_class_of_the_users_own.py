"""Reading or storing a field of an object of an affine class is a use of it."""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array
from mypy_eqxstate import Consumed, affine


@affine
class Ticket:
    uses: Array

    def __init__(self) -> None:
        self.uses = jnp.array(0.0)

    def redeem(self: Consumed[Ticket]) -> Ticket:
        return Ticket()


# silent-at-run-time: nothing marks a Ticket
def bad_field_read() -> Array:
    ticket = Ticket()
    newer = ticket.redeem()
    return newer.uses + ticket.uses  # E: state-reuse | "ticket" was consumed | line -1


# silent-at-run-time: the same
def bad_field_stored() -> Ticket:
    ticket = Ticket()
    newer = ticket.redeem()
    ticket.uses = newer.uses  # E: state-reuse | "ticket" was consumed | line -1
    return newer


# silent-at-run-time: the same
def bad_no_clone_of_what_is_no_tree() -> Ticket:
    ticket = Ticket()
    ticket.redeem().redeem()
    return ticket  # E: state-reuse | "ticket" was consumed | line -1


def good_field_read_before() -> Array:
    ticket = Ticket()
    uses = ticket.uses
    ticket.uses = uses + 1
    return uses + ticket.redeem().uses
