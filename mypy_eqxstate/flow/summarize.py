"""Reading a summary off the solution of a body (`contracts/summaries.py` says what one is).

What the body has done to its inputs is in the memories at its `return`s, joined:

- an input object with events was consumed, on all paths if LIVE is not among its status;
- a field of an input, or a foreign variable, that holds anything other than what it held at the
  beginning was written;
- the result is what was returned, or, of a generator, a list of what it yields.

Worked example.  `def f(s, go): return s.set(i, 1) if go else s` may consume the input `s`, and
returns it or a new object, each under its own condition.

Limit: a field that was written with what it held before counts as untouched.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from mypy_eqxstate.contracts.model import Effect, Row
from mypy_eqxstate.contracts.summaries import NEVER_RETURNS, Summary
from mypy_eqxstate.flow.bindings import LIVE, Binding, one
from mypy_eqxstate.flow.heap import DISPLAY_SHAPES
from mypy_eqxstate.flow.inspected import inspected_parameters
from mypy_eqxstate.flow.joins import join_bindings
from mypy_eqxstate.flow.memory import Memory
from mypy_eqxstate.flow.values import (
    UNKNOWN_VALUE,
    Bound,
    Event,
    Function,
    Object,
    Origin,
    Transformed,
)
from mypy_eqxstate.ir.model import ELEMENTS, Elements, FunctionNode, Key, Variable

if TYPE_CHECKING:
    from mypy_eqxstate.flow.body import BodyAnalysis


def summary_of(analysis: BodyAnalysis) -> Summary:
    """Read a body's summary off its solution."""
    returned = analysis.returned
    if not returned:
        return NEVER_RETURNS
    result = join_bindings(returned)
    memory = analysis.join_all([memory for memory, _ in returned])
    if analysis.body.is_generator:
        result = _generator(memory, analysis)
    effects: dict[Object, Effect] = {}
    lines: dict[Object, int] = {}
    for item in memory.handed_over:
        effects[item] = Effect.SUPERSEDE
    for item, status in memory.input_status.items():
        events = sorted(e for e in status if isinstance(e, Event))
        if events:
            surely = item.recent and LIVE not in status
            effects[item] = Effect.CONSUME if surely else Effect.MAY_CONSUME
            lines[item] = getattr(analysis.module.events[events[0]].node, "lineno", 0)
    return Summary(
        returns=True,
        effects=effects,
        reads=memory.reads,
        field_writes=tuple(_field_writes(memory, analysis)),
        variable_writes=tuple(_variable_writes(memory, analysis)),
        result=result,
        fields=memory.fields,
        statuses=memory.input_status,
        lines=lines,
        predecessors=_predecessors(analysis, memory, result, effects) if len(effects) > 1 else {},
        captured=tuple(_captured(analysis, memory, result)),
        inspected=_inspected(analysis),
    )


def _captured(
    analysis: BodyAnalysis, memory: Memory, result: Binding
) -> Iterator[tuple[Variable, Binding]]:
    """What functions that are returned will find in the variables of this body.

    Several calls share what is said here, so that it must not be about one object of many.
    """
    seen: set[Variable] = set()
    for value in [value for held in _handed_out(memory, result) for value in held.values]:
        inner = value
        while isinstance(inner, Transformed | Bound):
            inner = inner.inner
        if not isinstance(inner, Function) or not analysis.module.index.has(inner.node):
            continue
        for variable in analysis.module.free_variables(inner.node):
            if variable.owner != analysis.body.name or variable in seen:
                continue
            seen.add(variable)
            held = memory.bindings.get(variable) or analysis.default_binding(variable)
            if held is not None and not analysis.ownership.holdings.classes(memory, held):
                yield variable, held


def _handed_out(memory: Memory, result: Binding) -> Iterator[Binding]:
    """What a body returns, and what all objects hold when it does."""
    yield result
    for fields in memory.fields.values():
        yield from fields.values()


