"""The body under construction: blocks, temporaries, and the ways out of a piece of code.

The rules of the lowering (`expressions`, `statements`, ...) are functions over a `Builder`; it
finds the rule of a node in a table, so that the rules need not know each other.

Two ideas carry it:

* *Reached.*  A block is reached once a reached block names it as a successor or as its handler.
  Nothing is lowered into a block that is not reached, so code behind `return` costs nothing, and
  neither does an `else` that nothing jumps to.
* *Frames.*  Whatever has to happen when control leaves a piece of code - a `finally` body, an
  `__exit__`, the deletion of an `except` name - is a `Cleanup` on a stack, as are the loops.
  `return`, `break` and `continue` lower the cleanups on their way, innermost first, each in the
  context (handler, loop) outside of its own statement:

      for x in xs:
          try:
              break                 # copies `close()`, then jumps behind the loop
          finally:
              close()
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from mypy_eqxstate.ir.model import (
    KEPT,
    Block,
    BlockIndex,
    Branch,
    Compute,
    Destination,
    Fact,
    Jump,
    Leave,
    Loop,
    Operation,
    Place,
    Return,
    Suppress,
    Temporary,
    UseKind,
    Variable,
    WriteVariable,
)
from mypy_eqxstate.ir.scopes import BodyScopes, ItemKeys, Scope, ScopeKind

ExpressionRule = Callable[["Builder", Any, Destination], Temporary]
StatementRule = Callable[["Builder", Any], None]


class Language(NamedTuple):
    """The rules of the lowering, by node class."""

    expressions: Mapping[type, ExpressionRule]
    statements: Mapping[type, StatementRule]


class Questions(NamedTuple):
    """What the lowering asks others.

    `reachable`: whether control can reach a statement at all (a type checker may know better).
    `never_returns`: whether a call never comes back.
    `uses`: how a variable is read, anywhere; an empty set if it never is.
    `names`: the qualified names of the functions and classes defined in the body.
    `absolute`: the absolute module name that an import statement means.
    `imported`: whether another module imports this one, which is then not run as a script.
    `none_tests`: functions of the module that say whether they are given None (`ir/none_tests.py`).
    """

    reachable: Callable[[ast.stmt], bool]
    never_returns: Callable[[ast.Call], bool]
    uses: Callable[[Variable], ItemKeys]
    names: Mapping[ast.AST, str]
    absolute: Callable[[str | None, int], str]
    imported: bool
    none_tests: Mapping[str, bool]


class Cleanup(NamedTuple):
    """What happens when control leaves a statement, and the context that it happens in."""

    action: Callable[[], None]
    handler: BlockIndex | None
    loop: int | None


class LoopTargets(NamedTuple):
    """Where `break` and `continue` go."""

    after: BlockIndex
    header: BlockIndex


class Builder:
    """A body under construction; see the module's comment."""

    def __init__(self, scopes: BodyScopes, language: Language, questions: Questions) -> None:
        self.scopes = scopes
        self.scope: Scope = scopes.scope
        self.language = language
        self.questions = questions
        self.blocks: list[Block] = []
        self.reached: list[bool] = []
        self.order: list[BlockIndex] = []  # in which they were lowered: that of the source
        self.loops: list[Loop] = []
        self.places: dict[Temporary, Place] = {}
        self.parts: dict[Temporary, tuple[Temporary, ...]] = {}
        self.approximated: set[str] = set()
        self.frames: list[Cleanup | LoopTargets] = []
        self.handler: BlockIndex | None = None
        self.loop: int | None = None
        self.bound_in_class: set[Variable] = set()
        self._temporaries = 0
        entry = self.new_block()
        self.reached[entry] = True
        self.start(entry)

    # --- Blocks ---------------------------------------------------------------------------------

    def new_block(self) -> BlockIndex:
        """A block that belongs to the present context (handler and loop); not reached yet."""
        index = len(self.blocks)
        self.blocks.append(Block(index, handler=self.handler, loop=self.loop))
        self.reached.append(False)
        return index

    def start(self, index: BlockIndex) -> None:
        """Go on lowering at the block, in the context that it was made for."""
        self.order.append(index)
        self.block = self.blocks[index]
        self.live = self.reached[index]
        self.handler = self.block.handler
        self.loop = self.block.loop
        self.operations = self.block.operations
        if self.live and self.handler is not None:
            self.reached[self.handler] = True

    def emit(self, operation: Operation) -> None:
        """Add an operation at the end of the present block."""
        if self.live:
            self.operations.append(operation)

    def temporary(self) -> Temporary:
        """A new temporary."""
        self._temporaries += 1
        return self._temporaries

    def set_handler(self, handler: BlockIndex | None) -> None:
        """From here on exceptions go elsewhere: that needs a new block."""
        self.handler = handler
        following = self.new_block()
        self.jump(following)
        self.start(following)

    # --- Terminators ----------------------------------------------------------------------------

    def jump(self, target: BlockIndex) -> None:
        """End the block: go on at `target`."""
        if self.live:
            self.block.terminator = Jump(target)
            self.reached[target] = True
            self.live = False

    def branch(
        self,
        condition: Temporary | None,
        then: BlockIndex,
        otherwise: BlockIndex,
        node: ast.AST,
        facts: tuple[tuple[Fact, ...], tuple[Fact, ...]] = ((), ()),
        subject: Temporary | None = None,
    ) -> None:
        """End the block: go on at either of two."""
        if self.live:
            self.block.terminator = Branch(condition, then, otherwise, node, *facts, subject)
            self.reached[then] = self.reached[otherwise] = True
            self.live = False

    def suppress(self, context: ast.expr, swallowed: BlockIndex, outer: BlockIndex | None) -> None:
        """End the block that runs `__exit__` on the way of an exception."""
        if self.live:
            self.block.terminator = Suppress(context, swallowed, outer)
            self.reached[swallowed] = True
            if outer is not None:
                self.reached[outer] = True
            self.live = False

    def leave(self) -> None:
        """End the block: the path goes nowhere."""
        if self.live:
            self.block.terminator = Leave()
            self.live = False

    def raise_further(self, handler: BlockIndex | None) -> None:
        """End the block: the exception in flight goes on outwards."""
        if handler is None:
            self.leave()
        else:
            self.jump(handler)

    def leave_by_return(self, source: Temporary | None, node: ast.AST) -> None:
        """`return`: run every cleanup, then leave the body."""
        self._unwind(0)
        if self.live:
            self.block.terminator = Return(source, node)
            self.live = False

    def leave_loop(self, *, again: bool) -> None:
        """`break` and `continue`: run the cleanups inside the loop, then jump."""
        for position in range(len(self.frames) - 1, -1, -1):
            frame = self.frames[position]
            if isinstance(frame, LoopTargets):
                self._unwind(position + 1)
                self.jump(frame.header if again else frame.after)
                return
        self.leave()  # outside of any loop: no legal Python

    def _unwind(self, position: int) -> None:
        saved, handler, loop = self.frames, self.handler, self.loop
        for index in range(len(saved) - 1, position - 1, -1):
            frame = saved[index]
            if isinstance(frame, Cleanup) and self.live:
                self.frames = saved[:index]
                self.loop = frame.loop
                self.set_handler(frame.handler)
                frame.action()
        self.frames, self.handler, self.loop = saved, handler, loop

    # --- Names ----------------------------------------------------------------------------------

    def variable_read(self, name: str) -> Variable:
        """The variable that reading the name here reads."""
        scope = self.scope
        variable = scope.resolve(name)
        if (
            scope.kind is ScopeKind.CLASS
            and variable not in self.bound_in_class
            and name in scope.bindings
            and name not in scope.declared
        ):
            return scope.resolve_outside(name)
        return variable

    def write_name(self, name: str, source: Temporary, node: ast.AST) -> Variable:
        """Bind a name of the present scope."""
        variable = self.scope.resolve(name)
        if self.scope.kind is ScopeKind.CLASS:
            self.bound_in_class.add(variable)
        self.emit(WriteVariable(variable, source, node))
        return variable

    # --- Nodes ----------------------------------------------------------------------------------

    def expression(self, node: ast.expr, destination: Destination = KEPT) -> Temporary:
        """Lower an expression; its value is in the temporary."""
        if not self.live:
            return self.temporary()
        rule = self.language.expressions.get(type(node))
        if rule is None:
            return self.approximate(node)
        return rule(self, node, destination)

    def statements(self, nodes: Iterable[ast.stmt]) -> None:
        """Lower statements, as far as control reaches them.

        A statement that `reachable` denies ends its path: control does not get there, so it does
        not get behind it either.
        """
        reachable = self.questions.reachable
        rules = self.language.statements
        for node in nodes:
            if not self.live:
                return
            if not reachable(node):
                self.leave()
                return
            rule = rules.get(type(node))
            if rule is None:
                self.approximate(node)
            else:
                rule(self, node)

    def unknown(self, node: ast.AST) -> Temporary:
        """A value that nothing is known of."""
        target = self.temporary()
        self.emit(Compute(target, (), UseKind.UNKNOWN, node))
        return target

    def approximate(self, node: ast.AST) -> Temporary:
        """Syntax without a rule: all that is inside it is evaluated and used, names are bound.

        Statements inside it may run or not.
        """
        self.approximated.add(type(node).__name__)
        operands: list[Temporary] = []
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                operands.append(self.expression(child))
            elif isinstance(child, ast.stmt):
                inside, after = self.new_block(), self.new_block()
                self.branch(None, inside, after, node)
                self.start(inside)
                self.statements([child])
                self.jump(after)
                self.start(after)
            elif not isinstance(child, (ast.expr_context, ast.operator, ast.cmpop)):
                operands.append(self.approximate(child))
        target = self.temporary()
        self.emit(Compute(target, tuple(operands), UseKind.UNKNOWN, node))
        return target
