"""Expressions: those that read a State, and those that make one."""

from __future__ import annotations

from dataclasses import dataclass

from tests.differential.grammar.writer import Draw, Writer


@dataclass(frozen=True)
class Helper:
    """A drawn function that others may call.

    Attributes:
        name: its name.
        takes: how its States are passed: "plain", "rest" (`*rest`) or "named" (`**named`).
        gives: "State", "Pair", "Result" (an Array and a State), "Nested" (an Array and a pair), or
            "Stream" (a generator).
        awaited: it is `async`.
        number: it calls only helpers of smaller numbers without asking `ready()`.
    """

    name: str
    takes: str
    gives: str
    awaited: bool
    number: int


class Expressions(Writer):
    """Draws expressions.

    Args:
        draw: Hypothesis's.
        kinds: what the parameters hold.
        left: how many statements there may be.
        helpers: what may be called.
        number: smaller than that of the helpers that are asked for `ready()` before.
        awaits: this function is `async`.
    """

    def __init__(
        self,
        draw: Draw,
        kinds: dict[str, str],
        left: int,
        helpers: tuple[Helper, ...] = (),
        number: int = 0,
        awaits: bool = False,
    ) -> None:
        super().__init__(draw, kinds, left)
        self.number = number
        self.awaits = awaits
        self.helpers = [helper for helper in helpers if awaits or not helper.awaited]

    def array(self) -> str:
        """An Array; most read a State."""
        one = self.place()
        options = [f"{one}.get(layer.index)", "x", f"peek(layer, {one})"]
        options += [f"{one}.get(layer.index) + x"]
        options += [f"{name}()" for name in self.known("Thunk")]
        for kind in ("Trainer", "Agent", "Carrier"):
            options += [f"{name}.peek()" for name in self.known(kind)]
        options += [f"peek(*{name})" for name in self.known("Arguments")]
        options += [f"peek(**{name})" for name in self.known("Keywords")]
        for name in self.known("List"):
            options += [f"[s.get(layer.index) for s in {name}][0]"]
            options += [f"next((s.get(layer.index) for s in {name}), x)"]
        for name in self.known("Option"):
            options += [f"{name}.get(layer.index) if {name} is not None else x"]
        options += [f"({one} if {self.condition()} else {self.place()}).get(layer.index)"]
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
            f"({one} if {self.condition()} else {self.place()})",
            f"clone({one})",
            f"layer(x, {one})[1]",
            f"{one}.update({one}.substate(layer))",
            f"again(layer, {one})",
            f"first_of(layer, {one}, {self.place()})",
            f"by_name(layer, state={one}, other={self.place()})",
            f"step(state={one}, layer=layer)",
            f"eqx.filter_jit(step)(layer, {one})",
            f"jax.jit(lambda s: s.set(layer.index, x))({one})",
            f"jax.vmap(lambda s: handed_on(s).set(layer.index, x))({one})",
            f"jax.lax.scan(lambda s, y: (s.set(layer.index, x), y), {one}, x)[0]",
            f"jax.lax.cond(p, lambda s: s.set(layer.index, x), lambda s: s, {one})",
        ]
        options += [f"{name}()" for name in self.known("Maker")]
        for kind in ("Trainer", "Carrier"):
            options += [f"{name}.spoil()" for name in self.known(kind)]
        for name in self.known("Arguments"):
            options += [f"step(*{name})", f"compiled_step(*{name})"]
        options += [f"step(**{name})" for name in self.known("Keywords")]
        options += [f"first_of(layer, *{name})" for name in self.known("Pair")]
        options += [f"{name}.pop()" for name in self.known("List")]
        options += [f"next({name}, {one})" for name in self.known("Stream")]
        options += [f"{name} if {name} is not None else {one}" for name in self.known("Option")]
        options += [f"{name}.act(x, {one}, p, q)" for name in self.known("Agent") if name != "self"]
        if self.awaits:
            options += [f"await waited(layer, {one})"]
        options += [self.call(helper) for helper in self.giving("State")]
        return self.pick(options)

    # Calls of helpers

    def giving(self, kind: str) -> list[Helper]:
        """The helpers that return this kind of value."""
        return [helper for helper in self.helpers if helper.gives == kind]

    def call(self, helper: Helper, is_awaited: bool = True) -> str:
        """A call of a helper; where it could go on for ever, only if it is ready."""
        one, other = self.place(), self.place()
        options = {
            "plain": [f"x, {one}, {other}, p, q", f"x, b={one}, a={other}, p=p, q=q"],
            "rest": [f"x, p, q, {one}, {other}"],
            "named": [f"x, p, q, a={one}, b={other}", f'x, p, q, **{{"a": {one}, "b": {other}}}'],
        }[helper.takes]
        for pair in self.known("Pair"):
            if helper.takes == "plain":
                options += [f"x, *{pair}, p, q"]
            elif helper.takes == "rest":
                options += [f"x, p, q, *{pair}"]
        call = f"{helper.name}(layer, {self.pick(options)})"
        if not is_awaited:
            return call
        call = f"(await {call})" if helper.awaited else call
        if helper.number < self.number or helper.gives == "Stream":
            return call
        otherwise = {
            "State": one,
            "Pair": f"({one}, {other})",
            "Result": f"(x, {one})",
            "Nested": f"(x, ({one}, {other}))",
        }
        return f"({call} if ready() else {otherwise[helper.gives]})"
