"""Which fixes a finding has, what they write, and which are not offered: what can't be right.

Each example is checked as it stands: its one finding gets its fixes, each is applied, and the
finding must be gone.  The examples need no Equinox, so that a check takes a moment.
"""

from __future__ import annotations

import os
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from mypy_eqxstate.checking import Request, Resident
from mypy_eqxstate.fixes import Fix, Source, apply, fix_all, fixes
from mypy_eqxstate.report.finding import Finding

CONFIGURATION = "[mypy]\nplugins = mypy_eqxstate\ndisable_error_code = empty-body\n"
HEAD = """\
from __future__ import annotations
from typing import Protocol
from mypy_eqxstate import Borrowed, Consumed, affine

@affine
class Key:
    def turn(self: Consumed[Key]) -> Key: ...
    def look(self: Borrowed[Key]) -> int: ...

def step(key: Consumed[Key]) -> tuple[int, Key]: ...
def melt(key: Consumed[Key]) -> None: ...

"""

# Enough of Equinox's State for a clone to be offered.
EQUINOX = """\
class StateIndex: ...
class State:
    def get(self, item: StateIndex) -> int: ...
    def set(self, item: StateIndex, value: int) -> State: ...
"""


class Project:
    """A module that is checked again and again."""

    def __init__(self, root: Path) -> None:
        self._path = str(root / "module.py")
        self._resident = Resident(Request((self._path,), cache_dir=str(root / "cache")))

    def findings(self, text: str) -> list[Finding]:
        result = self._resident.check({self._path: text})
        assert not result.blockers and not result.type_errors, result
        return [finding for _, finding in result.findings]

    def fixes(self, body: str) -> dict[str, Fix]:
        """The fixes of the first finding, by title; each makes it vanish."""
        text = HEAD + textwrap.dedent(body).lstrip("\n")
        found = self.findings(text)
        offered = {fix.title: fix for fix in fixes(found[0], Source.parse(text))}
        for fix in offered.values():
            left = self.findings(apply(text, fix.edits))
            assert len(left) < len(found), (fix, left)
        return offered

    def last_fixes(self, body: str) -> list[str]:
        """The titles of the fixes of the last finding."""
        text = HEAD + body.lstrip("\n")
        found = max(self.findings(text), key=lambda finding: finding.position.line)
        return [fix.title for fix in fixes(found, Source.parse(text))]

    def fixed(self, body: str, title: str) -> str:
        """The body after a fix whose title begins so."""
        (fix,) = [fix for name, fix in self.fixes(body).items() if name.startswith(title)]
        return changed(body, fix)


def changed(body: str, fix: Fix) -> str:
    """A body after a fix."""
    body = textwrap.dedent(body).lstrip("\n")
    return apply(HEAD + body, fix.edits).removeprefix(HEAD)


@pytest.fixture(scope="module")
def project(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Project]:
    root = tmp_path_factory.mktemp("fixes")
    (root / "mypy.ini").write_text(CONFIGURATION)
    (root / "equinox").mkdir()
    (root / "equinox" / "__init__.pyi").write_text("from equinox import nn as nn\n")
    (root / "equinox" / "nn.pyi").write_text(EQUINOX)
    before = Path.cwd()
    os.chdir(root)
    yield Project(root)
    os.chdir(before)


