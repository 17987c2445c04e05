"""Which modules can have to do with affine objects, and what names in them stand for."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from mypy_eqxstate.oracle.tsp.imports import ImportGraph
from mypy_eqxstate.oracle.tsp.modules import Module, Modules, read_file
from mypy_eqxstate.oracle.tsp.names import Found, Names

FILES = {
    "steps.py": "import equinox as eqx\n",
    "train.py": "from steps import (\n    step,  # the step\n)\n",
    "deep/__init__.py": "",
    "deep/a.py": "from . import b\n",
    "deep/b.py": "from .c import x\n",
    "deep/c.py": "from ..steps import y\nfrom steps import y\n",
    "round.py": "import round_trip\n",
    "round_trip.py": "import round\n",
    "tools.py": "import os, json\nfrom collections import abc\nimport jax\n",
    "shop.py": "class Ticket: ...\n",
    "buys.py": "def buy():\n    import shop as place\n",
    "owns.py": "from mypy_eqxstate import affine\n",
    "says.py": '"""Does not import equinox."""\n',
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
    return tmp_path


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("steps", True),
        ("train", True),
        ("deep.a", True),
        ("deep.b", True),
        ("deep", False),
        ("round", False),
        ("round_trip", False),
        ("tools", False),
        ("shop", True),
        ("buys", True),
        ("owns", True),
        ("says", False),
    ],
)
def test_modules_that_import_the_home_of_an_affine_class(
    project: Path, name: str, expected: bool
) -> None:
    graph = ImportGraph(Modules(read_file, [project], []), ["shop.Ticket"])
    assert graph.may_make_affine(name) is expected
    for other in ("tools", "round", "deep.a"):  # whatever was asked before
        graph.may_make_affine(other)
    assert graph.may_make_affine(name) is expected


PACKAGE = {
    "pkg/__init__.py": """
        from ._core import Base as Base, make
        from . import sub
        from .star import *
        try:
            from ._fast import run
        except ImportError:
            def run(): ...
        Alias = Base
    """,
    "pkg/_core.py": """
        from typing import TYPE_CHECKING
        class Base:
            class Inner: ...
            def step(self): ...
        def make():
            class Local: ...
        if TYPE_CHECKING:
            def choose(): "typed"
        else:
            def choose(): "run"
    """,
    "pkg/sub.py": "from .. import pkg\nfrom pkg import Alias as Renamed\n",
    "pkg/star.py": "from ._core import choose\n",
    "pkg-stubs/star.pyi": "def choose() -> int: ...\n",
}


@pytest.fixture
def names(tmp_path: Path) -> Names:
    for name, text in PACKAGE.items():
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(textwrap.dedent(text))
    return Names(Modules(read_file, [], [tmp_path]))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("pkg.Base", "pkg._core.Base"),
        ("pkg.Base.Inner", "pkg._core.Base.Inner"),
        ("pkg.Base.step", "pkg._core.Base.step"),
        ("pkg.Alias.step", "pkg._core.Base.step"),
        ("pkg.sub.Renamed", "pkg.Alias"),
        ("pkg.sub.Renamed.Inner", "pkg._core.Base.Inner"),
        ("pkg.make", "pkg._core.make"),
        ("pkg._core.make.<locals>.Local", "pkg._core.make.<locals>.Local"),
        ("pkg.run", "pkg.run"),
        ("pkg.choose", "pkg.star.choose"),
        ("pkg.sub", "pkg.sub"),
        ("pkg.nothing", "None"),
        ("pkg.Base.nothing", "None"),
        ("nowhere.at_all", "None"),
    ],
)
def test_a_name_is_followed_to_its_definition(names: Names, name: str, expected: str) -> None:
    found = names.lookup(name)
    shown = found.full_name if isinstance(found, Found) else found.name if found else "None"
    assert shown == expected


def test_a_partial_stub_package_covers_what_it_has(names: Names) -> None:
    star, core = names.lookup("pkg.star"), names.lookup("pkg._core")
    assert isinstance(star, Module) and star.is_stub
    assert isinstance(core, Module) and not core.is_stub
