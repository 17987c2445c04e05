"""Statements that control passes through from one line to the next."""

from __future__ import annotations

from tests.differential.grammar.expressions import Expressions
from tests.differential.grammar.kinds import NAMES

_LIBRARY_SCAN = "lambda s, y: (compiled_step(layer, s), y)"


class Statements(Expressions):
    """Draws simple statements."""

    functions = 0
    gives = "Array"
    has_agent = False

    def target(self, *others: str) -> str:
        """A name for a State."""
        return self.pick([*NAMES["State"], *others])

    # Reading and rebinding

    def read_one(self) -> None:
        name = self.pick(NAMES["Array"])
        self.write(f"{name} = {self.array()}")
        self.bind(name, "Array")

    def assign_state(self) -> None:
        name = self.target()
        self.write(f"{name} = {self.state()}")
        self.bind(name)

    def call_layer(self) -> None:
        callee = self.pick(["layer", "layer.compiled"])
        name = self.target("_")
        self.write(f"x, {name} = {callee}(x, {self.place()})")
        self.bind(name)

    def call_helper(self) -> None:
        """The tuple that a helper returns, kept whole, taken apart, or a part of it."""
        helpers = [h for kind in ("Pair", "Result", "Nested") for h in self.giving(kind)]
        if not helpers:
            self.assign_state()
            return
        helper = self.pick(helpers)
        name = self.target("_")
        if helper.gives == "Result":
            call = self.call(helper)
            self.write(self.pick([f"x, {name} = {call}", f"{name} = {call}[1]"]))
        elif helper.gives == "Nested" and self.maybe():
            self.write(f"_, pair = {self.call(helper)}")
            self.bind("pair", "Pair")
            return
        elif helper.gives == "Nested":
            call = self.call(helper)
            self.write(self.pick([f"x, ({name}, _) = {call}", f"{name} = {call}[1][1]"]))
        elif self.maybe():
            self.write(f"pair = {self.call(helper)}")
            self.bind("pair", "Pair")
            return
        else:
            self.write(f"{name}, _ = {self.call(helper)}")
        self.bind(name)

    def keep_coroutine(self) -> None:
        """A coroutine that is awaited later, or never."""
        if not self.awaits:
            self.assign_state()
            return
        name = self.pick(NAMES["Task"])
        options = [f"waited(layer, {self.place()})"]
        options += [
            self.call(helper, is_awaited=False)
            for helper in self.giving("State")
            if helper.awaited and helper.number < self.number
        ]
        self.write(f"{name} = {self.pick(options)}")
        self.bind(name, "Task")

    def await_kept(self) -> None:
        """A coroutine is awaited once."""
        known = self.known("Task")
        if not known:
            self.keep_coroutine()
            return
        task, name = self.pick(known), self.target()
        self.write(f"{name} = await {task}")
        del self.kinds[task]
        self.bind(name)

    def chain(self) -> None:
        first, second = self.target(), self.target()
        if first == second or self.maybe():
            self.write(f"x = ({first} := {self.state()}).get(layer.index)")
        else:
            self.write(f"{first} = {second} = {self.state()}")
            self.bind(second)
        self.bind(first)

    def swap(self) -> None:
        names = self.known("State")
        if not names:
            self.assign_state()
            return
        first, second = self.pick(names), self.pick(names)
        self.write(f"{first}, {second} = {second}, {first}")

    def use(self) -> None:
        one = self.place()
        self.write(
            self.pick(
                [
                    f"show({one})",
                    f"f'{{{one}}}'",
                    "risky()",
                    f"x = x + {one}.get(layer.index)",
                    f"p and peek(layer, {one})",
                    f"assert ready() or {one}.get(layer.index)",
                    f"next(versions(layer, {one}), None)",
                ]
            )
        )

    def leave(self) -> None:
        ways = ["raise RuntimeError"]
        if self.may_return:
            ways = [self.returned(), *ways]
        if self.in_loop:
            ways = ["break", "continue", *ways]
        self.write(self.pick(ways))
        self.ended = True

    def returned(self) -> str:
        """A `return` of what this function gives."""
        one = self.place() if self.gives != "Array" else ""
        values = {
            "Array": f"return {self.array()}",
            "State": f"return {one}",
            "Pair": f"return {one}, {self.place()}",
            "Result": f"return x, {one}",
            "Nested": f"return x, ({one}, {self.place()})" if self.gives == "Nested" else "",
            "Stream": "return",
        }
        return values[self.gives]

    def yield_one(self) -> None:
        if self.gives == "Stream":
            self.write(f"yield {self.place()}")
        else:
            self.assign_state()

    # Containers and objects

    def build(self) -> None:
        one, other = self.place(), self.place()
        kinds = {
            "Pair": f"({one}, {other})",
            "Two": f"Two({one}, {other})",
            "Holder": f"Holder({one}, {other})",
            "Dict": f'{{"k": {one}}}',
            "Carrier": f"Carrier(layer, {one})",
            "Arguments": f"(layer, {one})",
            "Keywords": f"dict(layer=layer, state={one})",
            "Option": f"{one} if {self.condition()} else None",
        }
        kind = self.pick([*kinds])
        name = self.pick(NAMES[kind])
        text = kinds[kind]
        if kind == "Dict":
            texts = [text, f'{{k: {self.state()} for k in ("k",)}}']
            texts += [f"{{k: advance(s) for k, s in {n}.items()}}" for n in self.known("Dict")]
            texts += [
                f"{{k: s.set(layer.index, x) for k, s in {n}.items()}}" for n in self.known("Dict")
            ]
            text = self.pick(texts)
        self.write(f"{name} = {text}")
        self.bind(name, kind)

    def take_apart(self) -> None:
        pairs = self.known("Pair") + self.known("Two")
        if not pairs:
            self.assign_state()
            return
        first, second = self.target(), self.target("*states")
        if first == second:
            second = "_"
        self.write(f"{first}, {second} = {self.pick(pairs)}")
        self.bind(first)
        if second == "*states":
            self.bind("states", "List")
        else:
            self.bind(second)

    def store(self) -> None:
        places = self.places(["Holder", "Dict", "Agent"])
        if places:
            self.write(f"{self.pick(places)} = {self.state()}")
        else:
            self.assign_state()

    def replace(self) -> None:
        """A copy with another State in it, or what a method of it returns."""
        options = [("Carrier", f"{n} = {n}.advanced()") for n in self.known("Carrier")]
        for kind, part in (("Carrier", "state"), ("Holder", "other")):
            for name in self.known(kind):
                options += [(kind, f"{name} = dataclasses.replace({name}, {part}=")]
        options += [("Two", f"{name} = {name}._replace(second=") for name in self.known("Two")]
        if not options:
            self.write(f"carrier = Carrier(layer, {self.place()})")
            self.bind("carrier", "Carrier")
            return
        _, text = self.pick(options)
        self.write(text if text.endswith(")") else f"{text}{self.state()})")

    def call_method(self) -> None:
        known = self.known("Trainer")
        if known:
            method = self.pick(["run", "run_compiled", "peek"])
            self.write(f"{known[0]}.{method}()")
        else:
            self.write(f"trainer = Trainer(layer, {self.place()})")
            self.bind("trainer", "Trainer")

    def call_agent(self) -> None:
        if self.known("Agent") or not self.has_agent:
            self.assign_state()
        else:
            self.write(f"agent = Agent(layer, {self.place()}, {self.place()})")
            self.bind("agent", "Agent")

    def list_states(self) -> None:
        one = self.place()
        options = [
            f"[{one}]",
            f"[{one}, {self.place()}]",
            f"[advance({one}) for _ in items()] or [{self.place()}]",
            f"[{one}.set(layer.index, x) for _ in items()] or [clone({self.place()})]",
        ]
        for name in self.known("List"):
            options += [
                f"[advance(s) for s in {name}]",
                f"[s.set(layer.index, x) for s in {name}]",
                f"list(advance(s) for s in {name})",
                f"[s for s in {name} if {self.condition()}] or [{one}]",
                f"[*{name}, {one}]",
                f"[*{{s for s in {name}}}]",
                f"[*{{s.set(layer.index, x) for s in {name}}}]",
            ]
        self.write(f"states = {self.pick(options)}")
        self.bind("states", "List")

    def append(self) -> None:
        if self.known("List"):
            self.write(f"states.append({self.place()})")
        else:
            self.list_states()

    # Functions

    def thunk(self) -> None:
        name = self.pick(NAMES["Thunk"])
        one = self.place()
        options = [
            f"lambda: {one}.get(layer.index)",
            f"functools.partial(peek, layer, {one})",
            f"lambda s={one}: s.get(layer.index)",
        ]
        self.write(f"{name} = {self.pick(options)}")
        self.bind(name, "Thunk")

    def maker(self) -> None:
        name = self.pick(NAMES["Maker"])
        one = self.place()
        options = [
            f"lambda: {one}.set(layer.index, x)",
            f"lambda: advance({one})",
            f"functools.partial(step, layer, {one})",
            f"functools.partial(compiled_step, layer, {one})",
        ]
        self.write(f"{name} = {self.pick(options)}")
        self.bind(name, "Maker")

    def stream(self) -> None:
        """A generator that is kept: it runs when it is asked."""
        one = self.place()
        options = [
            f"({one}.set(layer.index, x) for _ in items())",
            f"versions(layer, {one})",
        ]
        options += [f"(advance(s) for s in {name})" for name in self.known("List")]
        options += [self.call(helper) for helper in self.giving("Stream")]
        self.write(f"stream = {self.pick(options)}")
        self.bind("stream", "Stream")

    def function(self) -> None:
        """A nested function that rebinds, consumes, reads or is given a State; called or kept."""
        names = self.known("State")
        if not names:
            self.maker()
            return
        state = self.pick(names)
        self.functions += 1
        name = f"inner{self.functions}"
        shape = self.pick(["reads", "rebinds", "kept", "given", "compiled"])
        if shape in ("given", "compiled"):
            if shape == "compiled":
                self.write("@eqx.filter_jit")
            self.write(f"def {name}(s: State) -> State:")
            self.write("    " + self.pick(["return s.set(layer.index, x)", f"return {state}"]))
            target = self.target()
            self.write(f"{target} = {name}({self.place()})")
            self.bind(target)
            return
        self.write(f"def {name}() -> {'None' if shape == 'rebinds' else 'Array'}:")
        self.level += 1
        if shape == "rebinds":
            self.write(f"nonlocal {state}")
            self.write(f"{state} = {state}.set(layer.index, x)")
        else:
            self.write(f"return {state}.get(layer.index)")
        self.level -= 1
        if shape == "kept":
            self.write(f"later = {name}")
            self.bind("later", "Thunk")
        else:
            self.write(f"{name}()")

    def differentiate(self) -> None:
        name = self.target()
        one = self.place()
        call = f"(loss, has_aux=True)(x, layer, {one})"
        options = [
            f"(x, {name}), y = eqx.filter_value_and_grad{call}",
            f"y, {name} = eqx.filter_grad{call}",
            f"{name} = jax.lax.scan({_LIBRARY_SCAN}, {one}, x)[0]",
        ]
        text = self.pick(options)
        self.write(text)
        self.bind(name)
        if "y =" in text or text.startswith("y,"):
            self.bind("y", "Array")
