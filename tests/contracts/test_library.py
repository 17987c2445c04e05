"""Every row of the library table is true of the real library, and every name leads to its row.

The table is enumerated: a row without an experiment fails.  How a row is judged is in
`observation.py`, the experiments are in `experiments_*.py`.
"""

from __future__ import annotations

import importlib
import inspect
import sys
import warnings
from typing import Any

import pytest
import typing_extensions
from mypy import build, nodes
from mypy.modulefinder import BuildSource
from mypy.options import Options

from mypy_eqxstate import fullnames
from mypy_eqxstate.contracts.library import (
    AFFINE_CLASSES,
    EVIDENCE,
    LIBRARY,
    affine_class_shown,
    library_row,
)
from mypy_eqxstate.contracts.model import Contract, Effect, TransformContract, TransformKind
from mypy_eqxstate.contracts.notation import format_row, parse_row
from mypy_eqxstate.fullnames import canonical
from tests.contracts.experiments_equinox import EXPERIMENTS as OF_EQUINOX
from tests.contracts.experiments_jax import EXPERIMENTS as OF_JAX
from tests.contracts.experiments_python import EXPERIMENTS as OF_PYTHON
from tests.contracts.material import Pair
from tests.contracts.observation import (
    Gradient,
    Judged,
    Transform,
    Verdict,
    contract_supersedes,
    judge_contract,
    judge_gradient,
    judge_transform,
)

EXPERIMENTS: dict[str, list[Any]] = {**OF_EQUINOX, **OF_JAX, **OF_PYTHON}

# Names that the class of named tuples has for mypy only.
AT_RUN_TIME = {
    "typing.NamedTuple._replace": Pair._replace,
    "typing.NamedTuple._asdict": Pair._asdict,
    "typing.NamedTuple._make": Pair._make,
}

# Names that older versions of Python or of the libraries don't have.
NEWER = {
    "copy.replace",
    "jax.copy_to_host_async",
    "jax.shard_map",
    "jax.tree_util.register_static",
    "jax.tree_util.tree_broadcast",
}

# Rows whose parameters are a part of what `*args` takes.
SPREAD = {"equinox.combine", "jax.lax.cond"}


def resolve(name: str) -> Any:
    """Find the object of a public dotted name; skip the test if this version has none."""
    if name in AT_RUN_TIME:
        return AT_RUN_TIME[name]
    parts = name.split(".")
    for length in range(len(parts) - 1, 0, -1):
        try:
            found: Any = importlib.import_module(".".join(parts[:length]))
        except ImportError:
            continue
        if parts[0] == "typing" and not hasattr(found, parts[1]):
            found = typing_extensions
        try:
            for part in parts[length:]:
                found = getattr(found, part)
        except AttributeError:
            if name in NEWER:
                pytest.skip(f"{name} is not in the installed version")
            raise
        return found
    raise AssertionError(f"{name} does not exist")


def test_every_row_has_an_experiment_and_every_experiment_a_row() -> None:
    assert EXPERIMENTS.keys() == LIBRARY.keys()


@pytest.mark.parametrize("name", LIBRARY)
def test_row_is_true(name: str) -> None:
    row = library_row(name)
    function = resolve(name)
    verdicts: list[Verdict] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for experiment in EXPERIMENTS[name]:
            if isinstance(experiment, Judged):
                experiment.judge(function)
            elif isinstance(row, Contract):
                verdicts.append(judge_contract(row, function, experiment))
            elif isinstance(experiment, Gradient):
                assert isinstance(row, TransformContract)
                judge_gradient(row, function)
            else:
                assert isinstance(row, TransformContract)
                assert isinstance(experiment, Transform)
                judge_transform(row, function, experiment)
    judged_elsewhere = any(isinstance(experiment, Judged) for experiment in EXPERIMENTS[name])
    if isinstance(row, Contract) and not judged_elsewhere:
        special = {p.name for p in row.parameters if p.effect > Effect.BORROW}
        given = {parameter for verdict in verdicts for parameter in verdict.given}
        assert special <= given, "no experiment gives these parameters a State"
        if contract_supersedes(row):
            assert any(verdict.newer for verdict in verdicts), "no newer State came back"


