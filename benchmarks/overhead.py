"""What the plugin costs: mypy with and without it over the same files, and the engine alone.

    python benchmarks/overhead.py [--lines N] [--repetitions N] [--cold N] [--cpu] [--no-generated]
                                  [PATH ...]

Run it with a Python that has mypy, this package and Equinox. It measures

- generated code that passes States around (N lines, 10,000 if not given),
- generated code of the same size that imports Equinox and has no State,
- generated code of the same size that imports neither,
- the Python files of every PATH: a file, a package or a whole repository with tests and examples.

A measurement works on a copy of the files in a temporary folder. There are two kinds:

*Warm*: the libraries come from mypy's cache, the files are checked anew. Before every timed run the
entries of the files themselves are taken out of the cache again. Runs with and without the plugin
alternate, and so does which of them is first. For comparison there is a run in which everything
comes from the cache: what mypy needs to start.

*Cold*: there is no cache at all, the libraries are checked, too. It is what a fresh checkout or a
job of continuous integration pays. JAX and Equinox take mypy most of a minute, so there is one run
of each kind if `--cold` says no other number.

Times are medians, of wall-clock time of the whole process; with `--cpu`, of the processor time that
it used, which other work on the machine disturbs less.

The engine's speed is that of `analyze_module`, including its questions to mypy about types, without
reading and parsing: lines of the modules it was called for, by the processor time spent in it. It
is never called for modules that don't import Equinox, directly or through others.

The columns: mypy's time without and with the plugin, their ratio and difference; the time with the
plugin when everything is cached; the slowest by the fastest run, of the worse series; the cold
times without and with the plugin, and their ratio; the engine's lines per second; how many errors
of its own the plugin has found, and how many internal faults.

Limits: The type stubs are there in both kinds of run, for they are installed with the plugin. Files
that mypy refuses (a syntax error, one name for two modules) are left out of both and named. A `src`
folder of a repository is a root of imports, and what `seeded_sites.tsv` says to skip is skipped.
Other work on the machine shows in the figures; the spread is printed for that reason.
"""

from __future__ import annotations

import argparse
import itertools
import json
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from repositories import SETTINGS, Checkout, environment, parse, refuse
from seeded_bugs import read_review

if TYPE_CHECKING:
    from mypy_eqxstate.analysis import AnalysisResult

LINES_OF_A_MODULE = 400
TIME_THE_ENGINE = "--time-the-engine"

# --- generated code -------------------------------------------------------------------------------

