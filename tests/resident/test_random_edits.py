"""After each of many random edits the daemon says what it would say knowing nothing before."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize("options", [("--seed", "11"), ("--seed", "12", "--loops", "--standings")])
def test_random_edits(options: tuple[str, ...]) -> None:
    """A few; `python -m tests.resident.drive --edits 1000` makes more of them."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.resident.drive", "--edits", "25", *options],
        capture_output=True,
        text=True,
        check=False,
    )
    assert not done.returncode, done.stdout + done.stderr
    reused, _, kept = done.stdout.split(", ")[2].split()[:3]
    assert int(kept) > int(reused) > 0
