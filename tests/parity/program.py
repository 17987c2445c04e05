"""A small program that random edits change: what the parity test checks in many ways.

Each file of the program is made of slots, and each slot has a few things to choose from: the body
of a function, its annotations, its decorator, the kind of a class's field, a line of the
configuration.  An edit chooses something else in one slot.  So every state that edits can lead to
is a program that makes sense, and a sequence of edits is given by its seed.

The modules make chains of calls (`train` calls `helpers.step`, which may call `inner.deeper`, which
may call `core.base`), an import cycle (`first` and `second`), a package that hands names on (`hub`,
`package`), a namespace package (`space.part`), a module with a stub beside it or without
(`stubbed`), and two that have nothing to do with States until an edit lets one in (`plain`, `far`).
What has no annotations is a part by itself (`untyped.py`).
Equinox and JAX are a few lines of stubs, so that mypy is quick.
"""

from __future__ import annotations

import os
import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.parity import untyped

LIBRARY: Final = {
    "typings/equinox/__init__.pyi": """\
from typing import Callable, TypeVar
from equinox import nn as nn
F = TypeVar("F", bound=Callable[..., object])
def filter_jit(fun: F) -> F: ...
""",
    "typings/equinox/nn/__init__.pyi": """\
from equinox.nn._stateful import State as State, StateIndex as StateIndex
from equinox.nn._stateful import make_with_state as make_with_state
""",
    "typings/equinox/nn/_stateful.pyi": """\
from typing import Callable, Generic, ParamSpec, TypeVar
P = ParamSpec("P")
T = TypeVar("T")
class StateIndex(Generic[T]):
    def __init__(self, init: T) -> None: ...
class State:
    def __init__(self, model: object) -> None: ...
    def get(self, item: StateIndex[T]) -> T: ...
    def set(self, item: StateIndex[T], value: T) -> State: ...
def make_with_state(make_model: Callable[P, T]) -> Callable[P, tuple[T, State]]: ...
""",
    "typings/jax/__init__.pyi": """\
from typing import Callable, TypeVar
F = TypeVar("F", bound=Callable[..., object])
def jit(fun: F) -> F: ...
""",
}
_HEAD: Final = """\
import equinox as eqx
import jax
from equinox.nn import State
from mypy_eqxstate import Borrowed, Consumed
"""
_BODIES: Final = {
    "consumes": "return state.set(INDEX, 1)",
    "copies": "return State(None)",
    "reads": "state.get(INDEX)\n    return State(None)",
    "same": "return state",
    "sometimes": "if state.get(INDEX):\n        state = state.set(INDEX, 2)\n    return state",
}
_SIGNATURES: Final = (
    "(state: State) -> State",
    "(state: State) -> State",
    "(state: Borrowed[State]) -> State",
    "(state: Consumed[State]) -> State",
    "(state: State)",
    "(state)",
)
_DECORATORS: Final = ("", "", "@jax.jit\n", "@eqx.filter_jit\n")
_USES: Final = {
    "rebinds": "state = {f}(state)\n    return [state]",
    "stale": "newer = {f}(state)\n    return [newer, state]",
    "dropped": "{f}(state)\n    return [state]",
    "loop": "newer = state\n    for _ in range(3):\n        newer = {f}(state)\n    return [newer]",
    "branch": (
        "newer = state\n    if state.get(INDEX):\n        newer = {f}(state)\n"
        "    return [newer, state]"
    ),
    "ignored": "newer = {f}(state)\n    return [newer, state]  # type: ignore[state-reuse]",
    "ignored together": "newer = {f}(state)\n    return [newer, state]  # type: ignore[eqxstate]",
    "ignored without code": "newer = {f}(state)\n    return [newer, state]  # type: ignore",
    "ignored in vain": "state = {f}(state)  # type: ignore[state-stale]\n    return [state]",
    "wrong besides": "newer = {f}(state)\n    print(newer, '' + 1)\n    return [newer, state]",
    "box": "box = core.make()\n    newer = {f}(box.state)\n    return [newer, box.state]",
    "inferred": "newer = {f}(inferred.current)\n    return [newer, inferred.current]",
}
_USER_SIGNATURES: Final = (
    "(state: State) -> list[State]",
    "(state: State) -> list[State]",
    "(state)",
)
_CALLEES: Final = {
    "train": ("helpers.step", "hub.step", "first.turn", "package.step", "stubbed.step"),
    "evaluate": ("helpers.step", "layers.Layer()", "space.part.step", "second.turn", "core.base"),
    "package/report": ("package.step", "layers.Deep()", "space.part.step"),
}
_IMPORTS: Final = (
    "import core, first, helpers, hub, inferred, inner, layers\n"
    "import package, second, space.part, stubbed\n"
)
_INLINE: Final = (
    "",
    "",
    "",
    "# mypy: disable-error-code=state-reuse\n",
    "# mypy: ignore-errors\n",
    "# mypy: warn-unused-ignores\n",
)
_DELETABLE: Final = (
    *("hub", "inner", "helpers", "stubbed", "package/steps", "second", "plain"),
    *untyped.DELETABLE,
)
_BREAKABLE: Final = (
    *("core", "helpers", "inner", "train", "first", "package/__init__"),
    *untyped.BREAKABLE,
)


