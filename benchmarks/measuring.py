"""How mypy is run and timed, with and without the plugin; `overhead.py` says what is measured."""

from __future__ import annotations

import ast
import contextlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from repositories import SETTINGS, Checkout, environment, parse, refuse
from seeded_bugs import read_review

if TYPE_CHECKING:
    from mypy_eqxstate.analysis import AnalysisResult

TIME_THE_ENGINE = "--time-the-engine"
TIME_THE_PLUGIN = "--time-the-plugin"


def copy(path: Path, folder: Path) -> Path:
    """Copy the Python files of a path, so that modules keep their names.

    Args:
        path: a file or a folder.
        folder: where to copy it.

    Returns:
        The folder to run mypy in.
    """
    if path.is_file():
        shutil.copy(path, folder)
        return folder
    checkout = Checkout(path, folder, folder / "cache", read_review(path.name).skipped)
    return folder if (path / "__init__.py").exists() else checkout.files


# --- measuring ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Engine:
    """What the engine did in one run.

    Attributes:
        lines: lines of the modules that it analysed.
        seconds: what it needed for them, its questions to mypy about types included.
        parsed_lines: lines of the functions whose bodies it solved, also in other modules.
        parse_seconds: what `ast.parse` needs for the text of these functions.
    """

    lines: int
    seconds: float
    parsed_lines: int
    parse_seconds: float


@dataclass(frozen=True)
class Figures:
    """What was measured about one set of files; times in seconds, medians.

    Attributes:
        lines: how many lines the files have.
        without: mypy's time without the plugin.
        with_plugin: mypy's time with it.
        ratio: the one by the other; the median of those of the pairs of runs.
        cached: the time with the plugin when everything comes from the cache.
        spread: the slowest by the fastest run, of the worse series.
        memory_without: mypy's largest memory without the plugin, in MiB.
        memory_with: the same with the plugin.
        cold_without: mypy's time without the plugin and without any cache; 0 if not measured.
        cold_with: the same with the plugin.
        cold_in_one_run: of one run with the plugin and without any cache, the whole time by what is
            left of it without the plugin's hooks; 0 if not measured.
        engine: what the engine did.
        findings: how many errors of its own the plugin has found.
        faults: how many of its internal faults it has noted.
    """

    lines: int
    without: float
    with_plugin: float
    ratio: float
    cached: float
    spread: float
    memory_without: float
    memory_with: float
    cold_without: float
    cold_with: float
    cold_in_one_run: float
    engine: Engine
    findings: int
    faults: int


@dataclass(frozen=True)
class Run:
    """One run of mypy: its time (of the clock or of the processor), memory in MiB and output."""

    seconds: float
    memory: float
    output: str


