"""Random programs do the same whether Python runs them or their lowered form is interpreted.

The values are `Thing`s, which write down all that is done to them: calls, attributes, items,
operators, `with`.  Which calls raise, and what is true, follows from a seed.  So the lines compared
show the order of evaluation, the short circuits, and every way out of `try`, `with` and loops.
"""

import ast
import random
import zlib
from typing import Any

import pytest

from mypy_eqxstate.ir.model import Body
from mypy_eqxstate.ir.module import ModuleIndex
from tests.ir.interpreter import Interpreter

NAMES = ("a", "b", "c")
FUNCTIONS = ("f", "g", "maybe", "perhaps")


class BoomError(Exception):
    """What a call may raise."""


class OtherError(Exception):
    """Another kind."""


class World:
    """What happens, and the decisions about what will."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.random = random.Random(seed)
        self.lines: list[str] = []
        self.count = 0

    def note(self, line: str) -> None:
        """Write down what is done."""
        self.lines.append(line)
        if len(self.lines) > 400:
            raise KeyboardInterrupt  # some programs grow without bound

    def new(self) -> "Thing":
        """A new thing."""
        self.count += 1
        return Thing(f"t{self.count}", self)


class Thing:
    """A value that writes down all that is done to it."""

    def __init__(self, name: str, world: World) -> None:
        self.__dict__.update(_name=name, _world=world)

    def __repr__(self) -> str:
        return str(self._name)

    def _done(self, what: str) -> "Thing":
        self._world.note(f"{self._name}{what}")
        result: Thing = self._world.new()
        return result

    def __getattr__(self, name: str) -> Any:
        return self._done(f".{name}")

    def __setattr__(self, name: str, value: Any) -> None:
        self._done(f".{name} = {value!r}")

    def __delattr__(self, name: str) -> None:
        self._done(f" del {name}")

    def __getitem__(self, index: Any) -> Any:
        return self._done(f"[{index!r}]")

    def __setitem__(self, index: Any, value: Any) -> None:
        self._done(f"[{index!r}] = {value!r}")

    def __delitem__(self, index: Any) -> None:
        self._done(f" del [{index!r}]")

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        result = self._done(f"({arguments!r}, {keywords!r})")
        if self._name in ("maybe", "perhaps") and self._world.random.random() < 0.3:
            raise BoomError if self._name == "maybe" else OtherError
        if self._name == "tick":
            return self._world.random.random() < 0.6
        return result

    def __iter__(self) -> Any:
        return iter([Thing(f"{self._name}[{position}]", self._world) for position in range(3)])

    def __bool__(self) -> bool:
        return zlib.crc32(f"{self._name}{self._world.seed}".encode()) % 2 == 0

    def __add__(self, other: Any) -> Any:
        return self._done(f" + {other!r}")

    def __radd__(self, other: Any) -> Any:
        return self._done(f" added to {other!r}")

    def __lt__(self, other: Any) -> Any:
        return self._done(f" < {other!r}")

    def __gt__(self, other: Any) -> Any:
        return self._done(f" > {other!r}")

    def __format__(self, how: str) -> str:
        self._done(" formatted")
        return str(self._name)

    def __enter__(self) -> Any:
        return self._done(" entered")

    def __exit__(self, kind: Any, value: Any, trace: Any) -> bool:
        self._done(f" left with {kind}")
        return bool(self)


class Programs:
    """Writes random functions."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.loops = 0

    def expression(self, depth: int) -> str:
        choose = self.random.choice
        if depth <= 0:
            return choose(NAMES)
        one, two, three = (self.expression(depth - self.random.randint(1, 2)) for _ in "123")
        return choose(
            (
                choose(NAMES),
                f"{choose(FUNCTIONS)}({one}, {two})",
                f"{choose(FUNCTIONS)}({one})",
                f"{choose(FUNCTIONS)}({one}, *{choose(NAMES)}.xs, key={two}, other={three})",
                f"{choose(NAMES)}.method({one}, k={two})",
                f"{choose(NAMES)}[{one}]",
                f"f({one} and {two})",
                f"({one} or {two} and {three})",
                f"({one} if {two} else {three})",
                f"f({one} < {two} < {three})",
                f"f({one} + {two})",
                f"f({choose(NAMES)} := {one}, {two})",
                f"f(not {one})",
                f"f(({one}, *{choose(NAMES)}.ys, {two}))",
                f"f([{one} for a in {choose(NAMES)}.xs if {two}])",
                f"f([{one} for a in g({two}) for b in a.ys])",
                f"f((lambda b, c={one}: {two})({three}))",
                f"f(*({one} for a in {choose(NAMES)}.xs if {two}))",
                f"f(*({one} for b in ({two} for a in {choose(NAMES)}.xs) for c in b.ys))",
                f"(lambda d, c={three}: f({two}, *d))({one} for a in {choose(NAMES)}.xs)",
                f"f(next(({one} for a in {choose(NAMES)}.xs), {two}))",
                f"f(f'{{{one}}}{{{two}}}')",
            )
        )

    def target(self) -> str:
        choose = self.random.choice
        one, two = self.expression(1), self.expression(1)
        name = choose(NAMES)
        return choose((name, f"{choose(NAMES)}[{one}]", f"{choose(NAMES)}.at", f"f({two}).at"))

    def block(self, depth: int, margin: str) -> str:
        count = self.random.randint(1, 3)
        return "".join(self.statement(depth, margin) for _ in range(count))

    def statement(self, depth: int, margin: str) -> str:
        choose = self.random.choice
        value, test = self.expression(2), self.expression(1)
        simple = [
            f"{value}",
            f"{self.target()} = {value}",
            f"{self.target()} = {self.target()} = {value}",
            f"{choose(NAMES)}, ({self.target()}, *{choose(NAMES)}.at), {self.target()} = "
            f"f(), (a, b, g()), maybe()",
            f"{self.target()} += {value}",
            f"del {choose(NAMES)}[{test}], {choose(NAMES)}.at",
            f"assert g({test}), {value}",
            f"return {value}",
            "raise BoomError",
        ]
        if self.loops:
            simple += ["break", "continue"]
        if depth <= 0 or self.random.random() < 0.35:
            return f"{margin}{choose(simple)}\n"
        inner = margin + "    "
        loops = ("for", "each", "while", "forever")
        kind = choose(("if", *loops, "try", "try", "finally", "all", "with"))
        body = "" if kind in loops else self.block(depth - 1, inner)
        if not body:
            self.loops += 1
            body = self.block(depth - 1, inner)
            self.loops -= 1
        other = self.block(depth - 1, inner)
        third = self.block(depth - 1, inner)
        lines = {
            "if": f"if {value}:\n{body}@elif not {test}:\n{other}@else:\n{third}",
            "for": f"for {choose(NAMES)} in {value}.xs:\n{body}@else:\n{other}",
            "each": f"for {choose(NAMES)} in ({value} for a in {choose(NAMES)}.xs):\n{body}",
            "while": f"while tick() and not {test}:\n{body}@else:\n{other}",
            "forever": f"while True:\n{inner}if tick(): break\n{body}",
            "try": f"try:\n{body}@except BoomError as error:\n{other}@else:\n{third}",
            "finally": f"try:\n{body}@finally:\n{other}",
            "all": f"try:\n{body}@except OtherError:\n{other}@except Exception:\n{third}"
            f"@finally:\n{self.block(depth - 1, inner)}",
            "with": f"with {value} as {self.target()}, g({test}):\n{body}",
        }
        return margin + lines[kind].replace("@", margin)

    def function(self) -> str:
        return f"def program(a, b, c):\n{self.block(3, '    ')}"


