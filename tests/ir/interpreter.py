"""Run a lowered body on real values, to compare what it does with what Python does.

Only what the random programs of `test_against_python` contain is implemented.  Decisions that the
IR leaves open (does an `except` clause match, is there a next element, does `__exit__` swallow the
exception) are made with the real values.
"""

import ast
from collections.abc import Callable, Generator
from typing import Any

from mypy_eqxstate.ir import model
from mypy_eqxstate.ir.model import Body, UseKind, Variable

# The variables of a call and of the calls around it, by the name of the body.
Frames = dict[str, dict[Variable, Any]]


class Iterator:
    """An iterator that can be asked whether it has more."""

    def __init__(self, values: Any) -> None:
        self.values = iter(values)
        self.raised: Exception | None = None
        self.following: Any = None

    def has_more(self) -> bool:
        """Fetch the next value; what that raises is kept for whoever takes the value."""
        try:
            self.following = next(self.values)
        except StopIteration:
            return False
        except Exception as exception:
            self.raised = exception
        return True

    def take(self) -> Any:
        """Give what was fetched."""
        if self.raised is not None:
            raise self.raised
        return self.following


class Interpreter:
    """Bodies of one module."""

    def __init__(self, body_named: Callable[[str], Body], names: dict[str, Any]) -> None:
        self.body_named = body_named
        self.frames: Frames = {"": {Variable(name, ""): each for name, each in names.items()}}

    def call(self, body: Body, arguments: list[Any], around: Frames | None = None) -> Any:
        """Run a body, or start a generator."""
        own = dict(zip(body.parameters, arguments, strict=True))
        run = _Run(self, body, {**(around or self.frames), body.name: own}).run()
        if body.is_generator:
            return run
        try:
            next(run)
        except StopIteration as end:
            return end.value
        raise AssertionError("no generator yields")


