"""How many seeded bugs the plugin finds in public code, and what it says of the code itself.

    python benchmarks/seeded_bugs.py [--list] [--alarms] [--notebooks] [--work FOLDER] PATH ...

Every PATH is a checkout of a repository. Run it with a Python that has mypy, this package and what
the repositories import; of what is not installed mypy knows nothing, and less is found.

**What is seeded.** In correct code every call that takes a State over is followed by a rebinding:

    def __call__(self, x, state):
        x, state = self.norm1(x, state)
        x, state = self.norm2(x, state)
        return x, state

A seed binds the newer State to another name, and nothing else:

    def __call__(self, x, state):
        x, new_state = self.norm1(x, state)
        x, state = self.norm2(x, state)
        return x, state

Now the third line reads an old State, and the numbers of `norm1` are lost: the mistake that people
make. Each function gets one seed, in the first statement that allows one (see `sites.py`). A
module's code outside of functions counts as a function. All seeds of a run of mypy are in different
modules; there are as many runs ("rounds") as the module with the most seeds has. A seed that is not
found is tried again alone: the body of a function that it calls may have had a seed, too. A seed is
found if mypy then shows an error `[state-...]` within the function's lines that is not there
without the seed.

**Which sites are bugs.** That the place holds a State is decided without the plugin, by annotations
and the results of known functions; where only the name says so, the site counts if a person has
read it. `seeded_sites.tsv` has what was read, a line each, tab-separated:

    repository   path[:line]   state | exclude | skip | affine   reason

`state`: it is a State. `exclude`: a seed there is no bug, or it is no State; the function's next
site is taken (a path without a line, or a folder: all its sites that rest on names only). `skip`: a
file or folder is not copied. `affine`: instead of a path the full name of a class, or of a type
variable that stands for States, which the plugin is told of, as the repository's authors would in
their configuration; `--plain` leaves these lines out. Names without a line there are "by name
only": they are seeded, too, and counted apart. Line numbers are those of the commits in the table's
head.

**Options.** `--list` prints the sites that would be seeded, with their evidence, and runs no mypy.
`--alarms` runs no seeds: it prints every ownership error, with the line of source, and every note
of an internal fault in the unchanged code. `--notebooks` takes notebooks in as scripts. `--name`
binds the newer State to a name that says nothing, such as `s2`: where nothing is known of a callee,
the plugin takes the name for a hint. `--types pyrefly` runs no mypy and asks pyrefly for types.
`--work` keeps the copies and mypy's cache in a folder, so that the next run is quick; the cache is
only good for the same version of the plugin. `--only TEXT` keeps the seeds whose path or function
has a text.

Limits: One form of mistake is seeded. It is the simplest one, the first in each function, and a
loop over such layers is found as easily as a single line; other forms (a lost result, a State in a
dict, an old one returned) are not measured. A function that is not annotated counts as such
although its module may show what the place holds. An error in the function counts whatever it says.
What mypy refuses to check is listed, and its functions are not counted.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from repositories import Checkout, Message
from served import ServedCheckout
from sites import Site, find_sites, parse_modules

TABLE = Path(__file__).with_name("seeded_sites.tsv")
KINDS = ("annotated", "unannotated", "module")


@dataclass(frozen=True)
class Review:
    """What a person has said about the sites of one repository.

    Attributes:
        states: sites that hold a State.
        excluded: sites that are no bug, or no State.
        skipped: files and folders that are not looked at.
        affine: full names of classes and type variables that the plugin is told of.
    """

    states: frozenset[str]
    excluded: frozenset[str]
    skipped: frozenset[str]
    affine: frozenset[str]

    def excludes(self, site: Site) -> bool:
        """Whether no seed may be put into a site."""
        if site.key() in self.excluded:
            return True
        path = Path(site.path)
        places = [place.as_posix() for place in (path, *path.parents)]
        return site.evidence == "name" and not self.excluded.isdisjoint(places)


def read_review(repository: str) -> Review:
    """The rows of the table for a repository."""
    said: dict[str, set[str]] = {
        verdict: set() for verdict in ("state", "exclude", "skip", "affine")
    }
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        name, place, verdict, _ = line.split("\t")
        if name == repository:
            said[verdict].add(place)
    return Review(*map(frozenset, said.values()))


def chosen_sites(checkout: Checkout, review: Review) -> list[Site]:
    """One site for each function: the first that is not excluded, by the best evidence."""
    modules = parse_modules((path, checkout.read(path)) for path in checkout.paths())
    found: dict[tuple[str, str, int], Site] = {}
    for site in find_sites(modules):
        if review.excludes(site):
            continue
        function = (site.path, site.function, site.first)
        before = found.get(function)
        if before is None or (is_by_name(before, review) and not is_by_name(site, review)):
            found[function] = site
    return list(found.values())


def is_by_name(site: Site, review: Review) -> bool:
    """Whether nothing but its name says that a site's place holds a State."""
    return site.evidence == "name" and site.key() not in review.states


def alarms_of(messages: Iterable[Message]) -> Counter[Message]:
    """The plugin's errors, without their texts."""
    return Counter(
        Message(one.path, one.line, one.kind, one.code, "") for one in messages if one.is_alarm()
    )


def seed(checkout: Checkout, sites: Sequence[Site], name: str) -> dict[Site, list[Message]]:
    """Put every site's bug in, in rounds; the new errors in its function.

    Args:
        checkout: the repository.
        sites: what to seed; the files are as they were afterwards.
        name: what the newer State is bound to; empty for a name as people write it.
    """
    plain = alarms_of(checkout.check())
    pending: dict[str, list[Site]] = {}
    for site in sites:
        if site.path not in checkout.refused:
            pending.setdefault(site.path, []).append(site)
    found: dict[Site, list[Message]] = {}
    while pending:
        now = [those.pop(0) for those in pending.values()]
        pending = {path: those for path, those in pending.items() if those}
        found |= _seed_together(checkout, now, name, plain)
    for site in [site for site, messages in found.items() if not messages]:
        found |= _seed_together(checkout, [site], name, plain)
    return found