_STATE_HEAD = '''\
"""Layers, steps and loops that pass States around."""

from collections.abc import Iterable
from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array
'''
_STATE_PART = '''

class Layer{n}(eqx.Module):
    """Counts its calls and normalises."""

    linear: eqx.nn.Linear
    norm: eqx.nn.BatchNorm
    index: eqx.nn.StateIndex[Array]

    def __call__(self, x: Array, state: eqx.nn.State) -> tuple[Array, eqx.nn.State]:
        count = state.get(self.index)
        state = state.set(self.index, count + 1)
        x = jax.vmap(self.linear)(x)
        x, state = self.norm(x, state)
        return jax.nn.relu(x), state


class Carry{n}(NamedTuple):
    """What a training loop carries."""

    layer: Layer{n}
    state: eqx.nn.State
    step: int


@eqx.filter_jit
def step{n}(layer: Layer{n}, batch: Array, state: eqx.nn.State) -> tuple[Array, eqx.nn.State]:
    """One step, compiled."""
    y, state = layer(batch, state)
    return jnp.mean(y), state


def train{n}(layer: Layer{n}, batches: Iterable[Array], state: eqx.nn.State) -> Carry{n}:
    """A loop with branches, a handler and a snapshot."""
    best, best_loss, taken = state, jnp.array(jnp.inf), 0
    for batch in batches:
        try:
            loss, state = step{n}(layer, batch, state)
        except ValueError:
            continue
        taken += 1
        if loss < best_loss:
            best, best_loss = state, loss
        elif taken > 100:
            break
    else:
        best = state
    return Carry{n}(layer, best, taken)


def evaluate{n}(carry: Carry{n}, batches: list[Array]) -> list[Array]:
    """Evaluation: every newer State is thrown away."""
    model = eqx.nn.inference_mode(carry.layer)
    losses = []
    for batch in batches:
        y, _ = model(batch, carry.state)
        losses.append(jnp.mean(y))
    return losses


def accumulate{n}(layers: list[Layer{n}], x: Array, state: eqx.nn.State) -> eqx.nn.State:
    """Substates, a nested function and a while loop."""

    def apply(layer: Layer{n}, x: Array, state: eqx.nn.State) -> tuple[Array, eqx.nn.State]:
        part = state.substate(layer)
        y, part = layer(x, part)
        return y, state.update(part)

    position = 0
    while position < len(layers):
        x, state = apply(layers[position], x, state)
        if position % 2:
            x, state = layers[position](x, state)
        position += 1
    return state


def scan{n}(layer: Layer{n}, xs: Array, state: eqx.nn.State) -> tuple[eqx.nn.State, Array]:
    """A loop of JAX with the State as its carry."""

    def body(carry: eqx.nn.State, x: Array) -> tuple[eqx.nn.State, Array]:
        y, carry = layer(x, carry)
        return carry, y

    state, ys = jax.lax.scan(body, state, xs)
    return state, ys
'''
_PLAIN_HEAD = '''\
"""Code of everyday kinds, without any State."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
'''
_PLAIN_PART = '''

@dataclass(frozen=True)
class Item{n}:
    """A thing with a price."""

    name: str
    price: float
    tags: tuple[str, ...] = ()

    def discounted(self, share: float) -> "Item{n}":
        """The same thing for less."""
        return replace(self, price=self.price * (1 - share))


def total{n}(items: Iterable[Item{n}], limit: float = 1e6) -> float:
    """The sum of the prices, up to a limit."""
    found = 0.0
    for item in items:
        if item.price < 0:
            raise ValueError(item.name)
        found += item.price
        if found > limit:
            break
    return min(found, limit)


def by_tag{n}(items: list[Item{n}]) -> dict[str, list[Item{n}]]:
    """The things by their tags."""
    found: dict[str, list[Item{n}]] = {{}}
    for item in items:
        for tag in item.tags:
            found.setdefault(tag, []).append(item)
    return {{tag: sorted(those, key=lambda item: item.price) for tag, those in found.items()}}


def cheapest{n}(items: list[Item{n}], tag: str) -> Item{n} | None:
    """The thing that costs least, if there is one."""
    candidates = [item for item in items if tag in item.tags]
    try:
        best = min(candidates, key=lambda item: item.price)
    except ValueError:
        return None
    position, rounds = 0, 0
    while position < len(candidates) and rounds < 3:
        if candidates[position].price == best.price:
            best = candidates[position]
        position += 1
        rounds += position % 2
    return best.discounted(0.1) if best.price > 10 else best
'''
_LAYER_HEAD = _PLAIN_HEAD + "\nimport equinox as eqx\nimport jax\nfrom jaxtyping import Array\n"
_LAYER_PART = (
    _PLAIN_PART
    + '''

class Layer{n}(eqx.Module):
    """A layer without a State."""

    linear: eqx.nn.Linear
    scale: Array

    def __call__(self, x: Array) -> Array:
        return jax.nn.relu(jax.vmap(self.linear)(x)) * self.scale


@eqx.filter_jit
def apply{n}(layers: list[Layer{n}], x: Array) -> Array:
    """The layers, one after the other."""
    for layer in layers:
        x = layer(x) + x
    return x
'''
)


