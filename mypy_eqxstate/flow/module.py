"""All bodies of one module: who analyses them, in which contexts, and what they know of each other.

The module body is solved first: it tells what the global names are (decorated functions,
`step = jax.jit(f)`, a State made at module level).  Function bodies follow on demand: a call asks
for the summary of its callee in the context of the call, which solves the callee's body, which may
ask for further summaries.

Recursion.  A body that is asked for while it is being solved answers with its last summary, at
first "never returns"; when it is done and its summary has changed, it is solved again.  Summaries
that were computed while resting on such a provisional answer are not kept.

Limits: `MAXIMAL_CONTEXTS` contexts a function and `MAXIMAL_RECURSION` of them nested (then the
declared one serves), `MAXIMAL_ROUNDS` rounds for a recursive one, `MAXIMAL_STACK` bodies at work
at once (deeper calls count by their signature).
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import Final

from mypy_eqxstate.contracts.library import PRODUCERS
from mypy_eqxstate.contracts.model import Effect, Row
from mypy_eqxstate.contracts.summaries import NEVER_RETURNS, OPAQUE, Summary
from mypy_eqxstate.flow.abstraction import Context, binding_of_kind, shape_of
from mypy_eqxstate.flow.body import BodyAnalysis
from mypy_eqxstate.flow.explain import leads_to
from mypy_eqxstate.flow.guards import ALWAYS, Guard
from mypy_eqxstate.flow.heap import DISPLAY_SHAPES, ClassKnowledge, Heap, values_of_shape
from mypy_eqxstate.flow.memory import LIVE, Binding, Memory, join_bindings, one
from mypy_eqxstate.flow.problems import EventDetail, Problem
from mypy_eqxstate.flow.relevance import Relevance
from mypy_eqxstate.flow.solver import NoFixpoint
from mypy_eqxstate.flow.values import (
    UNKNOWN_VALUE,
    Bound,
    Descriptor,
    Event,
    Function,
    Object,
    Origin,
    Symbol,
    Transformed,
    Value,
)
from mypy_eqxstate.fullnames import canonical
from mypy_eqxstate.ir.model import ELEMENTS, Body, BodyNode, Elements, FunctionNode, Key, Variable
from mypy_eqxstate.ir.module import ModuleIndex
from mypy_eqxstate.oracle.protocol import ClassInfo, Oracle
from mypy_eqxstate.oracle.shapes import (
    UNKNOWN,
    AffineShape,
    CallableShape,
    ContainerShape,
    InstanceShape,
    Mode,
    ParameterKind,
    Shape,
    Signature,
    UnionShape,
    UnknownShape,
)

MAXIMAL_CONTEXTS: Final = 8
MAXIMAL_RECURSION: Final = 2
MAXIMAL_ROUNDS: Final = 6
MAXIMAL_STACK: Final = 25
DESCRIPTORS: Final = {
    "builtins.staticmethod": "staticmethod",
    "builtins.classmethod": "classmethod",
    "builtins.property": "property",
    "functools.cached_property": "property",
}


class ModuleAnalysis:
    """The analysis of one module.

    Args:
        index: the module's functions, classes and scopes.
        oracle: the type checker's answers about it.
        row: the library table and the user's rows, by full name.
        affine_classes: full names of classes that are affine by table or configuration.
        strict: explicitly dropped results count as kept.
    """

    def __init__(
        self,
        index: ModuleIndex,
        oracle: Oracle,
        row: Callable[[str], Row | None],
        affine_classes: frozenset[str],
        strict: bool = False,
    ) -> None:
        self.index = index
        self.oracle = oracle
        self.row = row
        self.strict = strict
        self._affine_classes = affine_classes
        self.classes = ClassKnowledge(self._class_info, {})
        self.telling_names = self._telling_names()
        index.look_into_everything()
        self.relevance = Relevance(index.functions, oracle.affine_lines(), self.telling_names)
        self.events: dict[Event, EventDetail] = {}
        self.globals: dict[Variable, Binding] = {}
        self.members: dict[Variable, Binding] = {}
        self.problems: dict[tuple[BodyNode, Context], list[Problem]] = {}
        self.modules: set[str] = set()
        self.given_up: list[str] = []
        self.decorators: frozenset[ast.AST] = frozenset(
            decorator
            for node in (*index.functions.values(), *index.classes.values())
            for decorator in getattr(node, "decorator_list", ())
        )
        self._bodies: dict[BodyNode, Body] = {}
        self._summaries: dict[tuple[BodyNode, Context], Summary] = {}
        self._stack: list[tuple[BodyNode, Context]] = []
        self._provisional: dict[tuple[BodyNode, Context], Summary] = {}
        self._rests_on: set[tuple[BodyNode, Context]] = set()
        self._contexts: dict[BodyNode, set[Context]] = {}
        self._signatures: dict[BodyNode, Signature | None] = {}
        self._texts: dict[ast.AST, str] = {}
        self._module_memory = Memory()
        self._module_heap = Heap(self.classes)

    # --- names -----------------------------------------------------------------------------------

    def full_name(self, name: str) -> str:
        """The full name of something that the module defines."""
        return f"{self.index.name}.{name}"

    def text(self, node: ast.AST) -> str:
        """An expression as Python writes it, shortened if it is long."""
        found = self._texts.get(node)
        if found is None:
            found = ast.unparse(node) if isinstance(node, ast.expr) else "value"
            if len(found) > 60:
                found = f"{found[:57]}..."
            self._texts[node] = found
        return found

    def _own(self, full_name: str) -> str | None:
        prefix = f"{self.index.name}."
        return full_name[len(prefix) :] if full_name.startswith(prefix) else None

    def is_own_class(self, full_name: str) -> bool:
        """Whether the module defines a class of this full name."""
        return self._own(full_name) in self.index.classes

    def depends_on(self, full_name: str) -> None:
        """Note that a finding may rest on the definition of a full name."""
        self.modules.add(full_name.rpartition(".")[0])

    @property
    def default_affine_class(self) -> str:
        """The class of a fresh object when nothing else tells."""
        return sorted(self._affine_classes, key=lambda name: (-len(name), name))[0]

    def affine_class_of(self, row_name: str) -> str:
        """The affine class that a row speaks of: its own class, if it is a method's.

        Of the names of one class it is that of the definition, which is what type checkers give.
        """
        for class_name in sorted(self._affine_classes, key=len, reverse=True):
            if row_name == class_name or row_name.startswith(f"{class_name}."):
                public = canonical(class_name)
                return max(
                    (name for name in self._affine_classes if canonical(name) == public), key=len
                )
        return self.default_affine_class

    def _class_info(self, full_name: str) -> ClassInfo | None:
        found = self.oracle.class_info(full_name)
        if found is None and self.is_own_class(full_name):
            return ClassInfo(full_name, (full_name,))
        return found

    def _telling_names(self) -> frozenset[str]:
        """Names whose mention shows that a function without types may meet an affine object."""
        found = {name.rpartition(".")[2] for name in (*self._affine_classes, *PRODUCERS)}
        for class_name in self.index.classes:
            info = self.classes.info(self.full_name(class_name))
            for field, shape in info.fields.items() if info is not None else ():
                if self.classes.affine_classes_in(shape):
                    found.add(field)
        for local, full_name in self.index.imported_names():
            declaration = self.oracle.declaration(full_name)
            for signature in declaration.signatures if declaration is not None else ():
                shapes = (signature.result, *(p.shape for p in signature.parameters))
                if any(self.classes.affine_classes_in(shape) for shape in shapes):
                    found.add(local)
        return frozenset(found)

    # --- definitions -----------------------------------------------------------------------------

    def note_member(self, variable: Variable, binding: Binding) -> None:
        """Remember what a class body has bound a name to."""
        self.members[variable] = binding

    def own_member(self, class_name: str, name: str) -> Value | None:
        """A function (decorated as it is) in the body of a class of this module."""
        qualified = self._own(class_name)
        if qualified is None or qualified not in self.index.classes:
            return None
        owner = self.index.owner_of(self.index.classes[qualified])
        binding = self.members.get(Variable(f"{qualified}.{name}", owner))
        if binding is not None:
            values = [v for v in binding.values if _is_function_like(v)]
            return values[0] if values else None
        node = self.index.functions.get(f"{qualified}.{name}")
        return None if node is None else Function(node, f"{qualified}.{name}")

    def method(self, class_name: str, name: str) -> Value | None:
        """The method (or property) that an instance of a class has under a name."""
        info = self.classes.info(class_name)
        ancestors = info.ancestors if info is not None and info.ancestors else (class_name,)
        for ancestor in ancestors:
            member = self.own_member(ancestor, name)
            if member is not None:
                return member
            full_name = f"{ancestor}.{name}"
            if self.row(full_name) is not None:
                return Symbol(full_name)
            if info is not None and ancestor == class_name and name in info.fields:
                return None
        declaration = self.oracle.method(class_name, name)
        if declaration is None:
            return None
        symbol = Symbol(declaration.full_name)
        if declaration.kind in {"staticmethod", "classmethod", "property"}:
            return Descriptor(declaration.kind, symbol)
        return symbol

    def value_of_symbol(self, full_name: str) -> Value:
        """What a full name stands for, as far as this module knows; else the name itself."""
        own = self._own(full_name)
        if own is None or own in self.index.classes:
            return Symbol(full_name)
        binding = self.globals.get(Variable(own, ""))
        if binding is not None and len(binding.values) == 1:
            value = next(iter(binding.values))
            if not isinstance(value, Object) and value != UNKNOWN_VALUE:
                return value
        holder, _, name = own.rpartition(".")
        if holder in self.index.classes:
            member = self.own_member(self.full_name(holder), name)
            if member is not None:
                return member
        node = self.index.functions.get(own)
        return Symbol(full_name) if node is None else Function(node, own)

    def signature(self, node: FunctionNode) -> Signature | None:
        """The annotated signature of a function of this module."""
        if node not in self._signatures:
            found = None
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                found = self.oracle.parameter_signature(node)
            self._signatures[node] = found
        return self._signatures[node]

    def modes(self, node: FunctionNode) -> Mapping[str, Mode]:
        """The parameters that are declared `Borrowed` or `Consumed`."""
        signature = self.signature(node)
        if signature is None:
            return {}
        return {
            parameter.name: parameter.mode
            for parameter in signature.parameters
            if parameter.mode is not Mode.UNSPECIFIED
        }

    def free_variables(self, node: BodyNode) -> tuple[Variable, ...]:
        """The variables of enclosing functions that a function reads."""
        return self.index.free_variables(node)

    def wants_context(self, shape: Shape) -> bool:
        """Whether the arguments of calls say more of a parameter than its declaration."""
        if isinstance(shape, UnknownShape | CallableShape | InstanceShape):
            return True
        if isinstance(shape, ContainerShape):
            return self.wants_context(shape.element)
        return isinstance(shape, UnionShape) and any(map(self.wants_context, shape.items))

    def foreign_binding(self, root: Variable, body: Body) -> Binding:
        """What a parameter, a captured variable or a global holds before a body begins."""
        origin = Origin(body.name, -1, root)
        if root.owner == "":
            return self._global(root, origin)
        shape: Shape = UNKNOWN
        if root in body.parameters and not isinstance(body.node, ast.Module):
            shape = self._parameter_shape(body.node, root.name)
        return Binding(values_of_shape(shape, origin, recent=True))

    def _global(self, root: Variable, origin: Origin) -> Binding:
        binding = self.globals.get(root)
        if binding is None:
            if root.name in self.index.functions:
                return one(Function(self.index.functions[root.name], root.name))
            if root.name in self.index.classes:
                return one(Symbol(self.full_name(root.name)))
            if self.globals or self.index.is_unbound(root.name):
                return one(Symbol(f"builtins.{root.name}"))
            return one(UNKNOWN_VALUE)
        values: dict[Value, Guard] = {}
        for value in binding.values:
            if isinstance(value, Object):
                shape = shape_of(self._module_memory, value, self._module_heap, 2)
                values.update(values_of_shape(shape, origin, recent=True))
            else:
                values[value] = ALWAYS
        return Binding(values)

    def _parameter_shape(self, node: FunctionNode, name: str) -> Shape:
        signature = self.signature(node)
        declared = next(
            (p for p in signature.parameters if p.name == name) if signature else iter(()), None
        )
        if declared is not None and not isinstance(declared.shape, UnknownShape):
            if declared.kind in {ParameterKind.STAR, ParameterKind.DOUBLE_STAR}:
                return ContainerShape(declared.shape)
            return declared.shape
        if isinstance(node, ast.GeneratorExp):
            return UNKNOWN
        class_name = self.index.class_of(node)
        arguments = [*node.args.posonlyargs, *node.args.args]
        if class_name is not None and arguments and arguments[0].arg == name:
            if not any(
                isinstance(decorator, ast.Name) and decorator.id in {"staticmethod", "classmethod"}
                for decorator in getattr(node, "decorator_list", ())
            ):
                full_name = self.full_name(class_name)
                info = self.classes.info(full_name)
                if info is not None and info.affine:
                    return AffineShape(full_name)
                return InstanceShape(full_name)
        return UNKNOWN

    # --- running bodies --------------------------------------------------------------------------

    def body(self, node: BodyNode) -> Body:
        """The lowered body of a function or the module."""
        found = self._bodies.get(node)
        if found is None:
            found = self._bodies[node] = self.index.lower(
                node,
                reachable=self.oracle.reachable,
                never_returns=self.oracle.never_returns,
            )
        return found

    def analyze_module_body(self) -> None:
        """Solve the module body, so that the global names are known; twice, to know them in it."""
        for _ in range(2):
            self._summaries.clear()
            self.problems.clear()
            self.events.clear()
            self._contexts.clear()
            analysis = self._run(self.index.tree, ())
            if not analysis.returned:
                return
            memory = analysis.join_all([memory for memory, _ in analysis.returned])
            self._module_memory = memory
            self._module_heap = analysis.heap
            self.globals = {
                root: binding
                for root, binding in memory.bindings.items()
                if isinstance(root, Variable) and root.owner == ""
            }

    def analyze(self, node: FunctionNode) -> None:
        """Make sure that a function was solved as it is declared."""
        self.summary(Function(node, self.index.name_of(node)), ())

    def leads_to(self, earlier: Problem, later: Problem) -> bool:
        """Whether a path leads from one use on to another use of the same body."""
        body = self.body(self.index.node(earlier.body))
        return leads_to(body, earlier.position, later.position)

    def contexts(self, node: BodyNode) -> set[Context]:
        """The contexts in which a function was called."""
        return self._contexts.get(node, set())

    def _run(self, node: BodyNode, context: Context) -> BodyAnalysis:
        body = self.body(node)
        inputs = {
            variable: binding_of_kind(kind, variable, body.name) for variable, kind in context
        }
        modes = {} if isinstance(node, ast.Module) else self.modes(node)
        analysis = BodyAnalysis(self, body, inputs, modes)
        analysis.run()
        self.problems[node, context] = analysis.problems
        return analysis

    def summary(self, function: Function, context: Context) -> Summary:
        """What a call of a function does, in a context.

        Raises:
            nothing: a body without a fixpoint counts as opaque.
        """
        node = function.node
        if _says_nothing(node):
            return OPAQUE
        known = self._contexts.setdefault(node, set())
        if context and context not in known:
            recursive = sum(at_work is node for at_work, _ in self._stack) >= MAXIMAL_RECURSION
            if len(known) >= MAXIMAL_CONTEXTS or recursive:
                context = ()
            else:
                known.add(context)
        key = (node, context)
        found = self._summaries.get(key)
        if found is not None:
            return found
        if key in self._provisional:
            self._rests_on.add(key)
            return self._provisional[key]
        if len(self._stack) >= MAXIMAL_STACK:
            return OPAQUE
        self._stack.append(key)
        outer_rests_on, self._rests_on = self._rests_on, set()
        summary = NEVER_RETURNS
        try:
            for _ in range(MAXIMAL_ROUNDS):
                self._provisional[key] = summary
                self._rests_on.discard(key)
                again = self._summarize(node, context)
                rests_on_itself = key in self._rests_on
                stable = _alike(again, summary)
                summary = again
                if stable or not rests_on_itself:
                    break
        finally:
            self._stack.pop()
            self._provisional.pop(key, None)
            self._rests_on.discard(key)
            provisional = bool(self._rests_on)
            self._rests_on |= outer_rests_on
        if not provisional:
            self._summaries[key] = summary
        return summary

    def _summarize(self, node: FunctionNode, context: Context) -> Summary:
        try:
            analysis = self._run(node, context)
        except NoFixpoint as limit:
            self.problems[node, context] = []
            self.given_up.append(str(limit))
            return OPAQUE
        return summary_of(analysis)


def _is_function_like(value: Value) -> bool:
    return isinstance(value, Function | Transformed | Descriptor | Bound)


def _says_nothing(node: FunctionNode) -> bool:
    """A body that tells nothing of what a call does: `...`, `pass`, `raise NotImplementedError`."""
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return False
    for decorator in node.decorator_list:
        name = decorator.attr if isinstance(decorator, ast.Attribute) else None
        name = decorator.id if isinstance(decorator, ast.Name) else name
        if name in {"abstractmethod", "overload"}:
            return True
    for statement in node.body:
        if isinstance(statement, ast.Pass) or (
            isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
        ):
            continue
        if isinstance(statement, ast.Raise) and statement.exc is not None:
            raised = statement.exc.func if isinstance(statement.exc, ast.Call) else statement.exc
            if isinstance(raised, ast.Name) and raised.id == "NotImplementedError":
                continue
        return False
    return True


def _alike(left: Summary, right: Summary) -> bool:
    return (
        left.returns == right.returns
        and left.effects == right.effects
        and left.reads == right.reads
        and left.result == right.result
        and left.field_writes == right.field_writes
        and left.variable_writes == right.variable_writes
    )


def summary_of(analysis: BodyAnalysis) -> Summary:
    """Read a body's summary off its solution."""
    returned = analysis.returned
    if not returned:
        return NEVER_RETURNS
    result = join_bindings(returned)
    memory = analysis.join_all([memory for memory, _ in returned])
    if analysis.body.is_generator:
        result = _generator(memory, analysis)
    effects: dict[Object, Effect] = {}
    lines: dict[Object, int] = {}
    for item in memory.handed_over:
        effects[item] = Effect.SUPERSEDE
    for item, status in memory.input_status.items():
        events = sorted(e for e in status if isinstance(e, Event))
        if events:
            surely = item.recent and LIVE not in status
            effects[item] = Effect.CONSUME if surely else Effect.MAY_CONSUME
            lines[item] = getattr(analysis.module.events[events[0]].node, "lineno", 0)
    return Summary(
        returns=True,
        effects=effects,
        reads=memory.reads,
        field_writes=tuple(_field_writes(memory, analysis)),
        variable_writes=tuple(_variable_writes(memory, analysis)),
        result=result,
        fields=memory.fields,
        statuses=memory.input_status,
        lines=lines,
    )


