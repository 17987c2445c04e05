"""The same findings every way that mypy is run, after every edit.

First single edits that were once answered differently, each with what it shows; then random ones
(`drive.py`), a few here and as many as one likes with `make parity STEPS=...`.
"""

from __future__ import annotations

import os
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.parity.drive import Journey
from tests.parity.program import LIBRARY
from tests.parity.ways import Batch, Daemon, by_file, ours

TOKEN = """
    from __future__ import annotations
    from mypy_eqxstate import Consumed, affine

    @affine
    class Token:
        def advance(self: Consumed[Token]) -> Token:
            return Token()
"""
HELPERS = """
    from token_class import Token

    def step(token: Token) -> Token:
        return token.advance()
"""
MAIN = """
    from helpers import step
    from token_class import Token

    def run(token: Token) -> list[Token]:
        newer = step(token)
        return [newer, token]
"""
TOOLS = """
    from token_class import Token

    class Taking:
        def use(self, token: Token) -> Token:
            return token.advance()

    class Copying:
        def use(self, token: Token) -> Token:
            return Token()
"""
CONSUMED = "main.py:7: consumed"
STALE = "main.py:7: out of date"


class Project:
    """Modules, and cold, warm and daemon runs that must agree."""

    def __init__(self, directory: Path) -> None:
        self.root = directory / "program"
        self.root.mkdir()
        self.configure()
        target = (".",)
        self._cold = Batch(self.root, None, (), target)
        self._others: dict[str, Batch | Daemon] = {
            "warm": Batch(self.root, "cache", (), target),
            "daemon": Daemon(self.root, "daemon", target),
        }
        self._time = 1_700_000_000

    def with_workers(self) -> None:
        """Let workers agree, too, and the format of the cache that is compared as a copy."""
        options = ("-n", "2", "--no-fixed-format-cache")
        self._others["workers"] = Batch(self.root, "cache of workers", options, (".",))

    def configure(self, mypy: str = "", own: str = "") -> None:
        text = f"[mypy]\nplugins = mypy_eqxstate\n{mypy}\n[mypy_eqxstate]\n{own}\n"
        (self.root / "mypy.ini").write_text(text, encoding="utf-8")

    def write(self, **modules: str) -> None:
        self._time += 10
        for name, text in modules.items():
            path = self.root / f"{name}.py"
            path.write_text(textwrap.dedent(text), encoding="utf-8")
            os.utime(path, (self._time, self._time))

    def errors(self) -> list[str]:
        """The errors about ownership, shortened, on which all ways of running mypy agree."""
        cold = by_file(self._cold.run())
        for name, way in self._others.items():
            found = by_file(way.run())
            if name == "daemon":
                assert ours(found) == ours(cold)
                assert {x for x in found if "[unused-ignore]" in x} <= set(cold)
            else:
                assert found == cold, name
        return [_short(line) for line in cold if ": error: " in line]

    def close(self) -> None:
        daemon = self._others["daemon"]
        assert isinstance(daemon, Daemon)
        daemon.stop()


def _short(line: str) -> str:
    """`main.py:7: consumed` or `out of date`, or the error's code."""
    place, _, message = line.partition(" error: ")
    for words in ("was consumed", "out of date"):
        if words in message:
            return f"{place} {words.removeprefix('was ')}"
    return f"{place} {message.rpartition('[')[2].rstrip(']')}"


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    made = Project(tmp_path)
    made.write(token_class=TOKEN, helpers=HELPERS, main=MAIN, unrelated="number = 1\n")
    yield made
    made.close()


def test_findings_outlive_an_edit_elsewhere(project: Project) -> None:
    assert project.errors() == [CONSUMED]
    project.write(unrelated="number = 22\n")
    assert project.errors() == [CONSUMED]