REBOUND: list[tuple[str, str, str]] = [
    (
        "a part of a tuple",
        """
        def use(key: Key) -> int:
            n, _ = step(key)
            return key.look()
        """,
        """
        def use(key: Key) -> int:
            n, key = step(key)
            return key.look()
        """,
    ),
    (
        "what the newer object was called is read by its new name",
        """
        def use(key: Key) -> int:
            n, new = step(key)
            print(key.look())
            return new.look()
        """,
        """
        def use(key: Key) -> int:
            n, key = step(key)
            print(key.look())
            return key.look()
        """,
    ),
    (
        "up to where that name is bound again",
        """
        def use(key: Key) -> int:
            n, new = step(key)
            new.look()
            m, new = step(key)
            return new.look()
        """,
        """
        def use(key: Key) -> int:
            n, key = step(key)
            key.look()
            m, new = step(key)
            return new.look()
        """,
    ),
    (
        "the whole result",
        """
        def use(key: Key) -> int:
            new: Key = key.turn()
            return key.look()
        """,
        """
        def use(key: Key) -> int:
            key = key.turn()
            return key.look()
        """,
    ),
    (
        "in a loop",
        """
        def use(key: Key) -> None:
            for _ in range(3):
                n, new = step(key)
        """,
        """
        def use(key: Key) -> None:
            for _ in range(3):
                n, key = step(key)
        """,
    ),
    (
        "each of two calls",
        """
        def use(key: Key, flag: bool) -> int:
            if flag:
                n, _ = step(key)
            else:
                _ = key.turn()
            return key.look()
        """,
        """
        def use(key: Key, flag: bool) -> int:
            if flag:
                n, key = step(key)
            else:
                key = key.turn()
            return key.look()
        """,
    ),
    (
        "a result that is thrown away",
        """
        def use(key: Key) -> None:
            step(key)
        """,
        """
        def use(key: Key) -> None:
            _, key = step(key)
        """,
    ),
    (
        "an attribute of a plain object",
        """
        class Door:
            def __init__(self, key: Key) -> None:
                self.key = key
            def use(self) -> int:
                n, _ = step(self.key)
                return self.key.look()
        """,
        """
        class Door:
            def __init__(self, key: Key) -> None:
                self.key = key
            def use(self) -> int:
                n, self.key = step(self.key)
                return self.key.look()
        """,
    ),
    (
        "an item of a parameter that is a dictionary, in the quotes that it is written in",
        """
        def use(keys: dict[str, Key]) -> None:
            keys["a"].turn()
        """,
        """
        def use(keys: dict[str, Key]) -> None:
            keys["a"] = keys["a"].turn()
        """,
    ),
    (
        "an item that is passed to a function",
        """
        def use(keys: list[Key]) -> None:
            step(keys[-1])
        """,
        """
        def use(keys: list[Key]) -> None:
            _, keys[-1] = step(keys[-1])
        """,
    ),
    (
        "an item of a dictionary of the module",
        """
        KEYS: dict[str, Key] = {}
        def use() -> None:
            KEYS["a"].turn()
        """,
        """
        KEYS: dict[str, Key] = {}
        def use() -> None:
            KEYS["a"] = KEYS["a"].turn()
        """,
    ),
    (
        "an item of an item of an attribute",
        """
        class Door:
            spare: dict[str, list[Key]]
        def use(door: Door) -> None:
            door.spare["a"][0].turn()
        """,
        """
        class Door:
            spare: dict[str, list[Key]]
        def use(door: Door) -> None:
            door.spare["a"][0] = door.spare["a"][0].turn()
        """,
    ),
    (
        "an attribute of a parameter of a plain class",
        """
        class Door:
            key: Key
        def use(door: Door) -> None:
            door.key.turn()
        """,
        """
        class Door:
            key: Key
        def use(door: Door) -> None:
            door.key = door.key.turn()
        """,
    ),
]


@pytest.mark.parametrize(
    ("body", "expected"), [e[1:] for e in REBOUND], ids=[e[0] for e in REBOUND]
)
def test_rebinding(project: Project, body: str, expected: str) -> None:
    assert project.fixed(body, "Write `") == textwrap.dedent(expected).lstrip("\n")


