"""The part of the random program (`program.py`) that has hardly any annotations.

What is known of it can't come from types.  A user gets a State from `api.create`, which may lead
over `chain` to `makers`.  It hands it to `steps.step`, which may be made of `bodies.step` by
`jax.jit`, `functools.partial`, a decorator of `wraps` or a callback; to a method of a class
whose bases are in `middle` and `nets`; to what a constructor has stored in a field; or to a `Tool`
that is declared in a stub, and that only fields of fields lead to.  The users mention few of these
modules, so that mypy does not check them again by itself.

Each choice is the text of a definition, and so an edit may make a function of a class, hide an
import behind `if TYPE_CHECKING`, or have a name come from elsewhere.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping
from typing import Final

_HEAD: Final = "import equinox as eqx\nINDEX = eqx.nn.StateIndex(0)\n\n\n"
_BODIES: Final = (
    "return state.set(INDEX, 1)",
    "return eqx.nn.State(None)",
    "state.get(INDEX)\nreturn eqx.nn.State(None)",
    "return state",
    "if state.get(INDEX):\n    state = state.set(INDEX, 2)\nreturn state",
)
_STEPS: Final = tuple(f"def step(state):\n{textwrap.indent(b, '    ')}" for b in _BODIES)
_METHODS: Final = tuple(f"def step(self, state):\n{textwrap.indent(b, '    ')}" for b in _BODIES)
_CREATE: Final = ("create", "create", "api.create", "fresh", "api.own.create")
_CALLEES: Final = (
    "step",
    "steps.step",
    "twice",
    "Model().step",
    "models.model.step",
    "build().step",
    "build().held.step",
    "build().stored",
    "boxes.make().part.tool.use",
    "functools.partial(step)",
    "(lambda given: step(given))",
    "wraps.wrap(step)",
)
_USES: Final = {
    "makes": (
        "def {name}():\n    model, state = {create}()\n    newer = {callee}(state)\n"
        "    return [newer, state]"
    ),
    "makes by a method": (
        "def {name}(index):\n    model, state = {create}()\n    newer = state.set(index, 1)\n"
        "    return [newer, state]"
    ),
    "makes and rebinds": (
        "def {name}():\n    model, state = {create}()\n    state = {callee}(state)\n"
        "    return [model, state]"
    ),
    "is given": "def {name}(state: State) -> object:\n    newer = {callee}(state)\n"
    "    return [newer, state]",
    "is given a model": (
        "def {name}(state: State, model: models.Model) -> object:\n"
        "    newer = model.stored(state)\n    return [newer, state]"
    ),
    "is given a box": (
        "def {name}(box: boxes.Box) -> object:\n    newer = signs.swap(box)\n"
        "    return [newer, box]"
    ),
    "makes a box": (
        "def {name}():\n    box, state = boxes.make(), State(None)\n    newer = signs.swap(box)\n"
        "    return [newer, box, state]"
    ),
}
_USERS: Final = ("loose", "looser")
_IMPORTED: Final = {
    "State": "from equinox.nn import State",
    "create": "from api import create",
    "fresh": "from models import fresh",
    "build": "from models import build",
    "Model": "from models import Model",
    "step": "from steps import step",
    "twice": "from applies import twice",
}
_MODULES: Final = ("api", "api.own", "boxes", "functools", "models", "signs", "steps", "wraps")

SLOTS: Final[dict[str, tuple[str, ...]]] = {
    "makers make": (
        "def make():\n    return eqx.nn.make_with_state(dict)()",
        "def make():\n    return None, eqx.nn.State(None)",
        "def make():\n    return Nothing(), eqx.nn.State(None)",
        "def make():\n    return None, {}",
        "make = lambda: (None, eqx.nn.State(None))",
        "class make(tuple):\n    pass",
    ),
    "chain make": (
        "from makers import make as make",
        "from makers import make as made\ndef make():\n    return made()",
        "from makers import *",
        "import makers\nmake = makers.make",
        "import typing\nif typing.TYPE_CHECKING:\n    from makers import make as make\n"
        "else:\n    def make():\n        return None, {}",
        "def make():\n    return None, {}",
    ),
    "api create": (
        "from chain import create as create",
        "from chain import make as create",
        "from api.own import create as create",
        "from .own import *",
    ),
    "api/own create": (
        "from chain import create as made\ndef create():\n    return made()",
        "import chain\ndef create():\n    made = chain.create()\n    return made",
        "from makers import make as create",
        "def create():\n    return None, {}",
    ),
    "bodies step": (*_STEPS, "step = lambda state: state.set(INDEX, 1)", "class step:\n    pass"),
    "wraps wrap": (
        "def wrap(f):\n    return f",
        "import jax\nwrap = jax.jit",
        "from jax import jit as wrap",
        "def wrap(f):\n    def inner(state):\n        return f(state)\n    return inner",
        "def wrap(f):\n    def inner(state):\n        return f(eqx.nn.State(None))\n"
        "    return inner",
    ),
    "steps step": (
        "from bodies import step as step",
        "import bodies\nimport jax\nstep = jax.jit(bodies.step)",
        "import bodies\nimport functools\nstep = functools.partial(bodies.step)",
        "import bodies\nstep = lambda state: bodies.step(state)",
        "import bodies\nimport wraps\nstep = wraps.wrap(bodies.step)",
        "import bodies\nfrom wraps import wrap\n@wrap\ndef step(state):\n"
        "    return bodies.step(state)",
        "import applies\nimport bodies\ndef step(state):\n"
        "    return applies.apply(bodies.step, state)",
    ),
    "applies apply": (
        "def apply(f, state):\n    return f(state)",
        "def apply(f, state):\n    f(state)\n    return state",
        "def apply(f, state):\n    return f(eqx.nn.State(None))",
        "import bodies\ndef apply(f, state):\n    return bodies.step(state)",
    ),
    "nets Base": _METHODS,
    "middle Middle": ("pass", *_METHODS),
    "models bases": ("middle.Middle", "nets.Base", "object"),
    "models stored": (
        "self.stored = steps.step",
        "self.stored: Callable[[eqx.nn.State], eqx.nn.State] = steps.step",
        "self.stored = nets.Base().step",
        "self.stored = lambda state: applies.apply(steps.step, state)",
        "self.stored = None",
    ),
    "models held": ("self.held = nets.Base()", "self.held = middle.Middle()", "self.held = None"),
    "parts content": ("int", "eqx.nn.State"),
    "tools use": ("eqx.nn.State", "Borrowed[eqx.nn.State]", "int"),
    **{
        f"{user} {what}": choices
        for user in _USERS
        for what, choices in {
            "use": tuple(_USES),
            "create": _CREATE,
            "callee": _CALLEES,
            "second use": tuple(_USES),
            "second callee": _CALLEES,
        }.items()
    },
}
# What is far from the users, and decides what they have.
OFTEN: Final = (
    *("makers make", "chain make", "api create", "api/own create", "bodies step", "steps step"),
    *("wraps wrap", "applies apply", "nets Base", "middle Middle", "models stored"),
    *("parts content", "tools use"),
)
DELETABLE: Final = ("chain", "wraps", "applies", "middle", "parts", "api/own", "bodies")
BREAKABLE: Final = ("chain", "bodies")


def files(chosen: Mapping[str, str]) -> dict[str, str]:
    """The modules by name, given what is chosen in each slot."""

    def module(name: str, *slots: str, head: str = _HEAD) -> str:
        return head + "".join(f"{chosen[f'{name} {slot}']}\n\n\n" for slot in slots)

    return {
        "makers": module("makers", "make") + "class Nothing:\n    pass\n",
        "chain": module("chain", "make") + "def create():\n    return make()\n",
        "api/__init__": module("api", "create", head=""),
        "api/own": module("api/own", "create", head=""),
        "bodies": module("bodies", "step"),
        "wraps": module("wraps", "wrap"),
        "steps": module("steps", "step", head=""),
        "applies": (
            module("applies", "apply")
            + "def twice(state):\n    import steps\n    return apply(steps.step, state)\n"
        ),
        "nets": f"{_HEAD}class Base:\n{textwrap.indent(chosen['nets Base'], '    ')}\n",
        "middle": (
            f"import nets\n{_HEAD}class Middle(nets.Base):\n"
            f"{textwrap.indent(chosen['middle Middle'], '    ')}\n"
        ),
        "models": (
            "import applies\nimport middle\nimport nets\nimport steps\n"
            f"from typing import Callable\n{_HEAD}"
            f"class Model({chosen['models bases']}):\n    def __init__(self) -> None:\n"
            f"        {chosen['models stored']}\n        {chosen['models held']}\n\n\n"
            "def build():\n    return Model()\n\n\nmodel = build()\n\n\n"
            "def fresh():\n    import api\n    return api.create()\n"
        ),
        "parts": (
            f"import equinox as eqx\nimport tools\n\n\nclass Part:\n    tool: tools.Tool\n"
            f"    content: {chosen['parts content']}\n"
        ),
        "tools.pyi": (
            "import equinox as eqx\nfrom mypy_eqxstate import Borrowed\n\n\nclass Tool:\n"
            f"    def use(self, state: {chosen['tools use']}) -> eqx.nn.State: ...\n"
        ),
        "boxes": (
            "import parts\n\n\nclass Box:\n    part: parts.Part\n\n\n"
            "def make() -> Box:\n    return Box()\n"
        ),
        "signs.pyi": "import boxes\n\n\ndef swap(box: boxes.Box) -> boxes.Box: ...\n",
        **{user: _user(user, chosen) for user in _USERS},
    }


def _user(user: str, chosen: Mapping[str, str]) -> str:
    def function(name: str, use: str, callee: str) -> str:
        return _USES[chosen[f"{user} {use}"]].format(
            name=name, create=chosen[f"{user} create"], callee=chosen[f"{user} {callee}"]
        )

    text = (
        f"{function('run', 'use', 'callee')}\n\n\n"
        f"{function('again', 'second use', 'second callee')}\n"
    )
    # Not more than that: what a module imports itself, it is checked again for.
    imports = [f"import {name}" for name in _MODULES if re.search(rf"(?<![\w.]){name}\.", text)]
    imports += [
        statement
        for name, statement in _IMPORTED.items()
        if re.search(rf"(?<![\w.]){name}\b", text)
    ]
    return "\n".join(imports) + f"\n\n\n{text}"
