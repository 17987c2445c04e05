"""What a check costs with pyrefly's types, and what it costs with mypy's.

    python benchmarks/type_server.py

A module with a stated number of lines is made (`generated_code.py`: layers that thread a State) and
checked in these ways, each several times in turn, so that all meet the same machine:

- mypy with the plugin: cold (no cache), and with the libraries cached;
- pyrefly: cold, in a new process with a new server; and again after an edit, with the same server.

Given are the median of the wall clock, and the peak of resident memory: of the process that checks,
and of the server beside it. Memory is read from `/proc`, so it is left out elsewhere than on Linux.

Limit: one module that imports Equinox. A project of many modules shares what reading Equinox costs.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from generated_code import STATE, generate

from mypy_eqxstate.config import Configuration
from mypy_eqxstate.oracle.tsp.check import TspChecker

CONFIGURATION = "[mypy]\nplugins = mypy_eqxstate\n"
CHECK = """\
import resource, sys
from pathlib import Path
from mypy_eqxstate.config import Configuration
from mypy_eqxstate.oracle.tsp.check import TspChecker
with TspChecker(Configuration()) as checker:
    checker.check([Path(sys.argv[1])])
    server = checker.server
    assert server is not None
    status = Path(f"/proc/{server.process_id}/status")
    if status.exists():
        peak = next(l for l in status.read_text().splitlines() if l.startswith("VmHWM"))
        print("server", int(peak.split()[1]))
print("checker", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
MYPY = """\
import resource, sys
from mypy.main import main
try:
    main(args=sys.argv[1:], clean_exit=True)
except SystemExit:
    pass
print("checker", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def seconds(work: Callable[[], object]) -> float:
    """How long a piece of work takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def run(folder: Path, script: str, *arguments: str) -> dict[str, int]:
    """Run a script in a folder; the memory that it tells, in kilobytes."""
    command = [sys.executable, "-c", script, *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    lines = (line.split() for line in done.stdout.splitlines())
    return {words[0]: int(words[1]) for words in lines if len(words) == 2 and words[1].isdigit()}


def measure(lines: int, rounds: int) -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        folder.joinpath("mypy.ini").write_text(CONFIGURATION)
        module = generate(folder, STATE, lines, lines) / "generated0.py"
        text = module.read_text()
        memory: dict[str, dict[str, int]] = {}
        times: dict[str, list[float]] = {}

        def note(name: str, work: Callable[[], dict[str, int]]) -> None:
            start = time.perf_counter()
            memory[name] = work()
            times.setdefault(name, []).append(time.perf_counter() - start)

        def mypy(cache: str) -> dict[str, int]:
            return run(folder, MYPY, "--cache-dir", cache, module.name)

        mypy("warm")
        with TspChecker(Configuration(), root=folder) as checker:
            checker.check([module])
            for number in range(rounds):
                note("mypy, cold", lambda: mypy("/dev/null"))
                module.write_text(f"{text}# {number}\n")
                note("mypy, libraries cached", lambda: mypy("warm"))
                note("pyrefly, cold", lambda: run(folder, CHECK, module.name))
                unsaved = f"{text}# unsaved {number}\n"
                times.setdefault("pyrefly, after an edit", []).append(
                    seconds(lambda text=unsaved: checker.check([module], {module: text}))  # type: ignore[misc]
                )
    print(f"{len(text.splitlines())} lines, {rounds} rounds")
    print(f"{'':<26}{'seconds':>9}{'checker MiB':>13}{'server MiB':>12}")
    for name, taken in times.items():
        told = memory.get(name, {})
        cells = [f"{told[key] / 1024:.0f}" if key in told else "-" for key in ("checker", "server")]
        print(f"{name:<26}{statistics.median(taken):>9.2f}{cells[0]:>13}{cells[1]:>12}")


def main() -> None:
    """Do what the command line asks for."""
    parser = argparse.ArgumentParser(description="A check with the types of mypy and of pyrefly.")
    parser.add_argument("--lines", type=int, default=500, help="length of the module")
    parser.add_argument("--rounds", type=int, default=5, help="how often everything is measured")
    options = parser.parse_args()
    measure(options.lines, options.rounds)


if __name__ == "__main__":
    main()