def _slots() -> dict[str, tuple[str, ...]]:
    """What can be chosen, slot by slot; the first choice is where a program begins."""
    bodies = tuple(_BODIES)
    found: dict[str, tuple[str, ...]] = {}

    def function(name: str, *calls: str) -> None:
        found[f"{name} body"] = (*bodies, *(f"return {call}(state)" for call in calls))
        found[f"{name} signature"] = _SIGNATURES
        found[f"{name} decorator"] = _DECORATORS

    function("core.base")
    function("inner.deeper", "core.base")
    function("helpers.step", "inner.deeper", "core.base", "stubbed.step")
    function("first.turn", "second.turn", "core.base")
    function("second.turn", "first.turn", "inner.deeper")
    function("package.steps.step", "helpers.step", "inner.deeper")
    function("space.part.step", "layers.relay", "package.step")
    function("layers.relay", "core.base", "inferred.apply")
    function("stubbed.step")
    found["core.Box field"] = ("state: State", "state: int", "other: State")
    found["core.value"] = ("State", "int")
    found["layers.Layer body"] = (*bodies, "return relay(state)", "return inner.deeper(state)")
    found["layers.Deep overrides"] = ("no", "yes")
    found["hub step"] = (
        "from helpers import step as step",
        "from inner import deeper as step",
        "from helpers import *",
        "import helpers\nstep = helpers.step",
        "def step(state):\n    return state",
    )
    found["package step"] = (
        "from package.steps import step as step",
        "from helpers import step as step",
        "from .steps import *",
    )
    found["stubbed stub"] = ("no", "no", "yes")
    found["home of more"] = ("helpers", "inner")
    found["plain"] = ("nothing", "a State")
    found["far"] = ("misuses", "threads")
    for module, callees in _CALLEES.items():
        for number in (1, 2):
            found[f"{module} use {number}"] = tuple(_USES)
            found[f"{module} callee {number}"] = callees
            found[f"{module} signature {number}"] = _USER_SIGNATURES
        found[f"{module} inline"] = _INLINE
    found["unrelated"] = ("1", "22", "''")
    found["train caller"] = ("no", "yes")
    found |= untyped.SLOTS
    for module in _DELETABLE:
        found[f"{module} exists"] = ("yes",) * 3 + ("no",)
    for module in _BREAKABLE:
        found[f"{module} syntax"] = ("right",) * 5 + ("wrong",)
    return found


_CONFIGURATION: Final = {
    "warn_unused_ignores": ("False", "True"),
    "strict": ("false", "true"),
    "contract": ("", "core.base: (state: consume) -> fresh", "core.base: (state: borrow) -> fresh"),
    "disabled": ("", "state-dropped", "state-reuse"),
    "ignored module": ("none", "evaluate", "helpers"),
    "exclude": ("^$", "evaluate"),
    "affine": ("", "core.Box", "core.Bx"),
    "misspelt": ("", "strct = true"),
}
SLOTS: Final = _slots()


