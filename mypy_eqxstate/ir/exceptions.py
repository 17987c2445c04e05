"""`try`, `with`, `raise`, `assert`: where control goes when something is raised.

    try: A                    A runs with handler D
    except E: B               D: evaluate E; branch (none) B : the next handler, at last outwards
    finally: C                C is copied: behind A and B, onto every `return`/`break`/`continue`,
                              and onto the way of an exception, behind which it is raised further

A `raise` is a `Compute` of kind RAISE, whose exception edge leads to the handler, and a `Leave`.

An `assert` may not run at all (`python -O`).  Where its test calls something, so that it may do
something, there is a path around it; any other test is taken to run, for the sake of its facts.

Of `except*` clauses those behind one that has raised run all the same, and what was raised goes
outwards behind the last one: they are copied onto that way.

Limits.  A handler for `Exception` or `BaseException` is taken to catch everything.  Which
exceptions an operation can raise is not known: every handler of a `try` may run.
"""

from __future__ import annotations

import ast
from typing import Any

from mypy_eqxstate.ir.builder import Builder, Cleanup
from mypy_eqxstate.ir.conditions import lower_condition
from mypy_eqxstate.ir.model import BlockIndex, Compute, DeleteVariable, Enter, Exit, UseKind
from mypy_eqxstate.ir.targets import assign

_CATCH_ALL = frozenset(("BaseException", "Exception"))

# Calls that only look: leaving them out changes nothing.
_LOOKING = frozenset(("isinstance", "issubclass", "callable", "hasattr", "len", "all", "any"))


def lower_try(builder: Builder, node: Any) -> None:
    """`try` and `try ... except*` with all their clauses."""
    if not node.finalbody:
        _try_except(builder, node)
        return
    outer = builder.handler
    after, failed = builder.new_block(), builder.new_block()
    cleanup = Cleanup(lambda: builder.statements(node.finalbody), outer, builder.loop)
    builder.frames.append(cleanup)
    builder.set_handler(failed)
    if node.handlers:
        _try_except(builder, node)
    else:
        builder.statements(node.body)
    builder.frames.pop()
    builder.set_handler(outer)
    builder.statements(node.finalbody)
    builder.jump(after)
    builder.start(failed)
    builder.statements(node.finalbody)
    builder.raise_further(outer)
    builder.start(after)


def _try_except(builder: Builder, node: Any) -> None:
    outward = builder.handler
    dispatch, join = builder.new_block(), builder.new_block()
    builder.set_handler(dispatch)
    builder.statements(node.body)
    builder.set_handler(outward)
    builder.statements(node.orelse)
    builder.jump(join)
    builder.start(dispatch)
    is_group = type(node).__name__ == "TryStar"
    # Where an exception goes that a clause of a group raises: the later ones run all the same.
    raising = [builder.new_block() for _ in node.handlers[1:]] if is_group else []
    catches_all = False
    for number, handler in enumerate(node.handlers):
        catches_all = catches_all or _catches_all(handler)
        if handler.type is not None:
            builder.expression(handler.type)
        inside, following = builder.new_block(), builder.new_block()
        if catches_all:
            builder.jump(inside)
        else:
            builder.branch(None, inside, following, handler)
        builder.start(inside)
        if is_group and not catches_all:
            # What is left of a group goes on to the next handlers, and at last outwards.
            handled = builder.new_block()
            if number < len(raising):
                builder.set_handler(raising[number])
            _handler(builder, handler, handled)
            builder.start(handled)
            builder.branch(None, join, following, handler)
        else:
            _handler(builder, handler, join)
        builder.start(following)
    builder.raise_further(outward)
    for number, handler in enumerate(node.handlers[1:] if raising else ()):
        _run_while_raising(builder, handler, raising[number:], outward)
    builder.start(join)


def _run_while_raising(
    builder: Builder,
    handler: ast.ExceptHandler,
    raising: list[BlockIndex],
    outward: BlockIndex | None,
) -> None:
    """A clause of a group once more, after an earlier one has raised: nobody gets behind it."""
    following = raising[1] if len(raising) > 1 else builder.new_block()
    builder.start(raising[0])
    if handler.type is not None:
        builder.expression(handler.type)
    inside = builder.new_block()
    builder.branch(None, inside, following, handler)
    builder.start(inside)
    builder.set_handler(following)
    _handler(builder, handler, following)
    if len(raising) == 1:
        builder.start(following)
        builder.raise_further(outward)


def _catches_all(handler: ast.ExceptHandler) -> bool:
    kind = handler.type
    kinds = kind.elts if isinstance(kind, ast.Tuple) else [kind]
    return any(
        each is None or (isinstance(each, ast.Name) and each.id in _CATCH_ALL) for each in kinds
    )


def _handler(builder: Builder, handler: ast.ExceptHandler, following: BlockIndex) -> None:
    if handler.name is None:
        builder.statements(handler.body)
        builder.jump(following)
        return
    variable = builder.write_name(handler.name, builder.unknown(handler), handler)

    def forget() -> None:
        builder.emit(DeleteVariable(variable, handler))

    builder.frames.append(Cleanup(forget, builder.handler, builder.loop))
    builder.statements(handler.body)
    builder.frames.pop()
    forget()
    builder.jump(following)


def lower_with(builder: Builder, node: ast.With | ast.AsyncWith) -> None:
    """`with a as x, b as y: ...`, which means `with a as x: with b as y: ...`."""
    _with_item(builder, node, 0)


def _with_item(builder: Builder, node: ast.With | ast.AsyncWith, position: int) -> None:
    if position == len(node.items):
        builder.statements(node.body)
        return
    item = node.items[position]
    expression = item.context_expr
    context = builder.expression(expression)
    entered = builder.temporary()
    builder.emit(Enter(entered, context, expression))
    outer = builder.handler
    after, failed = builder.new_block(), builder.new_block()

    def leave() -> None:
        builder.emit(Exit(context, expression))

    builder.frames.append(Cleanup(leave, outer, builder.loop))
    builder.set_handler(failed)
    if item.optional_vars is not None:
        assign(builder, item.optional_vars, entered)
    _with_item(builder, node, position + 1)
    builder.frames.pop()
    builder.set_handler(outer)
    leave()
    builder.jump(after)
    builder.start(failed)
    leave()
    builder.suppress(expression, after, outer)
    builder.start(after)


def lower_raise(builder: Builder, node: ast.Raise) -> None:
    """`raise exception from cause`."""
    operands = [builder.expression(each) for each in (node.exc, node.cause) if each is not None]
    builder.emit(Compute(None, tuple(operands), UseKind.RAISE, node))
    builder.leave()


def lower_assert(builder: Builder, node: ast.Assert) -> None:
    """`assert test, message`: the message is evaluated on the failing path only."""
    passed, failed = builder.new_block(), builder.new_block()
    if _does_something(node.test):
        tested = builder.new_block()
        builder.branch(None, tested, passed, node)
        builder.start(tested)
    lower_condition(builder, node.test, passed, failed)
    builder.start(failed)
    operands = () if node.msg is None else (builder.expression(node.msg),)
    builder.emit(Compute(None, operands, UseKind.RAISE, node))
    builder.leave()
    builder.start(passed)


def _does_something(test: ast.expr) -> bool:
    return any(
        isinstance(each, ast.Call)
        and not (isinstance(each.func, ast.Name) and each.func.id in _LOOKING)
        for each in ast.walk(test)
    )
