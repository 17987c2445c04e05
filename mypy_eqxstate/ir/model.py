"""The ownership IR: what a function does, in a handful of operations over places.

Python has some ninety kinds of syntax nodes; ownership needs to know of about twenty operations:
a name is read or bound, an attribute or item is read or written, a value is called, built, used,
iterated, unpacked.  `ir/lowering` turns each function body into a `Body` of basic blocks of such
operations, in Python's order of evaluation, so that the analysis (`flow/`) has no cases for syntax.

Values in flight are *temporaries* (small integers, meaningful in one body only).  A temporary is
written by one operation, or by an `Alias` at the end of each arm of a conditional expression.
Names are `Variable`s: a name together with the body that owns it, so that a closure's free name,
a global and the same name elsewhere can't be confused.  A `Place` is a variable and the path of
keys that leads from it to a value: `carry[0].state`.  These nouns are in `ir/places`.

Worked example.  `x, state = layer(x, state)` becomes::

    t1 = read layer
    t2 = read x
    t3 = read state
    t4 = call t1(t2, t3)              destination: [0] kept, [1] kept
    t5 = unpack t4[0 of 2]
    x = t5
    t6 = unpack t4[1 of 2]
    state = t6

Control flow is explicit: a block ends in one terminator, `finally` bodies are copied onto every
way out, and `Block.handler` names the block that control reaches if an operation raises.  The state
there is the one *before* the raising operation's own effect; see `may_raise`.

List, set and dictionary comprehensions are lowered inline, as loops.  A generator expression is
what Python makes of it: a generator function called `<genexp>@line:col`, with one parameter called
`.0`, which is called at once with its first iterable, and whose body runs when it is iterated.

Limits.  Class bodies are lowered inline in the body that contains them, their names being variables
called `Class.name`.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, NamedTuple

from mypy_eqxstate.ir.places import DROPPED as DROPPED
from mypy_eqxstate.ir.places import ELEMENTS as ELEMENTS
from mypy_eqxstate.ir.places import KEPT as KEPT
from mypy_eqxstate.ir.places import STATEMENT as STATEMENT
from mypy_eqxstate.ir.places import Attribute as Attribute
from mypy_eqxstate.ir.places import Destination as Destination
from mypy_eqxstate.ir.places import Elements as Elements
from mypy_eqxstate.ir.places import Fact as Fact
from mypy_eqxstate.ir.places import Item as Item
from mypy_eqxstate.ir.places import Key as Key
from mypy_eqxstate.ir.places import Place as Place
from mypy_eqxstate.ir.places import Variable as Variable

Temporary = int
BlockIndex = int

# What has a body of its own, and is called: for a generator expression, see above.
FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.GeneratorExp
BodyNode = FunctionNode | ast.Module

GENERATOR_PARAMETER = ".0"  # a generator expression's one parameter: its first iterable


# None of these is changed once its body is lowered.  The dataclasses are not frozen all the same:
# making one would take several times as long, and bodies have many.  They are what can't be tuples:
# a field is called `index` or `count`, or is filled later.

# --- Operations. Every one carries the syntax node that it comes from. -------------------------


class ReadVariable(NamedTuple):
    """`target = variable`; no use of the value yet: aliasing an old object is legal."""

    target: Temporary
    variable: Variable
    node: ast.AST


class WriteVariable(NamedTuple):
    """`variable = source`."""

    variable: Variable
    source: Temporary
    node: ast.AST


class DeleteVariable(NamedTuple):
    """`del variable`; also the end of an `except ... as variable`."""

    variable: Variable
    node: ast.AST


class ReadAttribute(NamedTuple):
    """`target = base.name`."""

    target: Temporary
    base: Temporary
    name: str
    node: ast.AST


class WriteAttribute(NamedTuple):
    """`base.name = source`; `source` None deletes the attribute."""

    base: Temporary
    name: str
    source: Temporary | None
    node: ast.AST


@dataclass(slots=True, eq=False)
class ReadItem:
    """`target = base[index]`; `key` is the index if it is a constant, else ELEMENTS."""

    target: Temporary
    base: Temporary
    index: Temporary
    key: Item | Elements
    node: ast.AST


@dataclass(slots=True, eq=False)
class WriteItem:
    """`base[index] = source`; `source` None deletes the item."""

    base: Temporary
    index: Temporary
    key: Item | Elements
    source: Temporary | None
    node: ast.AST


@dataclass(slots=True, eq=False)
class Unpack:
    """One target of an unpacking: element `position` of `count`.

    Behind a star the position counts from the end (negative).  With `rest` the target gets the
    list of what the star takes: all from `position` up to the last `after` elements.
    """

    target: Temporary
    source: Temporary
    position: int
    count: int
    rest: bool
    after: int
    node: ast.AST


class Constant(NamedTuple):
    """`target = value`: a literal."""

    target: Temporary
    value: Any  # not `object`, which mypyc can't compile here
    node: ast.AST


class BuildElement(NamedTuple):
    """One element of a display: `key` for dicts (None: not constant), `splat` for `*x`, `**x`."""

    source: Temporary
    key: Item | None = None
    splat: bool = False


class Build(NamedTuple):
    """A new "tuple", "list", "set" or "dict" holding its elements, each under its own name too."""

    target: Temporary
    kind: str
    elements: tuple[BuildElement, ...]
    node: ast.AST


class Append(NamedTuple):
    """A comprehension adds an element to the container that it builds."""

    container: Temporary
    source: Temporary
    node: ast.AST


class Alias(NamedTuple):
    """`target = source`: the same value under one more temporary (conditional expressions)."""

    target: Temporary
    source: Temporary
    node: ast.AST


class Argument(NamedTuple):
    """One argument of a call: `name` for keywords, `splat` is "", "*" or "**"."""

    source: Temporary
    name: str | None = None
    splat: str = ""


class Call(NamedTuple):
    """`target = callee(arguments)`; `destination` says which parts of the result are kept."""

    target: Temporary
    callee: Temporary
    arguments: tuple[Argument, ...]
    destination: Destination
    node: ast.Call | ast.expr


class UseKind(Enum):
    """How a value is used by something that is no call."""

    __hash__ = object.__hash__  # enum's own is written in Python, and slow

    OPERATOR = "operator"
    COMPARISON = "comparison"
    IDENTITY = "identity"  # `is`, `is not`: legal on an old object
    TEST = "test"  # truth value: an affine object's is always true; legal on an old object
    FORMAT = "format"
    RETURN = "return"
    YIELD = "yield"
    RAISE = "raise"
    UNKNOWN = "unknown"  # syntax that the lowering does not know: conservatively a use


class Compute(NamedTuple):
    """`target = something computed from operands` that holds none of them (or no value: None)."""

    target: Temporary | None
    operands: tuple[Temporary, ...]
    how: UseKind
    node: ast.AST


class MakeFunction(NamedTuple):
    """`target = lambda ...` or a `def` before its decorators; `defaults` are evaluated already.

    Also the generator function that a generator expression calls at once.
    """

    target: Temporary
    function: FunctionNode
    name: str
    defaults: tuple[tuple[str, Temporary], ...]
    node: ast.AST


class MakeClass(NamedTuple):
    """`target = class` before its decorators; the body was lowered just before, inline.

    `name` is the class's qualified name in its module (`Outer.Inner`, `function.<locals>.Class`);
    `members` are the variables of the class scope.
    """

    target: Temporary
    node: ast.ClassDef
    name: str
    bases: tuple[Temporary, ...]
    members: tuple[Variable, ...]


class Import(NamedTuple):
    """`target = the module or member` of this absolute dotted name."""

    target: Temporary
    full_name: str
    node: ast.AST


class Iterate(NamedTuple):
    """`target = iter(source)` (also async)."""

    target: Temporary
    source: Temporary
    node: ast.AST


class Next(NamedTuple):
    """`target = next(iterator)`: some element of what is iterated."""

    target: Temporary
    iterator: Temporary
    node: ast.AST


class Enter(NamedTuple):
    """`target = context.__enter__()` (also async)."""

    target: Temporary
    context: Temporary
    node: ast.expr


class Exit(NamedTuple):
    """`context.__exit__(...)` (also async)."""

    context: Temporary
    node: ast.expr


class Await(NamedTuple):
    """`target = await source`; `destination` as for a call."""

    target: Temporary
    source: Temporary
    destination: Destination
    node: ast.AST


class Yield(NamedTuple):
    """`target = yield source`; with `delegate`, `yield from source`."""

    target: Temporary
    source: Temporary | None
    delegate: bool
    node: ast.AST


Operation = (
    ReadVariable
    | WriteVariable
    | DeleteVariable
    | ReadAttribute
    | WriteAttribute
    | ReadItem
    | WriteItem
    | Unpack
    | Constant
    | Build
    | Append
    | Alias
    | Call
    | Compute
    | MakeFunction
    | MakeClass
    | Import
    | Iterate
    | Next
    | Enter
    | Exit
    | Await
    | Yield
)

# Operations that can't raise, or do not in practice once something was consumed. All others have
# an edge to `Block.handler`. Attributes, items and unpacking could raise, but they are what stands
# between the making of a new object and its being stored where the old one was. That must count
# as one step: otherwise, every `self.state = self.state.set(...)` inside `try` would leave a path
# to the handler on which `self.state` is dead, and so would `y, state = layer(x, state)`.
QUIET_OPERATIONS = frozenset(
    {
        ReadVariable,
        WriteVariable,
        DeleteVariable,
        ReadAttribute,
        WriteAttribute,
        WriteItem,
        Unpack,
        Constant,
        Alias,
        MakeFunction,
        MakeClass,
        Import,
        Append,
        Build,
    }
)
QUIET_USES = (UseKind.IDENTITY, UseKind.TEST)
# Written out in the source, they can be iterated without any code of the user's.
DISPLAYS = (ast.Tuple, ast.List, ast.Set)


def may_raise(operation: Operation) -> bool:
    """Whether control may leave the block at this operation for `Block.handler`."""
    if isinstance(operation, Compute):
        return operation.how not in QUIET_USES
    if isinstance(operation, Iterate | Next):
        return not isinstance(operation.node, DISPLAYS)
    if isinstance(operation, Await):
        # An awaited call fails as any other call does: before what it does, not behind.
        awaited = operation.node.value if isinstance(operation.node, ast.Await) else None
        return not isinstance(awaited, ast.Call)
    return type(operation) not in QUIET_OPERATIONS


# --- Terminators ---------------------------------------------------------------------------------


@dataclass(slots=True, eq=False)
class Jump:
    """Go on at another block."""

    block: BlockIndex


@dataclass(slots=True, eq=False)
class Branch:
    """Go on at one of two; without a condition (`for`, `except`, `match`, `assert`) at either.

    The facts hold on the respective edge.  Where `node` is a pattern that may fail, `subject` is
    what it is tested on.
    """

    condition: Temporary | None
    then: BlockIndex
    otherwise: BlockIndex
    node: ast.AST
    then_facts: tuple[Fact, ...] = ()
    otherwise_facts: tuple[Fact, ...] = ()
    subject: Temporary | None = None


@dataclass(slots=True, eq=False)
class Suppress:
    """After `__exit__` on the way of an exception: go on behind the `with`, or raise further.

    `reraised` is None if nothing in this body catches the exception.
    """

    context: ast.expr
    swallowed: BlockIndex
    reraised: BlockIndex | None


@dataclass(slots=True, eq=False)
class Return:
    """Leave the body with a value."""

    source: Temporary | None
    node: ast.AST


@dataclass(slots=True, eq=False)
class Leave:
    """The end of a path that goes nowhere in this body: a raise, a call that never returns.

    Where the exception is caught, the edge of the raising operation (`Block.handler`) leads there.
    """


Terminator = Jump | Branch | Suppress | Return | Leave


@dataclass(slots=True, eq=False)
class Block:
    """A basic block: operations, one terminator, and where an exception goes (None: out)."""

    index: BlockIndex
    operations: list[Operation] = field(default_factory=list)
    terminator: Terminator = field(default_factory=Leave)
    handler: BlockIndex | None = None
    loop: int | None = None  # the innermost loop that contains the block: index into Body.loops


@dataclass(slots=True, eq=False)
class Loop:
    """A loop: its header block, the line of its `for`/`while`, the loop around it (or None)."""

    header: BlockIndex
    line: int
    parent: int | None
    comprehension: bool = False


@dataclass(slots=True, eq=False)
class Body:
    """A function body, a lambda's, or a module's, lowered.

    Attributes:
        name: the qualified name in the module, unique: `Counter.__call__`,
            `train.<locals>.step`, `<lambda>@12:4`, `<genexp>@12:4`; "" for the module.
        node: the function (lambda, generator expression) or module.
        parameters: the variables of its parameters, in order (`*args` and `**kwargs` included).
        blocks: by index; `blocks[0]` is the entry.
        loops: by index, outer before inner.
        places: the place that a temporary was read from, where it was read from one.
        parts: for a temporary that was built in place (a display, a conditional expression), the
            temporaries that it is made of.
        locals: the variables that this body owns (parameters included).
        is_generator, is_async: how a call behaves.
        approximated: names of the kinds of syntax that were lowered as UseKind.UNKNOWN.
    """

    name: str
    node: BodyNode
    parameters: tuple[Variable, ...]
    blocks: list[Block]
    loops: list[Loop]
    places: Mapping[Temporary, Place]
    parts: Mapping[Temporary, tuple[Temporary, ...]]
    locals: frozenset[Variable]
    is_generator: bool = False
    is_async: bool = False
    approximated: frozenset[str] = frozenset()
