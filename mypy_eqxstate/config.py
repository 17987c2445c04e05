"""Reading the configuration: `[mypy_eqxstate]` in ini files, `[tool.mypy_eqxstate]` in TOML files.

The file is the one that mypy itself reads (`mypy.options.Options.config_file`). In an ini file
(`mypy.ini`, `.mypy.ini`, `setup.cfg`, or any other that mypy is told to read):

    [mypy_eqxstate]
    strict = true
    affine = shop.Ticket, shop.Token
    contracts =
        training.step: (state: consume) -> fresh
        training.evaluate: (state: borrow)

and in `pyproject.toml`, or any file that ends in `.toml`:

    [tool.mypy_eqxstate]
    strict = true
    affine = ["shop.Ticket", "shop.Token"]

    [tool.mypy_eqxstate.contracts]
    "training.step" = "(state: consume) -> fresh"
    "training.evaluate" = "(state: borrow)"

In an ini file a contract is one line: the qualified name, a colon, the row. In TOML an unquoted
`training.step = "..."` is a table inside a table; it is read as the same name. Lists of an ini file
are separated by commas or lines.

Nothing here raises on wrong input. Each mistake becomes one sentence in `Configuration.problems`,
which names the file, the key and what is accepted; whatever else is right still counts. What a row
says is not understood here: the caller passes the function that parses it.

Limits: the names in `contracts` and `affine` are checked for their form only, not whether anything
is called that. Problems carry no line numbers, because neither parser keeps them.
"""

import configparser
import difflib
import hashlib
import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

__all__ = ["Configuration", "read_configuration"]

INI_SECTION = "mypy_eqxstate"
TOML_TABLE = "tool.mypy_eqxstate"

_BOOLEANS: Mapping[str, bool] = configparser.RawConfigParser.BOOLEAN_STATES

_ACCEPTED_INI = {
    "strict": "true or false",
    "contracts": 'one contract a line, "package.function: row"',
    "affine": 'full names of classes, "package.Class", separated by commas or lines',
}
_ACCEPTED_TOML = {
    "strict": "true or false",
    "contracts": 'a table of contracts, "package.function" = "row"',
    "affine": 'a list of full names of classes, ["package.Class"]',
}
_KEYS = tuple(sorted(_ACCEPTED_TOML))

# How alike two names must be, by `difflib`, to be taken for a slip of the keyboard.
_ALIKE = 0.8