def _seed_together(
    checkout: Checkout, now: Sequence[Site], name: str, plain: Counter[Message]
) -> dict[Site, list[Message]]:
    """Put the bugs of sites in different modules in at once; the new errors of each."""
    sources = {site.path: checkout.read(site.path) for site in now}
    for site in now:
        source = sources[site.path]
        checkout.write(site.path, site.seeded(source, name or site.natural_name(source)))
    messages = checkout.check()
    new = alarms_of(messages) - plain
    found: dict[Site, list[Message]] = {}
    for site in now:
        checkout.write(site.path, sources[site.path])
        found[site] = [
            one
            for one in messages
            if one.path == site.path
            and site.first <= one.line <= site.last
            and Message(one.path, one.line, one.kind, one.code, "") in new
        ]
    return found


def show_alarms(checkout: Checkout) -> None:
    """Check the unchanged code and print what the plugin says."""
    messages = checkout.check()
    shown = [one for one in messages if one.is_alarm() or one.is_fault()]
    alarms = sum(one.is_alarm() for one in shown)
    print(f"== {checkout.name}: {alarms} errors, {len(shown) - alarms} internal faults")
    for one in shown:
        print(f"{one.path}:{one.line}: {one.text}  [{one.code}]")
        if one.is_alarm():
            print(f"    {checkout.read(one.path).splitlines()[one.line - 1].strip()}")


def percent(part: int, whole: int) -> str:
    """A share for the table."""
    return f"{100 * part / whole:.0f} %" if whole else "-"


_ROW = "{:<18}" + "{:>7}{:>7}{:>7}" * 4
_TITLES = ("repository", *("annot.", "found", "", "unann.", "found", "", "module", "found", ""))


def row(name: str, counts: Counter[tuple[str, bool]]) -> str:
    """One line of the table: seeds, found and share of every kind of function."""
    cells: list[str] = []
    for kind in (*KINDS, "name"):
        seeds = counts[kind, True] + counts[kind, False]
        cells += [str(seeds), str(counts[kind, True]), percent(counts[kind, True], seeds)]
    return _ROW.format(name, *cells)


def show(site: Site, review: Review) -> str:
    """One site in one line."""
    evidence = f"{site.evidence}, reviewed" if site.key() in review.states else site.evidence
    return f"{site.key()}: {site.function} ({site.kind}, {evidence}): {site.statement}"


def main() -> None:
    """Do what the command line asks for."""
    parser = argparse.ArgumentParser(description="Seeded bugs and alarms in public repositories.")
    parser.add_argument("--list", action="store_true", help="print the sites, run no mypy")
    parser.add_argument("--alarms", action="store_true", help="check the unchanged code")
    parser.add_argument("--notebooks", action="store_true", help="take notebooks in as scripts")
    parser.add_argument("--work", type=Path, metavar="FOLDER", help="keep copies and cache here")
    parser.add_argument("--only", default="", metavar="TEXT", help="part of a path or function")
    parser.add_argument("--plain", action="store_true", help="without the table's `affine` lines")
    parser.add_argument("--types", choices=("mypy", "pyrefly"), default="mypy", help="whose types")
    parser.add_argument("--name", default="", help="the name that seeds bind the newer State to")
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="repositories")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        work = (options.work or Path(temporary)).resolve()
        run(options, work)


def run(options: argparse.Namespace, work: Path) -> None:
    """Go through the repositories and print what is found.

    Args:
        options: the command line.
        work: a folder for copies and mypy's cache.
    """
    rows: list[str] = []
    total: Counter[tuple[str, bool]] = Counter()
    for path in options.paths:
        name = path.resolve().name
        review = read_review(name)
        kind = ServedCheckout if options.types == "pyrefly" else Checkout
        checkout = kind(
            path.resolve(),
            work,
            work / "cache",
            review.skipped,
            notebooks=options.notebooks,
            affine="" if options.plain else ", ".join(sorted(review.affine)),
        )
        if options.alarms:
            show_alarms(checkout)
        else:
            sites = [
                site
                for site in chosen_sites(checkout, review)
                if options.only in site.path or options.only in site.function
            ]
            if options.list:
                print(f"== {name}: {len(sites)} sites")
                print("\n".join(show(site, review) for site in sites), flush=True)
                continue
            counts = count(name, seed(checkout, sites, options.name), review)
            total += counts
            rows.append(row(name, counts))
        checkout.close()
        for refused, reason in checkout.refused.items():
            print(f"{name}: mypy refuses {refused}: {reason}")
    if rows:
        print()
        print(_ROW.format(*_TITLES, "name", "found", ""))
        print("\n".join([*rows, row("all", total)]))


def count(name: str, found: dict[Site, list[Message]], review: Review) -> Counter[tuple[str, bool]]:
    """Count the seeds of a repository by kind and success, and print the misses."""
    counts: Counter[tuple[str, bool]] = Counter()
    print(f"== {name}: {len(found)} seeds")
    for site, messages in sorted(found.items(), key=lambda item: (item[0].path, item[0].line)):
        kind = "name" if is_by_name(site, review) else site.kind
        counts[kind, bool(messages)] += 1
        if not messages:
            print(f"missed: {show(site, review)}", flush=True)
    return counts


if __name__ == "__main__":
    main()
