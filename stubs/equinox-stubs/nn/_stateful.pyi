"""The module of Equinox that defines `State`, with what its methods do to the object.

This file replaces `equinox/nn/_stateful.py` for type checkers, and no other module: `equinox-stubs`
is a partial stub package (PEP 561), everything else is still read from Equinox itself. It declares
what the library's module defines, the private names too, with the library's own types. What it adds
is `@affine` and the annotations of `self`.

Methods that Equinox leaves without annotations stay so. Annotating their `self` would make them
typed functions, and mypy would then judge calls of them differently than without the stubs.
They only read the object, which is what the plugin assumes of a method without annotations.
"""

from collections.abc import Callable
from typing import Any, Generic, TypeVar
from typing_extensions import ParamSpec

from jaxtyping import PyTree
from mypy_eqxstate import Borrowed, Consumed, affine

from .._module import Module, field

_Value = TypeVar("_Value")
_P = ParamSpec("_P")
_T = TypeVar("_T")

class _Sentinel(Module): ...

_sentinel: _Sentinel

class StateIndex(Module, Generic[_Value]):
    marker: object | str = field(static=True)
    init: _Value | _Sentinel

    def __init__(self, init: _Value): ...

def _is_index(x: Any) -> bool: ...

_state_error: str

@affine
class State:
    _state: _Sentinel | dict[object | int, Any]

    def __init__(self, model: PyTree): ...
    def get(self: Borrowed[State], item: StateIndex[_Value]) -> _Value: ...
    def set(self: Consumed[State], item: StateIndex[_Value], value: _Value) -> State: ...
    def substate(self: Borrowed[State], pytree: PyTree) -> State: ...
    def update(self: Consumed[State], substate: Borrowed[State]) -> State: ...
    def __repr__(self): ...
    def __pdoc__(self, **kwargs): ...
    def tree_flatten(self): ...
    @classmethod
    def tree_unflatten(cls, keys, values): ...

def _delete_init_state(x): ...
def delete_init_state(model: PyTree) -> PyTree: ...
def make_with_state(make_model: Callable[_P, _T]) -> Callable[_P, tuple[_T, State]]: ...
