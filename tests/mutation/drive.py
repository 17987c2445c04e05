"""`make mutants`: changes of the analysis, one at a time, and whether the fast suite notices them.

    python -m tests.mutation.drive [--count N] [--seed N] [--module PART] [--tests PATH ...]

Everything is loaded, and the scenario cases are checked by mypy, once.  For each mutant the process
forks; the child gives one function other code and analyses the cases until one says something else
than before (`suite.py`).  What they do not notice is put before the unit tests of its package.
Prints a row for each mutant, and the survivors again at the end.  With `--tests`, only these unit
tests are asked: whether they say all that a module does.

Limits: only the bodies of functions are changed, not tables or classes; a function that Python has
taken apart for a decorator is found by its line.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import gc
import importlib
import os
import random
import signal
import sys
import tempfile
import time
import types
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import pytest

from tests.mutation.mutator import Mutation, mutated, mutations
from tests.mutation.suite import ROOT, Suite

PACKAGES: Final = ("flow", "ir", "contracts")
# Of processor time: on a busy machine no mutant must seem too slow.
SECONDS: Final = 90
_UNIT_TESTS: Final = {
    "flow": ("tests/flow",),
    "ir": ("tests/ir",),
    "contracts": ("tests/contracts/test_notation.py",),
}
KILLED, SURVIVED, LATE = 0, 1, 2
_WORDS: Final = {KILLED: "killed", SURVIVED: "SURVIVED", LATE: "killed (too slow)"}


def _function(path: Path, line: int) -> types.FunctionType | None:
    """The function of a file that begins on a line."""
    for found in gc.get_objects():
        if (
            isinstance(found, types.FunctionType)
            and found.__code__.co_firstlineno == line
            and found.__code__.co_filename == str(path)
        ):
            return found
    return None


def _code(tree: ast.Module, path: Path, line: int) -> types.CodeType | None:
    """The code of the function that begins on a line of a module."""
    waiting = [compile(tree, str(path), "exec")]
    while waiting:
        code = waiting.pop()
        for constant in code.co_consts:
            if isinstance(constant, types.CodeType):
                if constant.co_firstlineno == line and not constant.co_name.startswith("<"):
                    return constant
                waiting.append(constant)
    return None


def _judge(
    suite: Suite | list[str], path: Path, number: int, mutation: Mutation, first: list[str]
) -> str:
    """The first case that fails under a mutation; empty if there is none."""
    function = _function(path, mutation.function)
    code = _code(mutated(path.read_text(encoding="utf-8"), number), path, mutation.function)
    if function is None or code is None:
        return "?"
    function.__code__ = code
    if isinstance(suite, list):
        return next((tests for tests in suite if _pytest("-x", tests)), "")
    return next(iter(suite.failing(first)), "") or _failing_unit_tests(path)


def _failing_unit_tests(path: Path) -> str:
    """The first folder or file of unit tests that fails; empty if there is none."""
    package = path.relative_to(ROOT / "mypy_eqxstate").parts[0]
    return next((tests for tests in _UNIT_TESTS.get(package, ()) if _pytest("-x", tests)), "")


def _load(tests: Iterable[str]) -> None:
    """Load pytest's plugins and unit tests here, and not for each mutant anew."""
    for folder_or_file in tests:
        _pytest("--collect-only", folder_or_file)


def _pytest(option: str, *tests: str) -> int:
    """Run pytest without its output; the exit status."""
    paths = [str(ROOT / path) for path in tests]
    with (
        Path(os.devnull).open("w") as nowhere,
        contextlib.redirect_stdout(nowhere),
        contextlib.redirect_stderr(nowhere),
    ):
        return int(pytest.main([option, "-q", "-p", "no:cacheprovider", *paths]))


def _run(
    suite: Suite | list[str], path: Path, number: int, mutation: Mutation, first: list[str]
) -> tuple[str, str]:
    """What became of a mutant, and which case noticed it; in a process of its own."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        try:
            said = _judge(suite, path, number, mutation, first)
        except BaseException as error:
            said = type(error).__name__
        os.write(writing, said.encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.read().decode()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return _WORDS[LATE], ""
    return ("not found" if said == "?" else _WORDS[KILLED if said else SURVIVED]), said


def main() -> int:
    """Try mutants as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--module", default="", help="a part of the paths to choose from")
    parser.add_argument("--tests", nargs="+", help="files of unit tests that judge alone")
    arguments = parser.parse_args()
    package = ROOT / "mypy_eqxstate"
    paths = [path for name in PACKAGES for path in sorted((package / name).rglob("*.py"))]
    everything = [
        (path, number, mutation)
        for path in paths
        if arguments.module in str(path)
        for number, mutation in enumerate(mutations(ast.parse(path.read_text(encoding="utf-8"))))
    ]
    chosen = random.Random(arguments.seed)
    sample = chosen.sample(everything, min(arguments.count, len(everything)))
    print(f"{len(everything)} mutations, {len(sample)} of them are tried", flush=True)
    suite: Suite | list[str] = arguments.tests
    if isinstance(suite, list):
        _load(suite)
    else:
        with tempfile.TemporaryDirectory() as cache:
            suite = Suite(Path(cache))
        print(f"{len(suite)} cases", flush=True)
        _load(tests for folder in _UNIT_TESTS.values() for tests in folder)
    for path in {path for path, _, _ in sample}:
        importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    gc.collect()
    gc.freeze()
    gc.unfreeze()
    first: Counter[str] = Counter()
    counts: Counter[str] = Counter()
    survivors: list[str] = []
    for path, number, mutation in sample:
        begin = time.monotonic()
        became, by = _run(suite, path, number, mutation, [n for n, _ in first.most_common()])
        counts[became] += 1
        first[by] += bool(by)
        where = f"{path.relative_to(package)}:{mutation.line}"
        row = f"{became}\t{where}\t{mutation.what}\t{by}\t{time.monotonic() - begin:.1f}"
        print(row, flush=True)
        if became == _WORDS[SURVIVED]:
            survivors.append(row)
    print(*survivors, sep="\n")
    print(dict(counts))
    return 0


if __name__ == "__main__":
    sys.exit(main())
