"""Every row of the library table is true of the real library, and every name leads to its row.

The table is enumerated: a row without an experiment fails.  How a row is judged is in
`observation.py`, the experiments are in `experiments_*.py`, and what older versions of the
libraries lack or do otherwise is in `versions.py`.
"""

from __future__ import annotations

import importlib
import inspect
import sys

import pytest
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
from mypy_eqxstate.contracts.model import Contract, TransformContract, TransformKind
from mypy_eqxstate.contracts.notation import format_row, parse_row
from mypy_eqxstate.fullnames import canonical
from tests.contracts.outcomes import (
    AT_RUN_TIME,
    EXPERIMENTS,
    AbsentError,
    attribute,
    expected,
    observe,
    resolve,
)
from tests.contracts.versions import DIFFERENT_BEFORE, PARAMETERS_SINCE, ROWS_SINCE

# Rows whose parameters are a part of what `*args` takes.
SPREAD = {"builtins.map", "builtins.set.update", "equinox.combine", "jax.lax.cond"}


def test_every_row_has_an_experiment_and_every_experiment_a_row() -> None:
    assert EXPERIMENTS.keys() == LIBRARY.keys()


@pytest.mark.parametrize("name", LIBRARY)
def test_row_is_true(name: str) -> None:
    outcome = observe(name)
    if expected(name) == "same" and outcome.error is not None:
        raise outcome.error
    assert str(outcome).startswith(expected(name))


def test_what_is_said_of_versions_is_said_of_rows() -> None:
    said = {*ROWS_SINCE, *DIFFERENT_BEFORE, *(name for name, _ in PARAMETERS_SINCE)}
    assert said <= LIBRARY.keys()


@pytest.mark.parametrize("name", LIBRARY)
def test_row_is_in_the_shortest_form_of_the_notation(name: str) -> None:
    assert format_row(parse_row(LIBRARY[name])) == LIBRARY[name]


@pytest.mark.parametrize("name", LIBRARY)
def test_parameters_are_those_of_the_signature(name: str) -> None:
    row = library_row(name)
    assert row is not None
    try:
        real = list(inspect.signature(resolve(name)).parameters.values())
    except AbsentError:
        assert expected(name) == "absent"
        return
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
        since = PARAMETERS_SINCE.get((name, bare))
        if since is not None and not since.reached:
            assert bare not in by_name
            continue
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


def is_spelt_so(name: str) -> bool:
    """Whether the installed version has something of just that name."""
    if name in AT_RUN_TIME:
        return False
    try:
        attribute(name)
    except AbsentError:
        return False
    return True


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
    unknown = {name for name in LIBRARY if name not in definitions and is_spelt_so(name)}
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
        except AbsentError:
            continue
        full_name = f"{found.__module__}.{found.__qualname__}"
        if "ModuleMeta." in found.__qualname__:
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
        ("jax._src.callback.pure_callback_api", "jax.pure_callback"),
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
