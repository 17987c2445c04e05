"""The plugin with one function of its own replaced by one that raises.

Which, is said by the environment: `FAULT` is a JSON object with `target`, the module (below
`mypy_eqxstate`) and the path in it, `flow.body:solve`; `exception`, the name of a built-in class;
`about`, what the call must be about to raise: the name of an analysed function, a module, or null
for every call; and `receiver`, whether only the first argument shows that.  An argument is about a
function if it is a node of its syntax, its lowered body, its analysis, or a problem in it.
"""

from __future__ import annotations

import ast
import builtins
import functools
import importlib
import json
import os
from collections.abc import Iterator
from typing import Any, NoReturn

# The function that faults are about lies below this line, everything else above.
BROKEN_FROM = 100
_NAMES = ("name", "fullname", "id", "body", "function")
_HOLDERS = ("analysis", "_analysis", "body", "index", "module", "node", "_module", "tree")


def _names(value: object, depth: int = 3) -> Iterator[object]:
    """Whatever a value may be about."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        yield from _names(value[0] if value else None, depth)
    elif isinstance(value, ast.AST):
        if getattr(value, "lineno", 0) >= BROKEN_FROM:
            yield "broken"
    elif depth and type(value).__module__.partition(".")[0] in {"mypy_eqxstate", "mypy"}:
        for name in _NAMES:
            yield getattr(value, name, None)
        for holder in _HOLDERS:
            yield from _names(getattr(value, holder, None), depth - 1)


def _raise(exception: str) -> NoReturn:
    raise getattr(builtins, exception)("injected")


def _inject(target: str, exception: str, about: str | None, receiver: bool) -> None:
    module, _, path = target.partition(":")
    *owners, name = path.split(".")
    holder: Any = importlib.import_module(f"mypy_eqxstate.{module}" if module else "mypy_eqxstate")
    for owner in owners:
        holder = getattr(holder, owner)
    original = getattr(holder, name)

    @functools.wraps(original)
    def faulty(*args: Any, **kwargs: Any) -> Any:
        looked_at = args[:1] if receiver else (*args, *kwargs.values())
        if about is None or any(about in _names(argument) for argument in looked_at):
            _raise(exception)
        return original(*args, **kwargs)

    setattr(holder, name, faulty)


_done = False


def plugin(version: str) -> Any:
    """The plugin; the daemon asks for it again and again."""
    global _done
    import mypy_eqxstate

    if not _done:
        _done = True
        _inject(**json.loads(os.environ["FAULT"]))
    return mypy_eqxstate.plugin(version)
