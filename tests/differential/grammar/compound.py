"""Statements with blocks in them."""

from __future__ import annotations

import sys
from collections.abc import Callable

from tests.differential.grammar.kinds import common
from tests.differential.grammar.statements import Statements
from tests.differential.grammar.writer import Arms

MAXIMAL_DEPTH = 3
EXCEPTIONS = ("RuntimeError", "Exception", "ValueError")


class Blocks(Statements):
    """Draws statements of all forms."""

    def block(self) -> None:
        """A few statements; `ended` tells whether control leaves at their end."""
        self.ended = False
        self.level += 1
        start = len(self.lines)
        for _ in range(self.pick([1, 2, 3])):
            if self.ended or (self.left <= 0 and len(self.lines) > start):
                break
            self.statement()
        if len(self.lines) == start:
            self.write("pass")
        self.level -= 1

    def statement(self) -> None:
        """One statement, compound ones while there is room."""
        self.left -= 1
        simple: list[Callable[[], None]] = [
            self.read_one,
            self.assign_state,
            self.call_layer,
            self.call_helper,
            self.keep_coroutine,
            self.await_kept,
            self.build,
            self.take_apart,
            self.store,
            self.replace,
            self.use,
            self.swap,
            self.leave,
            self.yield_one,
            self.thunk,
            self.maker,
            self.stream,
            self.function,
            self.call_method,
            self.call_agent,
            self.differentiate,
            self.list_states,
            self.append,
            self.chain,
        ]
        compound: list[Callable[[], None]] = [
            self.branch,
            self.branch_on_none,
            self.for_loop,
            self.while_loop,
            self.try_except,
            self.loop_over_states,
            self.match,
            self.with_block,
        ]
        deep = self.level > MAXIMAL_DEPTH or self.left < 2
        self.pick(simple if deep else [*simple, *compound])()

    # Branches

    def branch(self) -> None:
        arms = Arms(self)
        self.write(f"if {self.condition()}:")
        arms.arm(self.block)
        self._else(arms)

    def branch_on_none(self) -> None:
        """A branch in which an Optional State is one."""
        names = self.known("Option")
        if not names:
            self.branch()
            return
        name, target = names[0], self.target()
        arms = Arms(self)
        self.write(f"if {name} is not None:")

        def bound() -> None:
            self.level += 1
            self.write(f"{target} = {name}")
            self.bind(target)
            self.level -= 1
            self.block()

        arms.arm(bound)
        self._else(arms)

    def _else(self, arms: Arms) -> None:
        if self.maybe():
            self.write("else:")
            arms.arm(self.block)
        else:
            arms.arm(lambda: None)
        arms.end()

    def match(self) -> None:
        """A match over a display, a container, an object, or what a helper returns."""
        options = [(f"({self.place()}, {self.place()})", "(c, d)")]
        options += [(name, "(c, d)") for name in self.known("Pair")]
        options += [(name, "Two(first=c, second=d)") for name in self.known("Two")]
        options += [(name, "Holder(state=c, other=d)") for name in self.known("Holder")]
        options += [(name, '{"k": c}') for name in self.known("Dict")]
        options += [(self.call(helper), "(c, d)") for helper in self.giving("Pair")]
        options += [(self.call(helper), "(x, c)") for helper in self.giving("Result")]
        options += [(self.call(helper), "(x, (c, d))") for helper in self.giving("Nested")]
        subject, pattern = self.pick(options)
        arms = Arms(self)
        self.write(f"match {subject}:")
        self.level += 1
        self.write(f"case {pattern} if {self.condition()}:")

        def bound() -> None:
            for name in ("c", "d"):
                if name in pattern.replace("second", "").replace("case", ""):
                    self.bind(name)
            self.block()

        arms.arm(bound)
        self.write("case _:")
        arms.arm(self.block)
        self.level -= 1
        arms.end()

    # Loops

    def for_loop(self) -> None:
        self.loop("for _ in items():")

    def while_loop(self) -> None:
        self.loop("while ready():")

    def loop_over_states(self) -> None:
        """Over a generator, too; it is not one that consumes what its own loop rebinds."""
        name = self.target()
        heads = [(name, f"({self.place()}, {self.place()})")]
        for known in self.known("List"):
            heads += [(name, known), (f"_, {name}", f"enumerate({known})")]
        heads += [(name, known) for known in self.known("Stream") + self.known("Rest")]
        if not (place := self.place()).startswith(name):
            heads.append((name, f"versions(layer, {place})"))
            if self.awaits:
                heads.append((name, f"changes(layer, {place})"))
        target, iterable = self.pick(heads)
        word = "async for" if iterable.startswith("changes") else "for"
        self.loop(f"{word} {target} in {iterable}:", name)

    def loop(self, head: str, *bound: str) -> None:
        """A loop; `bound` are the names that it binds in each turn."""
        self.write(head)
        outside, self.in_loop = self.in_loop, True
        # What the body binds is not bound if it never runs, and what it binds anew may change kind.
        # What is awaited in one turn can't be awaited in the next.
        before = {name: kind for name, kind in self.kinds.items() if kind != "Task"}
        self.kinds = dict(before)
        for name in bound:
            self.bind(name)
        self.block()
        self.kinds = common([before, {**before, **self.kinds}])
        self.in_loop = outside
        if self.pick([0, 0, 1]):
            before = dict(self.kinds)
            self.write("else:")
            self.block()
            self.kinds = common([before, self.kinds])
        self.ended = False

    # Blocks that may be left by an exception

    def with_block(self) -> None:
        before = dict(self.kinds)
        if self.maybe():
            name = self.target()
            lending = ["with lent", "async with reserved"] if self.awaits else ["with lent"]
            self.write(f"{self.pick(lending)}({self.place()}) as {name}:")
            self.bind(name)
            self.block()
            return
        self.write("with contextlib.suppress(RuntimeError):")
        self.block()
        self.kinds = common([before, self.kinds])
        self.ended = False

    def try_except(self) -> None:
        arms = Arms(self)
        before = dict(self.kinds)
        shape = self.pick(["except", "except else", "finally", "except finally", "except*"])
        if sys.version_info < (3, 11):
            shape = shape.replace("*", "")
        self.write("try:")
        self.block()
        body, body_ended = dict(self.kinds), self.ended
        unsure = common([before, body])
        if "except" in shape:
            outside = self.in_loop, self.may_return
            if "*" in shape:
                self.in_loop = self.may_return = False
            self.write(f"except{'*' if '*' in shape else ''} {self.pick(EXCEPTIONS)}:")
            arms.arm(self.block, unsure)
            self.in_loop, self.may_return = outside

        def otherwise() -> None:
            if "else" in shape:
                self.write("else:")
                self.block()
            self.ended |= body_ended

        arms.arm(otherwise, body)
        arms.end()
        if "finally" in shape:
            self._finally(unsure)

    def _finally(self, unsure: dict[str, str]) -> None:
        """What it binds is bound whichever way it was reached; it never leaves by itself."""
        ended, after = self.ended, self.kinds
        self.kinds = common([unsure, after])
        known = dict(self.kinds)
        self.write("finally:")
        self.level += 1
        self.read_one()
        if self.maybe():
            self.assign_state()
        self.level -= 1
        bound = {name: kind for name, kind in self.kinds.items() if name in known}
        self.kinds = {**after, **bound}
        self.ended = ended
