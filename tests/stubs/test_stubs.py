"""The stub package against Equinox as installed: complete, true, and invisible in other types.

Three judges: mypy's `stubtest`, which imports the library; mypy itself, which must infer the same
types with the stubs as without; and pyright, which knows nothing of the plugin and must see plain
types.
"""

import ast
import importlib.metadata
import importlib.util
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from mypy import build
from mypy.modulefinder import BuildSource
from mypy.options import Options
from packaging.version import Version

STUBS = Path(__file__).parents[2] / "stubs" / "equinox-stubs"
REPLACED = {"equinox.nn._stateful": STUBS / "nn" / "_stateful.pyi"}

# Equinox's metaclass puts these on every class that it makes.
STUBTEST_ALLOWLIST = [r"equinox\.nn\._stateful\.\w+\.__abstract(class)?vars__"]

# The stubs describe the newest Equinox. Where older ones differ: the version from which on the stub
# is right, and what is named otherwise before.
EQUINOX = Version(importlib.metadata.version("equinox"))
RIGHT_SINCE = {
    "State.__tree_pp__": "0.11.12",  # then called `__pdoc__`
    "State.__pdoc__": "0.11.12",
    "StateIndex.__match_args__": "0.11.6",
    "_sentinel": "0.11.8",  # then of the class `_Sentinel`, not of `object`
}
WRONG = [name for name, version in RIGHT_SINCE.items() if Version(version) > EQUINOX]

PROBE = Path(__file__).parent / "probe.py"


def library_source(module: str) -> Path:
    """Find the file of an installed module."""
    specification = importlib.util.find_spec(module)
    assert specification is not None
    assert specification.origin is not None
    return Path(specification.origin)


def defined_names(source: Path) -> set[str]:
    """Collect what a module defines itself, `Class.member` included, imports excluded."""
    names: set[str] = set()
    pending: list[tuple[str, ast.stmt]] = [
        ("", statement) for statement in ast.parse(source.read_text(encoding="utf-8")).body
    ]
    for prefix, statement in pending:
        if isinstance(statement, ast.Assign):
            names.update(
                prefix + target.id for target in statement.targets if isinstance(target, ast.Name)
            )
        elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            names.add(prefix + statement.target.id)
        elif isinstance(statement, ast.FunctionDef | ast.ClassDef):
            names.add(prefix + statement.name)
            if isinstance(statement, ast.ClassDef):
                pending.extend((f"{prefix}{statement.name}.", inner) for inner in statement.body)
    return names


def test_only_the_modules_meant_are_replaced() -> None:
    assert set(STUBS.rglob("*.pyi")) == set(REPLACED.values())
    assert (STUBS / "py.typed").read_text(encoding="utf-8") == "partial\n"


@pytest.mark.parametrize("module", REPLACED)
def test_every_name_of_a_replaced_module_is_in_its_stub(module: str) -> None:
    missing = defined_names(library_source(module)) - defined_names(REPLACED[module])
    assert missing <= set(WRONG)


