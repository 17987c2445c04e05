"""What the README shows is real: the example and mypy's output, the annotations, the settings.

The part about the rules is compared in `test_rules.py`.
"""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from mypy_eqxstate.config import read_configuration
from mypy_eqxstate.contracts.notation import parse_row

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    """The text under a heading of the second level."""
    found = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", README, re.M | re.S)
    assert found is not None, f"README.md has no section {title}"
    return found[1]


def blocks(title: str, language: str) -> list[str]:
    """The code blocks of a section in one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", section(title), re.M | re.S)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One cache for all runs, so that only the first one reads the libraries."""
    return tmp_path_factory.mktemp("cache")


def mypy(cache: Path, file: Path | str) -> str:
    """What mypy says of a file with the configuration of the examples."""
    command = [sys.executable, "-m", "mypy", "--config-file", "examples/mypy.ini"]
    run = subprocess.run(
        [*command, "--cache-dir", str(cache), str(file)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    return run.stdout + run.stderr


def test_the_example_is_the_one_that_is_shipped() -> None:
    (shown,) = blocks("Example", "python")
    source = (ROOT / "examples" / "counter.py").read_text(encoding="utf-8")
    docstring = ast.parse(source).body[0]
    code = source.splitlines(keepends=True)[docstring.end_lineno :]
    assert shown == "".join(code).lstrip("\n")


def test_the_output_shown_is_what_mypy_prints(cache: Path) -> None:
    (shown,) = blocks("Example", "text")
    command, _, output = shown.partition("\n")
    assert command == "$ mypy --config-file examples/mypy.ini examples/counter.py"
    assert output == mypy(cache, "examples/counter.py")


def test_mypy_has_nothing_to_say_about_the_annotations(cache: Path, tmp_path: Path) -> None:
    (shown,) = blocks("Annotations", "python")
    file = tmp_path / "annotated.py"
    file.write_text(shown, encoding="utf-8")
    assert mypy(cache, file) == "Success: no issues found in 1 source file\n"


def test_the_annotations_can_be_imported() -> None:
    (shown,) = blocks("Annotations", "python")
    exec(compile(shown, "annotated", "exec"), {"__name__": "annotated"})


def test_both_forms_of_the_configuration_say_the_same(tmp_path: Path) -> None:
    (ini,) = blocks("Configuration", "ini")
    (toml,) = blocks("Configuration", "toml")
    (tmp_path / "mypy.ini").write_text(ini, encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text(toml, encoding="utf-8")
    from_ini = read_configuration(str(tmp_path / "mypy.ini"), parse_row)
    from_toml = read_configuration(str(tmp_path / "pyproject.toml"), parse_row)
    assert from_ini.problems == ()
    assert from_ini == from_toml
    assert from_ini.strict
    assert from_ini.contracts
    assert from_ini.affine


def test_everything_in_the_layout_exists() -> None:
    rows = [line for line in section("Layout").splitlines() if line.startswith("| `")]
    assert rows
    for row in rows:
        names = re.findall(r"`([^`]+)`", row.split("|")[1])
        folder = ROOT / Path(names[0]).parent
        for name in names:
            assert (ROOT / name).exists() or (folder / name).exists(), name
