"""One run of a program: what is decided, and what was seen.

Everything undecided (`ready()`, `items()`, what raises) is asked of the `World`, which follows a
given list of decisions and writes down how many ways there were, so that `judge` can go through
all of them. Besides it keeps what the comparison asks for later:

- the uses of old States, with what made them old;
- the *steps* of the outermost function, one for each time that a statement was carried out, with
  what had made old what it used: a message without "may" must be right in all of them;
- on lines that are *watched*, which objects certain places hold, and everywhere which objects a
  line struck (an object is named by the lines that made it, as the analysis names it);
- the values that were read (how often each had been set) and whether they were superseded, for the
  comparison with the run in which every State is handed on properly.
"""

from __future__ import annotations

import dataclasses
import random
import sys
import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

PROGRAM = "<program>"
MAXIMAL_TURNS = 3
MAXIMAL_FAILURES = 2
MAXIMAL_DECISIONS = 40
MAXIMAL_USES = 400
MAXIMAL_STATEMENTS = 400
# On the stack there is the driver, and the function that it has called.
OUTERMOST = 2

Lines = tuple[int, ...]


class TooLongError(BaseException):
    """The program runs longer than is of interest; it catches no such exception."""


@dataclass(frozen=True)
class Cause:
    """What made something old.

    Attributes:
        rule: the rule that a use breaks from then on.
        lines: the lines at work then, the innermost first.
        taken: how the State that was struck had been taken out of a list, if it had.
        shared: the call got the same object, or a copy of it, from another place, too.
    """

    rule: str
    lines: Lines
    taken: str = ""
    shared: bool = False


@dataclass(frozen=True)
class Use:
    """A use of something old.

    Attributes:
        lines: the lines of the program at work, the innermost first: a use in a helper is also one
            on the line that called it.
        causes: what made it old; two if it was both invalidated and superseded.
        taken: how it had been taken out of a list: by a "loop" (with the line of the first loop
            over that list), by "pop", or not at all.
        lost: what made it old was done by a call that failed afterwards.
    """

    lines: Lines
    causes: frozenset[Cause]
    taken: str = ""
    lost: bool = False


@dataclass
class Step:
    """One statement, carried out once.

    Attributes:
        line: where it stands.
        before: the lines before it.
        old: the watched places that held something old when it began, and nothing else.
        causes: what had made old what it used.
        ended: no exception has left it.
    """

    line: int
    before: frozenset[int]
    old: frozenset[str] = frozenset()
    causes: set[Cause] = field(default_factory=set)
    ended: bool = True