def test_a_body_changes_two_modules_away(project: Project) -> None:
    project.with_workers()
    project.write(
        helpers="""
            import inner
            from token_class import Token

            def step(token: Token) -> Token:
                return inner.deeper(token)
        """,
        inner=HELPERS.replace("step", "deeper"),
    )
    assert project.errors() == [CONSUMED]
    project.write(inner=HELPERS.replace("step", "deeper").replace("token.advance()", "Token()"))
    assert project.errors() == []
    # Only the line moves that a note names.
    project.write(inner="\n\n" + HELPERS.replace("step", "deeper"))
    assert project.errors() == [CONSUMED]


def test_what_two_modules_away_made_nothing_comes_to_make_something(project: Project) -> None:
    """Without types, `run` is looked at only if what it calls leads to an affine class by name."""
    inner = """
        import token_class

        def make_inner():
            return {}
    """
    project.with_workers()
    project.configure(own="affine = token_class.Token")
    project.write(
        inner=inner.format(3),
        helpers="""
            from inner import make_inner

            def make():
                return make_inner()
        """,
        main="""
            from helpers import make

            def run():
                token = make()
                newer = token.advance()
                return [newer, token]
        """,
    )
    assert project.errors() == []
    project.write(inner=inner.format("token_class.Token()"))
    assert project.errors() == [CONSUMED]
    project.write(inner=inner.format(3))
    assert project.errors() == []


def test_what_a_constructor_stores_changes_two_modules_away(project: Project) -> None:
    """`main` calls what the constructor of `Model` has got from another module, without types."""
    inner = """
        import token_class

        def make_stepper():
            return {}
    """
    consuming = "lambda token: token_class.Token.advance(token)"
    project.configure(own="affine = token_class.Token")
    project.write(
        inner=inner.format("abs"),
        helpers="""
            from inner import make_stepper

            class Model:
                def __init__(self):
                    self.stepper = make_stepper()
        """,
        main="""
            from helpers import Model
            from token_class import Token

            def run(token: Token):
                newer = Model().stepper(token)
                return [newer, token]
        """,
    )
    assert project.errors() == []
    project.write(inner=inner.format(consuming))
    assert project.errors() == [CONSUMED]
    project.write(inner=inner.format("abs"))
    assert project.errors() == []


def test_a_callable_changes_that_a_constructor_stores_in_a_declared_field(
    project: Project,
) -> None:
    """What the field is declared to be says less than what `inner` makes, two modules away."""
    inner = """
        import token_class

        def make_stepper():
            return {}
    """
    project.configure(own="affine = token_class.Token")
    project.write(
        inner=inner.format("token_class.Token.advance"),
        helpers="""
            from typing import Callable
            from token_class import Token
            import inner

            class Model:
                def __init__(self) -> None:
                    self.stepper: Callable[[Token], Token] = inner.make_stepper()
        """,
        main="""
            import helpers
            from token_class import Token

            def run(token: Token, model: helpers.Model) -> list[Token]:
                newer = model.stepper(token)
                return [newer, token]
        """,
    )
    assert project.errors() == [STALE]
    project.write(inner=inner.format("lambda token: token_class.Token()"))
    assert project.errors() == []
    project.write(inner=inner.format("token_class.Token.advance"))
    assert project.errors() == [STALE]


def test_a_field_of_a_field_comes_to_be_affine(project: Project) -> None:
    """`main` sees neither `drawer` nor any object of it, but what a `Box` holds rests on it."""
    drawer = """
        import token_class

        class Drawer:
            content: {}
    """
    project.with_workers()
    project.write(
        helpers="",
        drawer=drawer.format("int"),
        pair="""
            import drawer

            class Box:
                drawer: drawer.Drawer
        """,
        hub="""
            from pair import Box

            def swap(box: Box) -> Box:
                raise NotImplementedError
        """,
        main="""
            import hub
            import pair

            def run(box: pair.Box) -> list[pair.Box]:
                newer = hub.swap(box)
                return [newer, box]
        """,
    )
    assert project.errors() == []
    project.write(drawer=drawer.format("token_class.Token"))
    assert project.errors() == [STALE]
    project.write(drawer=drawer.format("int"))
    assert project.errors() == []


