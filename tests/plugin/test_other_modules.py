"""Bodies in other modules: what they say, and that mypy's caches know when it changes.

The project of these tests has an affine class of its own, so that mypy need not read Equinox.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

TOKEN = """
    from __future__ import annotations
    from mypy_eqxstate import Consumed, affine

    @affine
    class Token:
        def advance(self: Consumed[Token]) -> Token:
            return Token()
"""
ADVANCING = """
    from token_class import Token

    def step(token: Token) -> Token:
        return token.advance()
"""
COPYING = """
    from token_class import Token

    def step(token: Token) -> Token:
        return Token()
"""
CALLER = """
    from helpers import step
    from token_class import Token

    def run(token: Token) -> list[Token]:
        newer = step(token)
        return [newer, token]
"""
SUPERSEDED = 'main.py:7: error: "token" is out of date'
CONSUMED = 'main.py:7: error: "token" was consumed'

# Every way in which mypy keeps what it knows from one run to the next.
CACHES = {
    "default": (),
    "files": ("--no-sqlite-cache",),
    "json": ("--no-fixed-format-cache",),
    "fine-grained": ("--cache-fine-grained",),
    "workers": ("-n", "2"),
}


@dataclass
class Project:
    """A directory with modules, and mypy with the plugin over it."""

    root: Path

    def write(self, **modules: str) -> None:
        """Write modules; the time of each file is moved on, which mypy looks at first."""
        for name, text in modules.items():
            path = self.root / f"{name}.py"
            before = path.stat().st_mtime if path.exists() else 0.0
            path.write_text(textwrap.dedent(text), encoding="utf-8")
            os.utime(path, (before + 10, before + 10) if before else None)

    def configure(self, key: str, value: str) -> None:
        """Configure one thing."""
        configuration = f"[mypy]\nplugins = mypy_eqxstate\n[mypy_eqxstate]\n{key} =\n  {value}\n"
        (self.root / "mypy.ini").write_text(configuration, encoding="utf-8")

    def name_affine(self, name: str) -> None:
        """Configure a further affine class, or a type variable that stands for such."""
        self.configure("affine", name)

    def errors(self, *options: str) -> list[str]:
        """The errors, up to the end of their first clause."""
        command = [sys.executable, "-m", "mypy", "--no-error-summary", "--show-traceback"]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "MYPYPATH": str(ROOT)}
        done = subprocess.run(
            [*command, *options, "."],
            cwd=self.root,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        lines = (done.stdout + done.stderr).splitlines()
        return [re.split(' by "|(?<=date): ', line)[0] for line in lines if ": note: " not in line]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = Project(tmp_path)
    (tmp_path / "mypy.ini").write_text("[mypy]\nplugins = mypy_eqxstate\n", encoding="utf-8")
    made.write(token_class=TOKEN, helpers=ADVANCING, main=CALLER)
    return made


@pytest.mark.parametrize("cache", CACHES)
def test_a_callee_that_changes_in_its_body_only_is_noticed(project: Project, cache: str) -> None:
    options = CACHES[cache]
    assert project.errors(*options) == [CONSUMED]
    project.write(helpers=COPYING)
    assert project.errors(*options) == []
    project.write(helpers=ADVANCING)
    assert project.errors(*options) == [CONSUMED]
    assert project.errors(*options) == [CONSUMED]  # from the cache


def test_a_contract_in_the_configuration_outranks_the_body(project: Project) -> None:
    assert project.errors() == [CONSUMED]
    project.configure("contracts", "helpers.step: (token: borrow) -> fresh")
    assert project.errors() == []


def test_so_it_does_in_the_module_of_the_function_and_under_a_transform(project: Project) -> None:
    project.write(
        helpers=ADVANCING,
        main="""
            import functools
            from token_class import Token

            def step(token: Token) -> Token:
                return token.advance()

            def run(token: Token) -> list[Token]:
                newer = functools.partial(step, token)()
                return [newer, token, step(token), token]
        """,
    )
    at_work = [line for line in project.errors() if line.startswith("main.py")]
    assert at_work == ['main.py:10: error: "token" was consumed'] * len(at_work) != []
    project.configure("contracts", "main.step: (token: borrow) -> fresh")
    assert project.errors() == []


@pytest.mark.parametrize("cache", ["default", "json", "workers"])
def test_a_change_is_noticed_through_several_modules(project: Project, cache: str) -> None:
    options = CACHES[cache]
    project.write(
        helpers="""
            from token_class import Token
            from inner import deeper

            def step(token: Token) -> Token:
                return deeper(token)
        """,
        inner=ADVANCING.replace("step", "deeper"),
    )
    assert project.errors(*options) == [CONSUMED]
    project.write(inner=COPYING.replace("step", "deeper"))
    assert project.errors(*options) == []
    project.write(inner=ADVANCING.replace("step", "deeper"))
    assert project.errors(*options) == [CONSUMED]


@pytest.mark.parametrize("cache", ["default", "json", "workers"])
def test_a_change_is_noticed_in_an_import_cycle(project: Project, cache: str) -> None:
    options = CACHES[cache]
    cycle = "\n    import main\n"
    project.write(helpers=cycle + ADVANCING)
    assert project.errors(*options) == [CONSUMED]
    project.write(helpers=cycle + COPYING)
    assert project.errors(*options) == []


def test_a_callee_without_annotations_counts_by_its_body(project: Project) -> None:
    project.write(
        helpers="""
            from token_class import Token

            def step(token):
                return token.advance()

            def look(token):
                return repr(token)
        """,
        main="""
            from helpers import look, step
            from token_class import Token

            def run(token: Token) -> list[Token]:
                newer = step(token)
                return [newer, token]

            def show(token: Token) -> Token:
                look(token)
                return step(token)
        """,
    )
    assert project.errors() == [CONSUMED]


def test_a_callee_that_says_nothing_counts_by_its_signature(project: Project) -> None:
    project.write(
        helpers="""
            from typing import Protocol
            from token_class import Token

            class Stepper(Protocol):
                def step(self, token: Token) -> Token: ...

            def step(token: Token) -> Token:
                raise NotImplementedError
        """
    )
    assert project.errors() == [SUPERSEDED]


def test_a_name_that_is_handed_on_by_a_package_leads_to_the_body(project: Project) -> None:
    (project.root / "package").mkdir()
    project.write(**{"package/__init__": "from package.steps import step"})
    project.write(**{"package/steps": COPYING})
    project.write(main=CALLER.replace("helpers", "package"))
    assert project.errors() == []
    project.write(**{"package/steps": ADVANCING})
    assert project.errors() == [CONSUMED]


def test_a_class_that_is_handed_on_by_a_package_has_the_fields_of_its_constructor(
    project: Project,
) -> None:
    boxed = """
        from token_class import Token

        class Box:
            def __init__(self, value):
                self.value = value

            def advance(self):
                self.value = self.value.advance()

        class Owner:
            def __init__(self) -> None:
                self.token = Token()
                self.token = Box(self.token)  # type: ignore[assignment]

            def step(self):
                self.token.advance()
    """
    (project.root / "layers").mkdir()
    (project.root / "layers" / "__init__.py").write_text("from layers.boxed import Owner\n")
    (project.root / "layers" / "boxed.py").write_text(textwrap.dedent(boxed), encoding="utf-8")
    caller = """
        import layers

        def run():
            owner = layers.Owner()
            owner.step()
            owner.step()
    """
    project.write(helpers="", main=caller)
    assert project.errors() == []


def test_functions_of_two_modules_that_call_each_other(project: Project) -> None:
    project.write(
        helpers="""
            from token_class import Token
            from inner import odd

            def step(token: Token, turns: int = 0) -> Token:
                return odd(token, turns - 1) if turns else token.advance()
        """,
        inner="""
            from token_class import Token
            from helpers import step

            def odd(token: Token, turns: int) -> Token:
                return step(token, turns - 1)
        """,
    )
    assert project.errors() == [CONSUMED]


def test_a_decorated_function_is_what_its_decorator_made_of_it(project: Project) -> None:
    project.write(
        helpers="""
            from functools import partial
            from token_class import Token

            def _step(how: int, token: Token) -> Token:
                return Token()

            step = partial(_step, 1)
        """
    )
    assert project.errors() == []


def test_a_module_whose_source_cannot_be_parsed_counts_by_its_signatures(project: Project) -> None:
    project.write(helpers=COPYING)
    assert project.errors() == []
    (project.root / "helpers.py").unlink()
    (project.root / "helpers.pyi").write_text(
        "from token_class import Token\ndef step(token: Token) -> Token: ...\n", encoding="utf-8"
    )
    assert project.errors() == [SUPERSEDED]


def test_a_type_variable_can_be_named_as_one_of_affine_objects(project: Project) -> None:
    project.write(
        kinds="""
            from typing import TypeVar

            S = TypeVar("S")
        """,
        helpers="",
        main="""
            from collections.abc import Callable
            from kinds import S

            def run(step: Callable[[S, int], tuple[int, S]], state: S) -> S:
                x, other = step(state, 1)
                return state
        """,
    )
    assert project.errors() == []
    project.name_affine("kinds.S")
    assert project.errors() == ['main.py:7: error: "state" is out of date']


def test_an_alias_without_arguments_stands_for_the_named_type_variable(project: Project) -> None:
    project.write(
        kinds="""
            from collections.abc import Callable
            from typing import TypeVar

            S = TypeVar("S")
            Step = Callable[[S, int], tuple[int, S]]
        """,
        helpers="",
        main="""
            from kinds import S, Step

            def run(step: Step, state: S) -> S:
                x, other = step(state, 1)
                return state
        """,
    )
    assert project.errors() == []
    project.name_affine("kinds.S")
    assert project.errors() == ['main.py:6: error: "state" is out of date']


def test_what_is_passed_for_a_named_type_variable_is_taken_over_and_comes_back(
    project: Project,
) -> None:
    """Of `Step` only the type is known: a token, or a tuple with one, stands for its `S`."""
    project.write(
        kinds="""
            from collections.abc import Callable
            from typing import TypeVar

            S = TypeVar("S")
            Step = Callable[[S, int], tuple[int, S]]
        """,
        helpers="",
        main="""
            from kinds import Step
            from token_class import Token

            def bad(step: Step, token: Token) -> Token:
                x, newer = step(token, 1)
                return token

            def bad_inside(step: Step, token: Token) -> Token:
                pair = (1, token)
                x, (count, newer) = step(pair, 1)
                return pair[1]

            def bad_of_the_result(step: Step, token: Token) -> object:
                x, (count, newer) = step((1, token), 1)
                newest = newer.advance()
                return newer

            def good(step: Step, token: Token) -> Token:
                x, token = step(token, 1)
                x, (count, token) = step((1, token), 1)
                return token

            def good_dropped(step: Step, token: Token) -> Token:
                x, _ = step(token, 1)
                return token
        """,
    )
    assert project.errors() == []
    project.name_affine("kinds.S")
    assert project.errors() == [
        'main.py:7: error: "token" is out of date',
        'main.py:12: error: "pair[1]" is out of date',
        'main.py:17: error: "newer" was consumed',
    ]


FACTORIES = """
    from token_class import Token

    def make(name: str) -> tuple[str, Token]:
        return name, Token()

    def twice(name: str) -> tuple[Token, Token]:
        token = Token()
        return token, token

    class Holder:
        token: Token

        def __init__(self) -> None:
            self.token = Token()

    def held(name: str) -> tuple[Holder, Token]:
        holder = Holder()
        return holder, holder.token