class Bench:
    """A folder with files to check, a cache with and one without the plugin.

    Args:
        folder: an empty folder to work in.
        fill: writes the files into the folder that it is given; returns the one to run mypy in.
        cpu: whether to measure processor time.

    Attributes:
        refused: files that mypy refuses to check, with its reason.
    """

    def __init__(self, folder: Path, fill: Callable[[Path], Path], cpu: bool = False) -> None:
        self.folder = folder
        self.cpu = cpu
        self.refused: dict[str, str] = {}
        (folder / "files").mkdir()
        self.files = fill(folder / "files")
        for name, text in (("with", "[mypy]\nplugins = mypy_eqxstate\n"), ("without", "[mypy]\n")):
            (folder / f"{name}.ini").write_text(text + SETTINGS, encoding="utf-8")

    def lines(self) -> int:
        """How many lines the files have."""
        return sum(
            path.read_bytes().count(b"\n") for path in self.files.rglob("*.py") if path.is_file()
        )

    def arguments(self, variant: str) -> list[str]:
        """Mypy's arguments; the cache is one of plain files, because entries are taken out."""
        return [
            "--config-file",
            str(self.folder / f"{variant}.ini"),
            "--cache-dir",
            str(self.folder / f"cache_{variant}"),
            "--no-sqlite-cache",
            "--soft-error-limit=-1",
            ".",
        ]

    def run(self, command: Sequence[str]) -> Run:
        """Run a command among the files.

        Raises:
            RuntimeError: if mypy could not check the files.
        """
        with (self.folder / "output").open("w+", encoding="utf-8") as output:
            start = time.perf_counter()
            process = subprocess.Popen(
                command,
                cwd=self.files,
                env={**environment(self.files), **self._bytecode()},
                stdout=output,
                stderr=subprocess.STDOUT,
            )
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            clock = time.perf_counter() - start
            output.seek(0)
            text = output.read()
        if process.returncode not in (0, 1):
            if refuse(self.files, parse(text), self.refused):
                return self.run(command)
            last = text.strip().splitlines()[-1:] or [f"status {process.returncode}"]
            raise RuntimeError(last[0])
        seconds = used.ru_utime + used.ru_stime if self.cpu else clock
        return Run(seconds, used.ru_maxrss / 1024, text)

    def _bytecode(self) -> dict[str, str]:
        """The plugin's modules are compiled once, as they are where it is installed."""
        return {
            "PYTHONDONTWRITEBYTECODE": "",
            "PYTHONPYCACHEPREFIX": str(self.folder / "bytecode"),
        }

    def mypy(self, variant: str) -> Run:
        """Run mypy `with` or `without` the plugin."""
        return self.run([sys.executable, "-m", "mypy", *self.arguments(variant)])

    def forget(self, variant: str) -> None:
        """Take the entries of the files themselves out of a cache."""
        roots = [self.files, *([self.files / "src"] if (self.files / "src").is_dir() else [])]
        names = {path.name.partition(".")[0] for root in roots for path in root.iterdir()}
        entries = (self.folder / f"cache_{variant}").glob("[0-9]*/*")
        found = [entry for entry in entries if entry.name.partition(".")[0] in names]
        if not found:
            raise RuntimeError("mypy's cache has no entries for the files")
        for entry in found:
            if entry.is_dir():
                shutil.rmtree(entry)
            else:
                entry.unlink()

    def from_nothing(self, variant: str) -> Run:
        """Run mypy without any cache."""
        shutil.rmtree(self.folder / f"cache_{variant}", ignore_errors=True)
        return self.mypy(variant)

    def warm(self, variant: str) -> Run:
        """A run for which the libraries are cached and the files are not."""
        self.forget(variant)
        return self.mypy(variant)

    def engine(self) -> Engine:
        """What the engine does in one run."""
        self.forget("with")
        return Engine(**self._timed(TIME_THE_ENGINE))

    def cold_in_one_run(self) -> float:
        """The time of a run without any cache by what is left of it without the plugin's hooks."""
        shutil.rmtree(self.folder / "cache_with", ignore_errors=True)
        measured = self._timed(TIME_THE_PLUGIN)
        return float(measured["seconds"] / (measured["seconds"] - measured["plugin"]))

    def _timed(self, what: str) -> dict[str, Any]:
        """What a run with the plugin shows that has a clock in itself."""
        command = [sys.executable, __file__, what, *self.arguments("with")]
        measured: dict[str, Any] = json.loads(self.run(command).output.splitlines()[-1])
        return measured

    def fill(self, variant: str, libraries: Path) -> Run:
        """Fill a cache, untimed, with what is known of libraries from other measurements.

        Args:
            variant: which cache.
            libraries: a folder for the caches, which is brought up to date.
        """
        cache, known = self.folder / f"cache_{variant}", libraries / variant
        if known.exists():
            shutil.copytree(known, cache)
        self.mypy(variant)
        self.forget(variant)
        shutil.rmtree(known, ignore_errors=True)
        shutil.copytree(cache, known)
        return self.mypy(variant)

    def measure(self, repetitions: int, cold_repetitions: int, libraries: Path) -> Figures:
        """Fill the caches and take all figures.

        Args:
            repetitions: warm runs of each kind.
            cold_repetitions: runs without any cache; with 0 the caches are filled untimed.
            libraries: a folder for what is known of libraries then.
        """
        cold: dict[str, list[float]] = {"without": [], "with": []}
        output = ""
        for _ in range(max(1, cold_repetitions)):
            for variant, series in cold.items():
                if cold_repetitions:
                    run = self.from_nothing(variant)
                else:
                    run = self.fill(variant, libraries)
                series.append(run.seconds if cold_repetitions else 0.0)
                output = run.output
        in_one_run = [self.cold_in_one_run() for _ in range(cold_repetitions)]
        runs: dict[str, list[Run]] = {"without": [], "with": []}
        for number in range(repetitions):
            order = ("without", "with") if number % 2 == 0 else ("with", "without")
            for variant in order:
                runs[variant].append(self.warm(variant))
        times = {variant: [run.seconds for run in series] for variant, series in runs.items()}
        pairs = zip(times["with"], times["without"], strict=True)
        cached = statistics.median(self.mypy("with").seconds for _ in range(min(3, repetitions)))
        engine = min((self.engine() for _ in range(min(3, repetitions))), key=lambda e: e.seconds)
        return Figures(
            lines=self.lines(),
            without=statistics.median(times["without"]),
            with_plugin=statistics.median(times["with"]),
            ratio=statistics.median(one / other for one, other in pairs),
            cached=cached,
            spread=max(max(series) / min(series) for series in times.values()),
            memory_without=statistics.median(run.memory for run in runs["without"]),
            memory_with=statistics.median(run.memory for run in runs["with"]),
            cold_without=statistics.median(cold["without"]),
            cold_with=statistics.median(cold["with"]),
            cold_in_one_run=statistics.median(in_one_run) if in_one_run else 0.0,
            engine=engine,
            findings=sum("[state-" in line for line in output.splitlines()),
            faults=output.count("mypy_eqxstate: internal fault"),
        )


