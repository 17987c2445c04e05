"""Findings as they were found, kept beside mypy's cache: for whoever needs more than mypy's lines.

mypy replays the errors of an unchanged module from its cache, as rows of text and positions.  Which
note belongs to which error, and that a note points into another file, is lost there.  So whenever
the plugin reports on a module, its findings are also written into mypy's own store, under a name
beside the module's own (`pkg/train.eqxstate.json`).  They are never shown from there: what is to be
shown is what mypy says (it knows `# type: ignore` and the disabled codes), and a row of mypy's is
only looked up here, by its rule, place and message, to get its notes back (`checking/rows.py`).

Worked example.  Cold, `train.py` is analysed; mypy caches the row `train.py:9: error: "state" was
consumed ...  [state-reuse]`, and `train.eqxstate.json` the finding with its note at line 8.  Warm,
nothing is analysed; mypy replays the row, and the finding is read with its note.

An entry counts only for the very text of the file it was made for (`source`).  What is found in
this process is also kept in memory, if somebody asked for that (`remember_in`): the daemon and a
run without a cache write no entries.

Limit: an entry can be missing, e.g. if two runs share a cache at the same time.  Then
`checking/batch.py` has the module checked again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING

from mypy.build import BuildManager, get_cache_names

from mypy_eqxstate.report.finding import Facts, Finding, Note, NoteKind, Position, Standing, Taking

if TYPE_CHECKING:
    from mypy.options import Options


@dataclass(slots=True)
class Memory:
    """What is known of the modules that were analysed in one build, by file.

    Attributes:
        findings: what was found.
        standings: how places stand, each with a digest of the text, by absolute path: what mypy
            was named as absolute may be relative later. None if nobody wants to know.
    """

    findings: dict[str, tuple[Finding, ...]] = field(default_factory=dict)
    standings: dict[str, tuple[str, tuple[Standing, ...]]] | None = None


_memory: Memory | None = None


def remember_in(memory: Memory) -> None:
    """Keep what is found in this process from now on in memory, too.

    Args:
        memory: that of the build that goes on now; a new one for a new build.
    """
    global _memory
    _memory = memory


def are_standings_wanted() -> bool:
    """Whether it is to be found out how places stand."""
    return _memory is not None and _memory.standings is not None


def keep_standings(manager: BuildManager, path: str, standings: Sequence[Standing]) -> None:
    """Keep how places stand in a module that was just analysed.

    Args:
        manager: mypy's build.
        path: the module's file.
        standings: all of them.
    """
    if _memory is not None and _memory.standings is not None:
        _memory.standings[_absolute(path)] = (_source_digest(manager, path), tuple(standings))


def standings(manager: BuildManager, path: str) -> tuple[Standing, ...]:
    """How places stand in a module; nothing if that is not known for the text it has now.

    Args:
        manager: mypy's build.
        path: the module's file.
    """
    in_memory = None if _memory is None else _memory.standings
    known = None if in_memory is None else in_memory.get(_absolute(path))
    if known is None or known[0] != _source_digest(manager, path):
        return ()
    return known[1]


def keep(manager: BuildManager, module: str, path: str, findings: Sequence[Finding]) -> None:
    """Keep the findings of a module that was just analysed.

    Args:
        manager: mypy's build.
        module: the module's name.
        path: its file.
        findings: all of them, also those that mypy is going to suppress.
    """
    findings = [_with_shown_paths(finding, manager) for finding in findings]
    if _memory is not None:
        _memory.findings[path] = tuple(findings)
    options = manager.options
    if not findings or options.fine_grained_incremental or not options.incremental:
        return
    name = _entry_name(module, path, options)
    entry = {
        "source": _source_digest(manager, path),
        "findings": [asdict(finding) for finding in findings],
    }
    # Whatever goes wrong with the store, the findings themselves are worth more.
    with suppress(Exception):
        if manager.metastore.write(name, json.dumps(entry).encode()):
            manager.metastore.commit_path(name)  # or other workers wait for this shard


def kept(manager: BuildManager, module: str, path: str) -> tuple[Finding, ...]:
    """The findings of a module, if they are known for the text that its file has now.

    The paths of their notes are as mypy shows paths.

    Args:
        manager: mypy's build, its store still open.
        module: the module's name.
        path: its file.
    """
    if _memory is not None and path in _memory.findings:
        return _memory.findings[path]
    try:
        entry = json.loads(manager.metastore.read(_entry_name(module, path, manager.options)))
        if entry["source"] != _source_digest(manager, path):
            return ()
        return tuple(map(_finding, entry["findings"]))
    except (OSError, ValueError, LookupError, TypeError):
        return ()


def forget_module(manager: BuildManager, module: str, path: str) -> None:
    """Let the next run check a module again, as if it had changed.

    Args:
        manager: mypy's build, its store still open.
        module: the module's name.
        path: its file.
    """
    name = get_cache_names(module, path, manager.options)[0]
    try:
        manager.metastore.remove(name)
        manager.metastore.commit_path(name)
    except OSError:
        pass


def _absolute(path: str) -> str:
    return os.path.abspath(path)  # noqa: PTH100


def _entry_name(module: str, path: str, options: Options) -> str:
    """A name in the store whose part before the first dot is that of the module's own entries.

    That keeps it in the same shard as they are.
    """
    own = get_cache_names(module, path, options)[0]
    return f"{own.removesuffix('.ff').removesuffix('.json').removesuffix('.meta')}.eqxstate.json"


def _source_digest(manager: BuildManager, path: str) -> str:
    return manager.fscache.hash_digest(manager.maybe_swap_for_shadow_path(path))


def _with_shown_paths(finding: Finding, manager: BuildManager) -> Finding:
    """A finding whose notes have paths as mypy shows them, and as it keeps them in its rows."""
    simplify = manager.errors.simplify_path
    notes = tuple(
        replace(note, path=None if note.path is None else simplify(note.path))
        for note in finding.notes
    )
    return replace(finding, notes=notes)


def _finding(data: dict[str, object]) -> Finding:
    notes = data["notes"]
    assert isinstance(notes, list)
    return Finding(
        rule=str(data["rule"]),
        message=str(data["message"]),
        position=_position(data["position"]),
        notes=tuple(map(_note, notes)),
        function=str(data["function"]),
        facts=_facts(data.get("facts")),
    )


def _facts(data: object) -> Facts | None:
    if data is None:
        return None
    assert isinstance(data, dict)
    return Facts(**{**data, "takings": tuple(map(_taking, data["takings"]))})


def _taking(data: dict[str, object]) -> Taking:
    result = data["result"]
    assert result is None or isinstance(result, list)
    declared, width = data["declared"], data["width"]
    assert isinstance(width, int) and (declared is None or isinstance(declared, int))
    return Taking(
        position=_position(data["position"]),
        place=str(data["place"]),
        result=None if result is None else tuple(result),
        width=width,
        declared=declared,
        newer=str(data["newer"]),
    )


def _note(data: dict[str, object]) -> Note:
    position, path = data["position"], data["path"]
    return Note(
        message=str(data["message"]),
        position=None if position is None else _position(position),
        path=None if path is None else str(path),
        kind=NoteKind(data["kind"]),
    )


def _position(data: object) -> Position:
    assert isinstance(data, dict)
    return Position(data["line"], data["column"], data["end_line"], data["end_column"])
