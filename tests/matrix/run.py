"""`make matrix`: install each combination of versions, run the suites on it and show the results.

    python -m tests.matrix.run            all of `combinations.py`
    python -m tests.matrix.run 0.11 3.13  those with a part of their name equal to one of these

Each combination gets an environment of its own, `.matrix/NAME/` (some 700 MB), which is kept and
filled again only if its requirements have changed, and a file of results, `.matrix/NAME.json`.
What cannot be run, for want of the interpreter or because pip finds no such combination, is a
result like any other. Once all combinations have results, the tables of `docs/versions.md` are
written anew from them.

The exit status is 1 if a test failed, or something could not be installed.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from tests.matrix import page
from tests.matrix.combinations import COMBINATIONS, SHOWN, SUITES, TOOLS, Combination

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".matrix"
PAGE = ROOT / "docs" / "versions.md"

VERSIONS = """
import importlib.metadata, json, platform, sys
of = {name: importlib.metadata.version(name) for name in sys.argv[1:] if name != "python"}
print(json.dumps({"python": platform.python_version(), **of}))
"""


def interpreters(minor: str) -> Iterator[str]:
    """Where an interpreter of a minor version may be: on the path, or installed by pyenv."""
    yield f"python{minor}"
    versions = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    yield from map(str, sorted(versions.glob(f"{minor}.*/bin/python")))


def find_interpreter(minor: str) -> str | None:
    """Find one that works and is of that version."""
    question = "import sys; print('%d.%d' % sys.version_info[:2])"
    for candidate in interpreters(minor):
        try:
            answer = run([candidate, "-c", question])
        except OSError:
            continue
        if answer.stdout.strip() == minor:
            return candidate
    return None


def run(command: list[str]) -> subprocess.CompletedProcess[str]:
    """Run a command in the root of the checkout."""
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def install(combination: Combination) -> str | None:
    """Fill the environment of a combination.

    Returns:
        None, or why it could not be done.
    """
    environment = FOLDER / combination.name
    python = str(environment / "bin" / "python")
    requirements = ["--editable", ".", *TOOLS, *combination.requirements]
    stamp = environment / "requirements.txt"
    if stamp.exists() and stamp.read_text(encoding="utf-8").split() == requirements:
        return None
    interpreter = find_interpreter(combination.python)
    if interpreter is None:
        return f"no Python {combination.python} was found"
    made = run([interpreter, "-m", "venv", "--clear", str(environment)])
    if made.returncode == 0:
        pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        made = run([*pip, *requirements])
    if made.returncode != 0:
        return f"cannot be installed: {made.stderr.strip().splitlines()[-1]}"
    stamp.write_text("\n".join(requirements), encoding="utf-8")
    return None


def measure(combination: Combination) -> dict[str, Any]:
    """Run everything on one combination; see `page.py` for the form of the result."""
    missing = install(combination)
    if missing is not None:
        return {"missing": missing}
    environment = FOLDER / combination.name
    python = str(environment / "bin" / "python")
    suites = {}
    for title, paths in SUITES.items():
        suites[title] = run_suite(python, environment / "pytest_cache", paths)
        print(f"  {title}: {page.shown(suites[title])}", flush=True)
    rows = run([python, "-m", "tests.contracts.outcomes"])
    return {
        "versions": json.loads(run([python, "-c", VERSIONS, *SHOWN]).stdout),
        "suites": suites,
        "rows": json.loads(rows.stdout.splitlines()[-1]) if rows.returncode == 0 else {},
    }


def run_suite(python: str, cache: Path, paths: tuple[str, ...]) -> dict[str, Any]:
    """Run some tests and count how they ended."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        options = ["-q", "-o", f"cache_dir={cache}", f"--junit-xml={report}"]
        done = run([python, "-m", "pytest", *options, *paths])
        if not report.exists():
            why = (done.stdout + done.stderr).strip().splitlines() or ["pytest said nothing"]
            failure = why[-1].replace(f"{ROOT}{os.sep}", "")
            return {"counts": {"error": 1}, "failures": [failure]}
        counts: Counter[str] = Counter()
        failures = []
        for case in ElementTree.parse(report).iter("testcase"):
            ended = next((part.tag for part in case if part.tag in page.WORDS), "passed")
            counts[ended] += 1
            if ended in ("failure", "error"):
                failures.append(f"{case.get('classname')}::{case.get('name')}")
        return {"counts": dict(counts), "failures": failures}


def main(parts: list[str]) -> int:
    """Measure the combinations asked for and show the results."""
    chosen = [c for c in COMBINATIONS if not parts or any(part in c.name for part in parts)]
    if not chosen:
        print(f"no combination has any of {parts} in its name; there are:")
        print("\n".join(c.name for c in COMBINATIONS))
        return 2
    FOLDER.mkdir(exist_ok=True)
    results: dict[str, Any] = {}
    for combination in chosen:
        print(combination.name, flush=True)
        result = results[combination.name] = measure(combination)
        if "missing" in result:
            print(f"  {result['missing']}", flush=True)
        file = FOLDER / f"{combination.name}.json"
        file.write_text(json.dumps(result, indent=1), encoding="utf-8")
    print("\n" + page.tables(results))
    files = {c.name: FOLDER / f"{c.name}.json" for c in COMBINATIONS}
    if all(file.exists() for file in files.values()):
        everything = {name: json.loads(file.read_text("utf-8")) for name, file in files.items()}
        page.write(PAGE, page.tables(everything))
    return int(any(page.is_bad(result) for result in results.values()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