@dataclass
class Program:
    """What is chosen in each slot, and the files that follow from it.

    Args:
        root: the directory of the program.
        seed: of its edits.
    """

    root: Path
    seed: int
    chosen: dict[str, str] = field(default_factory=dict)
    configuration: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self._time = 1_700_000_000
        self.chosen = {slot: choices[0] for slot, choices in SLOTS.items()}
        self.configuration = {slot: choices[0] for slot, choices in _CONFIGURATION.items()}
        for slot, choices in SLOTS.items():
            if slot.split()[-1] not in {"exists", "syntax"} and self.random.random() < 0.5:
                self.chosen[slot] = self.random.choice(choices)

    # --- edits

    def edit(self, configuration: bool = True) -> str:
        """Change something, and say what.

        Args:
            configuration: the configuration may be changed, too.
        """
        done = [self._edit_once(configuration)]
        while self.random.random() < 0.3:
            done.append(self._edit_once(configuration))
        self.write()
        return "; ".join(done)

    def _edit_once(self, configuration: bool) -> str:
        broken = [slot for slot, choice in self.chosen.items() if choice in {"wrong", "no"}]
        broken = [slot for slot in broken if slot.split()[-1] in {"exists", "syntax"}]
        chosen, slots = self.chosen, SLOTS
        if configuration and self.random.random() < 0.1:
            chosen, slots = self.configuration, _CONFIGURATION
            slot = self.random.choice(list(slots))
        elif broken and self.random.random() < 0.6:
            slot = self.random.choice(broken)
        elif self.random.random() < 0.3:
            slot = self.random.choice(untyped.OFTEN)
        else:
            slot = self.random.choice(list(slots))
        others = [choice for choice in slots[slot] if choice != chosen[slot]]
        chosen[slot] = self.random.choice(others)
        return f"{slot}: {chosen[slot]!r}"

    def write(self) -> None:
        """Write the files that are not as they should be, each with a new time."""
        wanted = {**LIBRARY, **self._files()}
        self._time += 10
        for name, text in wanted.items():
            path = self.root / name
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
                # mypy does not see an edit of the same size within the same second.
                os.utime(path, (self._time, self._time))
        for path in self.root.rglob("*.py*"):
            if path.relative_to(self.root).as_posix() not in wanted:
                path.unlink()

    # --- files

    def _files(self) -> dict[str, str]:
        chosen = self.chosen
        more = dict.fromkeys(("helpers", "inner"), "")
        more[chosen["home of more"]] = (
            "\n\ndef more(state: State) -> State:\n    return state.set(INDEX, 3)\n"
        )
        files = {
            "mypy.ini": self._ini(),
            "core": self._core(),
            "inner": f"import core\n{_HEAD}{_INDEX}{self._function('inner.deeper')}{more['inner']}",
            "helpers": (
                f"import core, inner, stubbed\n{_HEAD}{_INDEX}"
                f"{self._function('helpers.step')}{more['helpers']}"
            ),
            "first": f"import core, second\n{_HEAD}{_INDEX}{self._function('first.turn')}",
            "second": f"import first, inner\n{_HEAD}{_INDEX}{self._function('second.turn')}",
            "hub": f"{chosen['hub step']}\n",
            "inferred": (
                f"import core\n{_HEAD}{_INDEX}current = core.value()\n\n\n"
                "def apply(state):\n    newer = core.base(current)\n    return core.base(state)\n"
            ),
            "layers": self._layers(),
            "package/__init__": f"{chosen['package step']}\n",
            "package/steps": (
                f"import helpers, inner\n{_HEAD}{_INDEX}{self._function('package.steps.step')}"
            ),
            "space/part": (
                f"import layers, package\n{_HEAD}{_INDEX}{self._function('space.part.step')}"
            ),
            "stubbed": f"{_HEAD}{_INDEX}{self._function('stubbed.step')}",
            "unrelated": f"number: int = {chosen['unrelated']}\n",
            "plain": _PLAIN[chosen["plain"]],
            "far": _FAR[chosen["far"]],
            **{module: self._user(module) for module in _CALLEES},
            **untyped.files(chosen),
        }
        for slot, choice in chosen.items():
            module, _, what = slot.rpartition(" ")
            if what == "exists" and choice == "no":
                del files[module]
            elif what == "syntax" and choice == "wrong" and module in files:
                files[module] += "def (\n"
        found = {name if "." in name else f"{name}.py": text for name, text in files.items()}
        if chosen["stubbed stub"] == "yes":
            found["stubbed.pyi"] = (
                "from equinox.nn import State\ndef step(state: State) -> State: ...\n"
            )
        return found

    def _ini(self) -> str:
        chosen = self.configuration
        contract = chosen["contract"]
        return f"""\
[mypy]
plugins = mypy_eqxstate
mypy_path = typings
explicit_package_bases = True
exclude = (typings|{chosen["exclude"]})
warn_unused_ignores = {chosen["warn_unused_ignores"]}
[mypy-train]
disable_error_code = {chosen["disabled"]}
[mypy-{chosen["ignored module"]}]
ignore_errors = True
[mypy_eqxstate]
strict = {chosen["strict"]}
affine = {chosen["affine"]}
{chosen["misspelt"]}
contracts =
    {contract or "nothing.at_all: () -> _"}
"""

    def _function(self, name: str) -> str:
        body = self.chosen[f"{name} body"]
        return (
            f"{self.chosen[f'{name} decorator']}def {name.rpartition('.')[2]}"
            f"{self.chosen[f'{name} signature']}:\n    {_BODIES.get(body, body)}\n"
        )

    def _core(self) -> str:
        value = "State(None)" if self.chosen["core.value"] == "State" else "1"
        name = self.chosen["core.Box field"].partition(":")[0]
        kind = self.chosen["core.Box field"].partition(": ")[2]
        held = "State(None)" if kind == "State" else "1"
        return f"""\
{_HEAD}INDEX = eqx.nn.StateIndex(0)


class Box:
    {name}: {kind}

    def __init__(self) -> None:
        self.{name} = {held}


def make() -> Box:
    return Box()


def value() -> {self.chosen["core.value"]}:
    return {value}


{self._function("core.base")}"""

    def _layers(self) -> str:
        body = self.chosen["layers.Layer body"]
        text = f"""\
import core, inferred, inner
{_HEAD}{_INDEX}{self._function("layers.relay")}

class Layer:
    def __call__(self, state: State) -> State:
        {_BODIES.get(body, body).replace("    ", "        ")}


class Deep(Layer):
    pass
"""
        if self.chosen["layers.Deep overrides"] == "yes":
            text = text.removesuffix("    pass\n")
            text += "    def __call__(self, state: State) -> State:\n        return State(None)\n"
        return text

    def _user(self, module: str) -> str:
        chosen = self.chosen
        text = f"{chosen[f'{module} inline']}{_IMPORTS}{_HEAD}{_INDEX}"
        for number in (1, 2):
            use = _USES[chosen[f"{module} use {number}"]]
            callee = chosen[f"{module} callee {number}"]
            text += (
                f"def run{number}{chosen[f'{module} signature {number}']}:\n"
                f"    {use.format(f=callee)}\n\n\n"
            )
        text += f"def more(state: State) -> State:\n    {chosen['home of more']}.more(state)\n"
        text += "    return state\n"
        if chosen["train caller"] == "yes":
            text += "\n\nrun1(State(None))\n"
        return text


_INDEX: Final = "INDEX = eqx.nn.StateIndex(0)\n\n\n"
_PLAIN: Final = {
    "nothing": (
        "class Kind:\n    def __init__(self, model):\n        pass\n\n"
        "    def set(self, index, value):\n        return self\n"
    ),
    "a State": "from equinox.nn import State as Kind\n",
}
_FAR: Final = {
    "misuses": (
        "import plain\n\n\ndef run(index):\n    state = plain.Kind(None)\n"
        "    newer = state.set(index, 1)\n    return state, newer\n"
    ),
    "threads": (
        "import plain\n\n\ndef run(index):\n    state = plain.Kind(None)\n"
        "    state = state.set(index, 1)\n    return state\n"
    ),
}
