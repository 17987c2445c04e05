"""What the analysis found, as facts and not as sentences (`report/wording.py` has those)."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from enum import Enum

from mypy_eqxstate.flow.values import Event


class Misuse(Enum):
    """In which way an old object is misused."""

    USED = "used"
    CONSUMED_AGAIN = "consumed again"
    SAME_CALL = "passed twice to one call"
    CALLEE_READS = "read by the callee"
    DROPPED = "dropped"
    BORROWED = "borrowed, yet consumed"
    NESTED_MODES = "Borrowed and Consumed inside each other"
    MISPLACED_MODE = "Borrowed or Consumed on something that is no parameter"
    NOTHING_AFFINE = "Borrowed or Consumed around something that holds nothing affine"
    BARE_MODE = "Borrowed or Consumed without a type"


@dataclass(frozen=True, slots=True)
class EventDetail:
    """What is known of one consumption or supersession.

    Attributes:
        node: the call.
        callee: the callee as written, e.g. `state.set` or `counter`.
        class_name: the affine class, by full name.
        hidden_by: the transform (`jit`) that gives the callee a copy and so hides it at run time.
        origin: where the callee says so: `(path or None for this file, line)`.
        reason: why the callee is believed to do that: "annotation", "library", "body",
            "signature" or "unknown".
        is_bound: a partial has bound what is consumed.
    """

    node: ast.AST
    callee: str
    class_name: str
    hidden_by: str | None
    origin: tuple[str | None, int] | None
    reason: str
    is_bound: bool = False


@dataclass(frozen=True, slots=True)
class Problem:
    """One misuse of an affine object.

    Attributes:
        rule: the error code's name.
        body: name of the body it is in.
        node: the syntax node to report at.
        place: the place as written (`self.state`).
        class_name: the affine class, by full name.
        events: the events that reach the use; empty for rules without one.
        may: on some path to the use nothing has happened.
        newest: the place, as written, that holds the newest value there, if there is one.
        loop_lines: per event, the line of the loop through whose back edge it reaches the use.
        callee: for a use by a call: the callee as written.
        position: block and operation of the use in its body.
        born: what made the object, or the parameter that it came in by; None if that is not known
            or not one thing.
    """

    rule: str
    misuse: Misuse
    body: str
    node: ast.AST
    place: str
    class_name: str
    events: tuple[Event, ...] = ()
    may: bool = False
    newest: str | None = None
    loop_lines: tuple[int | None, ...] = ()
    callee: str = ""
    position: tuple[int, int] = (0, 0)
    born: ast.AST | None = None