def generate(folder: Path, head: str, part: str, lines: int) -> Path:
    """Write modules of about 400 lines until there are `lines` lines.

    Args:
        folder: where to write.
        head: the beginning of every module.
        part: code to repeat, with `{n}` for a number.
        lines: how many lines to write in all, at least.

    Returns:
        The folder.
    """
    numbers = itertools.count()
    written = 0
    for module in itertools.count():
        if written >= lines:
            break
        text = head
        while text.count("\n") < min(LINES_OF_A_MODULE, lines - written):
            text += part.format(n=next(numbers))
        (folder / f"generated{module}.py").write_text(text, encoding="utf-8")
        written += text.count("\n")
    return folder


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
class Figures:
    """What was measured about one set of files; times in seconds, medians.

    Attributes:
        lines: how many lines the files have.
        without: mypy's time without the plugin.
        with_plugin: mypy's time with it.
        cached: the time with the plugin when everything comes from the cache.
        spread: the slowest by the fastest run, of the worse series.
        cold_without: mypy's time without the plugin and without any cache.
        cold_with: the same with the plugin.
        engine_lines: lines of the modules that the engine analysed.
        engine_seconds: what it needed for them.
        findings: how many errors of its own the plugin has found.
        faults: how many of its internal faults it has noted.
    """

    lines: int
    without: float
    with_plugin: float
    cached: float
    spread: float
    cold_without: float
    cold_with: float
    engine_lines: int
    engine_seconds: float
    findings: int
    faults: int


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

    def run(self, command: Sequence[str]) -> tuple[float, str]:
        """Run a command among the files; its time and its output.

        Raises:
            RuntimeError: if mypy could not check the files.
        """
        start, start_cpu = time.perf_counter(), _processor_time()
        done = subprocess.run(
            command,
            cwd=self.files,
            env=environment(self.files),
            capture_output=True,
            text=True,
            check=False,
        )
        seconds = _processor_time() - start_cpu if self.cpu else time.perf_counter() - start
        if done.returncode not in (0, 1):
            if refuse(self.files, parse(done.stdout), self.refused):
                return self.run(command)
            text = (done.stdout + done.stderr).strip()
            raise RuntimeError(text.splitlines()[-1] if text else f"status {done.returncode}")
        return seconds, done.stdout

    def mypy(self, variant: str) -> tuple[float, str]:
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

    def from_nothing(self, variant: str) -> tuple[float, str]:
        """Run mypy without any cache; its time and its output."""
        shutil.rmtree(self.folder / f"cache_{variant}", ignore_errors=True)
        return self.mypy(variant)

    def warm(self, variant: str) -> float:
        """The time of a run for which the libraries are cached and the files are not."""
        self.forget(variant)
        return self.mypy(variant)[0]

    def engine(self) -> tuple[int, float]:
        """The lines that the engine analysed in one run, and the seconds that it needed."""
        self.forget("with")
        command = [sys.executable, __file__, TIME_THE_ENGINE, *self.arguments("with")]
        measured = json.loads(self.run(command)[1].splitlines()[-1])
        return measured["lines"], measured["seconds"]

    def measure(self, repetitions: int, cold_repetitions: int) -> Figures:
        """Fill the caches and take all figures."""
        cold: dict[str, list[float]] = {"without": [], "with": []}
        output = ""
        for _ in range(cold_repetitions):
            for variant, series in cold.items():
                seconds, output = self.from_nothing(variant)
                series.append(seconds)
        times: dict[str, list[float]] = {"without": [], "with": []}
        for number in range(repetitions):
            order = ("without", "with") if number % 2 == 0 else ("with", "without")
            for variant in order:
                times[variant].append(self.warm(variant))
        cached = statistics.median(self.mypy("with")[0] for _ in range(min(3, repetitions)))
        engine = [self.engine() for _ in range(min(3, repetitions))]
        return Figures(
            lines=self.lines(),
            without=statistics.median(times["without"]),
            with_plugin=statistics.median(times["with"]),
            cached=cached,
            spread=max(max(series) / min(series) for series in times.values()),
            cold_without=statistics.median(cold["without"]),
            cold_with=statistics.median(cold["with"]),
            engine_lines=engine[0][0],
            engine_seconds=statistics.median(seconds for _, seconds in engine),
            findings=sum("[state-" in line for line in output.splitlines()),
            faults=output.count("mypy_eqxstate: internal fault"),
        )


