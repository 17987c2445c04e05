"""What takes too long is named while it is worked on, and ended if it does not end."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.torture import drive
from tests.torture.analyse import Outcome
from tests.torture.oracles import UnboundedOracle
from tests.torture.watch import PATIENCE, EndlessError, watched


def work(seconds: float) -> None:
    """Keep the processor busy."""
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


def test_what_takes_too_long_is_named_before_it_ends(capsys: pytest.CaptureFixture[str]) -> None:
    with watched("slow.py", 0.05):
        work(0.15)
        assert capsys.readouterr().out == "slow.py: over its bound of 0.1 s, still worked on\n"


def test_of_what_is_quick_nothing_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with watched("quick.py", 0.05):
        pass
    work(0.15)
    assert capsys.readouterr().out == ""


def test_what_does_not_end_is_broken_off(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(EndlessError), watched("endless.py", 0.02):
        work(100 * PATIENCE)
    assert "endless.py: ENDLESS" in capsys.readouterr().out


def test_a_file_that_does_not_end_is_counted_as_slow(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def endless(source: str, oracle: type[UnboundedOracle]) -> Outcome:
        work(100 * PATIENCE)
        raise AssertionError(source, oracle)

    monkeypatch.setattr(drive, "analyse", endless)
    monkeypatch.setattr(drive, "FLOOR", 0.02)
    monkeypatch.setattr(drive, "PER_LINE", 0.0)
    path = tmp_path / "endless.py"
    path.write_text("x = 1\n", encoding="utf-8")
    outcome = drive.outcome_of(path, "silent")
    assert outcome is not None
    tally = drive.Tally()
    tally.add("endless.py", outcome, may_alarm=False)
    assert [line.split(" ")[1] for line in tally.wrong] == ["SLOW"]
    said = capsys.readouterr().out
    assert f"{path} (silent): over its bound" in said
    assert tally.wrong[0] in said
