"""What the package declares is what the matrix measures, and the page shows what was measured."""

from __future__ import annotations

from importlib.metadata import metadata, requires
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.version import Version

from tests.matrix import page
from tests.matrix.combinations import COMBINATIONS, NEWEST

PACKAGE = "mypy_eqxstate"
PAGE = Path(__file__).resolve().parents[2] / "docs" / "versions.md"


def lowest(versions: set[str]) -> str:
    return min(versions - {NEWEST}, key=Version)


def declared_minimum(package: str) -> set[str]:
    """The lower bounds in the metadata: of this package, for another one."""
    requirements = [Requirement(text) for text in requires(PACKAGE) or []]
    return {
        bound.version
        for requirement in requirements
        if requirement.name == package
        for bound in requirement.specifier
        if bound.operator == ">="
    }


def test_every_declared_python_is_in_the_matrix_and_no_other() -> None:
    prefix = "Programming Language :: Python :: 3."
    classifiers = metadata(PACKAGE).get_all("Classifier") or []
    declared = {line.rpartition(" ")[2] for line in classifiers if line.startswith(prefix)}
    assert declared == {combination.python for combination in COMBINATIONS}
    assert metadata(PACKAGE)["Requires-Python"] == f">={lowest(declared)}"


def test_the_declared_minima_are_the_oldest_versions_of_the_matrix() -> None:
    oldest_mypy = lowest({combination.mypy for combination in COMBINATIONS})
    assert {Version(bound) for bound in declared_minimum("mypy")} == {Version(oldest_mypy)}
    oldest_equinox = lowest({combination.equinox for combination in COMBINATIONS})
    assert min(map(Version, declared_minimum("equinox"))) == Version(oldest_equinox)


def test_names_of_combinations_are_unique() -> None:
    assert len({combination.name for combination in COMBINATIONS}) == len(COMBINATIONS)


def test_requirements_of_a_combination_pin_what_it_names() -> None:
    oldest, *_, newest = (combination.requirements for combination in COMBINATIONS)
    assert {"mypy==2.4.0", "equinox==0.11.0", "jax==0.4.13", "jaxlib==0.4.13"} < set(oldest)
    assert "optax==0.1.7" in oldest
    assert newest == ["mypy", "equinox", "jax", "jaxlib", "optax"]


# The page


def result(rows: dict[str, str], failures: list[str], equinox: str = "0.13.8") -> dict[str, Any]:
    return {
        "versions": {"python": "3.13.0", "equinox": equinox, "jax": "0.12.0"},
        "suites": {
            "stubs": {"counts": {"passed": 5, "failure": len(failures)}, "failures": failures}
        },
        "rows": rows,
    }


def test_rows_that_are_the_same_everywhere_are_only_counted() -> None:
    text = page.tables(
        {
            "new": result({"jax.jit": "same", "jax.shard": "same"}, []),
            "old": result({"jax.jit": "same", "jax.shard": "absent"}, [], "0.11.0"),
        }
    )
    assert "1 of the 2 rows are the same on all of them" in text
    assert "| `jax.shard` | same | absent |" in text
    assert "`jax.jit`" not in text


def test_failures_are_shown_by_name_and_make_the_run_fail() -> None:
    good, bad = result({"jax.jit": "same"}, []), result({"jax.jit": "same"}, ["test_stubs::test_a"])
    assert not page.is_bad(good)
    assert page.is_bad(bad)
    text = page.tables({"this": bad})
    assert "1 failed, 5 passed" in text
    assert "- this, stubs: `test_stubs::test_a`" in text


def test_a_missing_interpreter_is_shown_and_a_failed_installation_makes_the_run_fail() -> None:
    absent = {"missing": "no Python 3.14 was found"}
    assert not page.is_bad(absent)
    assert "Not measured: newest, no Python 3.14 was found." in page.tables({"newest": absent})
    assert page.is_bad({"missing": "cannot be installed: no matching distribution"})


def test_a_run_without_rows_is_bad() -> None:
    assert page.is_bad(result({}, []))


def test_the_page_speaks_of_every_combination() -> None:
    text = PAGE.read_text(encoding="utf-8")
    measured = text.partition(page.BEGIN)[2].partition(page.END)[0]
    for combination in COMBINATIONS:
        if combination.equinox != NEWEST and f"Not measured: {combination.name}" not in measured:
            assert f"| {combination.mypy} | {combination.equinox} | {combination.jax} |" in measured
