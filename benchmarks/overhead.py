"""What the plugin costs: mypy with and without it over the same files, and the engine alone.

    python benchmarks/overhead.py [--sizes N,...] [--repetitions N] [--cold N] [--cpu]
                                  [--no-generated] [--latency] [--page FOLDER] [PATH ...]

Run it with a Python that has mypy, this package and Equinox. It measures

- generated code that passes States around, of every size that `--sizes` says (in lines; 10,000 if
  it says nothing; from 50,000 on, each kind of run is made once);
- generated code of the first of these sizes that imports Equinox and has no State, and of the same
  size that does not import Equinox;
- the Python files of every PATH: a file, a package or a whole repository with tests and examples;
- with `--latency`, what an edit costs in mypy's daemon (`latency.py`).

A measurement works on a copy of the files in a temporary folder. There are two kinds:

*Warm*: the libraries come from mypy's cache, the files are checked anew. Before every timed run the
entries of the files themselves are taken out of the cache again. Runs with and without the plugin
alternate, and so does which of them is first. For comparison there is a run in which everything
comes from the cache: what mypy needs to start.

*Cold*: there is no cache at all, the libraries are checked, too. It is what a fresh checkout or a
job of continuous integration pays. With `--cold 0` it is left out. Two such runs differ by more
than what the plugin costs where a machine is not quiet. So there is also a ratio *in one run*: its
whole processor time by what is left of it without the time inside of the plugin's hooks. What the
plugin costs outside of them (calling them, memory) is not in it.

Times are medians, of wall-clock time of the whole process; with `--cpu`, of the processor time that
it used, which other work on the machine disturbs less. The ratio is the median of those of the
pairs of runs. Memory is the largest that the process has had.

The engine's speed is that of `analyze_module`, including its questions to mypy about types, without
reading and parsing: lines of the modules it was called for, by the processor time spent in it. It
is never called for modules that import no affine class, directly or not. It is also compared with
`ast.parse` of the text of the functions whose bodies it has solved, in whatever modules they are.

With `--page`, the table and a plot of the growth are written to FOLDER: `performance.md` between
its two marks, and `performance.svg` (needs matplotlib: the extra `benchmarks`).

Limits: The type stubs are there in both kinds of run, for they are installed with the plugin. Files
that mypy refuses (a syntax error, one name for two modules) are left out of both and named. A `src`
folder of a repository is a root of imports, and what `seeded_sites.tsv` says to skip is skipped.
Other work on the machine shows in the figures; the spread is printed for that reason.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import latency
import page
from generated_code import LAYER, PLAIN, STATE, generate
from measuring import Bench, Figures, copy

LARGE = 50_000
_COLUMNS = {
    "files": "{name}",
    "lines": "{figures.lines:,}",
    "without": "{figures.without:.2f} s",
    "with": "{figures.with_plugin:.2f} s",
    "ratio": "{figures.ratio:.2f}",
    "cached": "{figures.cached:.2f} s",
    "spread": "{figures.spread:.2f}",
    "memory": "{figures.memory_without:.0f} -> {figures.memory_with:.0f} MiB",
    "cold ratio": "{cold}",
    "in one run": "{in_one_run}",
    "engine": "{speed}",
    "by ast.parse": "{parsing}",
    "errors": "{figures.findings}",
    "faults": "{figures.faults}",
}


def row(name: str, figures: Figures) -> dict[str, str]:
    """One line of the table, by the columns' titles."""
    engine = figures.engine
    values = {
        "name": name,
        "figures": figures,
        "cold": f"{figures.cold_with / figures.cold_without:.2f}" if figures.cold_without else "-",
        "in_one_run": f"{figures.cold_in_one_run:.3f}" if figures.cold_in_one_run else "-",
        "speed": f"{engine.lines / engine.seconds:,.0f} lines/s" if engine.lines else "not called",
        "parsing": f"{engine.seconds / engine.parse_seconds:.0f}" if engine.parsed_lines else "-",
    }
    return {title: form.format(**values) for title, form in _COLUMNS.items()}


def workloads(
    sizes: Sequence[int], paths: Sequence[Path], generated: bool
) -> Iterator[tuple[str, Callable[[Path], Path]]]:
    """What is measured: a name, and a function that writes the files."""
    for size in sizes if generated else ():
        yield f"generated, with State, {size:,}", partial(generate, kind=STATE, lines=size)
    if generated:
        yield "generated, Equinox only", partial(generate, kind=LAYER, lines=sizes[0])
        yield "generated, neither", partial(generate, kind=PLAIN, lines=sizes[0])
    for path in paths:
        yield path.name, partial(copy, path)


def _measured(
    options: argparse.Namespace, sizes: Sequence[int], paths: Sequence[Path], libraries: Path
) -> Iterator[tuple[str, Figures]]:
    """Measure one workload after the other, and print a line for each."""
    for name, fill in workloads(sizes, paths, not options.no_generated):
        with tempfile.TemporaryDirectory() as folder:
            try:
                bench = Bench(Path(folder), fill, options.cpu)
                often = options.repetitions if bench.lines() < LARGE else 1
                figures = bench.measure(max(1, often), max(0, options.cold), libraries)
            except RuntimeError as error:
                print(f"{name}: left out: {error}", flush=True)
                continue
            print(" | ".join(row(name, figures).values()), flush=True)
            for refused, reason in bench.refused.items():
                print(f"    mypy refuses {refused}: {reason}")
            yield name, figures


def main() -> None:
    """Measure what the command line asks for, and print a table."""
    parser = argparse.ArgumentParser(description="What the plugin costs.")
    parser.add_argument("--sizes", default="10000", help="sizes of the generated code, in lines")
    parser.add_argument("--repetitions", type=int, default=5, help="timed runs of each kind")
    parser.add_argument("--cold", type=int, default=1, metavar="N", help="runs without any cache")
    parser.add_argument("--cpu", action="store_true", help="measure processor time")
    parser.add_argument("--no-generated", action="store_true", help="only the files of the paths")
    parser.add_argument("--latency", action="store_true", help="edits in the daemon, too")
    parser.add_argument("--page", type=Path, metavar="FOLDER", help="write the documentation")
    parser.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="more files to check")
    options = parser.parse_args()
    sizes = [int(size) for size in options.sizes.split(",")]
    paths = [path.resolve() for path in options.paths]
    print(" | ".join(_COLUMNS))
    with tempfile.TemporaryDirectory() as libraries:
        measured = dict(_measured(options, sizes, paths, Path(libraries)))
    edit = latency.measure(15, 1000, options.cpu) if options.latency else None
    if edit is not None:
        print(latency.described(edit))
    if options.page is not None:
        rows = [row(name, figures) for name, figures in measured.items()]
        text = page.table(rows) + (f"\n{latency.described(edit)}\n" if edit else "")
        page.write(options.page, text)
        page.plot(options.page, [f for name, f in measured.items() if "with State" in name])


if __name__ == "__main__":
    main()
