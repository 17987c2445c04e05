"""What the analysis asks a type checker, and nothing more.

The engine works on Python's `ast` and has its own small inference, because a type checker says
`Any` for much that matters here.  Where types exist they refine what the engine knows; this module
is the whole of that conversation.  `oracle/of_mypy.py` answers it from mypy's tree; a test or
another checker can answer it in its own way, and `oracle/silent.py` answers nothing at all.

Every answer may be "I don't know" (`UNKNOWN`, `None`): the engine then falls back on its own
inference and, failing that, on the policy for unknown callees.  An oracle never raises.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import Protocol

from mypy_eqxstate.oracle.shapes import Shape, Signature


@dataclass(frozen=True, slots=True)
class Declaration:
    """A function, method or class constructor as its definition declares it.

    Attributes:
        full_name: dotted name of the definition, e.g. `equinox.nn._batch_norm.BatchNorm.__call__`.
        signatures: one, or several for an overload; a method's include `self`/`cls` as the first
            parameter (static methods have none).
        kind: "function", "method", "classmethod", "staticmethod" or "property".
        path: the file of the definition, or None.
        line: the 1-based line of the `def`, or 0.
        decorated: the definition has a decorator whose effect on the type is not known (the
            type of the decorated name is Any or not a function's), so that only the
            undecorated signature is.
        abstract: the body says nothing of what a call does: an abstract method, a Protocol's,
            a stub's, or one whose body is `...`, `pass` or `raise NotImplementedError`.
        in_stub: declared in a `.pyi` file.
    """

    full_name: str
    signatures: tuple[Signature, ...]
    kind: str = "function"
    path: str | None = None
    line: int = 0
    decorated: bool = False
    abstract: bool = False
    in_stub: bool = False


@dataclass(frozen=True, slots=True)
class ClassInfo:
    """A class: its ancestors, what its instances hold and how it is built.

    Attributes:
        full_name: dotted name of the class.
        ancestors: full names of the method resolution order, the class itself first.
        fields: name and shape of every instance attribute declared by the class or an ancestor
            (annotated class attributes, attributes assigned through `self`), methods excluded.
        constructor_fields: for a dataclass, NamedTuple or `equinox.Module` without an own
            `__init__`: the field names in the order of the generated constructor, else None.
        affine: the class was declared with `@affine` (in source or stubs).
        is_protocol: the class is a Protocol.
        is_new_type: made by `NewType`: calling it returns the argument itself.
        frozen: nothing can be assigned to the fields of an instance (a frozen dataclass, an
            `equinox.Module`, a NamedTuple).
        inferred: the fields without an annotation: their shape is that of what is stored in them
            first.
    """

    full_name: str
    ancestors: tuple[str, ...] = ()
    fields: dict[str, Shape] = field(default_factory=dict)
    constructor_fields: tuple[str, ...] | None = None
    affine: bool = False
    is_protocol: bool = False
    is_new_type: bool = False
    frozen: bool = False
    inferred: frozenset[str] = frozenset()


class Oracle(Protocol):
    """One module's questions to a type checker.  Nodes are those of the module's own `ast`."""

    def declaring(self) -> frozenset[str]:
        """The modules that the answers so far were read from, as far as they are not obvious.

        What follows from a name or an expression in the module itself, the type checker knows to
        rest on others; that need not be said.
        """
        ...

    def affine_lines(self) -> frozenset[int] | None:
        """The lines on which an expression's type can hold an affine object; None if not known."""
        ...

    def shape(self, node: ast.expr) -> Shape:
        """The shape of an expression's inferred type, narrowed at this point; UNKNOWN if none."""
        ...

    def target(self, node: ast.expr) -> str | None:
        """The full name of the definition that a name or attribute refers to.

        Only for what is defined at module or class level anywhere (functions, classes, modules,
        module variables, methods reached through an instance or a class); None for locals.
        For a method reached through an instance: the name of the definition in the ancestor that
        defines it.
        """
        ...

    def signature(self, call: ast.Call) -> Signature | None:
        """The signature chosen for this call (the overload item, type variables solved).

        Without the bound `self`; None if the callee is not typed.
        """
        ...

    def declaration(self, full_name: str) -> Declaration | None:
        """The function or method of this full name; None if there is no such definition."""
        ...

    def class_info(self, full_name: str) -> ClassInfo | None:
        """The class of this full name; None if there is none."""
        ...

    def is_concerned(self, full_name: str) -> bool:
        """Whether the module of a definition imports an affine class, or one that does.

        True in doubt.  If not, nothing in it can be declared as one, and it is not looked into.
        """
        ...

    def method(self, class_name: str, name: str) -> Declaration | None:
        """The method that an instance of the class has under this name, looked up by its MRO."""
        ...

    def parameter_signature(
        self, function: ast.FunctionDef | ast.AsyncFunctionDef
    ) -> Signature | None:
        """The signature of a function of this module, `self` included; None if unannotated."""
        ...

    def reachable(self, statement: ast.stmt) -> bool:
        """False if the type checker proved that the statement can't run; True if in doubt."""
        ...

    def never_returns(self, call: ast.Call) -> bool:
        """The call's type is `Never`/`NoReturn`."""
        ...

    def swallows_exceptions(self, context: ast.expr) -> bool:
        """The context manager may suppress an exception of its body (`__exit__` -> bool)."""
        ...


@dataclass(frozen=True, slots=True)
class SourceModule:
    """A module other than the one being checked, as its source has it.

    Attributes:
        name: its dotted name.
        path: its file, as the type checker shows it.
        tree: its syntax tree.
        is_package: it is the `__init__` of a package.
        oracle: answers about it, from what its definitions declare.
    """

    name: str
    path: str
    tree: ast.Module
    is_package: bool
    oracle: Oracle


class Sources(Protocol):
    """Where the sources of other modules come from."""

    def module(self, name: str) -> SourceModule | None:
        """The module of a dotted name; None if there is none, or no source that can be read."""
        ...

    def may_make_affine(self, name: str) -> bool:
        """Whether the module can make affine objects: it imports, directly or not, their class.

        Asked before the source is read; True if in doubt.
        """
        ...