@dataclass
class World:
    """One run.

    Attributes:
        decisions: what to decide, in this order; 0 from then on, or what `chance` says.
        chance: decides what is not in the list; failures are as rare as `failing` says.
        threading: hand every newer State on to where the older one was read, properly.
        watched: by line, the places to look into whenever it is carried out.
    """

    decisions: Sequence[int] = ()
    chance: random.Random | None = None
    failing: float = 0.0
    threading: bool = False
    watched: Mapping[int, Sequence[str]] = field(default_factory=dict)
    made: list[tuple[int, int]] = field(default_factory=list)
    uses: list[Use] = field(default_factory=list)
    readings: list[tuple[int, bool]] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    carried_out: frozenset[int] = frozenset()
    statements: int = 0
    held: set[tuple[int, str, Lines]] = field(default_factory=set)
    struck: set[tuple[int, Lines]] = field(default_factory=set)
    causes: list[Cause] = field(default_factory=list)
    lost: set[int] = field(default_factory=set)
    reached: set[int] = field(default_factory=set)
    spared: set[int] = field(default_factory=set)
    renewed: set[int] = field(default_factory=set)
    returned: tuple[object, Lines] = (None, ())
    prepared: dict[int, tuple[Any, Any]] = field(default_factory=dict)
    trying: int = 0
    raised: int = 0
    turns: dict[int, int] = field(default_factory=dict)
    iterated: dict[int, tuple[object, int]] = field(default_factory=dict)
    current: dict[types.FrameType, Step] = field(default_factory=dict)

    # Decisions

    def choose(self, ways: int, fails: bool = False) -> int:
        """Decide between some ways, 0 the default."""
        position = len(self.made)
        if position >= MAXIMAL_DECISIONS:
            raise TooLongError
        chosen = 0
        if position < len(self.decisions):
            chosen = self.decisions[position] % ways
        elif self.chance is not None and not (fails and self.chance.random() > self.failing):
            chosen = self.chance.randrange(ways)
        self.made.append((chosen, ways))
        return chosen

    def may_raise(self) -> None:
        """An operation inside `try` may fail."""
        if self.trying:
            self.fail()

    def fail(self) -> None:
        """Fail or not, with either of two exceptions."""
        chosen = self.choose(3, fails=True) if self.raised < MAXIMAL_FAILURES else 0
        if chosen:
            self.raised += 1
            raise (RuntimeError, ValueError)[chosen - 1]("as decided")

    # Seeing

    def strike(self, rule: str, origin: Lines, taken: str, shared: bool = False) -> Cause:
        """Something becomes old: what is at work is the cause."""
        lines = lines_at_work()
        cause = Cause(rule, lines, taken, shared)
        self.causes.append(cause)
        self.struck.update((line, origin) for line in lines)
        return cause

    def lose(self, causes: int, uses: int) -> None:
        """A call fails: what it has made old, and has used then, is known to nobody.

        Args:
            causes: how many there were when it began.
            uses: the same.
        """
        made = self.causes[causes:]
        self.lost.update(id(cause) for cause in made)
        self.uses[uses:] = [
            dataclasses.replace(use, lost=use.lost or use.causes <= {*made})
            for use in self.uses[uses:]
        ]

    def use(self, causes: frozenset[Cause], taken: str, lines: Lines | None) -> None:
        """Something old is used."""
        lost = all(id(cause) in self.lost for cause in causes)
        self.uses.append(Use(lines or lines_at_work(), causes, taken, lost))
        if len(self.uses) > MAXIMAL_USES:
            raise TooLongError
        frame: types.FrameType | None = sys._getframe(1)
        while frame is not None:
            step = self.current.get(frame)
            if step is not None and step.line == frame.f_lineno:
                step.causes |= causes
            frame = frame.f_back

    def begin_step(
        self, frame: types.FrameType, look: Callable[[str, types.FrameType], Mapping[Lines, bool]]
    ) -> None:
        """A statement of a function begins.

        Args:
            frame: the function's.
            look: the objects that a place holds in a function, by the lines that made them, and
                whether they are old.
        """
        line = frame.f_lineno
        self.statements += 1
        self.reached.add(line)
        if self.statements > MAXIMAL_STATEMENTS:
            raise TooLongError
        held = {place: look(place, frame) for place in self.watched.get(line, ())}
        for place, objects in held.items():
            self.held.update((line, place, origin) for origin in objects)
        if frame in self.current or _depth(frame) == OUTERMOST:
            old = frozenset(p for p, objects in held.items() if objects and all(objects.values()))
            self.current[frame] = Step(line, self.carried_out, old)
            self.steps.append(self.current[frame])
            if line not in self.carried_out:
                self.carried_out |= {line}

    def close(self) -> None:
        """The run is over: what was never awaited isn't any more."""
        for coroutine, _ in self.prepared.values():
            coroutine.close()
        self.current.clear()

    def break_off(self, frame: types.FrameType) -> None:
        """A statement was left by an exception."""
        if frame in self.current:
            self.current[frame].ended = False


def lines_at_work() -> Lines:
    """The lines of the program that are being run, the innermost first."""
    found = []
    frame: types.FrameType | None = sys._getframe(1)
    while frame is not None:
        if frame.f_code.co_filename == PROGRAM:
            found.append(frame.f_lineno)
        frame = frame.f_back
    return tuple(found)


def _depth(frame: types.FrameType | None) -> int:
    depth = 0
    while frame is not None:
        depth += frame.f_code.co_filename == PROGRAM
        frame = frame.f_back
    return depth


WORLD = World()


def begin(world: World) -> World:
    """Start a new run."""
    global WORLD
    WORLD = world
    return world
