"""What the analysis hands to whoever shows it: findings, their notes, their positions.

No type checker is known here; `report/to_mypy.py` says findings in mypy's way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

from mypy_eqxstate.faults import THE_MODULE, Fault


@dataclass(frozen=True, slots=True)
class Position:
    """A range in a source file: lines count from 1, columns are characters and count from 0."""

    line: int
    column: int
    end_line: int
    end_column: int


class NoteKind(str, Enum):
    """What a note says about the object that a finding is about.

    The values are those of `Note.kind` in stored findings and in `--format json`.
    """

    CONSUMED = "consumed"
    DECLARED = "declared"
    LOOP = "loop"
    BORN = "born"

    @property
    def is_said_by_mypy(self) -> bool:
        """Whether it is worth a line of its own in mypy's output.

        The others are for who can draw them beside the code: frames and editors.
        """
        return self in (NoteKind.CONSUMED, NoteKind.DECLARED)


@dataclass(frozen=True, slots=True)
class Note:
    """A remark that belongs to a finding.

    Attributes:
        message: one sentence.
        position: where it points, or None for the finding's own place.
        path: the file that `position` is in; None for the finding's own file.
        kind: consumed or handed over here; declared here to do that; the loop through which it
            comes back; made here.
    """

    message: str
    position: Position | None
    path: str | None = None
    kind: NoteKind = NoteKind.CONSUMED


@dataclass(frozen=True, slots=True)
class Taking:
    """A call that took an object over.

    Attributes:
        position: the call.
        place: what it was given, as written.
        result: where the newer object is in what the call returns: `()` if that is all of it,
            `(1,)` for the second part of a tuple; None if that is not known or there is none.
        width: how many parts the returned tuple has; 0 if it is none.
        declared: line of the declaration whose signature alone says that the call takes the object
            over; None if something else says so, or if it is in another file.
        newer: the full name of the newer object's class; "" if `result` is not known.
    """

    position: Position
    place: str
    result: tuple[int, ...] | None = None
    width: int = 0
    declared: int | None = None
    newer: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a message says, for who wants to mend the code (`fixes/`).

    Attributes:
        misuse: the kind of misuse, the name of a `Misuse` in small letters.
        place: what is used, as written.
        class_name: the full name of its class.
        takings: the calls that took it over.
        is_object: whether the place is known as nothing but the object itself, and not as what
            holds it, as a partial or a bound method does.
        newest: the name or place that the newer object has got; None if it has none.
        newest_is_sure: whether `newest` surely holds it where the old one is used.
    """

    misuse: str
    place: str
    class_name: str
    takings: tuple[Taking, ...] = ()
    is_object: bool = True
    newest: str | None = None
    newest_is_sure: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """One error.

    Attributes:
        rule: the code of the rule, e.g. `state-reuse`.
        message: complete in one line: editors show only that.
        position: the use that is wrong.
        notes: what explains it, in the order to be shown.
        function: the function that it is in, as it is named in notes about faults.
        facts: what the message says, as data; None if that is not known any more.
    """

    rule: str
    message: str
    position: Position
    notes: tuple[Note, ...] = ()
    function: str = field(default=THE_MODULE, compare=False)
    facts: Facts | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Standing:
    """How an affine object stands where it is named, for editors.

    Attributes:
        position: the name, attribute or item.
        text: what is to be said of it, in Markdown.
        moved: "moved" if the call around it takes it over, "may be moved" if that may be; else "".
        why: the sentence of `text` that says so.
    """

    position: Position
    text: str
    moved: str = ""
    why: str = ""


@dataclass(slots=True)
class ModuleReport:
    """All that is to be said about one module, and on what it rests.

    Attributes:
        findings: in any order.
        limits: what is not checked, with the reason, one text each.
        faults: what went wrong inside.
        modules: the other modules on whose contents the findings rest.
        declaring: those that declare what the findings rest on.
        standings: how affine objects stand where they are named, if somebody asked.
    """

    findings: Sequence[Finding] = ()
    limits: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    modules: set[str] = field(default_factory=set)
    declaring: set[str] = field(default_factory=set)
    standings: Sequence[Standing] = ()