def _predecessors(
    analysis: BodyAnalysis, memory: Memory, result: Binding, effects: Collection[Object]
) -> dict[Object, frozenset[Object]]:
    """For what the body makes, the inputs that it takes over of which that is a newer version."""
    found: dict[Object, frozenset[Object]] = {}
    for item in [item for held in _handed_out(memory, result) for item in held.objects]:
        if item.is_affine and not item.origin.is_input:
            inputs = analysis.succession.inputs_before(item)
            found[item.identity] = frozenset(taken for taken in effects if taken.origin in inputs)
    return found


def _inspected(analysis: BodyAnalysis) -> frozenset[str]:
    module = analysis.module

    def builtin(name: str) -> Row | None:
        return module.row(f"builtins.{name}") if module.index.is_unbound(name) else None

    return inspected_parameters(analysis.body, builtin, module.free_variables)


def _generator(memory: Memory, analysis: BodyAnalysis) -> Binding:
    held = analysis.yielded or one(UNKNOWN_VALUE)
    origin = Origin(analysis.body.name, 0, None, (ELEMENTS,))
    record = Object(origin, DISPLAY_SHAPES["list"])
    memory.fields[record] = {ELEMENTS: held}
    return one(record)


def _field_writes(
    memory: Memory, analysis: BodyAnalysis
) -> list[tuple[Object, Key, Binding, bool]]:
    found: list[tuple[Object, Key, Binding, bool]] = []
    for item, fields in memory.fields.items():
        if not item.origin.is_input or not item.recent:
            continue
        for key, binding in fields.items():
            child = item.origin.child(key)
            untouched = [
                value
                for value in binding.values
                if not (isinstance(value, Object) and not value.origin.is_input)
                and (not isinstance(value, Object) or value.origin == child)
            ]
            default = analysis.heap.default_field(item, key)
            plain = default.values.keys() if default is not None else ()
            written = [
                v
                for v in binding.values
                if v not in untouched
                or (not isinstance(v, Object) and v not in plain and v != UNKNOWN_VALUE)
            ]
            if written:
                surely = len(written) == len(binding.values) and not isinstance(key, Elements)
                found.append((item, key, Binding(binding.values), surely))
    return found


def _variable_writes(
    memory: Memory, analysis: BodyAnalysis
) -> list[tuple[Variable, Binding, bool]]:
    found: list[tuple[Variable, Binding, bool]] = []
    for root, binding in memory.bindings.items():
        if not isinstance(root, Variable) or not _is_around(root.owner, analysis.body.name):
            continue
        default = analysis.default_binding(root)
        known = default.values.keys() if default is not None else ()
        own = Origin(analysis.body.name, -1, root)
        written = [
            value
            for value in binding.values
            if value not in known
            and value != UNKNOWN_VALUE
            and not (isinstance(value, Object) and value.origin == own)
        ]
        if written:
            surely = len(written) == len(binding.values)
            found.append((root, Binding(binding.values), surely))
    return found


def _is_around(owner: str, body: str) -> bool:
    """Whether a body is inside of a function, or of the module, and not that itself."""
    return owner != body and (not owner or body.startswith(f"{owner}."))


def alike(left: Summary, right: Summary) -> bool:
    """Whether two summaries say the same to a caller."""
    return (
        left.returns == right.returns
        and left.effects == right.effects
        and left.reads == right.reads
        and left.result == right.result
        and left.captured == right.captured
        and left.inspected == right.inspected
        and left.predecessors == right.predecessors
        and left.field_writes == right.field_writes
        and left.variable_writes == right.variable_writes
    )


def says_nothing(node: FunctionNode) -> bool:
    """A body that tells nothing of what a call does: `...`, `pass`, `raise NotImplementedError`."""
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return False
    for decorator in node.decorator_list:
        name = decorator.attr if isinstance(decorator, ast.Attribute) else None
        name = decorator.id if isinstance(decorator, ast.Name) else name
        if name in {"abstractmethod", "overload"}:
            return True
    for statement in node.body:
        if isinstance(statement, ast.Pass) or (
            isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
        ):
            continue
        if isinstance(statement, ast.Raise) and statement.exc is not None:
            raised = statement.exc.func if isinstance(statement.exc, ast.Call) else statement.exc
            if isinstance(raised, ast.Name) and raised.id == "NotImplementedError":
                continue
        return False
    return True
