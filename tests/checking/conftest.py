"""A project of a user's, in an empty folder that is the working directory."""

from __future__ import annotations

import itertools
import os
import textwrap
import venv
from pathlib import Path

import pytest

from mypy_eqxstate.checking import Request

# Affine objects without Equinox: mypy then needs a second and not ten.
TICKETS = """
from __future__ import annotations
from mypy_eqxstate import Borrowed, Consumed, affine


@affine
class Ticket:
    def look(self: Borrowed[Ticket]) -> int:
        return 1

    def redeem(self: Consumed[Ticket]) -> None:
        print("redeemed")


def finish(ticket: Ticket) -> None:
    ticket.redeem()
"""
USE = """
from tickets import Ticket, finish


def use(ticket: Ticket) -> int:
    finish(ticket)
    return ticket.look()
"""
GOOD = USE.replace("    finish(ticket)\n    return ticket.look()", "    return ticket.look()")
# The same without any package: what it means stands in the configuration.
SHOP = """
class Ticket:
    def look(self) -> int:
        return 1


def finish(ticket: Ticket) -> None: ...
"""
SHOP_CONFIGURATION = """
[mypy]
plugins = mypy_eqxstate
[mypy_eqxstate]
affine = shop.Ticket
contracts =
    shop.finish: (ticket: consume) -> _
"""
_DATES = itertools.count(1_000_000_000)
CONFIGURATION = "[mypy]\nplugins = mypy_eqxstate\n"


class Project:
    """The folder of a project.

    Attributes:
        root: the folder.
        cache: a cache that this module's tests share.
    """

    def __init__(self, root: Path, cache: Path) -> None:
        self.root = root
        self.cache = cache

    def write(self, name: str, text: str) -> Path:
        """Write a file, with a date that no other file has.

        mypy does not see edits within a second, and a file of another test, of the same name, may
        be in the cache.
        """
        file = self.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(textwrap.dedent(text).lstrip("\n"), encoding="utf-8")
        date = next(_DATES)
        os.utime(file, (date, date))
        return file

    def request(self, *paths: str, arguments: tuple[str, ...] = ()) -> Request:
        return Request(paths, cache_dir=str(self.cache), arguments=arguments)


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache for all tests: what the standard library needs is in it after the first."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def project(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    root = tmp_path / "project"
    root.mkdir()
    monkeypatch.chdir(root)
    monkeypatch.delenv("MYPY_CACHE_DIR", raising=False)
    project = Project(root, cache)
    project.write("mypy.ini", CONFIGURATION)
    # mypy's cache knows a text again in another folder, and keeps the path that it had.
    project.write("tickets.py", f"{TICKETS}# {root}\n")
    project.write("use.py", USE)
    return project


@pytest.fixture
def bare_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """An interpreter without any packages."""
    monkeypatch.delenv("PYTHONPATH", raising=False)
    folder = tmp_path / "bare"
    venv.create(folder)
    return str(folder / ("Scripts" if os.name == "nt" else "bin") / "python")