def _processor_time() -> float:
    """The processor time that the processes started here have used so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def time_the_engine(arguments: list[str]) -> None:
    """Run mypy in this process with a clock around `analyze_module`; print what it shows.

    Args:
        arguments: mypy's.
    """
    from mypy import api

    from mypy_eqxstate import analysis

    original = analysis.analyze_module
    measured: dict[str, float] = {"lines": 0, "seconds": 0.0}

    def timed(*arguments: Any, **named: Any) -> AnalysisResult:
        start = time.process_time()
        result = original(*arguments, **named)
        measured["seconds"] += time.process_time() - start
        measured["lines"] += arguments[3].count("\n")
        return result

    # The session imports the function when it first has a module to analyse.
    analysis.analyze_module = timed
    _, errors, status = api.run(arguments)
    if status not in (0, 1):
        sys.exit(errors)
    print(json.dumps(measured))


# --- output ---------------------------------------------------------------------------------------

_LINE = (
    "{:<24}{:>8}" + "{:>9}{:>9}{:>8}" + "{:>9}{:>9}{:>8}" + "{:>9}{:>9}{:>8}" + "{:>11}{:>7}{:>7}"
)
_TITLES = (
    *("files", "lines", "without", "with", "ratio", "added", "cached", "spread"),
    *("cold w/o", "with", "ratio", "lines/s", "errors", "faults"),
)


def row(name: str, figures: Figures) -> str:
    """One line of the table."""
    speed = "not called"
    if figures.engine_seconds:
        speed = f"{figures.engine_lines / figures.engine_seconds:,.0f}"
    return _LINE.format(
        name if len(name) < 24 else f"...{name[-20:]}",
        f"{figures.lines:,}",
        f"{figures.without:.2f} s",
        f"{figures.with_plugin:.2f} s",
        f"x {figures.with_plugin / figures.without:.2f}",
        f"{figures.with_plugin - figures.without:.2f} s",
        f"{figures.cached:.2f} s",
        f"{figures.spread:.2f}",
        f"{figures.cold_without:.1f} s",
        f"{figures.cold_with:.1f} s",
        f"x {figures.cold_with / figures.cold_without:.3f}",
        speed,
        figures.findings,
        figures.faults,
    )


def workloads(
    lines: int, paths: Sequence[Path], generated: bool
) -> Iterator[tuple[str, Callable[[Path], Path]]]:
    """What is measured: a name, and a function that writes the files."""
    parts = {
        "generated, with State": (_STATE_HEAD, _STATE_PART),
        "generated, Equinox only": (_LAYER_HEAD, _LAYER_PART),
        "generated, neither": (_PLAIN_HEAD, _PLAIN_PART),
    }
    for name, (head, part) in parts.items() if generated else ():
        yield name, partial(generate, head=head, part=part, lines=lines)
    for path in paths:
        yield path.name, partial(copy, path)


def main() -> None:
    """Measure what the command line asks for, and print a table."""
    if sys.argv[1:2] == [TIME_THE_ENGINE]:
        time_the_engine(sys.argv[2:])
        return
    parser = argparse.ArgumentParser(description="What the plugin costs.")
    parser.add_argument("--lines", type=int, default=10_000, help="size of the generated code")
    parser.add_argument("--repetitions", type=int, default=5, help="timed runs of each kind")
    parser.add_argument("--cold", type=int, default=1, metavar="N", help="runs without any cache")
    parser.add_argument("--cpu", action="store_true", help="measure processor time")
    parser.add_argument("--no-generated", action="store_true", help="only the files of the paths")
    parser.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="more files to check")
    options = parser.parse_args()
    print(_LINE.format(*_TITLES))
    paths = [path.resolve() for path in options.paths]
    for name, fill in workloads(options.lines, paths, not options.no_generated):
        with tempfile.TemporaryDirectory() as folder:
            try:
                bench = Bench(Path(folder), fill, options.cpu)
                figures = bench.measure(max(1, options.repetitions), max(1, options.cold))
                print(row(name, figures), flush=True)
                for refused, reason in bench.refused.items():
                    print(f"    mypy refuses {refused}: {reason}")
            except RuntimeError as error:
                print(f"{name}: left out: {error}", flush=True)


if __name__ == "__main__":
    main()
