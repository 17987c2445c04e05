"""Reads the case files: which errors are expected where, and how each function is to be run.

The format is described in `cases/__init__.py`.
"""

import ast
import importlib.metadata
import re
import sys
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from packaging.version import Version

CASES = Path(__file__).resolve().parent / "cases"
RULES = ("state-reuse", "state-stale", "state-dropped", "state-borrow", "state-contract")
PREFIXES = ("bad_", "may_", "good_")
DIRECTIVES = ("not-run", "silent-at-run-time", "raises-later")

_MARK = re.compile(r"#\s*E:\s*(?P<body>.*?)\s*(?=#\s*E:|$)")
_CONTINUED = re.compile(r"^\s*#\s+\|(?P<body>.*)$")
_RELATIVE = re.compile(r"(?P<word>\bline |\bloop |@)(?P<offset>[+-]\d+)\b")
_HEADER = re.compile(r"^# (?P<key>xfail|python|needs|typed-since): (?P<value>.+)$")
_DIRECTIVE = re.compile(r"^\s*# (?P<key>[a-z-]+): (?P<value>.+)$")


@dataclass(frozen=True)
class Expected:
    """One expected error."""

    line: int
    code: str
    fragments: tuple[str, ...] = ()

    def and_also(self, text: str) -> "Expected":
        more = (_absolute(part.strip(), self.line) for part in text.split("|"))
        return replace(self, fragments=self.fragments + tuple(filter(None, more)))

    @property
    def may(self) -> bool:
        return any(text == "may" or text.startswith("may have been") for text in self.fragments)

    @property
    def in_a_loop(self) -> bool:
        return any(fragment.startswith("earlier iteration") for fragment in self.fragments)


@dataclass(frozen=True)
class Function:
    """A function of a case: what is expected in it, and how the run-time judge treats it."""

    name: str
    owner: str | None
    first: int
    last: int
    expected: tuple[Expected, ...]
    directive: str | None
    reason: str

    @property
    def kind(self) -> str:
        return self.name.split("_", 1)[0]

    @property
    def label(self) -> str:
        return self.name if self.owner is None else f"{self.owner}.{self.name}"


@dataclass(frozen=True)
class Case:
    """One case file."""

    path: Path
    docstring: str
    functions: tuple[Function, ...]
    expected: tuple[Expected, ...]
    xfail: str | None = None
    python: tuple[int, int] = (3, 10)
    needs: str | None = None
    typed_since: str | None = None
    at_module_level: tuple[Expected, ...] = field(default=())

    @property
    def name(self) -> str:
        return self.path.stem

    @property
    def number(self) -> int:
        return int(self.name[1:4])


def parse_marks(source: str) -> tuple[Expected, ...]:
    found: list[Expected] = []
    for number, text in enumerate(source.splitlines(), start=1):
        if continued := _CONTINUED.match(text):
            found[-1] = found[-1].and_also(continued["body"])
        for mark in _MARK.finditer(text):
            code, _, fragments = mark["body"].partition("|")
            found.append(Expected(number, code.strip()).and_also(fragments))
    return tuple(found)


def _absolute(fragment: str, here: int) -> str:
    """Relative line numbers made absolute, and the abbreviation for loops spelt out."""

    def spell(match: re.Match[str]) -> str:
        line = here + int(match["offset"])
        return {
            "line ": f"line {line}",
            "loop ": f"earlier iteration of the loop on line {line}",
            "@": str(line),
        }[match["word"]]

    return _RELATIVE.sub(spell, fragment)


def _functions(
    tree: ast.Module, lines: list[str], expected: tuple[Expected, ...]
) -> list[Function]:
    found = []
    owners: list[tuple[str | None, list[ast.stmt]]] = [(None, tree.body)]
    owners += [(node.name, node.body) for node in tree.body if isinstance(node, ast.ClassDef)]
    for owner, body in owners:
        for node in body:
            if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                continue
            if not node.name.startswith(PREFIXES):
                continue
            first = min([node.lineno, *(item.lineno for item in node.decorator_list)])
            last = node.end_lineno or node.lineno
            directive = _DIRECTIVE.match(lines[first - 2]) if first > 1 else None
            found.append(
                Function(
                    name=node.name,
                    owner=owner,
                    first=first,
                    last=last,
                    expected=tuple(item for item in expected if first <= item.line <= last),
                    directive=directive["key"] if directive else None,
                    reason=directive["value"] if directive else "",
                )
            )
    return found


@cache
def read_case(path: Path) -> Case:
    source = path.read_text(encoding="utf-8")
    lines = source.splitlines()
    header = {
        match["key"]: match["value"]
        for match in map(_HEADER.match, lines[: _length_of_header(lines)])
        if match
    }
    expected = parse_marks(source)
    needs = tuple(int(part) for part in header.get("python", "3.10").split("."))
    functions: list[Function] = []
    docstring = ""
    at_module_level: tuple[Expected, ...] = ()
    if can_parse(needs):
        tree = ast.parse(source)
        docstring = ast.get_docstring(tree) or ""
        functions = _functions(tree, lines, expected)
        at_module_level = tuple(
            item for item in expected if not any(f.first <= item.line <= f.last for f in functions)
        )
    return Case(
        path=path,
        docstring=docstring,
        functions=tuple(functions),
        expected=expected,
        xfail=header.get("xfail"),
        python=(needs[0], needs[1]),
        needs=header.get("needs"),
        typed_since=header.get("typed-since"),
        at_module_level=at_module_level,
    )


def _length_of_header(lines: list[str]) -> int:
    """The comments before the docstring."""
    for number, text in enumerate(lines):
        if text and not text.startswith("#"):
            return number
    return len(lines)


def can_parse(needs: tuple[int, ...]) -> bool:
    """Whether this Python knows the syntax."""
    return sys.version_info[:2] >= needs


def lacks(case: Case) -> str | None:
    """What the case needs and this environment has not, in words."""
    if not can_parse(case.python):
        return f"Python {case.python[0]}.{case.python[1]}"
    return None if is_installed(case.needs) else case.needs


def is_installed(package_and_version: str | None) -> bool:
    """Whether a package has this version or a newer one; true if nothing is asked for."""
    if package_and_version is None:
        return True
    package, version = package_and_version.split()
    return Version(importlib.metadata.version(package)) >= Version(version)


def all_cases() -> list[Case]:
    return [read_case(path) for path in sorted(CASES.glob("s[0-9][0-9][0-9]*.py"))]
