"""How the cost of the analysis grows with the size of pathological code: measured, kept and drawn.

    python -m tests.torture.growth [--kind NAME] [--repetitions N] [--write FOLDER]

Each kind of `pathological.py` is analysed in growing sizes up to its largest; each time is the
lowest of some repetitions.  The last column tells the growth over the last doubling as a power of
the size: 1 is linear, 2 the square.  With `--write`, the figures go to `growth.tsv` in the folder
and the plot, which needs matplotlib, to `growth.svg`.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from tests.torture.analyse import analyse
from tests.torture.files import write_table
from tests.torture.oracles import GivingOracle
from tests.torture.pathological import KINDS

_PARTS: Final = (16, 8, 4, 2, 1)
_TITLES: Final = ("kind", "size", "lines", "seconds", "power")


class Measured(NamedTuple):
    """The cost of one size.

    Attributes:
        size: of the kind's own.
        lines: of the module.
        seconds: processor time of the analysis.
        power: that of the size with which the cost has grown since the size before; None at first.
    """

    size: int
    lines: int
    seconds: float
    power: float | None


def measure(name: str, repetitions: int) -> Iterator[Measured]:
    """Measure a kind in growing sizes.

    Raises:
        RuntimeError: the analysis has not got through a size.
    """
    kind, largest = KINDS[name]
    before: Measured | None = None
    for size in sorted({max(1, largest // part) for part in _PARTS}):
        source = kind(size)
        outcomes = [analyse(source, GivingOracle) for _ in range(repetitions)]
        seconds = math.inf
        for outcome in outcomes:
            if outcome is None or outcome.faults or outcome.limits:
                raise RuntimeError(f"{name} of size {size}: {outcome}")
            seconds = min(seconds, outcome.seconds)
        power = None
        if before is not None:
            power = math.log(seconds / before.seconds) / math.log(size / before.size)
        before = Measured(size, source.count("\n"), seconds, power)
        yield before


def draw(folder: Path, measured: dict[str, list[Measured]]) -> None:
    """Draw time over size.

    Raises:
        ImportError: if there is no matplotlib.
    """
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "growth"
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(8, 6))
    markers = "osD^v<>"
    for number, (name, sizes) in enumerate(measured.items()):
        axes.plot(
            [one.size for one in sizes],
            [one.seconds for one in sizes],
            marker=markers[number % len(markers)],
            markersize=4,
            linewidth=1,
            label=name,
        )
    smallest, largest = axes.get_xlim()
    line = [size * 0.001 for size in (smallest, largest)]
    axes.plot((smallest, largest), line, "k:", linewidth=1, label="1 ms for each")
    axes.set(xscale="log", yscale="log", xlabel="size", ylabel="seconds of the analysis")
    axes.legend(fontsize=7, ncols=2)
    figure.tight_layout()
    figure.savefig(folder / "growth.svg", metadata={"Date": None})


def main() -> int:
    """Measure as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kind", action="append", choices=KINDS, help="may be repeated")
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--write", type=Path, help="a folder for the figures and the plot")
    arguments = parser.parse_args()
    rows: list[tuple[str, ...]] = []
    measured: dict[str, list[Measured]] = {}
    print(*_TITLES, sep="\t")
    for name in arguments.kind or KINDS:
        for one in measure(name, arguments.repetitions):
            measured.setdefault(name, []).append(one)
            power = "" if one.power is None else f"{one.power:.2f}"
            rows.append((name, str(one.size), str(one.lines), f"{one.seconds:.3f}", power))
            print(*rows[-1], sep="\t", flush=True)
    if arguments.write:
        write_table(arguments.write / "growth.tsv", [_TITLES, *rows])
        draw(arguments.write, measured)
    return 0


if __name__ == "__main__":
    sys.exit(main())
