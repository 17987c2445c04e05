"""How places stand: what an editor is told of each occurrence of a name.

A case is a program and what is said in its last function, one line an occurrence: the place in the
text, what is said, and on a line of its own what the call around it does.  Names that hold nothing
affine don't occur.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mypy_eqxstate.checking import Request, Resident, check
from mypy_eqxstate.checking.served import Served
from tests.checking.conftest import CONFIGURATION, Project

HEAD = """\
from __future__ import annotations
from collections.abc import Callable
from mypy_eqxstate import Borrowed, Consumed, affine, clone

@affine
class Key:
    def turn(self: Consumed[Key]) -> Key: ...
    def look(self: Borrowed[Key]) -> int: ...

class Holder:
    key: Key

def step(key: Key) -> tuple[int, Key]: ...

"""
CASES = {
    "consumed": (
        """\
        def use(key: Key) -> int:
            new = key.turn()
            return key.look() + new.look()
        """,
        """\
        1:8 key: owned
        2:4 new: owned
        2:10 key: owned; the parameter of line 1
            moved: `key.turn` consumes it here; the newer Key is `new`.
        3:11 key: consumed by `key.turn` on line 2; the newer Key is `new`
        3:24 new: owned; made by `key.turn` on line 2
        """,
    ),
    "still told after the first error": (
        """\
        def use(key: Key) -> int:
            key.turn().look()
            key.look()
            return key.look()
        """,
        """\
        1:8 key: owned
        2:4 key: owned; the parameter of line 1
            moved: `key.turn` consumes it here.
        3:4 key: consumed by `key.turn` on line 2
        4:11 key: consumed by `key.turn` on line 2
        """,
    ),
    "out of date, and a snapshot that is not": (
        """\
        def use(key: Key) -> int:
            best = key
            n, newer = step(key)
            best.look()
            return key.look()
        """,
        """\
        1:8 key: owned
        2:4 best: owned
        2:11 key: owned; the parameter of line 1
        3:7 newer: owned
        3:20 key: owned; the parameter of line 1
            moved: `step` takes it over here; the newer Key is `newer`.
        4:4 best: owned; the parameter of line 1
        5:11 key: out of date since `step` on line 3 took it over; the newer Key is `newer`
        """,
    ),
    "rebound": (
        """\
        def use(key: Key) -> int:
            n, key = step(key)
            return key.look()
        """,
        """\
        1:8 key: owned
        2:7 key: owned
        2:18 key: owned; the parameter of line 1
            moved: `step` takes it over here; `key` is the newer Key then.
        3:11 key: owned; made by `step` on line 2
        """,
    ),
    "on some paths": (
        """\
        def use(key: Key, often: bool) -> int:
            if often:
                key.turn().look()
            return key.look()
        """,
        """\
        1:8 key: owned
        3:8 key: owned; the parameter of line 1
            moved: `key.turn` consumes it here.
        4:11 key: perhaps consumed, by `key.turn` on line 3
        """,
    ),
    "by a callee on some paths": (
        """\
        def perhaps(key: Key, often: bool) -> None:
            if often:
                key.turn().look()
        def use(key: Key, often: bool) -> None:
            perhaps(key, often)
        """,
        """\
        4:8 key: owned
        5:12 key: owned; the parameter of line 4
            may be moved: `perhaps` may consume it here.
        """,
    ),
    "in a loop": (
        """\
        def use(key: Key) -> None:
            while True:
                key.turn().look()
        """,
        """\
        1:8 key: owned
        3:8 key: consumed by `key.turn` on line 3 in an earlier turn of the loop on line 2
            moved: `key.turn` consumes it here.
        """,
    ),
    "declared parameters": (
        """\
        def use(one: Borrowed[Key], other: Consumed[Key]) -> int:
            return one.look() + other.look()
        """,
        """\
        1:8 one: borrowed: the caller goes on with it
        1:28 other: owned: the caller has given it away
        2:11 one: borrowed: the caller goes on with it; the parameter of line 1
        2:24 other: owned: the caller has given it away; the parameter of line 1
        """,
    ),
    "inside of something": (
        """\
        def use(pair: tuple[int, Key], holder: Holder) -> int:
            new = pair[1].turn()
            n, holder.key = step(new)
            return pair[1].look()
        """,
        """\
        1:8 pair[1]: owned
        1:31 holder.key: owned
        2:4 new: owned
        2:10 pair[1]: owned
        2:10 pair[1]: owned
            moved: `pair[1].turn` consumes it here; the newer Key is `new`.
        3:7 holder.key: owned
        3:7 holder.key: owned
        3:25 new: owned; made by `pair[1].turn` on line 2
            moved: `step` takes it over here; the newer Key is `holder.key`.
        4:11 pair[1]: consumed by `pair[1].turn` on line 2; the newer Key is `holder.key`
        4:11 pair[1]: consumed by `pair[1].turn` on line 2; the newer Key is `holder.key`
        """,
    ),
    "in a tuple that is handed over": (
        """\
        def both(pair: tuple[int, Key]) -> tuple[int, Key]: ...
        def use(key: Key) -> tuple[int, Key]:
            out = both((1, key))
            return out
        """,
        """\
        2:8 key: owned
        3:4 out[1]: owned
        3:19 key: owned; the parameter of line 2
            moved: `both` takes it over here; the newer Key is `out[1]`.
        4:11 out[1]: owned; made by `both` on line 3
        """,
    ),
    "a clone, a closure and a method are themselves no object": (
        """\
        def use(key: Key) -> int:
            spare = clone(key)
            turn = spare.turn
            return turn().look()
        """,
        """\
        1:8 key: owned
        2:4 spare: owned
        2:18 key: owned; the parameter of line 1
        3:11 spare: owned; made by `clone` on line 2
        """,
    ),
    "without annotations, as callers say": (
        """\
        def call(key: Key) -> Key:
            return turned(key)
        def turned(it):
            return it.turn()
        """,
        """\
        3:11 it: owned
        4:11 it: owned; the parameter of line 3
            moved: `it.turn` consumes it here.
        """,
    ),
}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for the programs of all cases, so that mypy begins once."""
    root = tmp_path_factory.mktemp("keys")
    (root / "mypy.ini").write_text(CONFIGURATION)
    (root / "jax").mkdir()
    (root / "jax/__init__.pyi").write_text("from typing import Any\ndef jit(f: Any) -> Any: ...\n")
    return root


