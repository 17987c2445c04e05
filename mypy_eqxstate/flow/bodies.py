"""Calls of functions whose body can be read: it is their contract.

`invoke` asks for the summary of the function in the context of the call and carries it out: first
what the callee reads of captured names and of its receiver's fields (old ones are reported at the
call), then what it consumes or hands over, then its result, last what it writes
(`flow/written_by_callee.py`).

Worked example.  `def bump(): nonlocal s; s = s.set(i, 1)` called twice: the summary says that the
foreign variable `s` is read, its object consumed, and that `s` holds a new object afterwards.  So
the second call finds a live one.  Without the rebinding (`t = s.set(i, 1)`) the second call reads
a dead one: `state-reuse` at the call.

Functions of other modules (`flow/program.py`) are called in the same way, with two differences.
Their globals are not the caller's: what they do to them is left out.  And the signature of one
counts where its body says less, or can't say more (`flow/trust.py`).  What a callback
that they are given captures is the caller's all the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final, TypeVar

from mypy_eqxstate.contracts.model import Effect
from mypy_eqxstate.contracts.summaries import Summary, without_globals
from mypy_eqxstate.flow.arguments import (
    Actual,
    collected_as,
    formals_of,
    is_inside,
    match,
    star_names,
)
from mypy_eqxstate.flow.bindings import ALIVE, Binding, Status, one
from mypy_eqxstate.flow.contexts import context_of
from mypy_eqxstate.flow.effects import CallSite, Grounds
from mypy_eqxstate.flow.evidence import promote_arguments, promote_shown, shown_classes
from mypy_eqxstate.flow.guards import ALWAYS
from mypy_eqxstate.flow.instantiate import Instantiation
from mypy_eqxstate.flow.memory import Memory
from mypy_eqxstate.flow.overriding import may_do_more
from mypy_eqxstate.flow.problems import Misuse
from mypy_eqxstate.flow.suspended import is_coroutine, is_generator, suspend
from mypy_eqxstate.flow.trust import says_all, says_less
from mypy_eqxstate.flow.values import (
    UNKNOWN_VALUE,
    Bound,
    Function,
    Object,
    Origin,
    Producer,
    Suspended,
    Transformed,
    Value,
)
from mypy_eqxstate.flow.written_by_callee import write
from mypy_eqxstate.ir.model import Destination, FunctionNode, Item, Key, Place, Variable
from mypy_eqxstate.oracle.shapes import (
    AffineShape,
    Mode,
    PlainShape,
    Signature,
)

if TYPE_CHECKING:
    from mypy_eqxstate.flow.body import BodyAnalysis
    from mypy_eqxstate.flow.calls import Calls
    from mypy_eqxstate.flow.module import ModuleAnalysis


_CALLABLES: Final = (Function, Transformed, Bound, Suspended, Producer)


class BodyCalls:
    """Calls that are resolved by a body."""

    def __init__(self, analysis: BodyAnalysis, calls: Calls) -> None:
        self.analysis = analysis
        self.calls = calls

    def invoke(
        self, site: CallSite, memory: Memory, function: Function, actuals: list[Actual]
    ) -> Binding:
        """A call of a function; one of a generator, or of a coroutine that is kept, prepares."""
        if is_generator(self.analysis, function) or (site.keeps and is_coroutine(function)):
            suspended = suspend(self.analysis, memory, function, actuals)
            if suspended is not None:
                for actual in actuals:
                    self.calls.effects.check(site, memory, actual, deep=False)
                return one(suspended)
        return self.run(site, memory, function, actuals)

    def run(
        self, site: CallSite, memory: Memory, function: Function, actuals: list[Actual]
    ) -> Binding:
        """Carry out what the body of a function does."""
        analysis = self.analysis
        node = function.node
        module = analysis.module.home(node)
        foreign = module is not analysis.module
        if not self.brings_something(memory, actuals, None if foreign else function):
            signature = module.signature(node) if foreign else None
            if signature is not None and says_all(signature, module.classes):
                return self._by_signature(site, memory, actuals, module, node, signature)
            if node not in module.relevance:
                analysis.make_room(memory, ())
                return Binding(analysis.heap.allocate(memory, analysis.origin(), site.typed))
        formals = formals_of(node)
        matched = match(formals, actuals)
        parameters = {
            Variable(formal.name, function.name): matched.of(formal.name) for formal in formals
        }
        defaults: list[Actual] = []
        # What is taken apart (`**options`) may give an argument for any parameter.
        known = not any(actual.splat for actual in actuals)
        for name, possible, events in function.defaults if known else ():
            if not parameters.get(Variable(name, function.name)):
                marks: Status = dict.fromkeys(events, ALWAYS) if events else ALIVE
                held = Binding(dict.fromkeys(possible, ALWAYS), marks)
                defaults.append(Actual(held, None, name, site.node))
                parameters[Variable(name, function.name)] = (defaults[-1],)
        signature = module.signature(node)
        promote_arguments(analysis.module.classes, matched.pairs, signature)
        modes = module.modes(node)
        context = context_of(analysis, memory, function, signature, parameters)
        captured = frozenset(variable for variable, _ in context if variable not in parameters)
        summary = module.summary(function, context)
        promote_shown(analysis.module.classes, module.classes, function.name, matched.pairs)
        if foreign:
            summary = without_globals(summary)
        else:
            analysis.note_callee(node)
        if (
            summary.opaque
            or (foreign and says_less(summary, signature, module.classes))
            or may_do_more(site.node, function, actuals, summary, module, analysis.module)
        ):
            if signature is not None:
                return self._by_signature(
                    site, memory, actuals, module, node, signature, summary.given_up
                )
            return self.calls.signatures.unknown(site, memory, actuals, summary.given_up)
        for actual in (*(actual for actual, _ in matched.pairs), *matched.left_over, *defaults):
            if _is_only_inspected(summary, actual, matched.pairs):
                continue  # as `state is not None` is where it is written out
            if not actual.receiver or actual.copied_by or actual.is_affine:
                effect = self._effect_on(summary, parameters, actual)
                copied = actual.copied_by is not None
                self.calls.effects.check(site, memory, actual, effect, deep=copied)
        stars = star_names(formals)
        origin = analysis.origin()
        recursive = module.is_at_work(node)
        instantiation = Instantiation(
            analysis, memory, summary, parameters, origin, stars, foreign, captured, recursive
        )
        self._check_reads(site, memory, summary, instantiation, parameters)
        grounds = Grounds("body", (module.path, getattr(node, "lineno", 0)))
        consumed = self._carry_out(
            site,
            memory,
            summary,
            instantiation,
            parameters,
            modes,
            grounds,
            plain_overload=isinstance(site.typed, PlainShape) and _is_overloaded(module, function),
        )
        actuals = analysis.make_room(memory, actuals)
        matched = match(formals, actuals)
        parameters = {
            variable: matched.of(variable.name) or before for variable, before in parameters.items()
        }
        instantiation = Instantiation(
            analysis, memory, summary, parameters, origin, stars, foreign, captured, recursive
        )
        instantiation.settle()
        # Before what it writes is: it may return what it has put something else in place of.
        result = self._result(memory, instantiation, summary, matched.pairs, origin)
        instantiation.note_versions()
        instantiation.leave_captured()
        write(analysis, site, memory, instantiation, summary, grounds)
        if not summary.returns:
            analysis.dead_end = True
            return one(UNKNOWN_VALUE)
        self.calls.signatures.note_given(memory, origin, actuals)
        if consumed and site.destination.statement:
            classes = self.calls.kept.newer_classes(summary, summary.result, Destination())
            if classes and self.calls.is_missed(memory, actuals):
                self.calls.dropped(site, memory, sorted(classes)[0])
        return result

    def _by_signature(
        self,
        site: CallSite,
        memory: Memory,
        actuals: list[Actual],
        module: ModuleAnalysis,
        node: FunctionNode,
        signature: Signature,
        given_up: bool = False,
    ) -> Binding:
        """A call of a function that counts by what it declares."""
        return self.calls.signatures.by_signatures(
            site,
            memory,
            (signature,),
            actuals,
            Grounds("signature", (module.path, getattr(node, "lineno", 0))),
            with_receiver=any(actual.receiver for actual in actuals),
            given_up=given_up,
        )

    def concerns(self, memory: Memory, callee: Value, actuals: Sequence[Actual]) -> bool:
        """Whether a call of something in another module can be about affine objects."""
        inner = callee
        while isinstance(inner, Transformed | Bound):
            inner = inner.inner
        if not isinstance(inner, Function):
            return True
        home = self.analysis.module.home(inner.node)
        return inner.node in home.relevance or self.brings_something(memory, actuals)

    def brings_something(
        self, memory: Memory, actuals: Sequence[Actual], function: Function | None = None
    ) -> bool:
        """Whether a call gives a function something affine, or a callable that may be about it.

        Args:
            memory: what holds before the call.
            actuals: the arguments.
            function: the callee, if what it captures counts as well.
        """
        bindings = [actual.binding for actual in actuals]
        if function is not None:
            for variable in self.analysis.module.free_variables(function.node):
                captured = memory.bindings.get(variable)
                if captured is not None:
                    bindings.append(captured)
        return any(
            self.analysis.ownership.holdings.classes(memory, binding)
            or any(isinstance(value, _CALLABLES) for value in binding.values)
            for binding in bindings
        )

    def called_elsewhere(self, site: CallSite, memory: Memory, function: Function) -> None:
        """A function is given to a callee that may call it, with arguments that aren't known."""
        module = self.analysis.module
        parameters: dict[Variable, tuple[Actual, ...]] = {
            Variable(formal.name, function.name): () for formal in formals_of(function.node)
        }
        signature = module.signature(function.node)
        context = context_of(self.analysis, memory, function, signature, parameters)
        summary = module.summary(function, context)
        if summary.opaque or not summary.returns:
            return
        possible = replace(
            summary,
            effects={
                item: min(effect, Effect.MAY_CONSUME) for item, effect in summary.effects.items()
            },
            field_writes=tuple((i, k, held, False) for i, k, held, _ in summary.field_writes),
            variable_writes=tuple((v, held, False) for v, held, _ in summary.variable_writes),
        )
        origin = self.analysis.origin(Item("called"))
        instantiation = Instantiation(self.analysis, memory, possible, parameters, origin)
        self._check_reads(site, memory, possible, instantiation, parameters)
        grounds = Grounds("body", (module.path, getattr(function.node, "lineno", 0)))
        self._carry_out(site, memory, possible, instantiation, parameters, {}, grounds)
        instantiation.settle()
        write(self.analysis, site, memory, instantiation, possible, grounds, surely_called=False)

    def _effect_on(
        self,
        summary: Summary,
        parameters: Mapping[Variable, tuple[Actual, ...]],
        actual: Actual,
    ) -> Effect:
        taking = [v for v, passed in parameters.items() if any(p is actual for p in passed)]
        effects = [
            effect for item, effect in summary.effects.items() if item.origin.variable in taking
        ]
        return max(effects, default=Effect.BORROW)

    def _check_reads(
        self,
        site: CallSite,
        memory: Memory,
        summary: Summary,
        instantiation: Instantiation,
        parameters: Mapping[Variable, tuple[Actual, ...]],
    ) -> None:
        """What the callee reads itself: captured names, and fields of its receiver."""
        for item in _in_order(summary.reads):
            variable = item.origin.variable
            if variable is None:
                continue
            actuals = parameters.get(variable, ())
            if variable in parameters:
                if not actuals or (not actuals[0].receiver and not item.origin.path):
                    continue  # checked as an argument
                if actuals[0].copied_by is not None:
                    continue
                if variable.name in instantiation.stars and len(item.origin.path) == 1:
                    continue  # the same, where it is known which one it is
            if site.getter and summary.result is not None and item in summary.result.values:
                continue  # it is handed on: the use is what the reader does with it
            binding = instantiation.input(item)
            if binding is None:
                continue
            place = instantiation.place(item) if memory.stale else None
            if place is not None:
                binding = self.analysis.ownership.marked_as_stale(memory, place, binding)
            consumes = summary.effects.get(item, Effect.BORROW) >= Effect.MAY_CONSUME
            receiver = actuals[0] if actuals else None
            node = site.node
            if receiver is not None and receiver.temporary is not None:
                node = receiver.node
            self.analysis.ownership.check(
                memory,
                binding,
                node,
                instantiation.text(item, actuals),
                receiver.temporary if receiver is not None and not item.origin.path else None,
                Misuse.CONSUMED_AGAIN if consumes else Misuse.CALLEE_READS,
                site.text,
            )

    def _carry_out(
        self,
        site: CallSite,
        memory: Memory,
        summary: Summary,
        instantiation: Instantiation,
        parameters: Mapping[Variable, tuple[Actual, ...]],
        modes: Mapping[str, Mode],
        grounds: Grounds,
        plain_overload: bool = False,
    ) -> bool:
        analysis = self.analysis
        effects = self.calls.effects
        newer = self.calls.kept.newer_classes(summary, summary.result, site.destination)
        if plain_overload:
            newer = frozenset()  # the overload that was chosen returns nothing affine
        made = None
        if summary.predecessors and newer:
            made = self.calls.kept.newer_objects(summary, summary.result, site.destination)
        written: frozenset[str] = frozenset()
        for _, _, held, _ in summary.field_writes:
            written |= self.calls.kept.newer_classes(summary, held, Destination())
        consumed = False
        consumed_actuals: list[Actual] = []
        for parameter, actuals in parameters.items():
            if modes.get(parameter.name) is Mode.CONSUMED:
                for actual in actuals:
                    declared = Grounds("annotation", grounds.origin)
                    effect = effects.adjusted(site, actual, Effect.CONSUME, True)
                    if effects.carry_out(site, memory, actual, effect, declared):
                        consumed = True
                        consumed_actuals.append(actual)
        # What one argument loses by being consumed can't be superseded as another one.
        for item, effect in sorted(_in_order(summary.effects.items()), key=_is_superseding):
            variable = item.origin.variable
            if variable is None:
                continue
            mode = modes.get(variable.name, Mode.UNSPECIFIED)
            if variable in parameters and mode is not Mode.UNSPECIFIED:
                continue
            binding = instantiation.input(item)
            if binding is None:
                continue
            actuals = parameters.get(variable, ())
            line = summary.lines.get(item)
            path = grounds.origin[0] if grounds.origin is not None else None
            exact = Grounds("body", (path, line)) if line is not None else grounds
            actual = self._inner_actual(item, binding, actuals, instantiation, site)
            classes = analysis.ownership.holdings.classes(memory, binding)
            if isinstance(item.shape, AffineShape):
                classes |= {item.shape.class_name}
            kept = bool(classes & newer) and (
                made is None or any(item in summary.predecessors.get(m, (item,)) for m in made)
            )
            adjusted = effects.adjusted(site, actual, effect, kept)
            if (
                adjusted is Effect.SUPERSEDE
                and actual.receiver
                and actual.path
                and classes & written
            ):
                # The body has put something newer there itself, or left the old one in place.
                continue
            split = None
            if adjusted is Effect.MAY_CONSUME and item.recent and item in summary.statuses:
                split = instantiation.split(summary.statuses[item])
            if effects.carry_out(site, memory, actual, adjusted, exact, split, kept):
                consumed = True
                consumed_actuals.append(actual)
        self._carry_out_unknown(site, memory, parameters, grounds, summary)
        if consumed:
            for actuals in parameters.values():
                for actual in actuals:
                    if not actual.receiver and not any(
                        is_inside(other, actual) for other in consumed_actuals
                    ):
                        effects.passed_twice(site, memory, actual)
        return consumed

    def _carry_out_unknown(
        self,
        site: CallSite,
        memory: Memory,
        parameters: Mapping[Variable, tuple[Actual, ...]],
        grounds: Grounds,
        summary: Summary,
    ) -> None:
        """Where the body does not know what it returns: as for an unknown callee."""
        if not summary.returns:
            return  # nothing newer comes of it
        analysis = self.analysis
        shown = shown_classes(
            analysis.module.classes,
            analysis.origin(),
            lambda path: _hands_through(summary, summary.result, path),
        )
        taken = {item.origin.variable for item in summary.effects}
        for variable, actuals in parameters.items() if shown else ():
            for actual in actuals:
                classes = analysis.ownership.holdings.classes(memory, actual.binding)
                if variable not in taken and classes & shown and not actual.receiver:
                    effect = self.calls.effects.adjusted(site, actual, Effect.SUPERSEDE, True)
                    self.calls.effects.carry_out(site, memory, actual, effect, grounds)

    def _inner_actual(
        self,
        item: Object,
        binding: Binding,
        actuals: tuple[Actual, ...],
        instantiation: Instantiation,
        site: CallSite,
    ) -> Actual:
        """The part of an argument (or the captured variable) that an effect is about."""
        text = instantiation.text(item, actuals)
        variable = item.origin.variable
        star = variable is not None and variable.name in instantiation.stars
        if len(actuals) == 1 and not star:
            outer = actuals[0]
            return outer._replace(binding=binding, path=(*outer.path, *item.origin.path), text=text)
        path = item.origin.path
        starred = collected_as(actuals, path[0]) if path else None
        if starred is not None:
            return starred._replace(binding=binding, path=(*starred.path, *path[1:]))
        place = None if variable is None or actuals else Place(variable, path)
        return Actual(binding, None, text, site.node, place=place)

    def _result(
        self,
        memory: Memory,
        instantiation: Instantiation,
        summary: Summary,
        pairs: Sequence[tuple[Actual, str]],
        origin: Origin,
    ) -> Binding:
        if summary.result is None:
            return one(UNKNOWN_VALUE)
        result = instantiation.binding(summary.result)
        copied = {
            held.item
            for actual, _ in pairs
            if actual.copied_by
            for held in self.analysis.ownership.holdings.held(memory, actual.binding)
        }
        if copied:
            result = self.calls.results.copy(
                memory, result, origin.child(Item("copy")), lambda item: item in copied
            )
        return result

    def result_without_arguments(
        self, memory: Memory, function: Function, origin: Origin
    ) -> Binding:
        """What a function returns, whatever it is given; every affine object in it new."""
        home = self.analysis.module.home(function.node)
        summary = home.summary(function, ())
        if home is not self.analysis.module:
            summary = without_globals(summary)
        if summary.opaque or summary.result is None:
            return one(UNKNOWN_VALUE)
        instantiation = Instantiation(
            self.analysis,
            memory,
            summary,
            {},
            origin,
            foreign=home is not self.analysis.module,
        )
        return instantiation.binding(summary.result)


