"""Random programs over what the analysis claims to understand, as Hypothesis strategies.

A program is a module: a fixed prelude of helpers (`PRELUDE`), and one function `case` with its
driver `drive`, which makes its arguments.  All choices are drawn, so that Hypothesis shrinks a
program by drawing less and simpler ones: the first of several options is always the simplest.

`Writer` keeps, per name, what kind of value it holds on all paths, so that every program runs
without a `NameError` and is well typed; what paths do differently is asked at run time
(`ready()`, `items()`, `risky()`, or a flag that is a parameter).

Every statement stands on a line of its own: findings and uses are compared by line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from hypothesis import strategies as st

T = TypeVar("T")
Draw = Callable[[st.SearchStrategy[Any]], Any]

PRELUDE = """\
import contextlib
import dataclasses
import functools
from collections.abc import Callable, Iterator
from typing import NamedTuple

import equinox as eqx
import jax
from jaxtyping import Array
from mypy_eqxstate import clone
from support import advance, array, items, ready, risky, show

State = eqx.nn.State


class Layer(eqx.Module):
    index: eqx.nn.StateIndex[Array]

    def __init__(self) -> None:
        self.index = eqx.nn.StateIndex(array())

    def __call__(self, x: Array, state: State) -> tuple[Array, State]:
        return x, state.set(self.index, state.get(self.index) + x)

    @eqx.filter_jit
    def compiled(self, x: Array, state: State) -> tuple[Array, State]:
        return x, state.set(self.index, state.get(self.index) + x)


@dataclasses.dataclass
class Holder:
    state: State
    other: State


class Two(NamedTuple):
    first: State
    second: State


def peek(layer: Layer, state: State) -> Array:
    return state.get(layer.index)


def step(layer: Layer, state: State) -> State:
    return state.set(layer.index, state.get(layer.index))


@eqx.filter_jit
def compiled_step(layer: Layer, state: State) -> State:
    return state.set(layer.index, state.get(layer.index))


def perhaps(layer: Layer, state: State) -> State:
    if ready():
        state = state.set(layer.index, state.get(layer.index))
    return state


def handed_on(state: State) -> State:
    return state


def again(layer: Layer, state: State) -> State:
    if ready():
        return again(layer, state.set(layer.index, state.get(layer.index)))
    return state


def versions(layer: Layer, state: State) -> Iterator[State]:
    for _ in items():
        state = state.set(layer.index, state.get(layer.index))
        yield state


@contextlib.contextmanager
def lent(state: State) -> Iterator[State]:
    yield state


def loss(x: Array, layer: Layer, state: State) -> tuple[Array, State]:
    return x, state.set(layer.index, x)


class Trainer:
    def __init__(self, layer: Layer, state: State) -> None:
        self.layer = layer
        self.state = state

    def run(self) -> None:
        self.state = self.state.set(self.layer.index, self.state.get(self.layer.index))

    def run_compiled(self) -> None:
        self.state = compiled_step(self.layer, self.state)

    def spoil(self) -> State:
        return self.state.set(self.layer.index, self.state.get(self.layer.index))

    def peek(self) -> Array:
        return self.state.get(self.layer.index)


"""

DRIVER = """

def drive() -> None:
    layer, a = eqx.nn.make_with_state(Layer)()
    _, b = eqx.nn.make_with_state(Layer)()
    case(layer, array(), a, b, ready(), ready())