NOT_REBOUND: list[tuple[str, str]] = [
    (
        "a field of a frozen object",
        """
        from dataclasses import dataclass
        @dataclass(frozen=True)
        class Door:
            key: Key
            def use(self) -> int:
                n, _ = step(self.key)
                return self.key.look()
        """,
    ),
    (
        "a nested tuple",
        """
        def nested(key: Consumed[Key]) -> tuple[int, tuple[int, Key]]: ...
        def use(key: Key) -> int:
            n, (m, new) = nested(key)
            return key.look()
        """,
    ),
    (
        "a walrus",
        """
        def use(key: Key) -> int:
            print(new := key.turn())
            return key.look()
        """,
    ),
    (
        "a call within an expression",
        """
        def use(key: Key) -> int:
            return step(key)[0] + key.look()
        """,
    ),
    (
        "a subclass, of which the call returns the class above it",
        """
        class Named(Key): ...
        def use(key: Named) -> int:
            new = key.turn()
            return key.look()
        """,
    ),
    (
        "a variable of such a class",
        """
        class Named(Key): ...
        def use() -> int:
            key = Named()
            new = key.turn()
            return key.look()
        """,
    ),
    (
        "a new type",
        """
        from typing import NewType
        Mine = NewType("Mine", Key)
        def use(key: Mine) -> int:
            n, _ = step(key)
            return key.look()
        """,
    ),
    (
        "a result of a new type that is thrown away",
        """
        from typing import NewType
        Mine = NewType("Mine", Key)
        def use(key: Mine) -> None:
            key.turn()
        """,
    ),
    (
        "nothing newer comes back",
        """
        def use(key: Key) -> int:
            melt(key)
            return key.look()
        """,
    ),
    (
        "an alias was consumed",
        """
        def use(key: Key) -> int:
            other = key
            n, _ = step(other)
            return key.look()
        """,
    ),
    (
        "the newer name is read in an inner function",
        """
        def use(key: Key) -> int:
            n, new = step(key)
            def inner() -> int:
                return new.look()
            return key.look()
        """,
    ),
    (
        "the newer name is bound elsewhere, too",
        """
        def use(key: Key, new: Key, flag: bool) -> int:
            if flag:
                n, new = step(key)
                print(key.look())
            return new.look()
        """,
    ),
    (
        "a part of a tuple",
        """
        def use(keys: tuple[Key, int]) -> None:
            keys[0].turn()
        """,
    ),
    (
        "an item of what is known as a mapping that can only be read",
        """
        from typing import Mapping
        def use(key: Key) -> None:
            keys: Mapping[str, Key] = {"a": key}
            keys["a"].turn()
        """,
    ),
    (
        "an item of a new type",
        """
        from typing import NewType
        Mine = NewType("Mine", Key)
        def use(keys: dict[str, Mine]) -> None:
            keys["a"].turn()
        """,
    ),
    (
        "a property",
        """
        class Door:
            _key: Key
            @property
            def key(self) -> Key:
                return self._key
        def use(door: Door) -> None:
            door.key.turn()
        """,
    ),
    (
        "an attribute of a frozen object that is a parameter",
        """
        from dataclasses import dataclass
        @dataclass(frozen=True)
        class Door:
            key: Key
        def use(door: Door) -> None:
            door.key.turn()
        """,
    ),
    (
        "a conditional expression",
        """
        def use(key: Key, other: Key, flag: bool) -> None:
            (key if flag else other).turn()
        """,
    ),
    (
        "a call",
        """
        from equinox.nn import State, StateIndex
        def use(state: State, i: StateIndex) -> None:
            state.set(i, 1).set(i, 2)
        """,
    ),
    (
        "the old name belongs to an outer function",
        """
        def use(key: Key) -> None:
            def inner() -> int:
                n, _ = step(key)
                return key.look()
            inner()
        """,
    ),
]


@pytest.mark.parametrize("body", [e[1] for e in NOT_REBOUND], ids=[e[0] for e in NOT_REBOUND])
def test_a_rebinding_that_can_not_be_right_is_not_offered(project: Project, body: str) -> None:
    offered = project.fixes(body)
    assert not any(title.startswith("Write `") for title in offered), offered


def test_the_newest_name(project: Project) -> None:
    body = """
        def use(key: Key) -> int:
            new = key.turn()
            newest = new.turn()
            return key.look()
    """
    assert "return newest.look()" in project.fixed(body, "Use `newest` here")


def test_the_newest_name_where_the_old_place_has_other_quotes(project: Project) -> None:
    body = """
        def use(keys: dict[str, Key]) -> int:
            new = keys["a"].turn()
            return keys["a"].look()
    """
    assert "return new.look()" in project.fixed(body, "Use `new` here")


STATES = """
from equinox.nn import State, StateIndex
def sink(state: Consumed[State]) -> None: ...
def use(state: State, i: StateIndex, flag: bool) -> State:
    s = state
    {statement}
    return state
"""


@pytest.mark.parametrize("statement", ["print(s.set(i, 1).get(i))", "new = s.set(i, 1)", "sink(s)"])
def test_a_clone_for_a_call_that_is_not_in_vain_with_it(project: Project, statement: str) -> None:
    offered = project.last_fixes(STATES.format(statement=statement))
    assert any(title.startswith("Pass `clone(s)`") for title in offered), offered


@pytest.mark.parametrize(
    "statement",
    [
        "s.set(i, 1)",
        "s.set(i, 1).set(i, 2)",
        "s.set(i, 1).get(i)",
        "s.set(i, 1) if flag else None",
        "flag and s.set(i, 1)",
        "[s.set(i, 1) for _ in range(1)]",
    ],
)
def test_no_clone_for_a_call_whose_result_is_thrown_away(project: Project, statement: str) -> None:
    """`clone(s).set(i, 1)` would make the error vanish and do nothing."""
    offered = project.last_fixes(STATES.format(statement=statement))
    assert not any(title.startswith("Pass `clone") for title in offered), offered


