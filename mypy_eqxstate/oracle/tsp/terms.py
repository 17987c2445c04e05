"""Types as far as the analysis can use them: what annotations and a type server's answers become.

A term is halfway between what is written and a shape (`oracle/shapes.py`).  It still knows type
arguments and type variables, so that `dict_items[str, State]`, seen as an iterable, gives tuples of
`str` and `State`; a shape only says where in a value something affine can sit.

    dict[str, State] | None   ->   UnionTerm((ClassTerm(dict, (str, State)), NONE_TERM))

Terms are immutable and hashable.  Classes are compared by full name.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from mypy_eqxstate.oracle.shapes import Mode, ParameterKind
from mypy_eqxstate.oracle.tsp.modules import Module


@dataclass(frozen=True, slots=True)
class ClassDefinition:
    """A class, known by its full name.

    Attributes:
        full_name: its dotted name.
        module: where it is defined.
        node: its definition; of a functional one (`NewType`, `namedtuple`) the call.
    """

    full_name: str
    module: Module = field(compare=False, hash=False, repr=False)
    node: ast.ClassDef | ast.Call = field(compare=False, hash=False, repr=False)


@dataclass(frozen=True, slots=True)
class AnyTerm:
    """Nothing is known."""


@dataclass(frozen=True, slots=True)
class NoneTerm:
    """`None`."""


@dataclass(frozen=True, slots=True)
class NeverTerm:
    """No value at all."""


@dataclass(frozen=True, slots=True)
class PlainTerm:
    """A literal, or another value that holds nothing."""


@dataclass(frozen=True, slots=True)
class ClassTerm:
    """An instance of a class."""

    definition: ClassDefinition
    arguments: tuple[Term, ...] = ()


@dataclass(frozen=True, slots=True)
class TypeTerm:
    """A class as a value."""

    instance: Term


@dataclass(frozen=True, slots=True)
class TupleTerm:
    """A tuple of known length."""

    items: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class UnionTerm:
    """One of several."""

    items: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class VariableTerm:
    """A type variable.

    Attributes:
        full_name: of its definition.
        bound: its bound, if any.
        values: its constraints.
        is_pack: it stands for several types (`ParamSpec`, `TypeVarTuple`).
    """

    full_name: str
    bound: Term | None = field(default=None, compare=False, hash=False)
    values: tuple[Term, ...] = field(default=(), compare=False, hash=False)
    is_pack: bool = False


@dataclass(frozen=True, slots=True)
class ModuleTerm:
    """A module as a value."""

    name: str


@dataclass(frozen=True, slots=True)
class ParameterTerm:
    """A parameter of a callable."""

    name: str
    kind: ParameterKind
    term: Term
    mode: Mode = Mode.UNSPECIFIED
    has_default: bool = False


@dataclass(frozen=True, slots=True)
class FunctionTerm:
    """A callable.  `parameters` None: any arguments; an already bound `self` is left out."""

    parameters: tuple[ParameterTerm, ...] | None
    result: Term
    annotated: bool = True


@dataclass(frozen=True, slots=True)
class OverloadTerm:
    """An overloaded callable."""

    items: tuple[FunctionTerm, ...]


Term = (
    AnyTerm
    | NoneTerm
    | NeverTerm
    | PlainTerm
    | ClassTerm
    | TypeTerm
    | TupleTerm
    | UnionTerm
    | VariableTerm
    | ModuleTerm
    | FunctionTerm
    | OverloadTerm
)
ANY = AnyTerm()
NONE_TERM = NoneTerm()
NEVER = NeverTerm()
PLAIN_TERM = PlainTerm()


def union(items: tuple[Term, ...] | list[Term]) -> Term:
    """One of several, flat and without repetition; the term itself if there is only one."""
    flat: dict[Term, None] = {}
    for item in items:
        for inner in item.items if isinstance(item, UnionTerm) else (item,):
            flat[inner] = None
    if not flat:
        return NEVER
    return next(iter(flat)) if len(flat) == 1 else UnionTerm(tuple(flat))


def variables(term: Term) -> Iterator[VariableTerm]:
    """The type variables in a term, in the order of their appearance, with repetitions."""
    if isinstance(term, VariableTerm):
        yield term
    elif isinstance(term, ClassTerm):
        for argument in term.arguments:
            yield from variables(argument)
    elif isinstance(term, TypeTerm):
        yield from variables(term.instance)
    elif isinstance(term, TupleTerm | UnionTerm | OverloadTerm):
        for item in term.items:
            yield from variables(item)
    elif isinstance(term, FunctionTerm):
        for parameter in term.parameters or ():
            yield from variables(parameter.term)
        yield from variables(term.result)


def substitute(term: Term, known: Mapping[VariableTerm, Term]) -> Term:
    """A term with type variables replaced."""
    if not known:
        return term
    if isinstance(term, VariableTerm):
        return known.get(term, term)
    if isinstance(term, ClassTerm):
        arguments = tuple(substitute(argument, known) for argument in term.arguments)
        return ClassTerm(term.definition, arguments)
    if isinstance(term, TypeTerm):
        return TypeTerm(substitute(term.instance, known))
    if isinstance(term, TupleTerm):
        return TupleTerm(tuple(substitute(item, known) for item in term.items))
    if isinstance(term, UnionTerm):
        return union([substitute(item, known) for item in term.items])
    if isinstance(term, FunctionTerm):
        return _substitute_function(term, known)
    if isinstance(term, OverloadTerm):
        return OverloadTerm(tuple(_substitute_function(item, known) for item in term.items))
    return term


def _substitute_function(term: FunctionTerm, known: Mapping[VariableTerm, Term]) -> FunctionTerm:
    parameters = term.parameters
    if parameters is not None:
        parameters = tuple(
            ParameterTerm(p.name, p.kind, substitute(p.term, known), p.mode, p.has_default)
            for p in parameters
        )
    return FunctionTerm(parameters, substitute(term.result, known), term.annotated)
