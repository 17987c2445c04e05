"""What of an analysis serves again after an edit in the daemon, edit by edit.

Each case is an edit of `MODULE`, and the functions that are solved anew; all others are taken over.
In all cases the result is compared with that of an analysis that knows nothing before (`twice.py`).
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import NamedTuple

import pytest

from tests.resident.twice import EDITED

MODULE = """\
import helpers
import stubbed
from typing import Any
from mypy_eqxstate import Consumed, affine

@affine
class Token:
    def advance(self: Consumed["Token"]) -> "Token":
        return Token()

class Holder:
    token: Token

    def __init__(self, token: Token) -> None:
        self.token = token

    def renew(self) -> None:
        self.token = self.token.advance()
        self.count = 1

def peek(token: Token) -> int:
    print(token)
    return 1

def step(token: Token) -> Token:
    peek(token)
    return token.advance()

def run(token: Token) -> Token:
    return step(token)

def several(token: Token) -> list[int]:
    return [peek(token) for _ in range(3)]

def careless(token: Token) -> Token:
    newer = step(token)
    return token

def shown(token: Token) -> list[int]:
    return stubbed.show(token)

def main() -> Token:
    return run(Token())
"""
HELPERS = """\
def helper() -> int:
    return 5
"""
METHODS = {"Token.advance", "Holder.__init__", "Holder.renew"}
ALL = {*METHODS, "peek", "step", "run", "several", "careless", "shown", "main"}
STUBBED = "def show(x: object) -> list[int]: ...\n"
FILES = {EDITED: MODULE, "helpers.py": HELPERS, "stubbed.pyi": STUBBED}


class Case(NamedTuple):
    """An edit of the module; what is solved anew; what mypy says then."""

    old: str
    new: str
    solved: set[str]
    message: str = ""


CASES = {
    # --- bodies
    "nothing that anybody else sees": Case("print(token)", "print(1, token)", {"peek"}),
    "a remark": Case("    print(token)", "    # a remark\n    print(token)", {"peek", "several"}),
    "another summary": Case(
        "    print(token)",
        "    token.advance()",
        {"peek", "step", "run", "several", "careless"},
        'edited.py:27: error: "token" was consumed by "peek" on line 26 and is used again',
    ),
    "a summary that changes those of its callers": Case(
        "return token.advance()", "return Token()", {"step", "run", "careless", "main"}
    ),
    "a finding": Case(
        "    return step(token)",
        "    step(token)\n    return step(token)",
        {"run", "several", "main"},
        "edited.py:31: error: ",
    ),
    "a nested function": Case(
        "    return run(Token())",
        "    def again(token: Token) -> Token:\n"
        "        return run(token)\n"
        "    return again(Token())",
        {"main", "main.<locals>.again"},
    ),
    # What a call makes is named after the operation, which is another one now.
    "a statement in front of what makes a new object": Case(
        "    return step(token)", "    print(); return step(token)", {"run", "main"}
    ),
    "a comprehension on another line is called differently": Case(
        "    print(token)", "    print(\n        token\n    )", {"peek", "several"}
    ),
    "a comprehension that stays": Case("return step(token)", "return step((token))", {"run"}),
    "a method": Case("self.token.advance()", "(self.token.advance())", {"Holder.renew"}),
    "a header that is written differently": Case(
        "def peek(token: Token) -> int:", "def peek(token: Token, ) -> int:", {"peek"}
    ),
    "a blank line between functions": Case("\ndef step", "\n\ndef step", {"several"}),
    # --- more than bodies: all is solved anew
    "a header": Case("def peek(token: Token)", "def peek(token: Token, n: int = 0)", ALL),
    "a decorator": Case("def peek", "@staticmethod\ndef peek", ALL),
    "another order": Case("def main()", "def last() -> None: ...\n\ndef main()", ALL),
    "a field": Case("    token: Token\n", "    token: Token\n    more: int = 0\n", ALL),
    "a constructor": Case("self.token = token", "self.token = (token)", ALL),
    "an attribute that is stored": Case("self.count = 1", "self.number = 1", ALL),
    "another type of an attribute": Case("self.count = 1", 'self.count = ""', ALL),
    "a statement of the module": Case("import helpers", "import helpers, math", ALL),
    "an import in a function": Case("    print(token)", "    import math; print(token)", ALL),
    "a class in a function": Case("    print(token)", "    class A: ...\n    print(token)", ALL),
    "a global variable": Case("    print(token)", "    global x\n    print(token)", ALL),
    "mypy's inline configuration": Case(
        "import helpers", "# mypy: check-untyped-defs\nimport helpers", ALL
    ),
}
# What is solved each time, whatever is edited elsewhere.
UNTOUCHED = "def untouched() -> int:\n    return 8\n"
EACH_TIME = {
    "what calls itself": (
        "def again(token: Token) -> Token:\n    return again(token)\n",
        {"again"},
    ),
    "what evidence has shown to be affine": (
        "def loose(token):\n    token = run(token)\n    return token\n",
        {"loose"},
    ),
}

NO_OTHER_MODULE = "no other module was loaded in between"
ANOTHER_MODULE = "a module that is used was loaded in between"


class Result(NamedTuple):
    """What came of an edit."""

    before: dict[str, object]
    after: dict[str, object]


@pytest.fixture(scope="module")
def results() -> dict[str, Result]:
    """What was said before and after each edit; one daemon for all of them."""
    # Of the first build nothing is kept.
    steps: list[dict[str, str]] = [dict(FILES), {EDITED: MODULE + "# edited"}]
    for case in CASES.values():
        assert case.old in MODULE
        steps += [{EDITED: MODULE}, {EDITED: MODULE.replace(case.old, case.new, 1)}]
    for text, _ in EACH_TIME.values():
        module = f"{MODULE}\n{text}\n{UNTOUCHED}"
        steps += [{EDITED: module}, {EDITED: module.replace("return 8", "return 9")}]
    steps += [{EDITED: MODULE}, {EDITED: f"{MODULE}# 1"}]
    steps += [{"helpers.py": HELPERS.replace("5", "6")}, {EDITED: f"{MODULE}# 2"}]
    done = subprocess.run(
        [sys.executable, "-m", "tests.resident.twice"],
        input=json.dumps(steps),
        capture_output=True,
        text=True,
        check=False,
    )
    assert not done.returncode, done.stderr
    said = json.loads(done.stdout)[2:]
    names = [*CASES, *EACH_TIME, NO_OTHER_MODULE, ANOTHER_MODULE]
    return {name: Result(said[2 * n], said[2 * n + 1]) for n, name in enumerate(names)}


@pytest.mark.parametrize("name", CASES)
def test_what_is_solved_anew(name: str, results: dict[str, Result]) -> None:
    case, (_, after) = CASES[name], results[name]
    reused = set(after["reused"])  # type: ignore[call-overload]
    assert reused == ALL - case.solved
    assert case.message in str(after["output"])


@pytest.mark.parametrize("name", [*CASES, *EACH_TIME])
def test_the_result_is_that_of_a_new_analysis(name: str, results: dict[str, Result]) -> None:
    before, after = results[name]
    assert before["differences"] == after["differences"] == []
    assert after["kept"]


@pytest.mark.parametrize("name", EACH_TIME)
def test_what_is_solved_each_time(name: str, results: dict[str, Result]) -> None:
    _, solved = EACH_TIME[name]
    reused = set(results[name].after["reused"])  # type: ignore[call-overload]
    assert reused == ALL - solved


def test_a_module_that_was_loaded_in_between(results: dict[str, Result]) -> None:
    assert set(results[NO_OTHER_MODULE].after["reused"]) == ALL  # type: ignore[call-overload]
    assert not results[ANOTHER_MODULE].after["reused"]


def test_a_finding_moves_with_its_function(results: dict[str, Result]) -> None:
    before, after = results["a remark"]
    line = 1 + MODULE.split("\n").index("    return token")
    error = 'error: "token" was consumed by "step" on line'
    assert f"edited.py:{line}: {error} {line - 1}" in str(before["output"])
    assert f"edited.py:{line + 1}: {error} {line}" in str(after["output"])
    assert "careless" in after["reused"]  # type: ignore[operator]