@dataclass(frozen=True)
class Configuration:
    """What the user configured.

    Attributes:
        strict: whether a newer State that is explicitly thrown away still uses up the old one.
        contracts: rows of the user's own, by the qualified name of the callable.
        affine: full names of classes to treat as if they were decorated with `affine`.
        problems: one sentence for each mistake in the file, in the order of the keys.
    """

    strict: bool = False
    contracts: Mapping[str, str] = field(default_factory=dict)
    affine: frozenset[str] = frozenset()
    problems: tuple[str, ...] = ()

    def as_json(self) -> dict[str, object]:
        """Say the same in plain values that `json` can write, equal for equal configurations."""
        return {
            "strict": self.strict,
            "contracts": dict(sorted(self.contracts.items())),
            "affine": sorted(self.affine),
            "problems": list(self.problems),
        }

    def digest(self) -> str:
        """Give a short text that differs where two configurations differ, for a cache's key."""
        text = json.dumps(self.as_json(), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


def read_configuration(
    config_file: str | None, parse_row: Callable[[str], object] | None = None
) -> Configuration:
    """Read this plugin's part of the configuration file that mypy uses.

    Args:
        config_file: the file's name as mypy has it (`Options.config_file`); None if mypy runs
            without one.
        parse_row: parses the row of a contract and raises `ValueError`, with a message, if the row
            is malformed. Without it rows are taken as they are.

    Returns:
        The configuration. Whatever is wrong is left at its default and described in `problems`.

    Source: https://mypy.readthedocs.io/en/stable/config_file.html for the files and their forms.
    """
    if not config_file:
        return Configuration()
    is_toml = config_file.endswith(".toml")  # mypy's own rule
    reader = _Reader(config_file, is_toml, parse_row)
    try:
        values = reader.load_toml() if is_toml else reader.load_ini()
    except (OSError, ValueError, configparser.Error) as error:
        reason = " ".join(str(error).split())
        return Configuration(problems=(f"{config_file}: cannot be read: {reason}",))
    return reader.interpret(values)


class _Reader:
    """Reads one file. It collects problems as it goes, so that no step needs to give up."""

    def __init__(
        self, config_file: str, is_toml: bool, parse_row: Callable[[str], object] | None
    ) -> None:
        self.config_file = config_file
        self.is_toml = is_toml
        self.section = TOML_TABLE if is_toml else INI_SECTION
        self.accepted = _ACCEPTED_TOML if is_toml else _ACCEPTED_INI
        self.parse_row = parse_row
        self.problems: list[str] = []

    # Loading: from the file to its values by key.

    def load_ini(self) -> Mapping[str, object]:
        """Give the section's values, all of them text."""
        # No section can have an empty name, so that [DEFAULT] lends its keys to nobody.
        parser = configparser.RawConfigParser(default_section="")
        with Path(self.config_file).open(encoding="utf-8") as file:
            parser.read_file(file)
        for section in parser.sections():
            # [mypy-eqxstate] is right for mypy, as the options of a module `eqxstate`. It is meant
            # for us if it holds keys of ours.
            if not section.startswith("mypy-") or set(parser.options(section)) & set(_KEYS):
                self.check_section_name(section, INI_SECTION)
        return dict(parser.items(INI_SECTION)) if parser.has_section(INI_SECTION) else {}

    def load_toml(self) -> Mapping[str, object]:
        """Give the table's values as TOML has them."""
        with Path(self.config_file).open("rb") as file:
            document = tomllib.load(file)
        for name, value in document.items():
            if isinstance(value, dict):
                self.check_section_name(name, TOML_TABLE)
        tools = document.get("tool", {})
        if not isinstance(tools, dict):
            return {}
        for name in tools:
            self.check_section_name(f"tool.{name}", TOML_TABLE)
        table = tools.get(INI_SECTION, {})
        if not isinstance(table, dict):
            self.problem(f"[{TOML_TABLE}] must be a table")
            return {}
        return table

    def check_section_name(self, found: str, right: str) -> None:
        """Report a section that is meant for us but is called something else."""
        if found == right:
            return
        plain = found.lower().removeprefix("tool.").replace("-", "_").replace(".", "_")
        alike = difflib.SequenceMatcher(None, plain, INI_SECTION).ratio()
        if alike >= 0.9 or plain.startswith(f"{INI_SECTION}_"):
            self.problem(f"section [{found}] is not read; did you mean [{right}]?")

    # Interpreting: from values to a configuration.

    def interpret(self, values: Mapping[str, object]) -> Configuration:
        """Check every key and value of the section."""
        for key in values:
            if key not in self.accepted:
                self.unknown_key(key)
        return Configuration(
            strict=self.read_strict(values["strict"]) if "strict" in values else False,
            contracts=self.read_contracts(values["contracts"]) if "contracts" in values else {},
            affine=self.read_affine(values["affine"]) if "affine" in values else frozenset(),
            problems=tuple(self.problems),
        )

    def read_strict(self, value: object) -> bool:
        """Read a truth value: a boolean in TOML, a word of `configparser` in an ini file."""
        if isinstance(value, bool):
            return value
        if not self.is_toml and isinstance(value, str) and value.lower() in _BOOLEANS:
            return _BOOLEANS[value.lower()]
        self.wrong_value("strict", value)
        return False

    def read_affine(self, value: object) -> frozenset[str]:
        """Read the list of class names; a wrong name is reported and left out."""
        names: list[object]
        if self.is_toml and isinstance(value, list):
            names = value
        elif not self.is_toml and isinstance(value, str):
            names = [name.strip() for name in value.replace(",", "\n").split("\n") if name.strip()]
        else:
            self.wrong_value("affine", value)
            return frozenset()
        right = set()
        for name in names:
            if isinstance(name, str) and _is_qualified(name):
                right.add(name)
            else:
                self.wrong_value("affine", name)
        return frozenset(right)

    def read_contracts(self, value: object) -> Mapping[str, str]:
        """Read the rows by qualified name; a wrong row is reported and left out."""
        entries: list[tuple[str, object]]
        if self.is_toml and isinstance(value, dict):
            entries = _flatten(value, prefix="")
        elif not self.is_toml and isinstance(value, str):
            entries = []
            for line in value.splitlines():
                if not line.strip():
                    continue
                name, colon, text = line.partition(":")
                if colon:
                    entries.append((name.strip(), text.strip()))
                else:
                    self.wrong_value("contracts", line.strip())
        else:
            self.wrong_value("contracts", value)
            return {}
        right: dict[str, str] = {}
        for qualified_name, row in entries:
            if not _is_qualified(qualified_name):
                self.wrong_value("contracts", qualified_name)
            elif not isinstance(row, str):
                self.wrong_value(f"contracts.{qualified_name}", row, 'the row as text, "row"')
            elif qualified_name in right:
                self.problem(f"[{self.section}] contracts: two rows for {qualified_name}; keep one")
            elif self.row_is_right(qualified_name, row):
                right[qualified_name] = row
        return right

    def row_is_right(self, name: str, row: str) -> bool:
        """Let the parser of rows judge, and report what it says."""
        if self.parse_row is None:
            return True
        try:
            self.parse_row(row)
        except ValueError as error:
            self.problem(f"[{self.section}] contracts: the row of {name} is malformed: {error}")
            return False
        return True

    # Problems.

    def unknown_key(self, key: str) -> None:
        """Report a key that does not exist, with the nearest that does."""
        near = difflib.get_close_matches(key, _KEYS, n=1, cutoff=_ALIKE)
        guess = f'did you mean "{near[0]}"? ' if near else ""
        self.problem(f'[{self.section}] unknown key "{key}"; {guess}accepted: {", ".join(_KEYS)}')

    def wrong_value(self, key: str, value: object, accepted: str | None = None) -> None:
        """Report a value that its key does not take."""
        expected = accepted or self.accepted[key]
        self.problem(f"[{self.section}] {key}: {_shown(value)} is not accepted; give {expected}")

    def problem(self, text: str) -> None:
        """Keep one sentence about this file."""
        self.problems.append(f"{self.config_file}: {text}")


def _shown(value: object) -> str:
    """Write a value as it may stand in the file, as far as one line allows."""
    if value == "":
        return "an empty value"
    text = json.dumps(value, default=str, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _is_qualified(name: str) -> bool:
    """Whether `name` is a dotted name with at least a module and something in it."""
    parts = name.split(".")
    return len(parts) >= 2 and all(part.isidentifier() for part in parts)


def _flatten(table: Mapping[str, object], prefix: str) -> list[tuple[str, object]]:
    """Join the keys of tables in tables to dotted names."""
    entries: list[tuple[str, object]] = []
    for key, value in table.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict):
            entries.extend(_flatten(value, prefix=f"{name}."))
        else:
            entries.append((name, value))
    return entries
