"""Callables that are called with copies of what is given beside them: `lax.scan(body, init, xs)`.

A row says so with `call(f, a, ...)` and `loop(f, a, ...)` (`contracts/model.py`).  The callee is
invoked as by any other call, on a copy of each argument's structure with new affine objects in it:

- what the callee does to a copy shows whether it makes something newer of that part, and only such
  parts of the argument are superseded afterwards;
- what it does to objects that it captures, it does to the very objects;
- the body of a loop is invoked twice, so that what it consumes of a captured object in one turn
  is consumed again in the next;
- what it returns is copied once more, because nothing leaves such a call as it went in.

Worked example.  `(x, new), ys = lax.scan(body, (x, state), xs)`: `body` is called with a new pair
of `x` and a new State, which it consumes; so `state` is superseded by the call, and `new` is the
State of what the body returned.

Limit: a container of callables (`lax.switch`) is looked into where its members are known.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from mypy_eqxstate.contracts import model as contract
from mypy_eqxstate.contracts.model import Called
from mypy_eqxstate.flow.arguments import Actual
from mypy_eqxstate.flow.bindings import Binding, merge_bindings, one
from mypy_eqxstate.flow.effects import CallSite, Grounds
from mypy_eqxstate.flow.guards import ALWAYS, Guard
from mypy_eqxstate.flow.kept import Arguments, is_given
from mypy_eqxstate.flow.memory import Memory
from mypy_eqxstate.flow.results import is_known
from mypy_eqxstate.flow.values import (
    PLAIN_VALUE,
    UNKNOWN_VALUE,
    Literal,
    Object,
    Plain,
    Value,
)
from mypy_eqxstate.ir.model import DROPPED, ELEMENTS, Attribute, Destination, Item, Key
from mypy_eqxstate.oracle.shapes import UNKNOWN

if TYPE_CHECKING:
    from mypy_eqxstate.flow.body import BodyAnalysis
    from mypy_eqxstate.flow.calls import Calls

TURNS: Final = 2
Outcomes = dict[Called, Binding]


def calls_in(
    row: contract.Contract, arguments: Arguments, whole: Destination
) -> dict[Called, Destination]:
    """The calls that a row describes, each once, with what becomes of what it returns."""
    found: dict[Called, Destination] = {}
    _find_calls(row.result, whole, arguments, found)
    for call in row.calls:
        found.setdefault(call, DROPPED)
    return found


def _find_calls(
    result: contract.Result,
    destination: Destination,
    arguments: Arguments,
    found: dict[Called, Destination],
) -> None:
    match result:
        case contract.Called():
            found[result] = destination
        case contract.Part(whole=called, index=index):
            before = found.get(called, DROPPED).items
            found[called] = Destination(kept=False, items=(*before, (index, destination)))
        case contract.TupleOf(items=items):
            for index, item in enumerate(items):
                _find_calls(item, destination.at(index), arguments, found)
        case contract.Either(items=items):
            for item in items:
                _find_calls(item, destination, arguments, found)
        case contract.Given(parameter=name, present=present, absent=absent):
            chosen = present if is_given(arguments.get(name, ())) else absent
            _find_calls(chosen, destination, arguments, found)
        case contract.Otherwise(known=first, unknown=second):
            _find_calls(first, destination, arguments, found)
            _find_calls(second, destination, arguments, found)


class Callbacks:
    """The calls of callables by rows, in one body."""

    def __init__(self, analysis: BodyAnalysis, calls: Calls) -> None:
        self.analysis = analysis
        self.calls = calls

    def run(
        self, site: CallSite, memory: Memory, row: contract.Contract, arguments: Arguments
    ) -> tuple[Outcomes, dict[str, frozenset[Object]] | None]:
        """Carry out the calls that a row describes.

        Returns:
            what each of them returns, and per argument the objects in it of which a callee has
            made newer ones; None instead of these if nothing is known of some callee.
        """
        outcomes: Outcomes = {}
        touched: dict[str, frozenset[Object]] = {}
        known = True
        for called, destination in calls_in(row, arguments, site.destination).items():
            result, found = self._call(site, memory, called, arguments, destination)
            outcomes[called] = result
            known = known and found is not None
            for name, objects in (found or {}).items():
                touched[name] = touched.get(name, frozenset()) | objects
        return outcomes, touched if known else None

    def callees(self, memory: Memory, actuals: Sequence[Actual]) -> Binding:
        """The callables that were given: themselves, or the members of a container of them."""
        values: dict[Value, Guard] = {}
        for actual in actuals:
            for value in actual.binding.values:
                fields = memory.fields.get(value, {}) if isinstance(value, Object) else {}
                members = [held for key, held in fields.items() if not isinstance(key, Attribute)]
                if members and not self._is_callable(value):
                    for held in members:
                        values.update(dict.fromkeys(held.values, ALWAYS))
                else:
                    values[value] = ALWAYS
        return Binding(values)

    def _is_callable(self, value: Value) -> bool:
        class_name = getattr(getattr(value, "shape", None), "class_name", "")
        method = self.analysis.module.definitions.method(class_name, "__call__")
        return bool(class_name) and method is not None

    def _call(
        self,
        site: CallSite,
        memory: Memory,
        called: Called,
        arguments: Arguments,
        destination: Destination,
    ) -> tuple[Binding, dict[str, frozenset[Object]] | None]:
        analysis = self.analysis
        effects = self.calls.effects
        function = arguments.get(called.function, ())
        callees = self.callees(memory, function)
        touched: dict[str, frozenset[Object]] = {}
        result: Binding | None = None
        known = bool(callees.values)
        inner = site._replace(destination=destination, typed=UNKNOWN, direct=False)
        for turn in range(TURNS if called.repeated else 1):
            for number, callee in enumerate(callees.values):
                known = known and not isinstance(callee, Plain | Literal)
                passed, originals = self._passed(memory, called, arguments, (turn, number))
                outer, effects.taken = effects.taken, set()
                returned = self.calls.of_binding(inner, memory, one(callee), passed)
                newer = self.calls.kept.kept_classes(memory, returned, destination)
                strictly = analysis.module.strict and bool(site.destination)
                for name, copies in originals.items():
                    taken = {
                        copies[held]
                        for held in effects.taken
                        if held in copies and (strictly or _class_of(held) in newer)
                    }
                    touched[name] = touched.get(name, frozenset()) | taken
                effects.taken = outer
                if not is_known(returned) and not self._is_resolved(callee):
                    known = False
                    continue
                result = returned if result is None else merge_bindings(result, returned)
        if result is None:
            return one(UNKNOWN_VALUE), touched if known else None
        # One result, whichever of the callees it comes from and after however many turns.
        origin = analysis.origin(Item("returned"))
        result = self.calls.results.copy(memory, result, origin, anew=True)
        return result, touched if known else None

    def _is_resolved(self, callee: Value) -> bool:
        return callee.tag in {"function", "transformed", "method", "bound", "symbol"}

    def _passed(
        self,
        memory: Memory,
        called: Called,
        arguments: Arguments,
        number: tuple[int, int],
    ) -> tuple[list[Actual], dict[str, dict[Object, Object]]]:
        """The arguments of one call, and for each of the row's: copied object -> the original."""
        passed: list[Actual] = []
        originals: dict[str, dict[Object, Object]] = {}
        for position, argument in enumerate(called.arguments):
            if not argument.parameter:
                passed.append(Actual(one(PLAIN_VALUE), None, "value", _nowhere(arguments)))
                continue
            for index, actual in enumerate(self._given(memory, argument, arguments)):
                key = Item("passed " + ".".join(map(str, (*number, position, index))))
                copy = self.calls.results.copy(
                    memory,
                    Binding(actual.binding.values),
                    self.analysis.origin(key),
                    anew=True,
                )
                known = originals.setdefault(argument.parameter, {})
                known |= self._pairs(memory, copy, actual.binding)
                # `init=carry` names a parameter of the loop, and none of the callee's.
                name = None if actual.name == argument.parameter else actual.name
                passed.append(
                    actual._replace(
                        binding=copy, temporary=None, path=(), copied_by=None, name=name
                    )
                )
        return passed, originals

    def _given(
        self, memory: Memory, argument: contract.Passed, arguments: Arguments
    ) -> Iterator[Actual]:
        """The actual arguments that one argument of a call stands for."""
        containers = self.analysis.containers
        for actual in arguments.get(argument.parameter, ()):
            if argument.how == "element":
                yield actual._replace(binding=containers.items_of(memory, actual.binding, ELEMENTS))
                continue
            values = list(actual.binding.values)
            length = None
            if argument.how == "*" and len(values) == 1 and isinstance(values[0], Object):
                length = containers.length(memory, values[0])
            if length is None:
                yield actual._replace(splat=argument.how or actual.splat)
                continue
            for index in range(length):
                item = containers.items_of(memory, actual.binding, Item(index))
                yield actual._replace(binding=item)

    def _pairs(self, memory: Memory, copy: Binding, original: Binding) -> dict[Object, Object]:
        """Copied object -> the one it is a copy of: those at the same path."""
        ownership = self.analysis.ownership
        at: dict[tuple[Key, ...], Object] = {
            held.path: held.item.identity for held in ownership.holdings.held(memory, original)
        }
        return {
            held.item.identity: at[held.path]
            for held in ownership.holdings.held(memory, copy)
            if held.path in at
        }

    def supersede(
        self,
        site: CallSite,
        memory: Memory,
        actuals: Sequence[Actual],
        touched: frozenset[Object],
    ) -> None:
        """Mark the parts of the arguments of which a callee has made something newer."""
        ownership = self.analysis.ownership
        for actual in actuals:
            held = {h.item.identity for h in ownership.holdings.held(memory, actual.binding)}
            classes = ownership.holdings.classes(memory, actual.binding)
            if not held & touched:
                continue
            event = self.calls.effects.event(
                site, actual, False, Grounds("library"), sorted(classes)[0]
            )
            ownership.supersede(
                memory, actual.binding, event, actual.temporary, actual.path, touched
            )


def _class_of(item: Object) -> str:
    return str(getattr(item.shape, "class_name", ""))


def _nowhere(arguments: Arguments) -> ast.AST:
    return next(actual.node for actuals in arguments.values() for actual in actuals)