def outcome(world: World, run: Any) -> list[str]:
    try:
        world.lines.append(f"returned {run()!r}")
    except (Exception, KeyboardInterrupt) as exception:
        world.lines.append(f"raised {type(exception).__name__}")
    return world.lines


def names_of(world: World) -> dict[str, Any]:
    names: dict[str, Any] = {name: Thing(name, world) for name in (*FUNCTIONS, "tick")}
    errors = {"BoomError": BoomError, "OtherError": OtherError, "Exception": Exception}
    return {**names, **errors, "next": next}


def run_by_python(source: str, seed: int) -> list[str]:
    world = World(seed)
    names = names_of(world)
    exec(compile(source, "<program>", "exec"), names)
    return outcome(world, lambda: names["program"](*(Thing(name, world) for name in NAMES)))


def run_lowered(source: str, seed: int) -> list[str]:
    world = World(seed)
    index = ModuleIndex(ast.parse(source), "program")

    def body_named(name: str) -> Body:
        return index.lower(
            index.node(name), reachable=lambda node: True, never_returns=lambda call: False
        )

    interpreter = Interpreter(body_named, names_of(world))
    arguments = [Thing(name, world) for name in NAMES]
    return outcome(world, lambda: interpreter.call(body_named("program"), arguments))


@pytest.mark.filterwarnings("ignore::SyntaxWarning")
@pytest.mark.parametrize("part", range(5))
def test_lowered_programs_do_what_python_does(part: int) -> None:
    compared = 0
    for seed in range(part * 30, part * 30 + 30):
        source = Programs(seed).function()
        try:
            compile(source, "<program>", "exec")
        except SyntaxError:
            continue  # `:=` is not allowed everywhere
        compared += 1
        assert run_lowered(source, seed) == run_by_python(source, seed), f"seed {seed}\n{source}"
    assert compared > 10
