"""The analysis of a function, standing at its first operation: for tests of its parts.

Only calls of callees are not carried out: they are written down, and return what the test says.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any, Final

from mypy_eqxstate.contracts.library import AFFINE_CLASSES, library_row
from mypy_eqxstate.flow.arguments import Actual
from mypy_eqxstate.flow.bindings import ALIVE, Binding, Status, one
from mypy_eqxstate.flow.body import BodyAnalysis
from mypy_eqxstate.flow.effects import CallSite
from mypy_eqxstate.flow.guards import ALWAYS
from mypy_eqxstate.flow.memory import Memory
from mypy_eqxstate.flow.module import ModuleAnalysis
from mypy_eqxstate.flow.values import UNKNOWN_VALUE, Object, Origin, Value
from mypy_eqxstate.fullnames import STATE
from mypy_eqxstate.ir.model import KEPT, Destination, Key, Variable
from mypy_eqxstate.ir.module import ModuleIndex
from mypy_eqxstate.oracle.protocol import Oracle
from mypy_eqxstate.oracle.shapes import UNKNOWN, AffineShape, Shape, TupleShape
from mypy_eqxstate.oracle.silent import SilentOracle

STATE_SHAPE: Final = AffineShape(STATE)
PAIR: Final = TupleShape((UNKNOWN, UNKNOWN))


def analysis_of(source: str, function: str = "f", oracle: Oracle | None = None) -> BodyAnalysis:
    """The analysis of a function of a module, of which nothing was carried out yet."""
    index = ModuleIndex(ast.parse(source), "module", False)
    module = ModuleAnalysis(index, oracle or SilentOracle(), library_row, AFFINE_CLASSES)
    return BodyAnalysis(module, module.body(index.functions[function]), {}, {})


def any_function(oracle: Oracle | None = None) -> BodyAnalysis:
    """That of a function which does nothing."""
    return analysis_of("def f(s, i):\n    return s\n", oracle=oracle)


def given(shape: Shape = STATE_SHAPE, name: str = "s", *path: Key) -> Object:
    """An object that came in by a parameter."""
    return Object(Origin("f", -1, Variable(name, "f"), path), shape)


def made(
    shape: Shape = STATE_SHAPE, operation: int = 77, *path: Key, recent: bool = True
) -> Object:
    """An object that an operation of the body has made."""
    return Object(Origin("f", operation, None, path), shape, recent)


def holding(*values: Value, marks: Status = ALIVE) -> Binding:
    """A binding to any of these."""
    return Binding(dict.fromkeys(values, ALWAYS), marks)


def memory_of(fields: dict[Object, dict[Key, Value]]) -> Memory:
    """A memory in which objects hold these."""
    memory = Memory()
    for holder, inner in fields.items():
        memory.fields[holder] = {key: one(value) for key, value in inner.items()}
    return memory


def held_in(memory: Memory, binding: Binding) -> dict[Key, set[Value]]:
    """What the only object of a binding holds."""
    [holder] = binding.values
    assert isinstance(holder, Object)
    return {key: set(field.values) for key, field in memory.fields[holder].items()}


def actual(*values: Value, name: str | None = None, splat: str = "", **others: Any) -> Actual:
    """An argument that may be any of these."""
    return Actual(holding(*values), None, "a", ast.parse("a"), name, splat)._replace(**others)


def site(text: str = "g", destination: Destination = KEPT, typed: Shape = UNKNOWN) -> CallSite:
    """A call as it is written."""
    return CallSite(ast.parse("g(a)"), text, destination, typed)


class WrittenDown:
    """Stands for the calls of a body: what would be called is written down.

    Args:
        analysis: the body; its parts are real.
        returns: what each call returns.
    """

    def __init__(
        self, analysis: BodyAnalysis, returns: Callable[[], Value] = lambda: UNKNOWN_VALUE
    ) -> None:
        self._returns = returns
        self.results = analysis.calls.results
        self.transforms = analysis.calls.transforms
        self.borrowed: list[Actual] = []
        self.called: list[tuple[Value, CallSite, list[Actual]]] = []

    def borrow_all(self, site: CallSite, memory: Memory, actuals: Sequence[Actual]) -> None:
        """The arguments of a callee that has no effect on them."""
        assert (type(site), type(memory)) == (CallSite, Memory)
        self.borrowed += actuals

    def invoke(
        self, site: CallSite, memory: Memory, callee: Value, actuals: list[Actual]
    ) -> Binding:
        """A call of one value."""
        self.called.append((callee, site, actuals))
        return one(self._returns())


def passed(analysis: BodyAnalysis, memory: Memory, name: str, *values: Value) -> Actual:
    """What is passed by a name that the body reads, so that the name may be old afterwards."""
    temporary = next(t for t, p in analysis.body.places.items() if p.variable.name == name)
    variable = analysis.body.places[temporary].variable
    binding = memory.bindings.get(variable, holding(*values))
    memory.bindings[variable] = memory.bindings[temporary] = binding
    node = analysis.definitions[temporary] = ast.Name(name)
    return Actual(binding, temporary, name, node)


def name_of(analysis: BodyAnalysis, memory: Memory, name: str) -> Binding:
    """What a name holds."""
    return memory.bindings[Variable(name, analysis.body.name)]
