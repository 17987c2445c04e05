"""Runs a program over many decisions and writes down every use of an old State.

The program is rewritten (`rewriting.py`) so that hooks see what happens between names
(`hooks.py`), and it runs with a stand-in for Equinox and JAX (`reference.py`).  Everything
undecided follows a list of decisions (`world.py`).  The judge goes through all lists, depth first;
of a program that has too many it tries some at random besides, and says so.

A second judge checks the first where a State is superseded: it carries the same decisions out in
the program in which each newer State takes the older one's place, and compares the values read.
Runs with the same uses of old States are checked once.
"""

from __future__ import annotations

import ast
import random
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.differential import reference, world
from tests.differential.hooks import HOOKS
from tests.differential.rewriting import instrumented
from tests.differential.world import Cause, Lines, TooLongError, Use, World

MAXIMAL_RUNS = 300
# How often what may fail does, in a run at random: what comes late in a `try` is reached, too.
FAILING = (0.6, 0.2, 0.05)
FAILURES: tuple[type[Exception], ...] = (RuntimeError, ValueError, AssertionError, IndexError)
if sys.version_info >= (3, 11):  # what handlers of groups raise
    FAILURES = (*FAILURES, ExceptionGroup)  # noqa: F821


@dataclass
class Judgement:
    """What all runs together have shown.

    Attributes:
        runs: the uses of each run, in their order; equal ones once.
        complete: every list of decisions was tried.
        cut: a run was ended before its time.
        executions: how many lists of decisions were tried.
        reached: the lines with a statement or a call that some run has reached.
        steps: by line, each time that the outermost function carried out the statement there: the
            causes of what it used being old, the lines that had been carried out before, and the
            watched places that held something old only.
        broken: lines of such statements that were left by an exception.
        held: on watched lines: the line, the place, and which lines made what the place held.
        spared: lines with a call that has made something newer than an argument, of which nothing
            is kept.
        renewed: lines with a call of which something is kept that it was not given.
        struck: a line that made something old, and which lines had made that.
        mistaken: decisions for which the two judges of superseded States disagree.
    """

    runs: set[tuple[Use, ...]] = field(default_factory=set)
    complete: bool = False
    cut: bool = False
    executions: int = 0
    reached: set[int] = field(default_factory=set)
    spared: set[int] = field(default_factory=set)
    renewed: set[int] = field(default_factory=set)
    steps: dict[int, set[tuple[frozenset[Cause], frozenset[int], frozenset[str]]]] = field(
        default_factory=dict
    )
    broken: set[int] = field(default_factory=set)
    held: set[tuple[int, str, Lines]] = field(default_factory=set)
    struck: set[tuple[int, Lines]] = field(default_factory=set)
    mistaken: list[tuple[int, ...]] = field(default_factory=list)

    @property
    def uses(self) -> set[Use]:
        """All uses in all runs."""
        return {use for run in self.runs for use in run}


class Judge:
    """Runs one function of a program over decisions.

    Args:
        program: its text, or its tree.
        entry: a function without parameters.
        watched: by line, the places to look into whenever it is carried out.
    """

    def __init__(
        self,
        program: str | ast.Module,
        entry: str,
        watched: Mapping[int, Sequence[str]] | None = None,
    ) -> None:
        world.begin(World())
        names = {**reference.namespace(), **HOOKS}
        exec(instrumented(program), names)
        self._entry: Callable[[], Any] = names[entry]
        self._decisions: list[int] | None = []
        self._chance = random.Random(0)
        self._watched = watched or {}
        self.seen = Judgement()

    def look(self, runs: int = MAXIMAL_RUNS) -> Judgement:
        """Run it some times, or some times more: half of them in order, half of them at random."""
        end = self.seen.executions + runs
        while self._decisions is not None and self.seen.executions < end - runs // 2:
            self._decisions = following(self._look_at(World(self._decisions)))
        self.seen.complete = self._decisions is None
        while not self.seen.complete and self.seen.executions < end:
            failing = self._chance.choice(FAILING)
            self._look_at(World(chance=self._chance, failing=failing))
        return self.seen

    def _look_at(self, world: World) -> list[tuple[int, int]]:
        seen = self.seen
        world.watched = self._watched
        run = self._run(world)
        seen.executions += 1
        is_new = tuple(run.uses) not in seen.runs
        seen.runs.add(tuple(run.uses))
        seen.reached |= run.reached
        seen.spared |= run.spared
        seen.renewed |= run.renewed
        seen.held |= run.held
        seen.struck |= run.struck
        for step in run.steps:
            if not step.ended:
                seen.broken.add(step.line)
            else:
                entry = (frozenset(step.causes), step.before, step.old)
                seen.steps.setdefault(step.line, set()).add(entry)
        is_stale = is_new and any(stale for _, stale in run.readings)
        if is_stale and not self._is_borne_out(run):
            seen.mistaken.append(tuple(chosen for chosen, _ in run.made))
        return run.made

    def _run(self, run: World) -> World:
        world.begin(run)
        try:
            self._entry()
        except FAILURES as error:
            traceback = error.__traceback__
            while traceback is not None:
                run.break_off(traceback.tb_frame)
                traceback = traceback.tb_next
        except TooLongError:
            self.seen.cut = True
            for frame in run.current:
                run.break_off(frame)
        run.close()
        return run

    def _is_borne_out(self, run: World) -> bool:
        """Whether the first superseded State that was read is the first to read other values.

        Both programs do the same up to there: afterwards what was computed from the old value
        differs, too.
        """
        threaded = self._run(World([chosen for chosen, _ in run.made], threading=True))
        first = [stale for _, stale in run.readings].index(True)
        values = [value for value, _ in run.readings[: first + 1]]
        others = [value for value, _ in threaded.readings[: first + 1]]
        return values[:-1] == others[:-1] and values[-1] < others[-1]


def following(made: list[tuple[int, int]]) -> list[int] | None:
    """The next list of decisions, depth first; None after the last."""
    for position in reversed(range(len(made))):
        chosen, ways = made[position]
        if chosen + 1 < ways:
            return [earlier for earlier, _ in made[:position]] + [chosen + 1]
    return None
