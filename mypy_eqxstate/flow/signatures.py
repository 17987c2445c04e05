"""Calls of which only the signature is known, or not even that.

A signature says what goes in and what comes out.  An argument of an affine class, or of a class
that holds one, is superseded when the result holds a newer one of that class, and borrowed
otherwise; `Borrowed` and `Consumed` in the signature outrank this.

Worked example.  `def step(model: Net, state: State) -> tuple[Array, State]` in another module:
`y, new = step(model, state)` supersedes `state`, because the caller keeps the State of the result;
`y, _ = step(model, state)` borrows it, because the newer State is dropped on purpose (unless
`strict`).

An unknown callee supersedes if a part of its result turns out to be affine later
(`flow/evidence.py`).

Limit: of overloads, the first one that takes all arguments is chosen where the type checker does
not say which one it was.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import TYPE_CHECKING

from mypy_eqxstate.contracts.model import Effect
from mypy_eqxstate.flow.arguments import Actual, Formal, match
from mypy_eqxstate.flow.bindings import Binding
from mypy_eqxstate.flow.declared import known_as, solved, standing_for
from mypy_eqxstate.flow.effects import CallSite, Grounds
from mypy_eqxstate.flow.evidence import promote_arguments, shown_classes, shown_shape
from mypy_eqxstate.flow.heirs import ArgumentEffects, only_heirs
from mypy_eqxstate.flow.memory import Memory
from mypy_eqxstate.flow.values import Object, Origin
from mypy_eqxstate.oracle.shapes import (
    AffineShape,
    Mode,
    Signature,
    UnknownShape,
    completed,
)

if TYPE_CHECKING:
    from mypy_eqxstate.flow.body import BodyAnalysis
    from mypy_eqxstate.flow.calls import Calls


class Signatures:
    """The calls by signature in one body."""

    def __init__(self, analysis: BodyAnalysis, calls: Calls) -> None:
        self.analysis = analysis
        self.calls = calls

    def of_call(self, site: CallSite, memory: Memory, actuals: list[Actual]) -> Binding:
        """A callee that is no known value: ask the type checker for the signature of the call."""
        if site.direct and isinstance(site.node, ast.Call):
            signature = self.analysis.oracle.signature(site.node)
            plain = [actual for actual in actuals if not actual.receiver]
            if signature is not None:
                return self.by_signatures(site, memory, (signature,), plain, Grounds("signature"))
        return self.unknown(site, memory, actuals)

    def by_signatures(
        self,
        site: CallSite,
        memory: Memory,
        signatures: Sequence[Signature],
        actuals: list[Actual],
        grounds: Grounds,
        with_receiver: bool = False,
        given_up: bool = False,
    ) -> Binding:
        """A callee of which only the signature is known.

        Args:
            site: the call.
            memory: what holds before the call; changed.
            signatures: those of the callee, several if it is overloaded.
            actuals: the arguments.
            grounds: where the signature stands.
            with_receiver: the signatures' first parameter is the receiver, which is among
                `actuals`, too.
            given_up: there is a body, which it was too much to look into.  Only what is declared
                counts: what it does must not be guessed.
        """
        chosen = self._chosen(site, signatures, actuals)
        if chosen is None:
            return self.unknown(site, memory, actuals, given_up)
        origin = self.analysis.origin()
        known = self.analysis.module.classes
        shape = completed(site.typed, chosen.result)
        if not given_up:
            shape = shown_shape(known, origin, shape)
        modes = {parameter.name: parameter.mode for parameter in chosen.parameters}
        if isinstance(shape, UnknownShape) and all(
            mode is Mode.UNSPECIFIED for mode in modes.values()
        ):
            return self.unknown(site, memory, actuals, given_up)
        kept = self.calls.kept.kept_classes_of_shape(shape, site.destination)
        every = self.analysis.heap.classes.affine_classes_in(shape)
        formals = [Formal(parameter.name, parameter.kind) for parameter in chosen.parameters]
        passed = actuals
        if not with_receiver and actuals and actuals[0].receiver:
            passed = actuals[1:]
        matched = match(formals, passed)
        promote_arguments(known, matched.pairs, chosen)
        parameter_of = {id(actual): name for actual, name in matched.pairs}
        standing = standing_for(memory, self.analysis.heap, matched.pairs, chosen)
        effects: ArgumentEffects = []
        declared = grounds
        for actual in actuals:
            mode = modes.get(parameter_of.get(id(actual), ""), Mode.UNSPECIFIED)
            classes = self.analysis.ownership.holdings.classes(memory, actual.binding)
            classes |= known_as(standing, actual)
            effect = Effect.BORROW
            if mode is Mode.CONSUMED:
                effect = Effect.CONSUME
                declared = grounds._replace(reason="annotation")
            elif mode is Mode.UNSPECIFIED and classes & every:
                effect = Effect.SUPERSEDE
            elif actual.receiver and not actual.is_affine:
                # A method whose body can't be read need not touch an old field of its receiver.
                effect = Effect.IGNORE
            effects.append((actual, effect, bool(classes & kept)))
        effects = only_heirs(self.analysis, effects, shape, origin)
        self.note_given(memory, origin, actuals)
        consumed = self.calls.effects.apply(site, memory, effects, declared, bool(every))
        self.calls.hand_over(site, memory, actuals)
        if (
            consumed
            and site.destination.statement
            and every
            and self.calls.is_missed(memory, actuals)
        ):
            self.calls.dropped(site, memory, sorted(every)[0])
        actuals = self.analysis.make_room(memory, actuals)
        if site.inference:
            handed = self.calls.transforms.handed_through(memory, actuals)
            if handed is not None:
                return handed
        shape = solved(standing, known, shape)
        return Binding(self.analysis.heap.allocate(memory, origin, shape))

    def _chosen(
        self,
        site: CallSite,
        signatures: Sequence[Signature],
        actuals: Sequence[Actual],
    ) -> Signature | None:
        if len(signatures) > 1 and site.direct and isinstance(site.node, ast.Call):
            exact = self.analysis.oracle.signature(site.node)
            if exact is not None:
                wanted = {parameter.name for parameter in exact.parameters}
                for signature in signatures:
                    if wanted <= {parameter.name for parameter in signature.parameters} and (
                        signature.result == exact.result
                    ):
                        return signature
        for signature in signatures:
            matched = match(
                [Formal(parameter.name, parameter.kind) for parameter in signature.parameters],
                actuals,
            )
            if not matched.left_over:
                return signature
        return signatures[0] if signatures else None

    def unknown(
        self, site: CallSite, memory: Memory, actuals: list[Actual], given_up: bool = False
    ) -> Binding:
        """A callee of which nothing is known.

        The result is known by what happens to it later: if a part of it turns out to be affine
        (`flow/evidence.py`), the body is analysed again, and this call supersedes.  It does not if
        there is a body which it was too much to look into: what that does must not be guessed.
        """
        analysis = self.analysis
        origin = analysis.origin()
        shape = site.typed
        promoted: frozenset[str]
        if isinstance(shape, UnknownShape):
            promoted = shown_classes(analysis.module.classes, origin)
        else:
            promoted = self.calls.kept.kept_classes_of_shape(shape, site.destination)
        effects: ArgumentEffects = []
        self.note_given(memory, origin, actuals)
        if given_up:
            promoted = frozenset()
        for actual in actuals:
            classes = analysis.ownership.holdings.classes(memory, actual.binding)
            superseded = bool(classes & promoted) and not actual.receiver
            effect = Effect.SUPERSEDE if superseded else Effect.BORROW
            if actual.receiver:
                effect = Effect.IGNORE
            effects.append((actual, effect, superseded))
        effects = only_heirs(analysis, effects, shape, origin)
        self.calls.effects.apply(site, memory, effects, Grounds("unknown"), may_choose=True)
        self.calls.hand_over(site, memory, actuals)
        analysis.make_room(memory, ())
        return Binding(analysis.heap.allocate(memory, origin, shape))

    def note_given(self, memory: Memory, origin: Origin, actuals: Sequence[Actual]) -> None:
        """Remember the affine arguments, for names that tell of the parts of the result."""
        given: set[tuple[str, str]] = set()
        for actual in actuals:
            parts = self.analysis.body.parts.get(actual.temporary or 0, ())
            passed = [(actual.text, actual.binding)]
            passed += [
                (self.analysis.text_of(part), self.analysis.read(memory, part)) for part in parts
            ]
            given.update(
                (text.rpartition(".")[2], value.shape.class_name)
                for text, binding in passed
                for value in binding.values
                if isinstance(value, Object) and isinstance(value.shape, AffineShape)
            )
        if given:
            self.analysis.given_to_unknown[origin.operation] = frozenset(given)