"""


def test_what_a_function_makes_of_nothing_is_new_if_it_is_one_thing(project: Project) -> None:
    """Its signature says all.  Of two things that it returns, its body tells if they are one."""
    project.write(
        helpers=FACTORIES,
        main="""
            from helpers import held, make, twice
            from token_class import Token

            def made() -> list[Token]:
                name, token = make("a")
                newer = token.advance()
                return [newer, token]

            def both(token: Token) -> list[Token]:
                one, other = twice("a")
                newer = one.advance()
                return [newer, other]

            def inside() -> list[Token]:
                holder, token = held("a")
                newer = token.advance()
                return [newer, holder.token]
        """,
    )
    assert project.errors() == [
        'main.py:8: error: "token" was consumed',
        'main.py:13: error: "other" was consumed',
        'main.py:18: error: "holder.token" was consumed',
    ]


def test_what_a_module_keeps_for_itself_is_taken_for_new(project: Project) -> None:
    """The README says so: "What it does not see", functions of other modules."""
    project.write(
        helpers="""
            from token_class import Token

            KEPT = Token()

            def kept(name: str) -> Token:
                return KEPT
        """,
        main="""
            from helpers import kept
            from token_class import Token

            def twice() -> list[Token]:
                one, other = kept("a"), kept("b")
                newer = one.advance()
                return [newer, other]
        """,
    )
    assert project.errors() == []


CALLING = """
    def call(function):
        return function()

    def spend(function):
        return function().advance()