class _Run:
    def __init__(self, interpreter: Interpreter, body: Body, frames: Frames) -> None:
        self.interpreter = interpreter
        self.frames = frames
        self.body = body
        self.values: dict[int | None, Any] = {}
        self.last: Any = None
        # Exceptions on their way outwards; inner ones (raised in a `finally` meanwhile) last.
        self.in_flight: list[Exception] = []
        self.handled: Exception | None = None

    def run(self) -> Generator[Any, None, Any]:
        index = 0
        while True:
            block = self.body.blocks[index]
            try:
                for operation in block.operations:
                    method = getattr(self, f"do_{type(operation).__name__}")
                    self.last = method(operation, block)
                    if isinstance(operation, model.Yield):
                        yield self.last
                        self.last = None
                    target = getattr(operation, "target", None)
                    if target is not None:
                        self.values[target] = self.last
            except Exception as exception:
                self.in_flight.append(exception)
                if block.handler is None:
                    raise
                index = block.handler
                continue
            end = block.terminator
            if isinstance(end, model.Return):
                return None if end.source is None else self.values[end.source]
            if isinstance(end, model.Leave):
                raise self.in_flight.pop()
            if isinstance(end, model.Jump):
                index = end.block
            elif isinstance(end, model.Suppress):
                leaving = self.in_flight.pop()
                if self.last:
                    index = end.swallowed
                elif end.reraised is None:
                    raise leaving
                else:
                    self.in_flight.append(leaving)
                    index = end.reraised
            else:
                index = end.then if self.decide(end) else end.otherwise

    def decide(self, branch: model.Branch) -> bool:
        if branch.condition is not None:
            return bool(self.values[branch.condition])
        if isinstance(branch.node, ast.ExceptHandler):
            if isinstance(self.in_flight[-1], self.last):
                self.handled = self.in_flight.pop()
                return True
            return False
        if isinstance(branch.node, ast.Assert):
            return True  # Python runs without `-O`
        following = self.body.blocks[branch.then].operations[0]
        assert isinstance(following, model.Next)
        iterator: Iterator = self.values[following.iterator]
        return iterator.has_more()

    # What each operation does; the result goes to its target.

    def do_ReadVariable(self, op: model.ReadVariable, block: model.Block) -> Any:  # noqa: N802
        if op.variable.name == "Exception":
            self.handled = self.in_flight.pop()  # such a clause is entered without a branch
        return self.frames[op.variable.owner][op.variable]

    def do_WriteVariable(self, op: model.WriteVariable, block: model.Block) -> None:  # noqa: N802
        self.frames[op.variable.owner][op.variable] = self.values[op.source]

    def do_DeleteVariable(self, op: model.DeleteVariable, block: model.Block) -> None:  # noqa: N802
        # Python itself ignores that the name of an `except` clause is gone already.
        self.frames[op.variable.owner].pop(op.variable, None)

    def do_ReadAttribute(self, op: model.ReadAttribute, block: model.Block) -> Any:  # noqa: N802
        return getattr(self.values[op.base], op.name)

    def do_WriteAttribute(self, op: model.WriteAttribute, block: model.Block) -> None:  # noqa: N802
        if op.source is None:
            delattr(self.values[op.base], op.name)
        else:
            setattr(self.values[op.base], op.name, self.values[op.source])

    def do_ReadItem(self, op: model.ReadItem, block: model.Block) -> Any:  # noqa: N802
        return self.values[op.base][self.values[op.index]]

    def do_WriteItem(self, op: model.WriteItem, block: model.Block) -> None:  # noqa: N802
        if op.source is None:
            del self.values[op.base][self.values[op.index]]
        else:
            self.values[op.base][self.values[op.index]] = self.values[op.source]

    def do_Unpack(self, op: model.Unpack, block: model.Block) -> Any:  # noqa: N802
        elements = list(self.values[op.source])
        if op.rest:
            return elements[op.position : len(elements) - op.after]
        return elements[op.position]

    def do_Constant(self, op: model.Constant, block: model.Block) -> Any:  # noqa: N802
        return op.value

    def do_Build(self, op: model.Build, block: model.Block) -> Any:  # noqa: N802
        elements: list[Any] = []
        for element in op.elements:
            value = self.values[element.source]
            elements.extend(value if element.splat else [value])
        return tuple(elements) if op.kind == "tuple" else elements

    def do_Append(self, op: model.Append, block: model.Block) -> None:  # noqa: N802
        self.values[op.container].append(self.values[op.source])

    def do_Alias(self, op: model.Alias, block: model.Block) -> Any:  # noqa: N802
        return self.values[op.source]

    def do_Call(self, op: model.Call, block: model.Block) -> Any:  # noqa: N802
        positional: list[Any] = []
        keywords: dict[str, Any] = {}
        for argument in op.arguments:
            value = self.values[argument.source]
            if argument.splat == "*":
                positional.extend(value)
            elif argument.name is not None:
                keywords[argument.name] = value
            else:
                positional.append(value)
        return self.values[op.callee](*positional, **keywords)

    def do_Compute(self, op: model.Compute, block: model.Block) -> Any:  # noqa: N802
        operands = [self.values[operand] for operand in op.operands]
        if op.how is UseKind.UNKNOWN:
            return self.handled
        if op.how is UseKind.RAISE:
            if isinstance(op.node, ast.Assert):
                raise AssertionError(*operands)
            raise operands[0]
        if op.how is UseKind.TEST:
            return not operands[0]
        if op.how is UseKind.IDENTITY:
            return operands[0] is operands[1]
        if op.how is UseKind.COMPARISON:
            return operands[0] < operands[1]
        if op.how is UseKind.FORMAT:
            return "".join(format(operand) for operand in operands)
        assert op.how is UseKind.OPERATOR
        return operands[0] + operands[1]

    def do_MakeFunction(self, op: model.MakeFunction, block: model.Block) -> Any:  # noqa: N802
        inner = self.interpreter.body_named(op.name)
        defaults = [self.values[value] for _, value in op.defaults]

        def function(*arguments: Any) -> Any:
            missing = len(inner.parameters) - len(arguments)
            given = [*arguments, *defaults[len(defaults) - missing :]]
            return self.interpreter.call(inner, given, self.frames)

        return function

    def do_Iterate(self, op: model.Iterate, block: model.Block) -> Any:  # noqa: N802
        return Iterator(self.values[op.source])

    def do_Next(self, op: model.Next, block: model.Block) -> Any:  # noqa: N802
        iterator: Iterator = self.values[op.iterator]
        return iterator.take()

    def do_Yield(self, op: model.Yield, block: model.Block) -> Any:  # noqa: N802
        return self.values[op.source]

    def do_Enter(self, op: model.Enter, block: model.Block) -> Any:  # noqa: N802
        return self.values[op.context].__enter__()

    def do_Exit(self, op: model.Exit, block: model.Block) -> Any:  # noqa: N802
        failing = isinstance(block.terminator, model.Suppress) and op is block.operations[-1]
        kind = type(self.in_flight[-1]) if failing else None
        return self.values[op.context].__exit__(kind, None, None)
