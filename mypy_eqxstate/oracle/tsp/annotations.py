"""What an annotation says: from the syntax of a type to a term.

    Borrowed[eqx.nn.State] | None     ->   UnionTerm((ClassTerm(State), NONE_TERM)), Mode.BORROWED
    "tuple[Array, State]"             ->   TupleTerm((ClassTerm(Array), ClassTerm(State)))

Names are followed through imports (`oracle/tsp/names.py`), aliases through their definitions, and
type variables of a generic alias are replaced by its arguments.  `jaxtyping.Float[Array, "a b"]`
needs nothing of its own: for type checkers `Float` is `Annotated`.

A type server could be asked for the type of an annotation, too.  It is read here because servers
don't show through which alias a type came, and `Borrowed` and `Consumed` are aliases; and because
what a file declares, read here, costs nothing where files are many.

Limits: recursive aliases are followed a few levels; what is computed (`TypeVarTuple` arithmetic,
`typing.get_type_hints`) is not understood and counts as unknown.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

from mypy_eqxstate.oracle.shapes import Mode, ParameterKind
from mypy_eqxstate.oracle.tsp.modules import Module
from mypy_eqxstate.oracle.tsp.names import Found, Names
from mypy_eqxstate.oracle.tsp.scopes import Assigned, DefinedClass, Scope, TypeParameter
from mypy_eqxstate.oracle.tsp.terms import (
    ANY,
    NEVER,
    NONE_TERM,
    PLAIN_TERM,
    ClassDefinition,
    ClassTerm,
    FunctionTerm,
    ParameterTerm,
    Term,
    TupleTerm,
    TypeTerm,
    VariableTerm,
    substitute,
    union,
    variables,
)

_DEEPEST = 12
_Each = Callable[[Sequence[ast.expr]], tuple[Term, ...]]
_TYPING = ("typing.", "typing_extensions.", "_typeshed.")
_VARIABLES = frozenset({"TypeVar", "ParamSpec", "TypeVarTuple"})
_FUNCTIONAL = frozenset(
    {
        "typing.NewType",
        "typing_extensions.NewType",
        "typing.NamedTuple",
        "typing_extensions.NamedTuple",
        "collections.namedtuple",
        "typing.TypedDict",
        "typing_extensions.TypedDict",
    }
)
# Forms that say something about their first argument and leave it the type that it is.
_TRANSPARENT = frozenset(
    {"Annotated", "ClassVar", "Final", "Required", "NotRequired", "ReadOnly", "Unpack", "TypeForm"}
)
SELF = VariableTerm("typing.Self")
_MODES = {
    "mypy_eqxstate.annotations.Borrowed": Mode.BORROWED,
    "mypy_eqxstate.annotations.Consumed": Mode.CONSUMED,
}


class Annotations:
    """Reads annotations.

    Args:
        names: follows names.
    """

    def __init__(self, names: Names) -> None:
        self._names = names
        self._classes: dict[str, ClassDefinition] = {}
        self._terms: dict[ast.expr, Term] = {}
        self._modes: dict[ast.expr, Mode] = {}

    # --- terms

    def term(self, module: Module, scope: Scope, node: ast.expr | None, depth: int = 0) -> Term:
        """The type that an annotation means.

        Args:
            module: where it stands.
            scope: the scope whose names it sees.
            node: the annotation; None for none.
            depth: how many types this one is inside of.
        """
        if node is None or depth > _DEEPEST:
            return ANY
        known = self._terms.get(node)
        if known is None:
            known = self._read(module, scope, node, depth)
            if depth < _DEEPEST // 2:
                self._terms[node] = known
        return known

    def _read(self, module: Module, scope: Scope, node: ast.expr, depth: int) -> Term:
        if isinstance(node, ast.Constant):
            if node.value is None:
                return NONE_TERM
            if isinstance(node.value, str):
                parsed = quoted(node.value)
                return self.term(module, scope, parsed, depth + 1) if parsed is not None else ANY
            return ANY
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            sides = (node.left, node.right)
            return union([self.term(module, scope, side, depth + 1) for side in sides])
        if isinstance(node, ast.Subscript):
            return self._subscript(module, scope, node, depth)
        if isinstance(node, ast.Starred):
            return self.term(module, scope, node.value, depth + 1)
        found = self._names.expression(module, scope, node)
        return self.of_found(found, depth) if isinstance(found, Found) else ANY

    def of_found(self, found: Found, depth: int = 0) -> Term:
        """The type that a definition is the name of, without arguments."""
        binding = found.binding
        definition = self.class_of(found)
        if definition is not None:
            return NONE_TERM if definition.full_name == "types.NoneType" else ClassTerm(definition)
        form = _special_form(found.full_name)
        if form is not None:
            return self._bare_form(form)
        if isinstance(binding, TypeParameter):
            return self._parameter(found, binding)
        if isinstance(binding, Assigned):
            variable = self.variable(found, depth)
            if variable is not None:
                return variable
            if is_alias(binding):
                return self.term(found.module, found.scope, binding.value, depth + 1)
        return ANY

    def _bare_form(self, form: str) -> Term:
        if form in ("Never", "NoReturn"):
            return NEVER
        if form == "LiteralString":
            return PLAIN_TERM
        if form == "Self":
            return SELF
        if form == "Tuple":
            return self._class_term("builtins.tuple", (ANY,))
        if form == "Type":
            return TypeTerm(ANY)
        if form == "Callable":
            return FunctionTerm(None, ANY)
        return ANY

    def _subscript(self, module: Module, scope: Scope, node: ast.Subscript, depth: int) -> Term:
        found = self._names.expression(module, scope, node.value)
        if not isinstance(found, Found):
            return ANY
        parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]

        def each(items: Sequence[ast.expr]) -> tuple[Term, ...]:
            return tuple(self.term(module, scope, item, depth + 1) for item in items)

        definition = self.class_of(found)
        if definition is not None:
            if definition.full_name == "builtins.tuple":
                return self._tuple(parts, each)
            if definition.full_name == "builtins.type":
                return TypeTerm(each(parts)[0])
            return ClassTerm(definition, each(parts))
        form = _special_form(found.full_name)
        if form is not None:
            return self._form(module, scope, form, parts, depth)
        if isinstance(found.binding, Assigned) and is_alias(found.binding):
            return self._generic_alias(found, each(parts), depth)
        return ANY

    def _form(
        self, module: Module, scope: Scope, form: str, parts: Sequence[ast.expr], depth: int
    ) -> Term:
        terms = [self.term(module, scope, part, depth + 1) for part in parts[:1]]
        if form in _TRANSPARENT:
            return terms[0]
        if form == "Optional":
            return union([*terms, NONE_TERM])
        if form == "Union":
            return union([self.term(module, scope, part, depth + 1) for part in parts])
        if form == "Literal":
            return PLAIN_TERM
        if form == "Type":
            return TypeTerm(terms[0])
        if form == "Tuple":
            return self._tuple(
                parts,
                lambda items: tuple(self.term(module, scope, i, depth + 1) for i in items),
            )
        if form in ("TypeGuard", "TypeIs"):
            return PLAIN_TERM
        if form == "Callable" and len(parts) == 2:
            return self._callable(module, scope, parts[0], parts[1], depth)
        return ANY

    def _tuple(
        self,
        parts: Sequence[ast.expr],
        each: _Each,
    ) -> Term:
        if len(parts) == 2 and isinstance(parts[1], ast.Constant) and parts[1].value is Ellipsis:
            return self._class_term("builtins.tuple", each(parts[:1]))
        if len(parts) == 1 and isinstance(parts[0], ast.Tuple) and not parts[0].elts:
            return TupleTerm(())
        if any(isinstance(part, ast.Starred) for part in parts):
            return self._class_term("builtins.tuple", (ANY,))
        return TupleTerm(each(parts))

    def _callable(
        self, module: Module, scope: Scope, parameters: ast.expr, result: ast.expr, depth: int
    ) -> Term:
        returned = self.term(module, scope, result, depth + 1)
        if not isinstance(parameters, ast.List):
            return FunctionTerm(None, returned)
        return FunctionTerm(
            tuple(
                ParameterTerm(
                    f"__{position}",
                    ParameterKind.POSITIONAL_ONLY,
                    self.term(module, scope, parameter, depth + 1),
                    self.mode(module, scope, parameter),
                )
                for position, parameter in enumerate(parameters.elts)
            ),
            returned,
        )

    def _generic_alias(self, found: Found, arguments: tuple[Term, ...], depth: int) -> Term:
        binding = found.binding
        assert isinstance(binding, Assigned)
        form = self._aliased_form(found)
        if form is not None and arguments:
            # An alias of `Annotated`, as jaxtyping's `Float`.
            return arguments[0] if form in _TRANSPARENT else ANY
        body = self.term(found.module, found.scope, binding.value, depth + 1)
        if isinstance(body, ClassTerm) and not body.arguments:
            return ClassTerm(body.definition, arguments)  # another name of the class: `List`
        order = list(dict.fromkeys(variables(body)))
        return substitute(body, dict(zip(order, arguments, strict=False)))

    def _aliased_form(self, found: Found) -> str | None:
        value = found.binding.value if isinstance(found.binding, Assigned) else None
        if not isinstance(value, ast.Name | ast.Attribute):
            return None
        target = self._names.expression(found.module, found.scope, value)
        return _special_form(target.full_name) if isinstance(target, Found) else None

    def _class_term(self, full_name: str, arguments: tuple[Term, ...]) -> Term:
        found = self._names.lookup(full_name)
        definition = self.class_of(found) if isinstance(found, Found) else None
        return ClassTerm(definition, arguments) if definition is not None else ANY

    # --- type variables

    def variable(self, found: Found, depth: int = 0) -> VariableTerm | None:
        """The type variable that an assignment makes; None if it makes none."""
        value = found.binding.value if isinstance(found.binding, Assigned) else None
        if not isinstance(value, ast.Call):
            return None
        maker = self._names.expression(found.module, found.scope, value.func)
        if not isinstance(maker, Found) or maker.qualified not in _VARIABLES:
            return None

        def read(node: ast.expr) -> Term:
            return self.term(found.module, found.scope, node, depth + 1)

        bound = next((read(k.value) for k in value.keywords if k.arg == "bound"), None)
        return VariableTerm(
            found.full_name,
            bound,
            tuple(read(argument) for argument in value.args[1:]),
            maker.qualified != "TypeVar",
        )

    def _parameter(self, found: Found, binding: TypeParameter) -> VariableTerm:
        node = binding.node
        bound = getattr(node, "bound", None)
        is_pack = type(node).__name__ != "TypeVar"
        if isinstance(bound, ast.Tuple):
            values = tuple(self.term(found.module, found.scope, v) for v in bound.elts)
            return VariableTerm(found.full_name, None, values, is_pack)
        term = None if bound is None else self.term(found.module, found.scope, bound)
        return VariableTerm(found.full_name, term, (), is_pack)

    # --- classes

    def class_of(self, found: Found | Module | None) -> ClassDefinition | None:
        """The class that a definition makes: by statement, or by a call such as `NewType`."""
        if not isinstance(found, Found):
            return None
        known = self._classes.get(found.full_name)
        if known is not None:
            return known
        meant = _CLASSES_OF_TYPING.get(found.full_name)
        if meant is not None:
            return self.class_of(self._names.lookup(meant))
        node: ast.ClassDef | ast.Call | None = None
        if isinstance(found.binding, DefinedClass):
            node = found.binding.node
        elif isinstance(found.binding, Assigned) and isinstance(found.binding.value, ast.Call):
            maker = self._names.expression(found.module, found.scope, found.binding.value.func)
            if isinstance(maker, Found) and maker.full_name in _FUNCTIONAL:
                node = found.binding.value
        if node is None or _special_form(found.full_name) in _FORMS_AS_CLASSES:
            return None
        definition = ClassDefinition(found.full_name, found.module, node)
        return self._classes.setdefault(found.full_name, definition)

    # --- ownership

    def mode(self, module: Module, scope: Scope, node: ast.expr | None, depth: int = 0) -> Mode:
        """What an annotation says of ownership; the first `Borrowed` or `Consumed` in it counts."""
        if node is None or depth > _DEEPEST:
            return Mode.UNSPECIFIED
        known = self._modes.get(node)
        if known is None:
            known = self._modes[node] = self._read_mode(module, scope, node, depth)
        return known

    def _read_mode(self, module: Module, scope: Scope, node: ast.expr, depth: int) -> Mode:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            parsed = quoted(node.value)
            return self.mode(module, scope, parsed, depth + 1)
        inner: Sequence[ast.expr | None] = ()
        if isinstance(node, ast.BinOp):
            inner = (node.left, node.right)
        elif isinstance(node, ast.Tuple | ast.List):
            inner = node.elts
        elif isinstance(node, ast.Subscript):
            inner = (node.value, node.slice)
        elif isinstance(node, ast.Name | ast.Attribute):
            found = self._names.expression(module, scope, node)
            if isinstance(found, Found):
                known = _MODES.get(found.full_name)
                if known is not None:
                    return known
                binding = found.binding
                own = found.full_name.startswith("mypy_eqxstate.")
                if isinstance(binding, Assigned) and is_alias(binding) and not own:
                    return self.mode(found.module, found.scope, binding.value, depth + 1)
            return Mode.UNSPECIFIED
        for part in inner:
            mode = self.mode(module, scope, part, depth + 1)
            if mode is not Mode.UNSPECIFIED:
                return mode
        return Mode.UNSPECIFIED


def quoted(text: str) -> ast.expr | None:
    """The expression in a quoted annotation; None if it is none."""
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError):
        return None


def is_alias(binding: Assigned) -> bool:
    """Whether an assignment can be the definition of a type alias, by how it looks."""
    if binding.is_type_statement:
        return True
    annotation = binding.annotation
    if annotation is not None and not ast.unparse(annotation).endswith("TypeAlias"):
        return False
    value = binding.value
    if isinstance(value, ast.Constant):
        return value.value is None or (annotation is not None and isinstance(value.value, str))
    return isinstance(value, ast.Name | ast.Attribute | ast.Subscript | ast.BinOp)


_FORMS_AS_CLASSES = frozenset({"Any", "Generic", "Protocol", "TypedDict", "Never", "NoReturn"})


def _special_form(full_name: str) -> str | None:
    """The name of a special form of `typing`; None for what is an ordinary definition."""
    home, _, name = full_name.rpartition(".")
    if f"{home}." not in _TYPING:
        return None
    return name if name in _FORMS else None


# typeshed says nothing of what these names of `typing` are.
_CLASSES_OF_TYPING = {
    "typing.ChainMap": "collections.ChainMap",
    "typing.Counter": "collections.Counter",
    "typing.DefaultDict": "collections.defaultdict",
    "typing.Deque": "collections.deque",
    "typing.Dict": "builtins.dict",
    "typing.FrozenSet": "builtins.frozenset",
    "typing.List": "builtins.list",
    "typing.OrderedDict": "collections.OrderedDict",
    "typing.Set": "builtins.set",
}

_FORMS = _TRANSPARENT | {
    "Any",
    "Callable",
    "Concatenate",
    "Generic",
    "Literal",
    "LiteralString",
    "Never",
    "NoReturn",
    "Optional",
    "Protocol",
    "Self",
    "Tuple",
    "Type",
    "TypeAlias",
    "TypeGuard",
    "TypeIs",
    "TypedDict",
    "Union",
}
