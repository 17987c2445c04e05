"""Random edits in a daemon, each of whose analyses is compared with one that knows nothing before.

    python -m tests.resident.drive [--edits 1000] [--seed N] [--loops] [--standings]

Prints how much was reused.  At a difference the texts before and after the edit are left in the
current folder, and the run ends with 1.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.resident.program import HEAD, Program
from tests.resident.twice import EDITED, Daemon

EDITS_OF_A_MODULE = 60


def drive(edits: int, seed: int, loops: bool, standings: bool) -> bool:
    """Edit random modules, one after the other.

    Args:
        edits: how many.
        seed: of the first module; the next ones count up.
        loops: functions call each other.
        standings: an editor wants to know how places stand.

    Returns:
        whether nothing was different.
    """
    here = Path.cwd()
    reused = kept = findings = 0
    with tempfile.TemporaryDirectory() as folder:
        daemon = Daemon(Path(folder), standings)
        before = HEAD
        daemon.check({EDITED: before})
        for number in range(edits):
            if number % EDITS_OF_A_MODULE == 0:
                program = Program(seed + number // EDITS_OF_A_MODULE, loops=loops)
                what = "the beginning"
            else:
                what = program.edit()
            text = program.text()
            said = daemon.check({EDITED: text})
            if said.differences or "fault" in said.output:
                (here / "before.py").write_text(before, encoding="utf-8")
                (here / "after.py").write_text(text, encoding="utf-8")
                print(f"edit {number} of seed {seed}, {what}:", *said.differences, said.output)
                return False
            before = text
            findings += said.findings
            reused += len(said.reused)
            kept += said.kept
    print(f"{edits} edits, {findings} findings, {reused} of {kept} solutions taken over")
    return True


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description="Random edits in a daemon.")
    parser.add_argument("--edits", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--loops", action="store_true", help="functions call each other")
    parser.add_argument("--standings", action="store_true", help="as for an editor")
    options = parser.parse_args()
    return 0 if drive(options.edits, options.seed, options.loops, options.standings) else 1


if __name__ == "__main__":
    sys.exit(main())
