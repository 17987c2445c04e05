"""Random modules about States, and random edits of them.

A module has typed and untyped functions, methods, and helpers that call what they are given.  An
edit nearly always changes the body of one function: statements are put in, taken out, replaced,
commented on.  Some edits reach further (a header, a constructor, a field, a new function, an
import), so that what may be reused is found to be nothing.

What comes out need not make sense, and mypy may have errors in it, too; but it can be parsed.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

HEAD = '''\
"""A random module."""

from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
from equinox.nn import State, StateIndex
from jaxtyping import Array
from mypy_eqxstate import Borrowed, Consumed


class Net(eqx.Module):
    index: StateIndex[Array]
    norm: eqx.nn.BatchNorm

    def __call__(self, x: Array, s: State) -> tuple[Array, State]:
        return x, s.set(self.index, x)


class Carry(NamedTuple):
    x: Array
    s: State


class Trainer:
    def __init__(self, model, s):
        self.model = model
        self.s = s
        self.step = eqx.filter_jit(self.advance)

    def advance(self, x, s):
        return self.model(x, s)


def apply(f, model, x, s):
    return f(model, x, s)


def twice(f, model, x, s):
    x, s = f(model, x, s)
    return f(model, x, s)
'''
TYPED = "def {name}(model: Net, x: Array, s: State) -> tuple[Array, State]:"
BORROWING = "def {name}(model: Net, x: Array, s: Borrowed[State]) -> tuple[Array, State]:"
UNTYPED = "def {name}(model, x, s):"
DECORATED = "@eqx.filter_jit\ndef {name}(model: Net, x: Array, s: State) -> tuple[Array, State]:"
ANY = "def {name}(model: Any, x: Any, s: Any) -> Any:"
LOOSE = "def {name}(model: Net, x: Array, s: State, *rest: Any):"
HEADERS = (TYPED, TYPED, TYPED, UNTYPED, UNTYPED, BORROWING, DECORATED, ANY, LOOSE)

SIMPLE = (
    "x, s = model(x, s)",
    "x, s = model.norm(x, s)",
    "x, s = {f}(model, x, s)",
    "y, t = {f}(model, x, s)",
    "y, _ = {f}(model, x, s)",
    "{f}(model, x, s)",
    "s = s.set(model.index, x)",
    "t = s.set(model.index, x)",
    "s.set(model.index, x)",
    "x = x + s.get(model.index)",
    "old = s",
    "s = old",
    "x = jnp.sum(x) + {number}",
    "print(x, {number})",
    "print(s)",
    "x, s = apply({f}, model, x, s)",
    "x, s = twice({f}, model, x, s)",
    "x, s = twice(lambda m, a, b: {f}(m, a, b), model, x, s)",
    "x, s = eqx.filter_jit({f})(model, x, s)",
    "x, s = jax.vmap({f}, in_axes=(None, 0, None))(model, x, s)",
    "s, x = jax.lax.scan(lambda c, a: {f}(model, a, c)[::-1], s, x)",
    "pair = {f}(model, x, s)",
    "x, s = pair",
    "carry = Carry(x, s)",
    "s = carry.s",
    "trainer = Trainer(model, s)",
    "x, s = trainer.step(x, s)",
    "s = trainer.s",
    "trainer.s = s",
    "many = [{f}(model, x, s) for _ in range({number})]",
    "many = tuple({f}(model, x, s) for _ in range(2))",
    "x, s = {f}(model=model, x=x, s=s)",
    "x = s.get(model.index) if {number} > 3 else x",
    "model = eqx.nn.inference_mode(model)",
    "s = jax.tree.map(lambda a: a, s)",
    "_ = s.set(model.index, x) or {f}(model, x, s)",
)
BLOCKS = (
    ("if x.sum() > {number}:",),
    ("if x.sum() > {number}:", "else:"),
    ("for _ in range({number}):",),
    ("while x.sum() < {number}:",),
    ("try:", "except ValueError:"),
    ("with jax.named_scope('{number}'):",),
)
INNER = (
    ("def inner(c, a):", "s, x = jax.lax.scan(inner, s, x)", "return c.set(model.index, a), a"),
    (
        "def inner(c: State, a: Array) -> tuple[State, Array]:",
        "s, x = jax.lax.scan(inner, s, x)",
        "return c, a",
    ),
    ("def inner():", "x, s = inner()", "return {f}(model, x, s)"),
    ("def inner(model, x, s):", "x, s = apply(inner, model, x, s)", "return model(x, s)"),
    ("def inner():", "x = inner()", "return s.get(model.index)"),
)
LAST = (
    "return x, s",
    "return x, s",
    "return x, s",
    "return {f}(model, x, s)",
    "return model(x, s)",
    "return x, old",
    "return pair",
    "raise ValueError(x)",
)


@dataclass
class Function:
    """A function: its header, and the lines of its body."""

    name: str
    header: str
    body: list[str] = field(default_factory=list)

    def text(self) -> str:
        """The source of the function."""
        lines = self.header.format(name=self.name).split("\n")
        return "\n".join([*lines, *(f"    {line}" for line in self.body)])


class Program:
    """A module that is edited again and again.

    Args:
        seed: of all chances.
        functions: how many functions there are.
        loops: functions may call those that come later, too, and so each other.
    """

    def __init__(self, seed: int, functions: int = 10, loops: bool = False) -> None:
        self._random = random.Random(seed)
        self._loops = loops
        self._head = HEAD
        self._tail = ""
        self._numbers = 0
        self.functions: list[Function] = []
        for _ in range(functions):
            self._add(len(self.functions))

    def text(self) -> str:
        """The source of the module."""
        parts = [self._head, *(function.text() + "\n" for function in self.functions)]
        return "\n\n".join(parts) + self._tail

    def edit(self) -> str:
        """Change something, and say what."""
        chance = self._random.random()
        if chance < 0.03:
            return self._edit_around()
        function = self._random.choice(self.functions)
        body = function.body
        at = self._random.randrange(len(body) + 1)
        kind = self._random.choice(["put", "put", "take", "replace", "remark", "blank", "again"])
        if kind == "again":
            function.body = self._body(function)
        elif kind == "remark":
            body.insert(at, self._indented(at, body, f"# {self._random.random()}"))
        elif kind == "blank":
            body.insert(at, "")
        elif kind == "put":
            top = [n for n in range(len(body)) if not body[n].startswith((" ", "e")) and body[n]]
            at = self._random.choice(top) if top else 0
            body[at:at] = self._statement(function, 2)
        else:
            simple = [n for n, line in enumerate(body) if self._is_simple(line)]
            if not simple:
                return self._nothing(function)
            at = self._random.choice(simple)
            indent = len(body[at]) - len(body[at].lstrip())
            new = "pass" if kind == "take" else self._simple(function)
            body[at] = " " * indent + new
        return f"{kind} in {function.name}"

    def _nothing(self, function: Function) -> str:
        function.body = self._body(function)
        return f"again in {function.name}"

    @staticmethod
    def _is_simple(line: str) -> bool:
        text = line.strip()
        return bool(text) and not text.endswith(":") and not text.startswith("#")

    @staticmethod
    def _indented(at: int, body: list[str], text: str) -> str:
        line = body[at] if at < len(body) else ""
        return " " * (len(line) - len(line.lstrip())) + text

    def _edit_around(self) -> str:
        """An edit that is not one of a body alone."""
        kind = self._random.choice(
            ["header", "new", "gone", "field", "constructor", "import", "blank", "call", "order"]
        )
        function = self._random.choice(self.functions)
        if kind == "header":
            function.header = self._random.choice(HEADERS)
        elif kind == "new":
            self._add(self._random.randrange(len(self.functions) + 1))
        elif kind == "gone" and len(self.functions) > 3:
            self.functions.remove(function)
        elif kind == "field":
            name = f"    field{self._numbers}: State\n"
            self._numbers += 1
            self._head = self._head.replace("    norm:", f"{name}    norm:", 1)
        elif kind == "constructor":
            mark = "        self.s = s\n"
            more = self._random.choice(["        self.t = s\n", "        self.model = None\n"])
            self._head = self._head.replace(mark, mark + more, 1)
        elif kind == "import":
            function.body.insert(0, self._random.choice(["import math", "from jax import nn"]))
        elif kind == "blank":
            self._head += "\n"
        elif kind == "call":
            self._tail = self._random.choice(
                ["", f"\n\nvalue = {function.name}\n", f"\n\njitted = jax.jit({function.name})\n"]
            )
        else:
            self._random.shuffle(self.functions)
        return kind

    def _add(self, at: int) -> None:
        function = Function(f"f{self._numbers}", self._random.choice(HEADERS))
        self._numbers += 1
        self.functions.insert(at, function)
        function.body = self._body(function)

    def _body(self, function: Function) -> list[str]:
        lines: list[str] = []
        for _ in range(self._random.randrange(1, 6)):
            lines += self._statement(function, 2)
        return [*lines, self._filled(self._random.choice(LAST), function)]

    def _statement(self, function: Function, depth: int) -> list[str]:
        chance = self._random.random()
        if depth and chance < 0.2:
            lines: list[str] = []
            for header in self._random.choice(BLOCKS):
                lines.append(self._filled(header, function))
                for _ in range(self._random.randrange(1, 3)):
                    lines += [f"    {line}" for line in self._statement(function, depth - 1)]
            return lines
        if depth and chance < 0.3:
            header, use, last = self._random.choice(INNER)
            inside = [self._filled(last, function)]
            if self._random.random() < 0.3:
                inside.insert(0, f"print({self._random.randrange(9)})")
            return [header, *(f"    {line}" for line in inside), self._filled(use, function)]
        return [self._simple(function)]

    def _simple(self, function: Function) -> str:
        return self._filled(self._random.choice(SIMPLE), function)

    def _filled(self, text: str, function: Function) -> str:
        names = [f.name for f in self.functions]
        if not self._loops:
            names = names[: names.index(function.name)]
        names = names[-4:] or ["apply"]
        return text.format(f=self._random.choice(names), number=self._random.randrange(9))
