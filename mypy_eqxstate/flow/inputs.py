"""What a body finds when it begins: in its parameters, in captured variables, in global names.

A parameter holds an object of the class that it is declared with; `self` one of the class around.
A global name holds what the module's body has bound it to (`flow/lookups.py`); what nobody has
bound is a builtin.  A captured variable is known by the declaration of the parameter that it is, if
it is one.

Example.  In `def step(model: Net, s: State): return model(s)` of a module that begins with `import
jax`, `s` begins with the State that came in through it, and `jax` with the name of that module.

Limit: this is what declarations say.  What a call says besides is part of its context
(`flow/contexts.py`), for parameters of which the arguments can say more (`wants_context`).
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from mypy_eqxstate.flow.arguments import formals_of
from mypy_eqxstate.flow.bindings import Binding, one
from mypy_eqxstate.flow.guards import ALWAYS, Guard
from mypy_eqxstate.flow.heap import values_of_shape
from mypy_eqxstate.flow.values import (
    UNKNOWN_VALUE,
    VALUE_TYPES,
    Function,
    Origin,
    Symbol,
    Value,
)
from mypy_eqxstate.ir.model import Body, FunctionNode, Variable
from mypy_eqxstate.oracle.shapes import (
    NONE,
    UNKNOWN,
    AffineShape,
    CallableShape,
    ContainerShape,
    InstanceShape,
    ParameterKind,
    Shape,
    UnionShape,
    UnknownShape,
    leaves_open,
)

if TYPE_CHECKING:
    from mypy_eqxstate.flow.module import ModuleAnalysis


def input_binding(module: ModuleAnalysis, root: Variable, body: Body) -> Binding:
    """What a parameter, a captured variable or a global holds before a body begins.

    Args:
        module: the analysis of the body's module.
        root: the variable.
        body: which begins.
    """
    origin = Origin(body.name, -1, root)
    if root.owner == "":
        return _global(module, root, origin)
    shape: Shape = UNKNOWN
    owner = module.index.functions.get(root.owner)
    if owner is not None and any(f.name == root.name for f in formals_of(owner)):
        shape = _parameter_shape(module, owner, root.name)
    return Binding(values_of_shape(shape, origin, recent=True))


def wants_context(shape: Shape) -> bool:
    """Whether the arguments of calls say more of a parameter than its declared shape."""
    if isinstance(shape, CallableShape | InstanceShape) or leaves_open(shape):
        return True
    if isinstance(shape, ContainerShape):
        return wants_context(shape.element)
    if not isinstance(shape, UnionShape):
        return False
    # Whether an Optional State is None decides what the callee does.
    is_optional = NONE in shape.items and any(isinstance(s, AffineShape) for s in shape.items)
    return is_optional or any(map(wants_context, shape.items))


def _global(module: ModuleAnalysis, root: Variable, origin: Origin) -> Binding:
    names = module.definitions.names
    meaning = names.look_up(root)
    if meaning is None:
        if root.name in module.index.functions:
            return one(Function(module.index.functions[root.name], root.name))
        if root.name in module.index.classes:
            return one(Symbol(module.definitions.full_name(root.name)))
        if names.known or module.index.is_unbound(root.name):
            return one(Symbol(f"builtins.{root.name}"))
        return one(UNKNOWN_VALUE)
    values: dict[Value, Guard] = {}
    for part in meaning:
        if isinstance(part, VALUE_TYPES):
            values[part] = ALWAYS
        else:
            values.update(values_of_shape(part, origin, recent=True))
    return Binding(values)


def _parameter_shape(module: ModuleAnalysis, node: FunctionNode, name: str) -> Shape:
    signature = module.signature(node)
    declared = next(
        (p for p in signature.parameters if p.name == name) if signature else iter(()), None
    )
    if declared is not None and not isinstance(declared.shape, UnknownShape):
        if declared.kind in {ParameterKind.STAR, ParameterKind.DOUBLE_STAR}:
            return ContainerShape(declared.shape)
        return declared.shape
    if isinstance(node, ast.GeneratorExp):
        return UNKNOWN
    class_name = module.index.class_of(node)
    arguments = [*node.args.posonlyargs, *node.args.args]
    if class_name is None or not arguments or arguments[0].arg != name:
        return UNKNOWN
    if any(
        isinstance(decorator, ast.Name) and decorator.id in {"staticmethod", "classmethod"}
        for decorator in getattr(node, "decorator_list", ())
    ):
        return UNKNOWN
    full_name = module.definitions.full_name(class_name)
    info = module.classes.info(full_name)
    if info is not None and info.affine:
        return AffineShape(full_name)
    return InstanceShape(full_name)