@pytest.fixture(scope="module", params=["mypy", "pyrefly"])
def told(request: pytest.FixtureRequest, root: Path) -> Iterator[Callable[[str], list[str]]]:
    """What is said of the last function of a program, lines counted from the end of the head."""
    file = str(root / "keys.py")
    asked = Request((file,), config_file=str(root / "mypy.ini"), observe=True)
    kept = Resident(asked) if request.param == "mypy" else Served(asked)

    def told_of(program: str) -> list[str]:
        text = HEAD + textwrap.dedent(program)
        before = HEAD.count("\n")
        result = kept.check({file: text})
        assert not result.blockers
        (found,) = result.standings.values()
        last = text[: text.rindex("\ndef ") + 1].count("\n") + 1
        lines = []
        for each in found:
            position = each.position
            if position.line >= last:
                said = each.text.replace("**`", "").replace("`**", "").split("\n\n")
                assert said[1:] == [each.why] * bool(each.why)
                line = f"{position.line - before}:{position.column} {said[0].replace(' Key,', '')}"
                lines += [line, f"    {each.moved}: {each.why}"] if each.moved else [line]
        return [_counted_anew(line, before) for line in lines]

    yield told_of
    kept.close()


def _counted_anew(text: str, before: int) -> str:
    words = text.split(" ")
    for number, word in enumerate(words[:-1]):
        after = words[number + 1].rstrip(";")
        if word == "line" and after.isdigit():
            words[number + 1] = words[number + 1].replace(after, str(int(after) - before))
    return " ".join(words)


@pytest.mark.parametrize("case", CASES)
def test_what_is_said(told: Callable[[str], list[str]], case: str) -> None:
    program, expected = CASES[case]
    assert told(program) == textwrap.dedent(expected).splitlines()


def test_the_transform_that_hides_it_is_named(told: Callable[[str], list[str]]) -> None:
    program = """\
    import jax
    @jax.jit
    def jitted(key: Key) -> Key:
        return key.turn()
    def use(key: Key) -> int:
        new = jitted(key)
        return key.look()
    """
    assert told(program)[-2:] == [
        "    moved: `jitted` takes it over here (jit hides that at run time: no error, old "
        "numbers); the newer Key is `new`.",
        "7:11 key: out of date since `jitted` on line 6 took it over (jit hides that at run time: "
        "no error, old numbers); the newer Key is `new`",
    ]


def test_nothing_is_noted_unless_asked_for(project: Project) -> None:
    assert check(project.request("use.py")).standings == {}
    assert check(Request(("use.py",), cache_dir="other", observe=True)).standings.keys() == {
        str(project.root / "use.py")
    }


def test_what_was_noted_is_kept_until_the_text_changes(project: Project) -> None:
    resident = Resident(Request(("use.py",), cache_dir=str(project.cache), observe=True))
    path = str(project.root / "use.py")
    first = resident.check().standings[path]
    assert resident.check({"tickets.py": "# x\n" + (project.root / "tickets.py").read_text()})
    assert resident.check().standings[path] == first
    assert resident.check({"use.py": "x = 1\n"}).standings == {}
    assert resident.check({"use.py": "x = (\n"}).standings == {}
    assert resident.check().standings[path] == first