def test_a_signature_changes_that_only_fields_lead_to(project: Project) -> None:
    """Expressions have no types in `run`, so that mypy itself does not see what it rests on."""
    far = """
        from mypy_eqxstate import Borrowed
        from token_class import Token

        class Tool:
            def use(self, token: {}) -> Token: ...
    """
    stub = project.root / "far.pyi"
    project.write(
        helpers="",
        drawer="import far\n\nclass Drawer:\n    tool: far.Tool\n",
        pair="import drawer\n\nclass Box:\n    drawer: drawer.Drawer\n",
        hub="import pair\n\ndef make() -> pair.Box:\n    return pair.Box()\n",
        main="""
            import hub, token_class

            def run():
                token = token_class.Token()
                newer = hub.make().drawer.tool.use(token)
                return [newer, token]
        """,
    )
    stub.write_text(textwrap.dedent(far.format("Token")), encoding="utf-8")
    assert project.errors() == [STALE]
    stub.write_text(textwrap.dedent(far.format("Borrowed[Token]")), encoding="utf-8")
    assert project.errors() == []
    stub.write_text(textwrap.dedent(far.format("Token")), encoding="utf-8")
    assert project.errors() == [STALE]


def test_a_module_is_called_like_one_of_the_standard_library(project: Project) -> None:
    project.write(helpers="", code=HELPERS, main=MAIN.replace("helpers", "code"))
    assert project.errors() == [CONSUMED]
    project.write(code=HELPERS.replace("token.advance()", "Token()"))
    assert project.errors() == []
    project.write(code=HELPERS)
    assert project.errors() == [CONSUMED]


def test_modules_that_call_each_other(project: Project) -> None:
    cycle = "import main\n" + textwrap.dedent(HELPERS)
    project.write(helpers=cycle)
    assert project.errors() == [CONSUMED]
    project.write(helpers=cycle.replace("token.advance()", "Token()"))
    assert project.errors() == []


def test_an_affine_object_comes_to_modules_that_had_none(project: Project) -> None:
    """`far` and `between` stay as they are: they were not even looked at before."""
    plain = """
        class Kind:
            def advance(self) -> Kind:
                return self
    """
    project.with_workers()
    project.write(
        main="",
        far="""
            import between

            def run():
                token = between.Kind()
                newer = token.advance()
                return [newer, token]
        """,
        between="from source import Kind as Kind\n",
        source=plain,
    )
    assert project.errors() == []
    project.write(source="from token_class import Token as Kind\n")
    assert project.errors() == ["far.py:7: consumed"]
    project.write(source=plain)
    assert project.errors() == []


def test_a_word_comes_to_modules_that_had_none(project: Project) -> None:
    """All three import Equinox from the beginning, and were not even parsed by us."""
    typings = project.root.parent / "typings"
    for name, text in LIBRARY.items():
        path = typings.parent / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    inner = """
        import equinox

        def make_inner():
            return {}
    """
    project.with_workers()
    project.configure(f"mypy_path = {typings}")
    for name in ("token_class", "helpers"):
        (project.root / f"{name}.py").unlink()
    project.write(
        inner=inner.format(3),
        between="""
            from inner import make_inner

            def make():
                return make_inner()
        """,
        main="""
            from between import make

            def run(index):
                made = make()
                newer = made.set(index, 1)
                return [newer, made]
        """,
    )
    assert project.errors() == []
    project.write(inner=inner.format("equinox.nn.State(None)"))
    assert project.errors() == [CONSUMED]
    project.write(inner=inner.format(3))
    assert project.errors() == []


