"""What goes through mypy in the torture is really looked at."""

from __future__ import annotations

from pathlib import Path

from tests.torture.through_mypy import check

BUG = """\
import equinox as eqx  # type: ignore
def f(state: eqx.nn.State, index, x):
    new = state.set(index, x)
    return new, state.get(index)
"""


def test_a_bug_in_a_file_is_found(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.py"
    wrong.write_text(BUG, encoding="utf-8")
    unreadable = tmp_path / "unreadable.py"
    unreadable.write_text("print 'Python 2'\n", encoding="utf-8")
    tally = check([wrong, unreadable], tmp_path / "cache")
    assert (tally.files, tally.refused) == (1, 1)
    assert (tally.faults, tally.crashes) == ([], [])
    [alarm] = tally.alarms
    assert alarm.startswith(f"{wrong}:4: ")
    assert alarm.endswith("[state-reuse]")
