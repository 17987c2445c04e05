"""The table of rules holds what it says, and the README shows it as it is.

One run of mypy checks all examples. Each stands in a file called after its rule
(`state_reuse.py`, `state_reuse_good.py`); the bad configuration is that of the run itself.
"""

import ast
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from mypy.errorcodes import error_codes

from mypy_eqxstate.config import read_configuration
from mypy_eqxstate.contracts.notation import parse_row
from mypy_eqxstate.report import codes
from mypy_eqxstate.rules import PARENT, RULES, Rule

README = Path(__file__).parents[1] / "README.md"
IN_PYTHON = [rule for rule in RULES.values() if rule.language == "python"]
IN_INI = [rule for rule in RULES.values() if rule.language == "ini"]


def bad_file(rule: Rule) -> str:
    """The name under which a rule's bad example is checked."""
    return "mypy.ini" if rule.language == "ini" else f"{rule.code.replace('-', '_')}.py"


def good_file(rule: Rule) -> str:
    return f"{rule.code.replace('-', '_')}_good.py"


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, list[str]]:
    """What one run of mypy says of all examples, by file, without its summary."""
    folder = tmp_path_factory.mktemp("rules")
    for rule in IN_PYTHON:
        (folder / bad_file(rule)).write_text(rule.bad, encoding="utf-8")
        (folder / good_file(rule)).write_text(rule.good, encoding="utf-8")
    (configuration,) = IN_INI  # one run has one configuration
    (folder / bad_file(configuration)).write_text(configuration.bad, encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-m", "mypy", "--no-error-summary", "--cache-dir", "cache", "."],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert run.returncode == 1, run.stdout + run.stderr
    assert not run.stderr
    found: dict[str, list[str]] = {}
    for line in run.stdout.splitlines():
        found.setdefault(line.partition(":")[0], []).append(line)
    return found


def section(rule: Rule, lines: list[str]) -> str:
    """What the README says about a rule."""
    return "\n".join(
        [
            f"### `{rule.code}`",
            "",
            f"{rule.summary}. {rule.why}",
            "",
            f"```{rule.language}",
            f"{rule.bad.rstrip()}",
            "```",
            "```text",
            *lines,
            "```",
            "",
            "Put right:",
            "",
            f"```{rule.language}",
            f"{rule.good.rstrip()}",
            "```",
            "",
            rule.silence,
            "",
        ]
    )


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.code)
def test_a_bad_example_gives_exactly_one_error_and_that_of_its_rule(
    rule: Rule, output: Mapping[str, list[str]]
) -> None:
    errors = [line for line in output.get(bad_file(rule), []) if ": error: " in line]
    assert len(errors) == 1, errors
    assert errors[0].endswith(f"[{rule.code}]")


@pytest.mark.parametrize("rule", IN_PYTHON, ids=lambda rule: rule.code)
def test_mypy_has_nothing_to_say_about_a_good_example(
    rule: Rule, output: Mapping[str, list[str]]
) -> None:
    assert output.get(good_file(rule), []) == []


@pytest.mark.parametrize("rule", IN_INI, ids=lambda rule: rule.code)
def test_a_good_configuration_has_no_problem(rule: Rule, tmp_path: Path) -> None:
    file = tmp_path / "mypy.ini"
    file.write_text(rule.good, encoding="utf-8")
    assert read_configuration(str(file), parse_row).problems == ()


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.code)
def test_the_readme_shows_the_rule_and_what_mypy_says(
    rule: Rule, output: Mapping[str, list[str]]
) -> None:
    wanted = section(rule, output[bad_file(rule)])
    assert wanted in README.read_text(encoding="utf-8"), f"README.md should say:\n\n{wanted}"


@pytest.mark.parametrize("rule", IN_PYTHON, ids=lambda rule: rule.code)
def test_examples_can_be_imported(rule: Rule) -> None:
    for source in (rule.bad, rule.good):
        exec(compile(ast.parse(source), rule.code, "exec"), {"__name__": rule.code})


def test_every_rule_is_an_error_code_of_mypy() -> None:
    assert [code.code for code in codes.RULES] == list(RULES)
    for code, rule in RULES.items():
        assert rule.code == code
        assert error_codes[code].description == rule.summary
        assert error_codes[code].sub_code_of is codes.EQXSTATE
        assert codes.code_of(code) is error_codes[code]
    assert codes.EQXSTATE.code == PARENT
