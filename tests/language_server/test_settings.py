"""Settings: what an editor sends, and what is understood of it."""

from __future__ import annotations

import pytest

from mypy_eqxstate.language_server.settings import Settings, read_settings


def test_all_that_can_be_set() -> None:
    options = {
        "configFile": "setup.cfg",
        "pythonExecutable": ".venv/bin/python",
        "mypyArguments": ["--strict"],
        "rulePages": "https://example.org/rules",
        "types": "pyrefly",
        "movedHints": True,
    }
    expected = Settings(
        "setup.cfg", ".venv/bin/python", ("--strict",), "https://example.org/rules", "pyrefly", True
    )
    assert read_settings(options) == (expected, [])


def test_what_is_not_set_is_as_the_command_line_says() -> None:
    from_command_line = Settings(types="pyrefly")
    assert read_settings(None, from_command_line) == (from_command_line, [])
    assert read_settings({"configFile": ""}, from_command_line) == (from_command_line, [])
    assert read_settings({"types": "mypy"}, from_command_line) == (Settings(), [])


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (["x"], "the initialization options are no object"),
        ({"configFile": 1}, "configFile: a text is expected"),
        ({"mypyArguments": "--strict"}, "mypyArguments: a list of texts is expected"),
        ({"types": "pyright"}, "types: one of mypy, pyrefly is expected"),
        ({"movedHints": "yes"}, "movedHints: true or false is expected"),
        (
            {"hints": True},
            "unknown option 'hints'; accepted: configFile, pythonExecutable, mypyArguments, "
            "rulePages, types, movedHints",
        ),
    ],
)
def test_what_is_not_understood_is_said_and_left_out(options: object, problem: str) -> None:
    assert read_settings(options) == (Settings(), [problem])