def time_the_engine(arguments: list[str]) -> None:
    """Run mypy in this process with a clock around `analyze_module`; print what it shows.

    Args:
        arguments: mypy's.
    """
    from mypy import api

    from mypy_eqxstate import module_check
    from mypy_eqxstate.flow.body import BodyAnalysis

    analyze, run_body = module_check.analyze_module, BodyAnalysis.run
    lines, seconds, current = 0, 0.0, ""
    solved: dict[str, set[tuple[int, int]]] = {}

    def timed(*arguments: Any, **named: Any) -> AnalysisResult:
        nonlocal lines, seconds, current
        current = arguments[0]
        start = time.process_time()
        result = analyze(*arguments, **named)
        seconds += time.process_time() - start
        lines += arguments[3].count("\n")
        return result

    def noting(body: BodyAnalysis) -> None:
        node = body.body.node
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            place = (node.lineno, node.end_lineno or node.lineno)
            solved.setdefault(body.module.path or current, set()).add(place)
        run_body(body)

    module_check.analyze_module = timed  # type: ignore[assignment]
    BodyAnalysis.run = noting  # type: ignore[method-assign]
    said, errors, status = api.run(arguments)
    _stop_like_mypy(said + errors, status)
    texts = [text for path, places in solved.items() for text in _functions(Path(path), places)]
    print(
        json.dumps(
            {
                "lines": lines,
                "seconds": seconds,
                "parsed_lines": sum(text.count("\n") for text in texts),
                "parse_seconds": min(_parse_time(texts) for _ in range(3)),
            }
        )
    )


def time_the_plugin(arguments: list[str]) -> None:
    """Run mypy in this process with a clock around the plugin's hooks; print what it shows.

    Mypy makes tens of thousands of look-ups, each of which takes less time than to read the clock
    before and after it.  So what the clock itself takes is measured and taken off.

    Args:
        arguments: mypy's.
    """
    begin = time.process_time()
    from mypy import api, main  # noqa: F401  (mypy itself is not the plugin's to load)

    reading = _time_to_read_the_clock()
    start = time.process_time()
    from mypy_eqxstate.mypy_plugin import EqxstatePlugin

    spent = time.process_time() - start
    timings, inside = 0, False

    def timed(hook: Callable[..., object]) -> Callable[..., object]:
        def measured(*arguments: object) -> object:
            nonlocal spent, timings, inside
            if inside:
                return hook(*arguments)
            inside, start = True, time.process_time()
            try:
                return hook(*arguments)
            finally:
                spent += time.process_time() - start
                timings, inside = timings + 1, False

        return measured

    for name, hook in list(vars(EqxstatePlugin).items()):
        if callable(hook) and not name.startswith("_"):
            setattr(EqxstatePlugin, name, timed(hook))
    said, errors, status = api.run(arguments)
    _stop_like_mypy(said + errors, status)
    whole = time.process_time() - begin - 2 * timings * reading
    print(json.dumps({"seconds": whole, "plugin": spent - timings * reading}), flush=True)
    os._exit(0)  # as mypy does: to take the heap apart would take seconds


def _stop_like_mypy(said: str, status: int) -> None:
    """If mypy could not check the files, end as it does: whoever started this reads its reason."""
    if status not in (0, 1):
        print(said, flush=True)
        sys.exit(status)


def _time_to_read_the_clock() -> float:
    """What one reading of the processor's clock takes, at least."""
    count = 1000
    shortest = float("inf")
    for _ in range(10):
        start = time.process_time()
        for _ in range(count):
            time.process_time()
        shortest = min(shortest, (time.process_time() - start) / count)
    return shortest


def _functions(path: Path, places: Iterable[tuple[int, int]]) -> Iterator[str]:
    """The texts of the outermost of some functions of a file, given by first and last line."""
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    end = 0
    for first, last in sorted(places, key=lambda place: (place[0], -place[1])):
        if last > end:
            yield textwrap.dedent("".join(lines[first - 1 : last]))
            end = last


def _parse_time(texts: Iterable[str]) -> float:
    """How long `ast.parse` takes for some texts; what dedenting has spoilt is left out."""
    start = time.process_time()
    for text in texts:
        with contextlib.suppress(SyntaxError):
            ast.parse(text)
    return time.process_time() - start


if __name__ == "__main__" and sys.argv[1:2] == [TIME_THE_ENGINE]:
    time_the_engine(sys.argv[2:])
elif __name__ == "__main__" and sys.argv[1:2] == [TIME_THE_PLUGIN]:
    time_the_plugin(sys.argv[2:])