@pytest.mark.parametrize("module", REPLACED)
def test_stubtest_accepts_the_stub(module: str, tmp_path: Path) -> None:
    allowlist = tmp_path / "allowlist"
    known = [re.escape(f"{module}.{name}") for name in WRONG]
    allowlist.write_text("\n".join([*STUBTEST_ALLOWLIST, *known]), encoding="utf-8")
    configuration = tmp_path / "mypy.ini"
    configuration.write_text("[mypy]\n", encoding="utf-8")
    command = ["-m", "mypy.stubtest", module, "--ignore-unused-allowlist"]
    command += ["--allowlist", str(allowlist), "--mypy-config-file", str(configuration)]
    result = subprocess.run(
        [sys.executable, *command], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr


# The same types with and without


def check_probe(cache: Path, mypy_path: list[str]) -> tuple[list[str], dict[str, Path]]:
    """Check the probe file strictly; give mypy's lines about it and the files of the modules."""
    options = Options()
    options.python_executable = sys.executable
    options.mypy_path = mypy_path
    options.cache_dir = str(cache)
    options.follow_imports = "silent"
    options.check_untyped_defs = True
    options.disallow_untyped_calls = True
    options.disallow_any_expr = True
    options.disallow_subclassing_any = True
    options.warn_unreachable = True
    result = build.build([BuildSource(str(PROBE), "probe")], options)
    files = {name: Path(state.path) for name, state in result.graph.items() if state.path}
    return result.errors, files


@pytest.fixture(scope="module")
def with_and_without(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[list[str], list[str]]:
    """Check the probe twice. mypy's path goes before installed stubs, so it can hide ours."""
    folder = tmp_path_factory.mktemp("probe")
    with_stubs, files = check_probe(folder / "cache", [])
    assert {name: files[name].resolve() for name in REPLACED} == {
        name: Path(path) for name, path in installed_stubs().items()
    }
    (folder / "path").mkdir()
    (folder / "path" / "equinox").symlink_to(library_source("equinox").parent)
    without_stubs, files = check_probe(folder / "cache", [str(folder / "path")])
    assert {name: files[name].resolve() for name in REPLACED} == {
        name: library_source(name).resolve() for name in REPLACED
    }
    return with_stubs, without_stubs


def installed_stubs() -> dict[str, Path]:
    """Find the stubs that this interpreter has, which may be a copy of those beside the tests."""
    for entry in sys.path:
        package = Path(entry) / STUBS.name
        if package.is_dir():
            return {
                name: (package / path.relative_to(STUBS)).resolve()
                for name, path in REPLACED.items()
            }
    pytest.fail("the stub package is not installed")


def test_mypy_says_the_same_with_the_stubs_as_without(
    with_and_without: tuple[list[str], list[str]],
) -> None:
    with_stubs, without_stubs = map(about_lines_that_fit, with_and_without)
    assert with_stubs == without_stubs


def about_lines_that_fit(output: list[str]) -> list[str]:
    """Leave out what mypy says of lines of the probe that are marked with a newer version."""
    source = PROBE.read_text(encoding="utf-8").splitlines()
    marks = [(number, text.partition("# since ")[2]) for number, text in enumerate(source, start=1)]
    newer = {number for number, mark in marks if mark and Version(mark) > EQUINOX}
    return [line for line in output if int(line.split(":")[1]) not in newer]


def test_the_probe_asks_for_types_and_gets_them(
    with_and_without: tuple[list[str], list[str]],
) -> None:
    lines, _ = with_and_without
    revealed = [line for line in lines if "Revealed type" in line]
    assert len(revealed) == PROBE.read_text(encoding="utf-8").count("reveal_type(")
    assert not any('"Any"' in line for line in revealed)


# pyright

PLAIN_TYPES = """
from equinox.nn import State, StateIndex
from mypy_eqxstate import Borrowed, Consumed, affine, clone

index = StateIndex(1)

def step(state: Consumed[State], read: Borrowed[State]) -> State:
    reveal_type(state)
    reveal_type(read)
    reveal_type(clone(read))
    reveal_type(state.get(index))
    reveal_type(state.update(read.substate(0)))
    reveal_type(state.set)
    return state.set(index, 2)

@affine
class Ticket:
    def use(self: "Consumed[Ticket]") -> "Ticket":
        return self

reveal_type(step)
reveal_type(Ticket)
reveal_type(Ticket().use())
"""


def test_pyright_accepts_the_stubs_and_shows_plain_types(tmp_path: Path) -> None:
    file = tmp_path / "plain.py"
    file.write_text(PLAIN_TYPES, encoding="utf-8")
    replaced = [str(path) for path in installed_stubs().values()]
    command = ["-m", "pyright", "--outputjson", "--pythonpath", sys.executable, str(file)]
    result = subprocess.run(
        [sys.executable, *command, *replaced],
        cwd=tmp_path,
        env={**os.environ, "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.stdout.startswith("{"), result.stdout + result.stderr
    diagnostics = json.loads(result.stdout)["generalDiagnostics"]
    assert [d["message"] for d in diagnostics if d["severity"] != "information"] == []
    assert [d["message"].split(" is ", 1)[1] for d in diagnostics] == [
        '"State"',
        '"State"',
        '"State"',
        '"int"',
        '"State"',
        '"(item: StateIndex[_Value@set], value: _Value@set) -> State"',
        '"(state: State, read: State) -> State"',
        '"type[Ticket]"',
        '"Ticket"',
    ]