@pytest.mark.parametrize("name", LIBRARY)
def test_row_is_in_the_shortest_form_of_the_notation(name: str) -> None:
    assert format_row(parse_row(LIBRARY[name])) == LIBRARY[name]


@pytest.mark.parametrize("name", LIBRARY)
def test_parameters_are_those_of_the_signature(name: str) -> None:
    row = library_row(name)
    assert row is not None
    try:
        real = list(inspect.signature(resolve(name)).parameters.values())
    except ValueError:
        pytest.skip("no signature at run time")
    if name in SPREAD or all(p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD) for p in real):
        return
    if isinstance(row, Contract):
        starred = [parameter.star + parameter.name for parameter in row.parameters]
    else:
        starred = list(row.parameters)
    if starred and starred[0] == "cls" and inspect.ismethod(resolve(name)):
        del starred[0]
    by_name = {p.name: (position, p) for position, p in enumerate(real)}
    for position, shown in enumerate(starred):
        bare = shown.lstrip("*")
        star = shown[: len(shown) - len(bare)]
        at_position = real[position] if position < len(real) else None
        if bare not in by_name:
            assert at_position is not None and at_position.kind is at_position.POSITIONAL_ONLY, (
                f"{bare} is not a parameter"
            )
            continue
        at, parameter = by_name[bare]
        assert str(parameter).startswith(star + bare), f"{bare} has another star"
        assert at == position or parameter.kind in (parameter.KEYWORD_ONLY, parameter.VAR_KEYWORD)


def test_affine_classes() -> None:
    import equinox

    assert {canonical(name) for name in AFFINE_CLASSES} == {fullnames.STATE}
    assert f"{equinox.nn.State.__module__}.{equinox.nn.State.__qualname__}" in AFFINE_CLASSES


@pytest.mark.parametrize("method", EVIDENCE)
def test_evidence_is_what_the_method_takes(method: str) -> None:
    argument_class, affine_class = EVIDENCE[method]
    assert affine_class in AFFINE_CLASSES
    real = getattr(resolve(affine_class), method)
    _, first, *_ = inspect.signature(real).parameters.values()
    assert resolve(argument_class).__name__ in str(first.annotation)


@pytest.mark.parametrize(
    ("method", "argument_class", "expected"),
    [
        ("get", "equinox.nn.StateIndex", fullnames.STATE),
        ("set", "equinox.nn._stateful.StateIndex", fullnames.STATE),
        ("set", "builtins.str", None),
        ("pop", "equinox.nn.StateIndex", None),
        ("pop", "", None),
    ],
)
def test_evidence(method: str, argument_class: str, expected: str | None) -> None:
    assert affine_class_shown(method, argument_class) == expected


# --- Names ----------------------------------------------------------------------------------------

CONSTANTS = [
    fullnames.BORROWED,
    fullnames.CONSUMED,
    fullnames.AFFINE,
    fullnames.CLONE,
    fullnames.STATE,
    fullnames.STATE_INDEX,
    fullnames.STATEFUL_LAYER,
    fullnames.MODULE,
    fullnames.MAKE_WITH_STATE,
]

FURTHER_SPELLINGS = {
    spelling: name
    for spelling, name in fullnames.EXACT.items()
    if not any(part.startswith("_") for part in spelling.split("."))
}


