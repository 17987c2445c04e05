"""Places: where a call is given one, and whether it can be assigned to.

    def use(doors: dict[str, Key], door: Door) -> None:
        doors["a"].turn()    # doors["a"] = doors["a"].turn()
        door.key.turn()      # door.key = door.key.turn(), if `Door` is no frozen class

Of what is not a plain name it must be seen in the module that an assignment works: the holder is
declared as a list or dictionary, or each of its bindings makes one; or it is an object of a class
that is written in the module and has no base class or decorator (a field of a Module is frozen).
What can't be assigned to is a call, a conditional expression, a part of a tuple.
"""

from __future__ import annotations

import ast

from mypy_eqxstate.fixes.source import Source

# Types whose items can be assigned to, by the last part of their names.
_MUTABLE = frozenset(
    {"dict", "list", "defaultdict", "deque", "Dict", "List", "DefaultDict", "Deque", "OrderedDict"}
) | {"MutableMapping", "MutableSequence"}
_DISPLAYS = ast.List | ast.Dict | ast.ListComp | ast.DictComp
# What an annotation of an attribute says if an assignment is none of the object's.
_FIXED = frozenset({"ClassVar", "Final", "ReadOnly"})


def passed_as(source: Source, call: ast.Call, place: str) -> ast.expr | None:
    """What a call is given as a place: an argument, or what a method is called on.

    Args:
        source: the module.
        call: in it.
        place: as it is written, possibly with other quotes or spaces.
    """
    candidates: list[ast.expr] = [*call.args, *(keyword.value for keyword in call.keywords)]
    if isinstance(call.func, ast.Attribute):
        candidates.append(call.func.value)
    same = [each for each in candidates if is_written(source, each, place)]
    return same[0] if len(same) == 1 else None


def is_written(source: Source, node: ast.expr, place: str) -> bool:
    """Whether an expression is a place, whatever its quotes and spaces."""
    if isinstance(node, ast.Starred):
        return False
    return source.written(source.position(node)) == place or ast.unparse(node) == place


def is_assignable(source: Source, place: str, statement: ast.stmt) -> bool:
    """Whether a place can surely be assigned to.

    Args:
        source: the module.
        place: as it is written.
        statement: where that is to be done.
    """
    scope = source.scope_of(statement)
    if place.isidentifier():
        return source.binds(place, scope) or scope is source.tree
    node = _parsed(place)
    if isinstance(node, ast.Attribute):
        owner = _class_of(source, node.value, scope)
        return owner is not None and _has_free(owner, node.attr)
    return isinstance(node, ast.Subscript) and _is_item(source, node, scope)


def declared_type(source: Source, place: str, statement: ast.stmt) -> ast.expr | None:
    """The annotation that says what a place may hold; None if there is none."""
    node = _parsed(place)
    return None if node is None else _annotation(source, node, source.scope_of(statement))


def _parsed(place: str) -> ast.expr | None:
    try:
        return ast.parse(place, mode="eval").body
    except SyntaxError:
        return None


# --- items


def _is_item(source: Source, node: ast.Subscript, scope: ast.AST) -> bool:
    """Whether it is a constant item of what is a list or a dictionary."""
    try:
        ast.literal_eval(node.slice)
    except ValueError:
        return False
    annotation = _annotation(source, node.value, scope)
    if annotation is not None:
        return _is_mutable(annotation)
    if not isinstance(node.value, ast.Name):
        return False
    name = node.value.id
    binding = _binding_scope(source, name, scope)
    stored = [n for n in source.names(name, binding) if isinstance(n.ctx, ast.Store)]
    if source.is_parameter(name, binding):
        return False
    return bool(stored) and all(_gets_a_display(source, found) for found in stored)


def _is_mutable(annotation: ast.expr) -> bool:
    named = annotation.value if isinstance(annotation, ast.Subscript) else annotation
    return _last_name(named) in _MUTABLE


