"""A call of which a row says what it returns, for the tests of that."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Final

from mypy_eqxstate.contracts.model import (
    Called,
    Result,
)
from mypy_eqxstate.flow.arguments import Actual
from mypy_eqxstate.flow.bindings import Binding, one
from mypy_eqxstate.flow.body import BodyAnalysis
from mypy_eqxstate.flow.heap import DISPLAY_SHAPES
from mypy_eqxstate.flow.memory import Memory
from mypy_eqxstate.flow.values import (
    Function,
    Object,
    Value,
)
from mypy_eqxstate.fullnames import STATE
from mypy_eqxstate.ir.model import Key
from mypy_eqxstate.oracle.protocol import ClassInfo
from mypy_eqxstate.oracle.shapes import (
    PLAIN,
    UNKNOWN,
    InstanceShape,
    Shape,
)
from mypy_eqxstate.oracle.silent import SilentOracle
from tests.flow.at_work import (
    STATE_SHAPE,
    analysis_of,
    held_in,
)

LIST: Final = DISPLAY_SHAPES["list"]
TRAIN: Final = InstanceShape("library.Train")
_SOURCE: Final = """
class Model:
    pass

def consuming(t):
    return t.set(i, 1)

def make():
    return Model()

def through(t):
    return t

def f(s, i):
    new = g(s, i)
    return new

def turns(s, i):
    for x in i:
        g(s)
"""


class _Typing(SilentOracle):
    """Knows of a class `library.Train` with a State, and that every call of `g` makes one."""

    def class_info(self, full_name: str) -> ClassInfo | None:
        if full_name != "library.Train":
            return None
        return ClassInfo(full_name, (full_name,), {"state": STATE_SHAPE, "step": PLAIN})

    def shape(self, node: ast.expr) -> Shape:
        return STATE_SHAPE if ast.unparse(node).startswith("g(") else UNKNOWN


class Call:
    """A call in the body of `f`, of which the row says what it returns."""

    def __init__(self, function: str = "f") -> None:
        self.analysis: BodyAnalysis = analysis_of(_SOURCE, function, _Typing())
        self.memory = Memory()
        self.origin = self.analysis.origin()
        blocks = self.analysis.body.blocks
        if function == "turns":
            loop = next(n for n, block in enumerate(blocks) if block.loop is not None)
            self.analysis.position = (loop, 0)

    def hold(self, holder: Object, fields: Mapping[Key, Value]) -> Object:
        """Make an object hold these."""
        self.memory.fields[holder] = {key: one(value) for key, value in fields.items()}
        return holder

    def result(
        self,
        template: Result,
        typed: Shape = UNKNOWN,
        outcomes: Mapping[Called, Binding] | None = None,
        **arguments: Actual | tuple[Actual, ...],
    ) -> Binding:
        """What the call returns."""
        given_as = {
            name: (given_for,) if isinstance(given_for, Actual) else given_for
            for name, given_for in arguments.items()
        }
        return self.analysis.calls.results.build(
            self.memory, template, given_as, typed, self.origin, STATE, outcomes or {}
        )

    def held(self, binding: Binding) -> dict[Key, set[Value]]:
        """What the only object of a binding holds."""
        return held_in(self.memory, binding)

    def new(self, *path: Key, shape: Shape = STATE_SHAPE) -> Object:
        """The object that the call makes at a place of its result."""
        origin = self.origin
        for key in path:
            origin = origin.child(key)
        return Object(origin, shape)


def the_object(binding: Binding) -> Object:
    [found] = binding.values
    assert isinstance(found, Object)
    return found


def function(call: Call, name: str) -> Value:
    return Function(call.analysis.module.index.functions[name], name)
