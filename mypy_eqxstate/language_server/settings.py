"""What an editor can set: the initialization options."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

CHECKERS: Final = ("mypy", "pyrefly")


@dataclass(frozen=True, slots=True)
class Settings:
    """The user's wishes.

    Attributes:
        config_file: mypy's configuration; None to let mypy look for it in the workspace folder.
        python_executable: the interpreter whose packages are read; None for mypy's own choice.
        mypy_arguments: further options of mypy.
        rule_pages: where the pages of the rules are, an address that `<rule>.md` is appended to;
            None for pages that the server writes itself.
        types: who answers for the types, "mypy" or "pyrefly".
        moved_hints: whether it is shown beside an argument that the call takes it over.
    """

    config_file: str | None = None
    python_executable: str | None = None
    mypy_arguments: tuple[str, ...] = ()
    rule_pages: str | None = None
    types: str = "mypy"
    moved_hints: bool = False


def read_settings(options: object, defaults: Settings = Settings()) -> tuple[Settings, list[str]]:
    """Understand initialization options, as an editor sends them.

    Args:
        options: an object of JSON, or None.
        defaults: what counts where they say nothing.

    Returns:
        the settings, and one sentence for each value that was not understood and is left out.
    """
    if options is None:
        return defaults, []
    if not isinstance(options, Mapping):
        return defaults, ["the initialization options are no object"]
    found: dict[str, object] = {}
    problems = []
    for key, value in options.items():
        field, wanted = _FIELDS.get(str(key), ("", ""))
        if not field:
            problems.append(f"unknown option {key!r}; accepted: {', '.join(_FIELDS)}")
        elif wanted == "list of texts":
            if isinstance(value, list | tuple) and all(isinstance(each, str) for each in value):
                found[field] = tuple(value)
            else:
                problems.append(f"{key}: a list of texts is expected")
        elif wanted == "checker":
            if value in CHECKERS:
                found[field] = value
            else:
                problems.append(f"{key}: one of {', '.join(CHECKERS)} is expected")
        elif wanted == "yes or no":
            if isinstance(value, bool):
                found[field] = value
            else:
                problems.append(f"{key}: true or false is expected")
        elif value is None or isinstance(value, str):
            found[field] = value or None
        else:
            problems.append(f"{key}: a text is expected")
    return replace(defaults, **found), problems  # type: ignore[arg-type]


_FIELDS: Mapping[str, tuple[str, str]] = {
    "configFile": ("config_file", "text"),
    "pythonExecutable": ("python_executable", "text"),
    "mypyArguments": ("mypy_arguments", "list of texts"),
    "rulePages": ("rule_pages", "text"),
    "types": ("types", "checker"),
    "movedHints": ("moved_hints", "yes or no"),
}