def test_declaring_a_parameter_consumed(project: Project) -> None:
    body = """
        def use(key: Borrowed[Key]) -> None:
            melt(key)
    """
    assert "use(key: Consumed[Key])" in project.fixed(body, "Declare `key` Consumed")


def test_declaring_a_parameter_borrowed(project: Project) -> None:
    body = """
        class Reader(Protocol):
            def read(self, n: int, key: Key) -> tuple[int, Key]: ...

        def use(reader: Reader, key: Key) -> int:
            n, new = reader.read(1, key)
            return key.look()
    """
    fixed = project.fixed(body, "Declare the parameter `key` on line 14 Borrowed")
    assert "def read(self, n: int, key: Borrowed[Key]) -> tuple[int, Key]" in fixed


def test_annotations_that_make_no_sense(project: Project) -> None:
    body = "def use(number: Borrowed[int]) -> None: ...\n"
    assert project.fixed(body, "Write the plain type") == "def use(number: int) -> None: ...\n"
    nested = "def use(key: Borrowed[Consumed[Key]]) -> None: ...\n"
    assert project.fixed(nested, "Keep `Consumed`") == (
        "def use(key: Consumed[Key]) -> None: ...\n"
    )
    assert project.fixed(nested, "Keep `Borrowed`") == (
        "def use(key: Borrowed[Key]) -> None: ...\n"
    )


LINES: list[tuple[str, str]] = [
    ("return key.look()", "return key.look()  # type: ignore[state-reuse]"),
    ("return key.look()  # why", "return key.look()  # type: ignore[state-reuse]  # why"),
    (
        "return key.look()  # type: ignore[misc]  # why",
        "return key.look()  # type: ignore[misc, state-reuse]  # why",
    ),
]


@pytest.mark.parametrize(("line", "expected"), LINES)
def test_ignoring(project: Project, line: str, expected: str) -> None:
    body = f"def use(key: Key) -> int:\n    melt(key)\n    {line}\n"
    assert project.fixed(body, "Ignore").splitlines()[-1] == f"    {expected}"


def test_a_line_that_can_have_no_comment(project: Project) -> None:
    body = """
        def use(key: Key) -> int:
            melt(key)
            return len(f'''
                {key.look()}''') + \\
                1
    """
    for fix in project.fixes(body).values():
        compile(changed(body, fix), "", "exec")


def test_all_that_is_thrown_away(project: Project) -> None:
    text = HEAD + textwrap.dedent(
        """
        def use(key: Key, other: Key) -> int:
            key.turn()
            step(other)
            melt(key)
            return key.look()
        """
    )
    found = project.findings(text)
    fixed = apply(text, fix_all(found, Source.parse(text)))
    assert "    key = key.turn()\n    _, other = step(other)\n    melt(key)\n" in fixed
    assert [finding.rule for finding in project.findings(fixed)] == ["state-reuse"]


IMPORTS: list[tuple[str, str]] = [
    ("import os\n", "import os\nfrom mypy_eqxstate import clone\n"),
    ("import os; x = 1\ny = 2\n", "import os; x = 1\nfrom mypy_eqxstate import clone\ny = 2\n"),
    ('"""Text."""\nx = 1\n', '"""Text."""\nfrom mypy_eqxstate import clone\nx = 1\n'),
    ("x = 1", "from mypy_eqxstate import clone\nx = 1"),
    ("import os", "import os\nfrom mypy_eqxstate import clone"),
    (
        "from mypy_eqxstate import Borrowed\n",
        "from mypy_eqxstate import Borrowed, clone\n",
    ),
    ("from mypy_eqxstate import clone as c\n", "from mypy_eqxstate import clone as c\n"),
    ("import mypy_eqxstate as m\n", "import mypy_eqxstate as m\n"),
]


@pytest.mark.parametrize(("text", "expected"), IMPORTS)
def test_imports(text: str, expected: str) -> None:
    from mypy_eqxstate.fixes.imports import imported

    way = imported(Source.parse(text), "clone")
    assert way is not None
    assert apply(text, way[1]) == expected


def test_a_name_that_means_something_else_is_not_imported() -> None:
    from mypy_eqxstate.fixes.imports import imported

    assert imported(Source.parse("def clone() -> None: ...\n"), "clone") is None
