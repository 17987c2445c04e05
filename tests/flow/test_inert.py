"""Which callees of other modules can be told at a glance to have nothing to do with ownership."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from mypy_eqxstate.contracts.library import library_row
from mypy_eqxstate.flow.inert import InertCallees
from mypy_eqxstate.oracle.protocol import ClassInfo, Declaration
from mypy_eqxstate.oracle.shapes import (
    NONE,
    PLAIN,
    UNKNOWN,
    AffineShape,
    InstanceShape,
    Mode,
    Parameter,
    ParameterKind,
    Shape,
    Signature,
)

STATE = AffineShape("equinox.nn._stateful.State")


def _signature(parameter: Shape, result: Shape, mode: Mode = Mode.UNSPECIFIED) -> Signature:
    return Signature((Parameter("x", ParameterKind.POSITIONAL, parameter, mode),), result)


DECLARED = {
    "tools.log": (_signature(PLAIN, NONE),),
    "tools.mean": (_signature(InstanceShape("tools.Array"), PLAIN),),
    "tools.load": (_signature(PLAIN, UNKNOWN),),
    "tools.show": (_signature(STATE, NONE),),
    "tools.keep": (_signature(UNKNOWN, NONE, Mode.CONSUMED),),
    "tools.open": (_signature(PLAIN, PLAIN), _signature(UNKNOWN, NONE)),
}


def _callees() -> InertCallees:
    module = SimpleNamespace(
        row=library_row,
        definitions=SimpleNamespace(defines=lambda name: name.startswith("own.")),
        classes=SimpleNamespace(
            info=lambda name: ClassInfo(name) if name == "tools.Array" else None
        ),
        oracle=SimpleNamespace(
            declaration=lambda name: Declaration(name, DECLARED[name]) if name in DECLARED else None
        ),
    )
    return InertCallees(cast(Any, module))


@pytest.mark.parametrize(
    ("callee", "expected"),
    [
        # By its row.
        ("builtins.print", PLAIN),
        ("builtins.len", PLAIN),
        # By its signature.
        ("tools.log", NONE),
        ("tools.mean", PLAIN),
        # Only the type of the call itself can tell.
        ("tools.load", UNKNOWN),
        ("tools.open", UNKNOWN),
        ("tools.Array", UNKNOWN),
    ],
)
def test_what_an_inert_callee_gives_back(callee: str, expected: Shape) -> None:
    assert _callees().result(callee) == expected


@pytest.mark.parametrize(
    "callee",
    [
        "jax.jit",  # makes another callable
        "builtins.setattr",  # stores what it is given
        "equinox.nn.State.set",  # consumes
        "tools.show",  # takes a State: what is passed must be one
        "tools.keep",  # says what it does with its argument
        "own.helper",  # its body is looked at
        "tools.missing",  # nothing is known of it
    ],
)
def test_callees_that_are_not_inert(callee: str) -> None:
    assert _callees().result(callee) is None