def _is_only_inspected(
    summary: Summary, actual: Actual, pairs: Sequence[tuple[Actual, str]]
) -> bool:
    """Whether a function asks no more of an argument than what it is."""
    if not summary.inspected or actual.copied_by is not None:
        return False
    names = {name for passed, name in pairs if passed is actual}
    return bool(names) and names <= summary.inspected


def _is_overloaded(module: ModuleAnalysis, function: Function) -> bool:
    """Whether a function is declared with several signatures."""
    declaration = module.oracle.declaration(module.definitions.full_name(function.name))
    return declaration is not None and len(declaration.signatures) > 1


_Item = TypeVar("_Item")


def _is_superseding(entry: tuple[Object, Effect]) -> bool:
    return entry[1] is Effect.SUPERSEDE


def _in_order(items: Collection[_Item]) -> Iterable[_Item]:
    """In an order that is the same in every run; working it out takes long, most have one item."""
    return items if len(items) < 2 else sorted(items, key=repr)


def _hands_through(summary: Summary, binding: Binding | None, path: tuple[Key, ...]) -> bool:
    """Whether what a body returns at a path is nothing but what it was given."""
    for key in path:
        held = [v for v in binding.values if isinstance(v, Object)] if binding is not None else []
        fields = [summary.fields.get(item, {}).get(key) for item in held]
        if len(fields) != 1 or binding is None or len(binding.values) != 1:
            return False
        binding = fields[0]
    return binding is not None and all(
        isinstance(value, Object) and value.origin.is_input for value in binding.values
    )