@pytest.fixture(scope="module")
def definitions(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Public name -> the name of the definition that mypy resolves it to, for all names."""
    names = [*LIBRARY, *CONSTANTS, *FURTHER_SPELLINGS]
    modules = {name: module for name in names if (module := module_of(name))}
    options = Options()
    options.python_executable = sys.executable
    options.ignore_errors = True
    options.follow_untyped_imports = True
    options.incremental = False
    source = "".join(f"import {module}\n" for module in sorted(set(modules.values())))
    result = build.build([BuildSource(None, "probe", source)], options)
    found: dict[str, str] = {}
    for name, module in modules.items():
        node: nodes.SymbolNode | None = result.files.get(module)
        for part in name[len(module) + 1 :].split("."):
            symbol = None
            if isinstance(node, nodes.MypyFile):
                symbol = node.names.get(part)
            elif isinstance(node, nodes.TypeInfo):
                symbol = node.get(part)
            node = symbol.node if symbol is not None else None
        if node is not None:
            found[name] = node.fullname
    return found


def module_of(name: str) -> str:
    """Find the module that a dotted name begins with."""
    parts = name.split(".")
    for length in range(len(parts) - 1, 0, -1):
        module = ".".join(parts[:length])
        try:
            importlib.import_module(module)
        except ImportError:
            continue
        return module
    return ""


def test_definitions_lead_to_the_public_names(definitions: dict[str, str]) -> None:
    wrong = {
        name: (full_name, canonical(full_name))
        for name, full_name in definitions.items()
        if canonical(full_name) != canonical(name)
    }
    assert not wrong
    unknown = {name for name in LIBRARY if name not in definitions} - NEWER
    assert unknown <= {"typing.override", "typing.assert_type", "typing.reveal_type"}


def test_public_names_stand_for_themselves() -> None:
    assert [name for name in [*LIBRARY, *CONSTANTS] if canonical(name) != name] == []


def test_names_at_run_time_lead_to_the_public_names() -> None:
    wrong = {}
    for name in LIBRARY:
        if name.startswith(("typing.NamedTuple.", "builtins.", "collections.")):
            continue
        try:
            found = resolve(name)
        except pytest.skip.Exception:
            continue
        full_name = f"{found.__module__}.{found.__qualname__}"
        if found.__qualname__.startswith("_ModuleMeta."):
            continue  # an abstract `__call__` of a class: what is found is the metaclass's
        if canonical(full_name) != name:
            wrong[name] = full_name
    assert not wrong


@pytest.mark.parametrize(("spelling", "name"), FURTHER_SPELLINGS.items())
def test_further_spelling_is_of_the_same_thing(spelling: str, name: str) -> None:
    assert canonical(spelling) == name
    assert library_row(spelling) == library_row(name) is not None


@pytest.mark.parametrize(
    ("full_name", "public"),
    [
        ("equinox._module.Module", "equinox.Module"),
        ("equinox._module._module.Module", "equinox.Module"),
        ("equinox.nn._batch_norm.BatchNorm.__call__", "equinox.nn.BatchNorm.__call__"),
        ("equinox.debug._nan.backward_nan", "equinox.debug.backward_nan"),
        ("equinox._errors.error_if", "equinox.error_if"),
        ("jax._src.api.checkpoint", "jax.checkpoint"),
        ("jax._src.ad_checkpoint.remat", "jax.checkpoint"),
        ("jax._src.lax.control_flow.solves.scan", "jax.lax.scan"),
        ("jax._src.tree.map", "jax.tree_util.tree_map"),
        ("typing.MutableMapping.update", "builtins.dict.update"),
        ("collections.OrderedDict.pop", "builtins.dict.pop"),
        ("collections.deque.append", "builtins.list.append"),
        ("collections.deque.popleft", "collections.deque.popleft"),
        ("typing_extensions.override", "typing.override"),
        ("mypy_eqxstate.annotations.clone", "mypy_eqxstate.clone"),
        ("user.jax.jit", "user.jax.jit"),
    ],
)
def test_canonical(full_name: str, public: str) -> None:
    assert canonical(full_name) == public


def test_unknown_names_have_no_row() -> None:
    assert library_row("user.state.State.set") is None


def test_every_kind_of_transform_is_in_the_table() -> None:
    rows = [library_row(name) for name in LIBRARY]
    kinds = {row.kind for row in rows if isinstance(row, TransformContract)}
    assert kinds == set(TransformKind)
