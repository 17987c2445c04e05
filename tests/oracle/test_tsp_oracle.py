"""The oracle that asks pyrefly answers as the one that asks mypy, but for what is listed here."""

from __future__ import annotations

import ast
import textwrap
from typing import Any

import pytest

from mypy_eqxstate.config import Configuration
from mypy_eqxstate.oracle.protocol import ClassInfo, Declaration
from mypy_eqxstate.oracle.tsp_modules import read_file
from mypy_eqxstate.oracle.tsp_server import TypeServer, pyrefly_command
from mypy_eqxstate.oracle.tsp_world import World
from tests.oracle.checked import ROOT, show, show_signature
from tests.oracle.test_of_mypy import DECLARATIONS, LIBRARY, QUESTIONS, SHAPES, _answers, _library


@pytest.fixture(scope="module")
def answered(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
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


def test_no_fault(answered: dict[str, Any]) -> None:
    assert answered["shapes faults"] == {}
    assert answered["use faults"] == {}


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
def test_answers(answered: dict[str, Any], module: str, kind: str) -> None:
    found = answered[module][kind]
    assert len(found) >= 8
    for code, expected, said in found:
        if said != expected:
            assert code in DIFFERENT, f"{code}: {said}, and from mypy {expected}"
            assert said == DIFFERENT[code][0]


def test_every_difference_occurs(answered: dict[str, Any]) -> None:
    found = [*answered["shapes"]["shapes"], *answered["use"]["targets"]]
    found += answered["use"]["signatures"]
    assert {code for code, expected, said in found if said != expected} == set(DIFFERENT)


def test_unreachable_statements_and_no_others(answered: dict[str, Any]) -> None:
    never = answered["use"]["never"]
    assert answered["use"]["dead"] == never - AFTER_A_CALL_THAT_NEVER_RETURNS
    assert answered["use"]["stop"] is True


def test_only_boolean_exits_swallow(answered: dict[str, Any]) -> None:
    assert answered["use"]["swallows"] == [True, False, True]


def test_parameter_signature(answered: dict[str, Any]) -> None:
    parameters = answered["use"]["parameters"]
    assert parameters["dead_untyped"] is None
    assert parameters["generic"] == "(x: affine Token | plain) -> affine Token | plain"


def _declaration(answered: dict[str, Any], name: str) -> Declaration:
    found = answered["library"][name]
    assert isinstance(found, Declaration)
    return found


def _class(answered: dict[str, Any], name: str) -> ClassInfo:
    found = answered["library"][name]
    assert isinstance(found, ClassInfo)
    return found


@pytest.mark.parametrize(("name", "signatures", "kind"), DECLARATIONS)
def test_declarations(answered: dict[str, Any], name: str, signatures: str, kind: str) -> None:
    found = _declaration(answered, name)
    assert "; ".join(map(show_signature, found.signatures)) == signatures
    assert found.kind == kind


def test_decorated_and_abstract(answered: dict[str, Any]) -> None:
    assert _declaration(answered, "hidden").decorated
    assert _declaration(answered, "cached").decorated
    assert not _declaration(answered, "kept").decorated
    assert show_signature(_declaration(answered, "hidden").signatures[0]) == (
        "(token: affine Token) -> affine Token"
    )
    assert _declaration(answered, "Shape.area").abstract
    assert _declaration(answered, "Callback.__call__").abstract
    assert not _declaration(answered, "Square.area").abstract


def test_unannotated_functions_say_so(answered: dict[str, Any]) -> None:
    declared = _declaration(answered, "untyped")
    assert [s for s in declared.signatures if s.annotated] == []


def test_classes(answered: dict[str, Any]) -> None:
    assert _class(answered, "Token").affine
    assert _class(answered, "Gold").affine
    assert not _class(answered, "Pair").affine
    pair = _class(answered, "Pair")
    assert {name: show(shape) for name, shape in pair.fields.items()} == {
        "number": "plain",
        "token": "affine Token",
        "extra": "plain",
        "hidden": "plain",
    }
    assert pair.constructor_fields == ("number", "token", "extra")
    assert _class(answered, "Point").constructor_fields == ("x", "token")
    assert show(_class(answered, "Square").fields["token"]) == "affine Token"
    assert show(_class(answered, "Options").fields["token"]) == "affine Token"
    assert _class(answered, "Square").ancestors[:2] == ("lib.Square", "lib.Shape")
    assert _class(answered, "Callback").is_protocol