def test_an_inferred_declaration_changes_without_an_edit_of_its_module(project: Project) -> None:
    """What `Box.tool` is follows from `origin.make`; `step` uses it; `main` only calls `step`."""
    origin = f"{TOOLS}\n    def make() -> {{0}}:\n        return {{0}}()\n"
    project.write(
        origin=origin.format("Taking"),
        pair="""
            import origin

            class Box:
                def __init__(self) -> None:
                    self.tool = origin.make()
        """,
        helpers="""
            import pair
            from token_class import Token

            def step(token: Token, box: pair.Box = pair.Box()) -> Token:
                return box.tool.use(token)
        """,
    )
    assert project.errors() == [CONSUMED]
    project.write(origin=origin.format("Copying"))
    assert project.errors() == []
    project.write(origin=origin.format("Taking"))
    assert project.errors() == [CONSUMED]


@pytest.mark.parametrize("cycle", ["", "import main"], ids=["", "import cycle"])
def test_a_field_changes_of_a_class_that_the_caller_never_mentions(
    project: Project, cycle: str
) -> None:
    """`main` calls `Model.step`, which looks into a `Box` that holds a `Drawer` with a tool."""
    drawer = """
        import origin

        class Drawer:
            tool: origin.{}
    """
    project.write(
        origin=TOOLS,
        drawer=drawer.format("Taking"),
        pair="""
            import drawer

            class Box:
                drawer: drawer.Drawer
        """,
        helpers=f"""
            import pair
            from token_class import Token
            {cycle}

            class Model:
                box: pair.Box

                def step(self, token: Token) -> Token:
                    return self.box.drawer.tool.use(token)
        """,
        main="""
            from helpers import Model
            from token_class import Token

            def run(token: Token, model: Model) -> list[Token]:
                newer = model.step(token)
                return [newer, token]
        """,
    )
    assert project.errors() == [CONSUMED]
    project.write(drawer=drawer.format("Copying"))
    assert project.errors() == []
    project.write(drawer=drawer.format("Taking"))
    assert project.errors() == [CONSUMED]


def test_a_module_is_deleted_and_comes_back(project: Project) -> None:
    assert project.errors() == [CONSUMED]
    (project.root / "helpers.py").unlink()
    assert CONSUMED not in project.errors()
    project.write(helpers=HELPERS)
    assert project.errors() == [CONSUMED]


def test_nobody_imports_a_module_of_the_standard_library_any_more(project: Project) -> None:
    project.write(unrelated="import colorsys\n")
    assert project.errors() == [CONSUMED]
    project.write(unrelated="number = 1\n")
    assert project.errors() == [CONSUMED]


def test_a_syntax_error_and_back(project: Project) -> None:
    assert project.errors() == [CONSUMED]
    project.write(unrelated="number = (\n")
    assert CONSUMED not in project.errors()
    project.write(unrelated="number = 1\n")
    assert project.errors() == [CONSUMED]


def test_a_callee_is_broken_while_its_caller_changes(project: Project) -> None:
    """The callee comes back as it was, so that mypy sees no change in it."""
    for turn in range(2):
        project.write(helpers=HELPERS)
        assert project.errors() == [CONSUMED]
        main = textwrap.dedent(MAIN) + f"\nturn = {turn}\n"
        project.write(helpers=textwrap.dedent(HELPERS) + "\ndef (\n", main=main)
        assert CONSUMED not in project.errors()
    project.write(helpers=HELPERS)
    assert project.errors() == [CONSUMED]


def test_an_update_of_the_daemon_ends_where_class_bodies_have_errors(project: Project) -> None:
    """The constructors of these classes are made anew by mypy, under new names, at each look.

    So each module triggers the other, and each that is triggered is loaded as a whole. That ends;
    and a module that was left alone in one update is looked at again in the next.
    """
    pair = """
        from dataclasses import dataclass
        from helpers import step
        from token_class import Token
        import {other}

        @dataclass
        class {name}:
            number: int = 0
            token: Token

        def run(token: Token) -> list[Token]:
            other = {other}.{other_name}(1, token)
            newer = step(token)
            return [newer, token]
    """
    project.write(
        main="",
        left=pair.format(name="Left", other="right", other_name="Right"),
        right=pair.format(name="Right", other="left", other_name="Left"),
    )
    wrong = ["left.py:10: misc", "right.py:10: misc"]
    assert project.errors() == [
        "left.py:10: misc",
        "left.py:15: consumed",
        "right.py:10: misc",
        "right.py:15: consumed",
    ]
    project.write(helpers=HELPERS.replace("token.advance()", "Token()"))
    assert project.errors() == wrong
    project.write(helpers=HELPERS)
    assert len(project.errors()) == 4