def _gets_a_display(source: Source, target: ast.Name) -> bool:
    statement = source.parents.get(target)
    if not isinstance(statement, ast.Assign | ast.AnnAssign):
        return False
    return isinstance(statement.value, _DISPLAYS)


# --- attributes


def _class_of(source: Source, node: ast.expr, scope: ast.AST) -> ast.ClassDef | None:
    """The class of the module that an object is of, for a method its first parameter too."""
    if isinstance(node, ast.Name):
        owner = source.parents.get(scope)
        if isinstance(owner, ast.ClassDef) and _is_first_parameter(node.id, scope):
            return owner
    annotation = _annotation(source, node, scope)
    if not isinstance(annotation, ast.Name):
        return None
    found = [n for n in source.tree.body if isinstance(n, ast.ClassDef) and n.name == annotation.id]
    return found[0] if len(found) == 1 else None


def _is_first_parameter(name: str, scope: ast.AST) -> bool:
    return (
        isinstance(scope, ast.FunctionDef | ast.AsyncFunctionDef)
        and bool(scope.args.args)
        and scope.args.args[0].arg == name
        and not scope.decorator_list
    )


def _has_free(owner: ast.ClassDef, attribute: str) -> bool:
    """Whether an attribute of the objects of a class can be assigned to."""
    if owner.bases or owner.keywords or owner.decorator_list:
        return False
    functions = {n.name for n in owner.body if isinstance(n, ast.FunctionDef)}
    if not functions.isdisjoint({attribute, "__setattr__"}):
        return False  # a property, for instance
    annotation = _annotation_in_class(owner, attribute)
    return annotation is None or _FIXED.isdisjoint(map(_last_name, ast.walk(annotation)))


# --- annotations


def _annotation(source: Source, node: ast.expr, scope: ast.AST) -> ast.expr | None:
    """The annotation of a name, of an attribute, or the part of one that is about an item."""
    if isinstance(node, ast.Name):
        return _annotation_of_name(source, node.id, _binding_scope(source, node.id, scope))
    if isinstance(node, ast.Attribute):
        owner = _class_of(source, node.value, scope)
        return None if owner is None else _annotation_in_class(owner, node.attr)
    if isinstance(node, ast.Subscript):
        holder = _annotation(source, node.value, scope)
        if isinstance(holder, ast.Subscript) and _is_mutable(holder):
            parts = holder.slice
            return parts.elts[-1] if isinstance(parts, ast.Tuple) else parts
    return None


def _annotation_of_name(source: Source, name: str, scope: ast.AST) -> ast.expr | None:
    if isinstance(scope, ast.FunctionDef | ast.AsyncFunctionDef):
        arguments = scope.args
        for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
            if each.arg == name:
                return each.annotation
    found = [
        statement.annotation
        for target in source.names(name, scope)
        for statement in (source.parents.get(target),)
        if isinstance(statement, ast.AnnAssign)
        and statement.target is target
        and source.scope_of(target) is scope
    ]
    return found[0] if len(found) == 1 else None


def _annotation_in_class(owner: ast.ClassDef, attribute: str) -> ast.expr | None:
    """The annotation of an attribute, in the body of the class or where a method assigns it."""
    for node in ast.walk(owner):
        if not isinstance(node, ast.AnnAssign):
            continue
        target = node.target
        in_body = node in owner.body and isinstance(target, ast.Name) and target.id == attribute
        if in_body or (isinstance(target, ast.Attribute) and target.attr == attribute):
            return node.annotation
    return None


def _binding_scope(source: Source, name: str, scope: ast.AST) -> ast.AST:
    """The scope that a name which is read in another one belongs to."""
    current = scope
    while not isinstance(current, ast.Module):
        is_seen = current is scope or not isinstance(current, ast.ClassDef)
        if is_seen and source.binds(name, current) and not source.is_outer(name, current):
            return current
        current = source.scope_of(current)
    return current


def _last_name(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
