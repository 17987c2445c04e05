"""Whole training scripts: silent as they are, and every one-line bug in them is found.

The scripts are written in the style of Equinox's own examples.  Each is checked as it stands and
without a single annotation of a function, with every plant of `plants.py` on its own; all of these
copies are modules of one run of mypy.
"""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.training.plants import PLANTS, Plant

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = {path.stem: path for path in sorted((Path(__file__).parent / "scripts").glob("*.py"))}
VARIANTS = ("annotated", "unannotated")
# Of optax mypy has no types.
CONFIGURATION = "[mypy]\nplugins = mypy_eqxstate\nignore_missing_imports = True\n"
ERROR = re.compile(r"^(?P<module>\w+)\.py:(?P<line>\d+): error: .*\[(?P<code>[\w-]+)\]$")


@dataclass(frozen=True)
class Copy:
    """A script as one module: in a variant, and with a plant or as it stands."""

    script: str
    variant: str
    number: int | None

    @property
    def module(self) -> str:
        """Its name, unique in the run."""
        return f"{self.script}_{self.variant}_{'plain' if self.number is None else self.number}"

    @property
    def plant(self) -> Plant | None:
        """Its bug."""
        return None if self.number is None else PLANTS[self.script][self.number]

    def tree(self) -> ast.Module:
        """Its text, in the form of `ast.unparse`."""
        tree = ast.parse(SCRIPTS[self.script].read_text(encoding="utf-8"))
        if self.variant == "unannotated":
            tree = WithoutAnnotations().visit(tree)
        if self.plant is not None:
            statements = [s for f, s in walk(tree) if f == self.plant.function]
            target = [s for s in statements if text(s) == self.plant.statement]
            assert len(target) == 1, self.plant
            replace(tree, target[0], ast.parse(self.plant.becomes).body[0])
        return ast.parse(ast.unparse(tree))


class WithoutAnnotations(ast.NodeTransformer):
    """Takes the annotations of functions away; those of fields make a dataclass what it is."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        """A function without annotations."""
        node.returns = None
        for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs):
            argument.annotation = None
        self.generic_visit(node)
        return node


def walk(tree: ast.AST, inside: str = "") -> Iterator[tuple[str, ast.stmt]]:
    """All statements with the qualified name of the function around them."""
    for child in ast.iter_child_nodes(tree):
        if isinstance(child, (ast.FunctionDef, ast.ClassDef)):
            yield from walk(child, f"{inside}.{child.name}".lstrip("."))
        else:
            if isinstance(child, ast.stmt):
                yield inside, child
            yield from walk(child, inside)


def replace(tree: ast.Module, old: ast.stmt, new: ast.stmt) -> None:
    """Put a statement in another one's place."""
    for node in ast.walk(tree):
        for name in ("body", "orelse"):
            block = getattr(node, name, None)
            if isinstance(block, list) and old in block:
                block[block.index(old)] = new


def text(statement: ast.stmt) -> str:
    return ast.unparse(statement)


def copies() -> Iterator[Copy]:
    for script in SCRIPTS:
        for variant in VARIANTS:
            yield Copy(script, variant, None)
            for number in range(len(PLANTS[script])):
                yield Copy(script, variant, number)


COPIES = list(copies())


@pytest.fixture(scope="module")
def errors(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, list[tuple[int, str]]]:
    """Line and code of the errors of every copy."""
    folder = tmp_path_factory.mktemp("training")
    for copy in COPIES:
        (folder / f"{copy.module}.py").write_text(ast.unparse(copy.tree()) + "\n", encoding="utf-8")
    (folder / "mypy.ini").write_text(CONFIGURATION, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--show-traceback", "."],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "MYPYPATH": str(ROOT / "stubs")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert not done.stderr, done.stderr
    assert "mypy_eqxstate" not in done.stdout, done.stdout  # the note of an internal fault
    found: dict[str, list[tuple[int, str]]] = {}
    for match in map(ERROR.match, done.stdout.splitlines()):
        if match is not None:
            entry = (int(match["line"]), match["code"])
            found.setdefault(match["module"], []).append(entry)
    return found


@pytest.mark.parametrize("copy", COPIES, ids=lambda copy: copy.module)
def test_copy(copy: Copy, errors: Mapping[str, list[tuple[int, str]]]) -> None:
    found = [e for e in errors.get(copy.module, []) if e[1].startswith("state-")]
    others = [e for e in errors.get(copy.module, []) if not e[1].startswith("state-")]
    assert not others, "mypy's own errors"
    plant = copy.plant
    if plant is None:
        assert not found
        return
    inside = [s for f, s in walk(copy.tree()) if f == plant.function]
    expected = [(s.lineno, plant.code) for s in inside if text(s) == plant.reported]
    assert expected, f"no such statement: {plant.reported}"
    # After a dropped State the old one is read, which is an error of its own.
    further = [e for e in found if plant.code == "state-dropped" and e[1] == "state-reuse"]
    assert [e for e in found if e not in further] == expected


@pytest.mark.parametrize("script", SCRIPTS)
def test_script_runs(script: str) -> None:
    done = subprocess.run(
        [sys.executable, str(SCRIPTS[script])], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