"""
DRIVER_OF_BOTH = DRIVER.replace("    case", "    (helper if ready() else case)")

NAMES = {
    "State": ("a", "b", "c", "d"),
    "Array": ("x", "y"),
    "Pair": ("pair", "couple"),
    "Two": ("two",),
    "Holder": ("holder",),
    "List": ("states",),
    "Dict": ("table",),
    "Thunk": ("thunk", "later"),
    "Maker": ("make", "remake"),
    "Trainer": ("trainer",),
    "Arguments": ("arguments",),
}
# Where each kind of value holds a State.
PARTS = {
    "State": ("",),
    "Pair": ("[0]", "[1]"),
    "Two": (".first", ".second"),
    "Holder": (".state", ".other"),
    "Dict": ('["k"]',),
    "List": ("[0]",),
    "Trainer": (".state",),
    "Arguments": ("[1]",),
}
MAXIMAL_DEPTH = 3
MAXIMAL_STATEMENTS = 14

Kinds = dict[str, str]


class Writer:
    """Writes one function body, drawing every choice."""

    def __init__(self, draw: Draw) -> None:
        self._draw = draw
        self.lines: list[str] = []
        self.kinds: Kinds = {"a": "State", "b": "State", "x": "Array"}
        self.level = 1
        self.loops = 0
        self.left = MAXIMAL_STATEMENTS
        self.ended = False
        self.functions = 0
        self.nested = False
        self.helpers: list[str] = []

    # Drawing

    def pick(self, options: Sequence[T]) -> T:
        """One of several, the first the simplest."""
        chosen: int = self._draw(st.integers(0, len(options) - 1))
        return options[chosen]

    def maybe(self) -> bool:
        return bool(self._draw(st.booleans()))

    def write(self, text: str) -> None:
        self.lines.append("    " * self.level + text)

    def known(self, kind: str) -> list[str]:
        """The names that surely hold this kind of value."""
        return [name for name in NAMES[kind] if self.kinds.get(name) == kind]

    # Expressions

    def place(self) -> str:
        """Something that holds a State."""
        return self.pick(
            [
                f"{name}{part}"
                for kind, parts in PARTS.items()
                for name in self.known(kind)
                for part in parts
            ]
        )

    def array(self) -> str:
        """An Array; most read a State."""
        options = [f"{self.place()}.get(layer.index)", "x"]
        options += [f"peek(layer, {self.place()})", f"{self.place()}.get(layer.index) + x"]
        options += [f"{name}()" for name in self.known("Thunk")]
        options += [f"{name}.peek()" for name in self.known("Trainer")]
        options += [f"peek(*{name})" for name in self.known("Arguments")]
        options += [f"[s.get(layer.index) for s in {name}][0]" for name in self.known("List")]
        if len(self.known("State")) > 1:
            one, other = self.place(), self.place()
            options += [f"({one} if {self.condition()} else {other}).get(layer.index)"]
        return self.pick(options)

    def state(self) -> str:
        """A State: old ones, and new ones made in all ways."""
        one = self.place()
        options = [
            f"{one}.set(layer.index, x)",
            one,
            f"advance({one})",
            f"step(layer, {one})",
            f"compiled_step(layer, {one})",
            f"perhaps(layer, {one})",
            f"handed_on({one})",
            f"clone({one})",
            f"layer(x, {one})[1]",
            f"{one}.update({one}.substate(layer))",
            f"again(layer, {one})",
            f"step(state={one}, layer=layer)",
            f"eqx.filter_jit(step)(layer, {one})",
            f"jax.jit(lambda s: s.set(layer.index, x))({one})",
            f"jax.vmap(lambda s: handed_on(s).set(layer.index, x))({one})",
            f"jax.lax.scan(lambda s, y: (s.set(layer.index, x), y), {one}, x)[0]",
            f"jax.lax.cond(p, lambda s: s.set(layer.index, x), lambda s: s, {one})",
        ]
        options += [f"{name}()" for name in self.known("Maker")]
        options += [f"{name}.spoil()" for name in self.known("Trainer")]
        for name in self.known("Arguments"):
            options += [f"step(*{name})", f"compiled_step(*{name})"]
        options += [f"{name}.pop()" for name in self.known("List")]
        options += [f"{name}(layer, x, {one}, {self.place()}, p, q)" for name in self.helpers]
        return self.pick(options)

    def condition(self) -> str:
        return self.pick(["ready()", "p", "not p", "q", "p and q", "p or ready()"])

    # Statements

    def block(self, least: int = 1) -> None:
        """A few statements; `ended` tells whether control leaves at their end."""
        self.ended = False
        self.level += 1
        start = len(self.lines)
        for _ in range(self.pick([1, 2, 3])):
            if self.ended or (self.left <= 0 and len(self.lines) > start):
                break
            self.statement()
        if len(self.lines) == start:
            self.write("pass")
        self.level -= 1

    def statement(self) -> None:
        """One statement, compound ones while there is room."""
        self.left -= 1
        simple = [
            self.read_one,
            self.assign_state,
            self.call_layer,
            self.build,
            self.take_apart,
            self.store,
            self.show,
            self.swap,
            self.leave,
            self.thunk,
            self.maker,
            self.function,
            self.call_method,
            self.differentiate,
            self.comprehension,
            self.append,
            self.chain,
            self.add,
        ]
        compound = [
            self.branch,
            self.for_loop,
            self.while_loop,
            self.try_except,
            self.loop_over_states,
            self.match_pair,
            self.with_block,
        ]
        deep = self.level > MAXIMAL_DEPTH or self.left < 2
        self.pick(simple if deep else [*simple, *compound])()

    def read_one(self) -> None:
        name = self.pick(NAMES["Array"])
        self.write(f"{name} = {self.array()}")
        self.kinds[name] = "Array"

    def assign_state(self) -> None:
        name = self.pick(NAMES["State"])
        self.write(f"{name} = {self.state()}")
        self.kinds[name] = "State"

    def call_layer(self) -> None:
        callee = self.pick(["layer", "layer.compiled"])
        name = self.pick([*NAMES["State"], "_"])
        self.write(f"x, {name} = {callee}(x, {self.place()})")
        if name != "_":
            self.kinds[name] = "State"

    def build(self) -> None:
        kind = self.pick(["Pair", "Two", "Holder", "Dict"])
        name = self.pick(NAMES[kind])
        one, other = self.place(), self.place()
        value = {
            "Pair": f"({one}, {other})",
            "Two": f"Two({one}, {other})",
            "Holder": f"Holder({one}, {other})",
            "Dict": f'{{"k": {one}}}',
        }[kind]
        self.write(f"{name} = {value}")
        self.kinds[name] = kind

    def take_apart(self) -> None:
        pairs = self.known("Pair") + self.known("Two")
        if not pairs:
            self.assign_state()
            return
        first, second = self.pick(NAMES["State"]), self.pick(NAMES["State"])
        if first == second:
            second = "_"
        self.write(f"{first}, {second} = {self.pick(pairs)}")
        for name in (first, second):
            if name != "_":
                self.kinds[name] = "State"

    def store(self) -> None:
        places = [f"{name}.state" for name in self.known("Holder")]
        places += [f'{name}["k"]' for name in self.known("Dict")]
        if not places:
            self.assign_state()
            return
        self.write(f"{self.pick(places)} = {self.state()}")

    def show(self) -> None:
        self.write(self.pick([f"show({self.place()})", f"f'{{{self.place()}}}'", "risky()"]))

    def swap(self) -> None:
        names = self.known("State")
        first, second = self.pick(names), self.pick(names)
        self.write(f"{first}, {second} = {second}, {first}")

    def leave(self) -> None:
        ways = [f"return {self.place()}", "raise RuntimeError"]
        if self.loops:
            ways = ["break", "continue", *ways]
        self.write(self.pick(ways))
        self.ended = True

    def thunk(self) -> None:
        name = self.pick(NAMES["Thunk"])
        value = self.pick(
            [
                f"lambda: {self.pick(self.known('State'))}.get(layer.index)",
                f"functools.partial(peek, layer, {self.place()})",
            ]
        )
        self.write(f"{name} = {value}")
        self.kinds[name] = "Thunk"

    def maker(self) -> None:
        name = self.pick(NAMES["Maker"])
        state = self.pick(self.known("State"))
        value = self.pick(
            [
                f"lambda: {state}.set(layer.index, x)",
                f"lambda: advance({state})",
                f"functools.partial(step, layer, {self.place()})",
                f"functools.partial(compiled_step, layer, {self.place()})",
            ]
        )
        self.write(f"{name} = {value}")
        self.kinds[name] = "Maker"

    def function(self) -> None:
        """A nested function that rebinds, consumes or reads what it captures, called or kept."""
        if self.nested:
            self.maker()
            return
        state = self.pick(self.known("State"))
        self.functions += 1
        name = f"inner{self.functions}"
        self.write(f"def {name}() -> None:")
        self.level += 1
        if self.maybe():
            self.write(f"nonlocal {state}")
            self.write(f"{state} = {state}.set(layer.index, x)")
        else:
            self.write(f"{state}.get(layer.index)")
        self.level -= 1
        self.write(f"{name}()")

    def call_method(self) -> None:
        known = self.known("Trainer")
        if known:
            method = self.pick(["run", "run_compiled", "peek"])
            self.write(f"{known[0]}.{method}()")
        else:
            self.write(f"trainer = Trainer(layer, {self.place()})")
            self.kinds["trainer"] = "Trainer"

    def differentiate(self) -> None:
        name = self.pick(NAMES["State"])
        one = self.place()
        call = f"(loss, has_aux=True)(x, layer, {one})"
        body = "lambda s, y: (compiled_step(layer, s), y)"
        self.write(
            self.pick(
                [
                    f"(x, {name}), y = eqx.filter_value_and_grad{call}",
                    f"y, {name} = eqx.filter_grad{call}",
                    f"{name} = jax.lax.scan({body}, {one}, x)[0]",
                ]
            )
        )
        self.kinds[name] = "State"

    def comprehension(self) -> None:
        one = self.place()
        options = [
            f"[{one}]",
            f"[{one}, {self.place()}]",
            f"[advance({one}) for _ in items()] or [{self.place()}]",
            f"[{one}.set(layer.index, x) for _ in items()] or [clone({self.place()})]",
        ]
        options += [f"[advance(s) for s in {name}]" for name in self.known("List")]
        options += [f"[s.set(layer.index, x) for s in {name}]" for name in self.known("List")]
        self.write(f"states = {self.pick(options)}")
        self.kinds["states"] = "List"

    def append(self) -> None:
        if self.known("List"):
            self.write(f"states.append({self.place()})")
        else:
            self.write(f"arguments = (layer, {self.place()})")
            self.kinds["arguments"] = "Arguments"

    def chain(self) -> None:
        first, second = self.pick(NAMES["State"]), self.pick(NAMES["State"])
        if first == second or self.maybe():
            self.write(f"x = ({first} := {self.state()}).get(layer.index)")
        else:
            self.write(f"{first} = {second} = {self.state()}")
            self.kinds[second] = "State"
        self.kinds[first] = "State"

    def add(self) -> None:
        one = self.place()
        self.write(
            self.pick(
                [
                    f"x = x + {one}.get(layer.index)",
                    f"p and peek(layer, {one})",
                    f"assert ready() or {one}.get(layer.index)",
                    f"next(versions(layer, {one}), None)",
                ]
            )
        )

    # Compound statements

    @contextmanager
    def arms(self) -> Iterator[Callable[[Callable[[], None]], None]]:
        """Blocks of which any one may run: afterwards only what all of them leave bound is."""
        before = dict(self.kinds)
        after: list[Kinds] = []

        def arm(write: Callable[[], None]) -> None:
            self.kinds = dict(before)
            self.ended = False
            write()
            if not self.ended:
                after.append(self.kinds)

        yield arm
        self.ended = not after
        self.kinds = before if not after else _common(after)

    def branch(self) -> None:
        with self.arms() as arm:
            self.write(f"if {self.condition()}:")
            arm(self.block)
            if self.maybe():
                self.write("else:")
                arm(self.block)
            else:
                arm(lambda: None)

    def for_loop(self) -> None:
        self.loop("for _ in items():")

    def loop_over_states(self) -> None:
        """Over a generator, too; it is not one that consumes what its own loop rebinds."""
        name = self.pick(NAMES["State"])
        heads = [f"({self.place()}, {self.place()})", *self.known("List")]
        if not (place := self.place()).startswith(name):
            heads.append(f"versions(layer, {place})")
        self.loop(f"for {name} in {self.pick(heads)}:", name)

    def match_pair(self) -> None:
        pairs = self.known("Pair")
        if not pairs:
            self.branch()
            return
        first, second = "c", "d"
        with self.arms() as arm:
            self.write(f"match {self.pick(pairs)}:")
            self.level += 1
            self.write(f"case ({first}, {second}) if {self.condition()}:")

            def bound() -> None:
                self.kinds.update({first: "State", second: "State"})
                self.block()

            arm(bound)
            self.write("case _:")
            arm(self.block)
            self.level -= 1

    def with_block(self) -> None:
        before = dict(self.kinds)
        if self.maybe():
            name = self.pick(NAMES["State"])
            self.write(f"with lent({self.place()}) as {name}:")
            self.kinds[name] = "State"
            self.block()
            return
        self.write("with contextlib.suppress(RuntimeError):")
        self.block()
        if self.ended:
            # Without types, what follows a block that never ends normally is taken for unreachable.
            self.lines[-1] = "    " * (self.level + 1) + "pass"
        self.kinds = _common([before, self.kinds])
        self.ended = False

    def while_loop(self) -> None:
        self.loop("while ready():")

    def loop(self, head: str, *bound: str) -> None:
        before = dict(self.kinds)
        self.write(head)
        self.kinds.update(dict.fromkeys(bound, "State"))
        self.loops += 1
        self.block()
        self.loops -= 1
        # What the body binds is not bound if it never runs, and what it binds anew may change kind.
        self.kinds = _common([before, {**before, **self.kinds}])
        self.ended = False
        if self.pick([0, 0, 1]):
            before = dict(self.kinds)
            self.write("else:")
            self.block()
            self.kinds = _common([before, self.kinds])
            self.ended = False

    def try_except(self) -> None:
        before = dict(self.kinds)
        self.write("try:")
        self.block()
        after_body, body_ended = self.kinds, self.ended
        unsure = _common([before, after_body])
        shape = self.pick(["except", "except else", "finally", "except finally"])
        after = [] if body_ended else [after_body]
        if "except" in shape:
            self.kinds = dict(unsure)
            self.write(f"except {self.pick(['RuntimeError', 'Exception', 'ValueError'])}:")
            self.block()
            if not self.ended:
                after.append(self.kinds)
        if "else" in shape:
            self.kinds = dict(after_body)
            self.write("else:")
            self.block()
            if not body_ended:
                after = after[1:] if self.ended else [self.kinds, *after[1:]]
        if "finally" in shape:
            self.kinds = _common([unsure, *after])
            self.write("finally:")
            loops, self.loops = self.loops, 0
            self.level += 1
            self.read_one()
            if self.maybe():
                self.assign_state()
            self.level -= 1
            self.loops = loops
            added = self.kinds
            after = [{**kinds, **{k: v for k, v in added.items() if k in kinds}} for kinds in after]
        self.ended = not after
        self.kinds = _common(after) if after else unsure


def _common(several: list[Kinds]) -> Kinds:
    first, *others = several
    return {
        name: kind
        for name, kind in first.items()
        if all(other.get(name) == kind for other in others)
    }


@st.composite
def programs(draw: Draw) -> str:
    """Programs: their text."""
    unannotated, with_helper = draw(st.booleans()), draw(st.booleans())
    helpers = ["helper"] if with_helper else []
    text = PRELUDE
    if with_helper:
        writer = Writer(draw)
        writer.left = 6
        text += _function(writer, _heads(unannotated, "helper", "State"), writer.place) + "\n\n\n"
    writer = Writer(draw)
    writer.helpers = helpers
    text += _function(writer, _heads(unannotated, "case", "object"), writer.array)
    return text + (DRIVER_OF_BOTH if with_helper else DRIVER)


def _function(writer: Writer, head: str, result: Callable[[], str]) -> str:
    for _ in range(writer.pick([1, 2, 3, 4, 5, 6])):
        if writer.ended or writer.left <= 0:
            break
        writer.statement()
    if not writer.ended:
        writer.write(f"return {result()}")
    return "\n".join([head, *writer.lines])


def _heads(unannotated: bool, name: str, result: str) -> str:
    if unannotated:
        return f"def {name}(layer, x, a, b, p, q):"
    parameters = "layer: Layer, x: Array, a: State, b: State, p: bool, q: bool"
    return f"def {name}({parameters}) -> {result}:"