def test_the_plugins_own_configuration_changes(project: Project) -> None:
    project.write(helpers=HELPERS.replace("token.advance()", "Token()"))
    assert project.errors() == []
    project.configure(own="contracts =\n    helpers.step: (token: supersede) -> fresh")
    assert project.errors() == [STALE]
    project.configure(own="contracts =\n    helpers.step: (token: supersedes) -> fresh")
    wrong = ["mypy.ini:4: state-contract"]
    assert project.errors() == wrong
    project.write(unrelated="number = 22\n")
    assert project.errors() == wrong


def test_an_ignore_that_suppresses_is_used(project: Project) -> None:
    project.configure("warn_unused_ignores = True")
    ignored = MAIN.replace("[newer, token]", "[newer, token]  # type: ignore[state-reuse]")
    project.write(main=ignored)
    assert project.errors() == []
    project.write(main=textwrap.dedent(ignored) + "\nmore = 1\n")
    assert project.errors() == []
    project.write(helpers=HELPERS.replace("token.advance()", "Token()"))
    assert project.errors() == ["main.py:7: unused-ignore"]


def test_a_daemon_that_starts_from_a_fine_grained_cache(project: Project) -> None:
    """It has lost the errors that were there (mypy's fault), but new ones are found."""
    consuming, copying = HELPERS, HELPERS.replace("token.advance()", "Token()")
    project.write(helpers=copying)
    cache = ("--cache-dir", str(project.root.parent / "fine-grained"))
    assert Batch(project.root, "fine-grained", ("--cache-fine-grained",), (".",)).run() == []
    options = (*cache, "--use-fine-grained-cache", ".")
    daemon = Daemon(project.root, "from cache", options)
    try:
        assert daemon.run() == []
        project.write(helpers=consuming)
        assert [_short(line) for line in daemon.run() if ": error: " in line] == [CONSUMED]
        project.write(helpers=copying)
        assert daemon.run() == []
    finally:
        daemon.stop()


@pytest.mark.parametrize("options", [(), ("-n", "2")], ids=["warm", "workers"])
def test_a_cache_that_was_filled_in_another_folder_hides_nothing(
    tmp_path: Path, options: tuple[str, ...]
) -> None:
    """The copy's lines have the paths of the original (mypy's fault), notes as well as errors."""
    for name in ("original", "copy"):
        (tmp_path / name).mkdir()
        for module, text in (("token_class", TOKEN), ("helpers", HELPERS), ("main", MAIN)):
            path = tmp_path / name / f"{module}.py"
            path.write_text(textwrap.dedent(text), encoding="utf-8")
            os.utime(path, (1_700_000_000, 1_700_000_000))
    (tmp_path / "mypy.ini").write_text("[mypy]\nplugins = mypy_eqxstate\n", encoding="utf-8")
    original = Batch(tmp_path, "cache", options, ("original",)).run()
    assert [_short(x) for x in original if ": error: " in x] == [f"original/{CONSUMED}"]
    assert Batch(tmp_path, "cache", options, ("copy",)).run() == original
    cold = Batch(tmp_path, None, (), ("copy",)).run()
    assert [line.replace("copy/", "original/") for line in cold] == original


def test_random_edits(tmp_path: Path) -> None:
    journey = Journey(tmp_path, seed=1, each_step=2)
    try:
        differences = list(journey.steps(6))
    finally:
        journey.close()
    assert not differences, "\n\n".join(differences)
    assert journey.findings > 40
