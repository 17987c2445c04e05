"""Checks modules with mypy, in this process, and asks oracles about them while trees are alive."""

from __future__ import annotations

import ast
import gc
import sys
from collections.abc import Callable, Container, Mapping
from pathlib import Path

from mypy.build import build
from mypy.checker import TypeChecker
from mypy.modulefinder import BuildSource
from mypy.nodes import MypyFile
from mypy.options import Options
from mypy.plugin import Plugin

from mypy_eqxstate.mypy_plugin import EqxstatePlugin
from mypy_eqxstate.oracle.of_mypy import MypyOracle
from mypy_eqxstate.oracle.shapes import (
    AffineShape,
    CallableShape,
    ClassShape,
    ContainerShape,
    InstanceShape,
    Mode,
    ModuleShape,
    NoneShape,
    PlainShape,
    Shape,
    Signature,
    TupleShape,
    UnionShape,
)

ROOT = Path(__file__).resolve().parents[2]
AFFINE = frozenset({"equinox.nn._stateful.State"})
Visitor = Callable[[MypyOracle, ast.Module], None]


def check(
    files: Mapping[str, Path],
    visit: Mapping[str, Visitor] | Visitor,
    cache: Path,
    plain: bool = False,
    concerned: Container[str] | None = None,
) -> list[str]:
    """Run mypy over files.

    Args:
        files: path of each module by its name.
        visit: called with the oracle and the `ast` of a module when mypy has checked it: one
            visitor for all modules, or by name.
        cache: mypy's cache directory.
        plain: without any plugin, and so without visits.
        concerned: the modules that import an affine class, as oracles are told.

    Returns:
        mypy's errors.
    """

    class Visiting(EqxstatePlugin):
        def get_additional_indirect_deps(self, file: MypyFile) -> set[str]:
            visitor = visit.get(file.fullname) if isinstance(visit, Mapping) else visit
            if visitor is not None and file.fullname in files:
                holders = gc.get_referrers(file)
                checker = next(h for h in holders if isinstance(h, TypeChecker))
                module = ast.parse(Path(file.path).read_text(encoding="utf-8"))
                visitor(MypyOracle(file, checker, module, AFFINE, concerned), module)
            return set()

    options = Options()
    options.cache_dir = str(cache)
    options.python_executable = sys.executable
    options.show_traceback = True
    options.native_parser = True
    options.mypy_path = [str(ROOT)]
    options.preserve_asts = False
    plugins: list[Plugin] = [] if plain else [Visiting(options)]
    sources = [BuildSource(str(path), name) for name, path in files.items()]
    return build(sources, options, extra_plugins=plugins).errors


def show(shape: Shape) -> str:
    """A shape in a few words: `(plain, affine State)`."""
    if isinstance(shape, PlainShape):
        return "plain"
    if isinstance(shape, NoneShape):
        return "None"
    if isinstance(shape, AffineShape):
        return f"affine {_last(shape.class_name)}"
    if isinstance(shape, TupleShape):
        name = "" if shape.class_name == "builtins.tuple" else _last(shape.class_name)
        names = shape.names or ("",) * len(shape.items)
        items = (
            f"{n}={show(i)}" if n else show(i) for n, i in zip(names, shape.items, strict=True)
        )
        return f"{name}({', '.join(items)})"
    if isinstance(shape, ContainerShape):
        return f"{_last(shape.class_name)}[{show(shape.element)}]"
    if isinstance(shape, InstanceShape):
        return _last(shape.class_name)
    if isinstance(shape, ClassShape):
        return f"class {_last(shape.class_name)}"
    if isinstance(shape, ModuleShape):
        return f"module {shape.name}"
    if isinstance(shape, UnionShape):
        return " | ".join(map(show, shape.items))
    if isinstance(shape, CallableShape):
        return "; ".join(map(show_signature, shape.signatures))
    return "?"


def show_signature(signature: Signature) -> str:
    """A signature in a few words: `(x: plain, state: borrowed affine State) -> plain`."""
    parts = []
    for parameter in signature.parameters:
        mode = "" if parameter.mode is Mode.UNSPECIFIED else f"{parameter.mode.value} "
        parts.append(f"{parameter.name}: {mode}{show(parameter.shape)}")
    return f"({', '.join(parts)}) -> {show(signature.result)}"


def _last(name: str) -> str:
    return name.rpartition(".")[2]
