"""The oracle that asks pyrefly answers as the one that asks mypy, but for what is listed here."""

from __future__ import annotations

import ast
import textwrap
from typing import Any

import pytest

from mypy_eqxstate.config import Configuration
from mypy_eqxstate.oracle.tsp.modules import read_file
from mypy_eqxstate.oracle.tsp.server import TypeServer, pyrefly_command
from mypy_eqxstate.oracle.tsp.world import World
from tests.oracle.checked import ROOT
from tests.oracle.test_of_mypy import LIBRARY, QUESTIONS, SHAPES, _answers, _library

# These are asked of both oracles: here with the fixture of this module.
from tests.oracle.test_of_mypy import test_classes as test_classes
from tests.oracle.test_of_mypy import test_declarations as test_declarations
from tests.oracle.test_of_mypy import test_decorated_and_abstract as test_decorated_and_abstract
from tests.oracle.test_of_mypy import (
    test_only_boolean_exits_swallow as test_only_boolean_exits_swallow,
)
from tests.oracle.test_of_mypy import test_parameter_signature as test_parameter_signature
from tests.oracle.test_of_mypy import (
    test_unannotated_functions_say_so as test_unannotated_functions_say_so,
)


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    where = tmp_path_factory.mktemp("tsp")
    for name, source in (("lib", LIBRARY), ("shapes", SHAPES), ("use", QUESTIONS)):
        where.joinpath(f"{name}.py").write_text(textwrap.dedent(source), encoding="utf-8")
    roots = [where, ROOT]
    server = TypeServer(pyrefly_command(), where)
    try:
        world = World(
            server, read_file, roots, server.search_paths(where / "use.py"), Configuration()
        )
        answers: dict[str, Any] = {}
        for name in ("shapes", "use"):
            path = where / f"{name}.py"
            text = path.read_text(encoding="utf-8")
            tree = ast.parse(text)
            oracle = world.oracle(path, text, tree)
            answers[name] = _answers(oracle, tree, text)
            answers[f"{name} faults"] = oracle.faults
            if name == "use":
                answers["library"] = _library(oracle)
    finally:
        server.close()
    return answers


def test_no_fault(checked: dict[str, Any]) -> None:
    assert checked["shapes faults"] == {}
    assert checked["use faults"] == {}


# What comes out otherwise than from mypy, and why.
_NAMED = "a parameter that is given by position only keeps the name that is written"
DIFFERENT = {
    "callback": ("(token: affine Token) -> plain", _NAMED),
    "call(token)": ("(token: affine Token) -> plain", _NAMED),
}
# The lowering asks whether the call before returns, so that nobody asks about the next statement.
AFTER_A_CALL_THAT_NEVER_RETURNS = {47}


@pytest.mark.parametrize(
    ("module", "kind"), [("shapes", "shapes"), ("use", "targets"), ("use", "signatures")]
)
def test_answers(checked: dict[str, Any], module: str, kind: str) -> None:
    found = checked[module][kind]
    assert len(found) >= 8
    for code, expected, said in found:
        if said != expected:
            assert code in DIFFERENT, f"{code}: {said}, and from mypy {expected}"
            assert said == DIFFERENT[code][0]


def test_every_difference_occurs(checked: dict[str, Any]) -> None:
    found = [*checked["shapes"]["shapes"], *checked["use"]["targets"]]
    found += checked["use"]["signatures"]
    assert {code for code, expected, said in found if said != expected} == set(DIFFERENT)


def test_unreachable_statements_and_no_others(checked: dict[str, Any]) -> None:
    never = checked["use"]["never"]
    assert checked["use"]["dead"] == never - AFTER_A_CALL_THAT_NEVER_RETURNS
    assert checked["use"]["stop"] is True
