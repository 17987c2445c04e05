"""The other fixes: the newer object's name at the use, a clone for the call, annotations.

- *Newest*: where the old object is used by a place, the place that surely holds the newer one.
- *Clone*: `step(model, state)` becomes `step(model, clone(state))`.  Only for Equinox's State: what
  `clone` makes of another class is a copy only if that class is a PyTree.  Not for a call whose
  result is thrown away: `clone(state).set(i, x)` would do nothing at all.
- *Annotate*: a parameter that is declared Borrowed and consumed is declared Consumed.  A function
  that is known by its signature alone (of a Protocol, an abstract method) gets `Borrowed` on the
  parameter that the State is passed to.
- *Unwrap*: an annotation that makes no sense becomes the plain type.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mypy_eqxstate.fixes.edits import Edit, Fix, FixKind
from mypy_eqxstate.fixes.imports import imported
from mypy_eqxstate.fixes.places import is_written, passed_as
from mypy_eqxstate.fixes.source import Source
from mypy_eqxstate.fixes.types import takes_the_newer
from mypy_eqxstate.fullnames import AFFINE_CLASSES
from mypy_eqxstate.report.finding import Facts, Finding, Position, Taking

_MODES = ("Borrowed", "Consumed")


def use_newest(finding: Finding, facts: Facts, source: Source) -> Fix | None:
    """The newer object's name instead of the old one's."""
    newest = facts.newest
    if newest is None or not facts.newest_is_sure:
        return None
    used = [node for node in source.at(finding.position) if isinstance(node, ast.expr)]
    if not used or not is_written(source, used[0], facts.place):
        return None
    if not takes_the_newer(source, facts, used[0]):
        return None
    edit = Edit(finding.position, newest)
    return Fix(FixKind.NEWEST, f"Use `{newest}` here", (edit,))


# --- clones


def give_clone(finding: Finding, facts: Facts, source: Source) -> Fix | None:
    """A clone for each call that takes the object over."""
    if facts.class_name not in AFFINE_CLASSES or facts.misuse == "dropped":
        return None
    way = imported(source, "clone")
    if way is None:
        return None
    name, edits = way
    lines = set()
    if facts.misuse == "same_call":
        given: list[ast.expr] = [
            node
            for node in source.at(finding.position)
            if isinstance(node, ast.expr) and is_written(source, node, facts.place)
        ][:1]
        if not given:
            return None
    else:
        given = []
        for taking in facts.takings:
            argument = _given(source, taking)
            if argument is None or _is_thrown_away(source, taking):
                return None
            if argument not in given:
                given.append(argument)
    for node in given:
        position = source.position(node)
        lines.add(position.line)
        edits = [*edits, Edit(position, f"{name}({source.written(position)})")]
    if not lines:
        return None
    where = ", ".join(map(str, sorted(lines)))
    place = source.written(source.position(given[0]))
    return Fix(FixKind.CLONE, f"Pass `clone({place})` on line {where}", tuple(edits))


def _given(source: Source, taking: Taking) -> ast.expr | None:
    """What a call is given as a place: an argument, or what a method is called on."""
    call = source.call_at(taking.position)
    return None if call is None else passed_as(source, call, taking.place)


def _is_thrown_away(source: Source, taking: Taking) -> bool:
    """Whether nothing is made of what a call returns, so that it is in vain with a clone."""
    call = source.call_at(taking.position)
    if call is None or _returns_nothing(source, call):
        return False
    node: ast.AST = call
    parent = source.parents.get(node)
    while isinstance(parent, ast.expr) and _is_handed_on(node, parent):
        node, parent = parent, source.parents.get(parent)
    return isinstance(parent, ast.Expr)


def _is_handed_on(node: ast.AST, parent: ast.expr) -> bool:
    """Whether an expression is a part of another one, or what it gives, and goes nowhere else."""
    if isinstance(parent, ast.Attribute | ast.Subscript | ast.Await):
        return parent.value is node
    if isinstance(parent, ast.Call):
        return parent.func is node  # `state.set(i, x).set(i, x)`
    if isinstance(parent, ast.IfExp):
        return parent.test is not node
    if isinstance(parent, ast.BoolOp):
        return parent.values[-1] is node
    if isinstance(parent, ast.ListComp | ast.SetComp | ast.GeneratorExp):
        return parent.elt is node
    return isinstance(parent, ast.Tuple | ast.List)


def _returns_nothing(source: Source, call: ast.Call) -> bool:
    """Whether the module says of a function that there is no result to throw away."""
    name = ast.unparse(call.func).rpartition(".")[2]
    functions = [
        node
        for node in ast.walk(source.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == name
    ]
    return bool(functions) and all(
        isinstance(function.returns, ast.Constant) and function.returns.value is None
        for function in functions
    )


# --- annotations


def declare_consumed(finding: Finding, facts: Facts, source: Source) -> Fix | None:
    """`Consumed` for the parameter that is declared `Borrowed`."""
    if facts.misuse != "borrowed":
        return None
    function = _function_around(source, finding.position, facts.place)
    parameter = _parameter(function, facts.place) if function is not None else None
    if parameter is None or parameter.annotation is None:
        return None
    modes = list(_modes(source, parameter.annotation))
    if len(modes) != 1:
        return None
    edits = _exchanged(source, modes[0].value, "Consumed")
    if edits is None:
        return None
    return Fix(FixKind.ANNOTATE, f"Declare `{facts.place}` Consumed", tuple(edits))


def declare_borrowed(finding: Finding, facts: Facts, source: Source) -> Fix | None:
    """`Borrowed` for the parameter of a function that is known by its signature alone."""
    found: dict[ast.arg, str] = {}
    for taking in facts.takings:
        parameter = _declared_parameter(source, taking)
        if parameter is None or parameter.annotation is None:
            return None
        if list(_modes(source, parameter.annotation)):
            return None
        found[parameter] = parameter.arg
    way = imported(source, "Borrowed")
    if not found or way is None:
        return None
    name, edits = way
    for parameter in found:
        assert parameter.annotation is not None
        position = source.position(parameter.annotation)
        edits = [*edits, Edit(position, f"{name}[{source.written(position)}]")]
    names = ", ".join(f"`{each}`" for each in dict.fromkeys(found.values()))
    lines = ", ".join(str(each.lineno) for each in found)
    title = f"Declare the parameter {names} on line {lines} Borrowed"
    return Fix(FixKind.ANNOTATE, title, tuple(edits))


def unwrap(finding: Finding, facts: Facts, source: Source) -> Iterator[Fix]:
    """The plain type, or one of two modes, where an annotation makes no sense."""
    if facts.misuse not in {"misplaced_mode", "nothing_affine", "nested_modes"}:
        return
    annotation = next((n for n in source.at(finding.position) if isinstance(n, ast.expr)), None)
    modes = list(_modes(source, annotation)) if annotation is not None else []
    if not modes:
        return
    if facts.misuse != "nested_modes":
        inside = [m for m in modes if any(m in list(ast.walk(o.slice)) for o in modes if o != m)]
        if not inside:
            edits = tuple(source.replaced(mode, _inner(source, mode)) for mode in modes)
            yield Fix(FixKind.ANNOTATE, "Write the plain type", edits)
    elif len(modes) == 2:
        for kept, dropped in (modes, reversed(modes)):
            name = source.written(source.position(kept.value))
            text = f"{name}[{_inner(source, modes[1])}]"
            yield Fix(FixKind.ANNOTATE, f"Keep `{name}`", (source.replaced(modes[0], text),))
            del dropped


def _inner(source: Source, mode: ast.Subscript) -> str:
    return source.written(source.position(mode.slice))


def _modes(source: Source, annotation: ast.expr) -> Iterator[ast.Subscript]:
    """`Borrowed[...]` and `Consumed[...]` in an annotation, outermost first."""
    for node in ast.walk(annotation):
        if isinstance(node, ast.Subscript):
            name = ast.unparse(node.value)
            if name.rpartition(".")[2] in _MODES:
                yield node


def _exchanged(source: Source, name: ast.expr, new: str) -> list[Edit] | None:
    if isinstance(name, ast.Attribute):
        return [source.replaced(name, f"{ast.unparse(name.value)}.{new}")]
    way = imported(source, new)
    if way is None:
        return None
    written, edits = way
    return [*edits, source.replaced(name, written)]


def _function_around(
    source: Source, position: Position, parameter: str
) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
    nodes = source.at(position)
    current = source.parents.get(nodes[0]) if nodes else None
    while current is not None:
        if isinstance(current, ast.FunctionDef | ast.AsyncFunctionDef) and _parameter(
            current, parameter
        ):
            return current
        current = source.parents.get(current)
    return None


def _parameter(node: ast.FunctionDef | ast.AsyncFunctionDef, name: str) -> ast.arg | None:
    arguments = node.args
    everything = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
    return next((each for each in everything if each.arg == name), None)


def _declared_parameter(source: Source, taking: Taking) -> ast.arg | None:
    """The parameter that a call passes a place to, of the function on the line that declares it."""
    call, given = source.call_at(taking.position), _given(source, taking)
    if call is None or given is None or taking.declared is None:
        return None
    function = next(
        (
            node
            for node in ast.walk(source.tree)
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            and taking.declared
            in {node.lineno, *(decorator.lineno for decorator in node.decorator_list)}
        ),
        None,
    )
    if function is None:
        return None
    for keyword in call.keywords:
        if keyword.value is given:
            return None if keyword.arg is None else _parameter(function, keyword.arg)
    if given not in call.args or any(isinstance(a, ast.Starred) for a in call.args):
        return None
    positional = [*function.args.posonlyargs, *function.args.args]
    in_class = isinstance(source.parents.get(function), ast.ClassDef)
    decorators = {ast.unparse(each).rpartition(".")[2] for each in function.decorator_list}
    if in_class and "staticmethod" not in decorators:
        positional = positional[1:]
    number = call.args.index(given)
    return positional[number] if number < len(positional) else None
