"""What Equinox's callables do to affine objects; the notation is that of `contracts/notation.py`.

Example: `"equinox.nn.State.update": "(self: consume, substate) -> fresh"` says that `update` takes
the receiver away, only reads the smaller State and returns a new one.

Limits: see `contracts/library/__init__.py`.  Of `equinox.internal` only the loops are covered.
"""

from __future__ import annotations

AFFINE = (
    "equinox.nn.State",
    "equinox.nn._stateful.State",
)
"""The affine class, by its public name and by that of its definition."""

EVIDENCE: dict[str, tuple[str, str]] = {
    "get": ("equinox.nn.StateIndex", "equinox.nn.State"),
    "set": ("equinox.nn.StateIndex", "equinox.nn.State"),
}
"""Name of a method -> class of its first argument, and what only has such a method."""

ROWS: dict[str, str] = {
    # This package's own copy and declaration.
    "mypy_eqxstate.clone": "(tree) -> copy(tree)",
    "mypy_eqxstate.affine": "(cls) -> same(cls)",
    # The State itself.  An old State can still be shown, and is: showing it counts as a use.
    "equinox.nn.State": "(model) -> fresh",
    "equinox.nn.State.__init__": "(self: ignore, model) -> _",
    "equinox.nn.State.get": "(self, item) -> _",
    "equinox.nn.State.set": "(self: consume, item, value) -> fresh",
    "equinox.nn.State.substate": "(self, pytree) -> fresh",
    "equinox.nn.State.update": "(self: consume, substate) -> fresh",
    "equinox.nn.State.tree_flatten": "(self) -> (_, _)",
    "equinox.nn.State.tree_unflatten": "(cls, keys, values) -> fresh",
    "equinox.nn.State.__repr__": "(self) -> _",
    "equinox.nn.StateIndex": "(init) -> _",
    "equinox.nn.make_with_state": "(make_model) -> callable((instance(make_model), fresh))",
    "equinox.nn.delete_init_state": "(model) -> copy(model)",
    # Stateful layers.  Whether they mark their argument depends on their mode at run time, and in
    # inference mode the State they return is the very one they were given.
    "equinox.nn.BatchNorm.__call__": "(self, x, state: supersede, key, inference) -> (_, fresh)",
    "equinox.nn.SpectralNorm.__call__": "(self, x, state: supersede, key, inference) -> (_, fresh)",
    # A Sequential is called without a State when none of its layers has one.
    "equinox.nn.Sequential.__call__": (
        "(self, x, state: supersede, key) -> (_, fresh) if state else _"
    ),
    # What is only known to be a stateful layer is called as its subclasses are.
    "equinox.nn.StatefulLayer.__call__": (
        "(self, x, state: supersede, key) -> (_, fresh) if state else _"
    ),
    "equinox.nn.inference_mode": "transform inference(pytree, value)",
    # Transforms that flatten the arguments and give the callee new objects.
    "equinox.filter_jit": "transform copying(fun)",
    "equinox.filter_vmap": "transform copying(fun)",
    "equinox.filter_pmap": "transform copying(fun)",
    "equinox.filter_checkpoint": "transform copying(fun)",
    "equinox.filter_custom_jvp": "transform copying(fn)",
    "equinox.filter_custom_vjp": "transform copying(fn)",
    # A function that captures no local is handed through as it is; that is not said here.
    "equinox.filter_closure_convert": "transform copying(fn, *args, **kwargs)",
    # Transforms that differentiate the first argument and hand the others on as they are.
    "equinox.filter_grad": "transform gradient(fun, has_aux)",
    "equinox.filter_jacfwd": "transform gradient(fun, has_aux)",
    "equinox.filter_jacrev": "transform gradient(fun, has_aux)",
    "equinox.filter_hessian": "transform gradient(fun, has_aux)",
    "equinox.filter_value_and_grad": "transform value-and-gradient(fun, has_aux)",
    # Transforms that leave the callable as it is, or bind arguments.
    "equinox.Partial": "transform binding(func, *args, **kwargs)",
    "equinox.debug.assert_max_traces": "transform transparent(fn, max_traces)",
    "equinox.module_update_wrapper": "transform transparent(wrapper, wrapped)",
    # Calls of a callable, at once and with copies of the arguments.
    "equinox.filter_eval_shape": (
        "(fun, *args, **kwargs) -> call(fun, args, kwargs) or instance(fun)"
    ),
    "equinox.filter_make_jaxpr": "(fun) -> callable((_, instance(fun), instance(fun)))",
    "equinox.filter_jvp": "(fn, primals: supersede, tangents) -> (call(fn, *primals), ?)",
    "equinox.filter_vjp": (
        "(fun, *primals: supersede, has_aux) -> (call(fun, primals)[0], _, call(fun, primals)[1])"
        " if has_aux else (call(fun, primals), _)"
    ),
    "equinox.filter_pure_callback": (
        "(callback, *args: supersede, result_shape_dtypes) -> copy(result_shape_dtypes)"
    ),
    # Loops with a choice of how they are differentiated.
    "equinox.internal.scan": ("(f, init: supersede, xs) -> loop(f, init, xs) or (copy(init), ?)"),
    "equinox.internal.while_loop": (
        "(cond_fun, body_fun, init_val: supersede) -> loop(body_fun, init_val) or copy(init_val);"
        " loop(cond_fun, init_val)"
    ),
    # PyTrees: taken apart and put together again, so that every State in the result is new.
    "equinox.tree_at": "(where, pytree, replace, replace_fn, is_leaf) -> copy(pytree)",
    "equinox.partition": "(pytree, filter_spec) -> (derived(pytree), derived(pytree))",
    "equinox.combine": "(pytree, *pytrees, is_leaf) -> derived(pytree)",
    "equinox.filter": "(pytree, filter_spec) -> derived(pytree)",
    "equinox.apply_updates": "(model, updates) -> copy(model)",
    "equinox.filter_shard": "(x, device_or_shardings) -> copy(x)",
    "equinox.error_if": "(x, pred, msg) -> copy(x)",
    "equinox.branched_error_if": "(x, pred, index, msgs) -> copy(x)",
    "equinox.debug.announce_transform": "(x, name) -> copy(x)",
    "equinox.debug.backward_nan": "(x, name) -> copy(x)",
    "equinox.debug.store_dce": "(x, name) -> copy(x)",
    "equinox.tree_deserialise_leaves": "(path_or_file, like) -> copy(like)",
    # One level only: the children are the very objects.
    "equinox.tree_flatten_one_level": "(pytree) -> (list(element(pytree)), _)",
    # Readers.
    "equinox.tree_serialise_leaves": "(path_or_file, pytree) -> _",
    "equinox.tree_equal": "(*pytrees) -> _",
    "equinox.tree_check": "(pytree) -> _",
    "equinox.tree_pformat": "(pytree) -> _",
    "equinox.tree_pprint": "(pytree) -> _",
    # Questions about the object that read nothing in it.
    "equinox.is_array": "(element: ignore) -> _",
    "equinox.is_array_like": "(element: ignore) -> _",
    "equinox.is_inexact_array": "(element: ignore) -> _",
    "equinox.is_inexact_array_like": "(element: ignore) -> _",
}
"""Public dotted name -> row."""