def _generator(memory: Memory, analysis: BodyAnalysis) -> Binding:
    held = analysis.yielded or one(UNKNOWN_VALUE)
    origin = Origin(analysis.body.name, 0, None, (ELEMENTS,))
    record = Object(origin, DISPLAY_SHAPES["list"])
    memory.fields[record] = {ELEMENTS: held}
    return one(record)


def _field_writes(
    memory: Memory, analysis: BodyAnalysis
) -> list[tuple[Object, Key, Binding, bool]]:
    found: list[tuple[Object, Key, Binding, bool]] = []
    for item, fields in memory.fields.items():
        if not item.origin.is_input or not item.recent:
            continue
        for key, binding in fields.items():
            child = item.origin.child(key)
            untouched = [
                value
                for value in binding.values
                if not (isinstance(value, Object) and not value.origin.is_input)
                and (not isinstance(value, Object) or value.origin == child)
            ]
            default = analysis.heap.default_field(item, key)
            plain = default.values.keys() if default is not None else ()
            written = [
                v
                for v in binding.values
                if v not in untouched
                or (not isinstance(v, Object) and v not in plain and v != UNKNOWN_VALUE)
            ]
            if written:
                surely = len(written) == len(binding.values) and not isinstance(key, Elements)
                found.append((item, key, Binding(binding.values), surely))
    return found


def _variable_writes(
    memory: Memory, analysis: BodyAnalysis
) -> list[tuple[Variable, Binding, bool]]:
    found: list[tuple[Variable, Binding, bool]] = []
    for root, binding in memory.bindings.items():
        if not isinstance(root, Variable) or root.owner == analysis.body.name:
            continue
        default = analysis.default_binding(root)
        known = default.values.keys() if default is not None else ()
        own = Origin(analysis.body.name, -1, root)
        written = [
            value
            for value in binding.values
            if value not in known
            and value != UNKNOWN_VALUE
            and not (isinstance(value, Object) and value.origin == own)
        ]
        if written:
            surely = len(written) == len(binding.values)
            found.append((root, Binding(binding.values), surely))
    return found