"""


def test_callback_consumes_what_it_captures_through_another_module(project: Project) -> None:
    project.write(
        helpers=CALLING,
        main="""
            from helpers import call, spend
            from token_class import Token

            def within(token: Token) -> list[Token]:
                newer = call(lambda: token.advance())
                return [newer, token]

            def what_it_returned(token: Token) -> list[Token]:
                newer = spend(lambda: token)
                return [newer, token]

            def handed_back(token: Token) -> list[Token]:
                same = call(lambda: token)
                newer = same.advance()
                return [newer, token]

            def good(token: Token, other: Token) -> list[Token]:
                newer = spend(lambda: token)
                return [newer, other]
        """,
    )
    assert project.errors() == [
        'main.py:7: error: "token" was consumed',
        'main.py:11: error: "token" was consumed',
        'main.py:16: error: "token" was consumed',
    ]


def test_namesake_in_another_module_captures_something_else(project: Project) -> None:
    project.write(
        helpers="""
            from token_class import Token

            def run(token, function):
                def inside():
                    return token.advance()

                newer = function()
                return inside()
        """,
        main="""
            import helpers
            from token_class import Token

            def run(token: Token, other: Token) -> list[Token]:
                newer = helpers.run(other, lambda: token)
                return [newer, token]
        """,
    )
    assert project.errors() == []


def test_what_a_module_does_only_as_a_script_is_nothing_to_its_importers(project: Project) -> None:
    project.write(
        helpers="""
            from token_class import Token

            def copy(token):
                return Token()

            def advance(token):
                return token.advance()

            step = advance
            if __name__ == "__main__":
                step = copy
        """,
    )
    assert project.errors() == [CONSUMED]


def test_an_override_beside_the_class_or_beside_the_call_may_do_more(project: Project) -> None:
    handing_back = """
        from token_class import Token

        class Base:
            def step(self, token: Token) -> Token:
                return token
        """
    override = """
        class Advancing(Base):
            def step(self, token: Token) -> Token:
                return token.advance()
        """
    caller = """
        from helpers import Base
        from token_class import Token

        def run(base: Base, token: Token) -> list[Token]:
            newer = base.step(token)
            return [newer, token]
        """
    project.write(helpers=handing_back, main=caller)
    assert project.errors() == []
    project.write(helpers=handing_back + override)
    assert project.errors() == [SUPERSEDED]
    project.write(helpers=handing_back, main=caller + override)
    assert project.errors() == [SUPERSEDED]
    # What a third module defines decides nothing: it may be checked, or not.
    project.write(main=caller, third="from main import *\n" + textwrap.dedent(override))
    assert project.errors() == []
