"""What the callables of JAX and its companions do to affine objects.

The notation is that of `contracts/notation.py`.  Example: `"jax.jit": "transform copying(fun)"`
says that what `jax.jit(f)` returns does to its arguments what `f` does to copies of them.

Loops and branches: the carry and the operands are superseded, and what comes back is new.  What
the bodies do to objects that they capture is not said here.

Limits: see `contracts/library/__init__.py`.  An argument that a transform is told to treat as
static is not copied.
"""

from __future__ import annotations

ROWS: dict[str, str] = {
    # Transforms that flatten the arguments and give the callee new objects.
    "jax.jit": "transform copying(fun)",
    "jax.vmap": "transform copying(fun)",
    "jax.pmap": "transform copying(fun)",
    "jax.shard_map": "transform copying(f)",
    "jax.checkpoint": "transform copying(fun)",
    "jax.custom_jvp": "transform copying(fun)",
    "jax.custom_vjp": "transform copying(fun)",
    "jax.custom_gradient": "transform copying(fun)",
    "jax.custom_batching.custom_vmap": "transform copying(fun)",
    # Compiling ahead of time gives the same callable, of which only the speed is another.
    "jax.stages.Wrapped.lower": "(self, *args, **kwargs) -> same(self)",
    "jax.stages.Lowered.compile": "(self, compiler_options) -> same(self)",
    # Transforms that copy the differentiated arguments and hand the others on as they are.
    "jax.grad": "transform gradient(fun, argnums, has_aux)",
    "jax.jacfwd": "transform gradient(fun, argnums, has_aux)",
    "jax.jacrev": "transform gradient(fun, argnums, has_aux)",
    "jax.hessian": "transform gradient(fun, argnums, has_aux)",
    "jax.value_and_grad": "transform value-and-gradient(fun, argnums, has_aux)",
    # Transforms that leave the callable as it is, or bind arguments.
    "jax.named_call": "transform transparent(fun, name)",
    "jax.named_scope": "(name) -> decorator(transparent)",
    "jax.tree_util.Partial": "transform binding(func, *args, **kw)",
    "jaxtyping.jaxtyped": "transform transparent(fn, typechecker)",
    # Calls of a callable, at once and with copies of the arguments.
    "jax.eval_shape": "(fun, *args, **kwargs) -> call(fun, args, kwargs) or instance(fun)",
    "jax.make_jaxpr": "(fun) -> callable(?)",
    "jax.jvp": (
        "(fun, primals: supersede, tangents: supersede, has_aux) -> (call(fun, *primals)[0], ?,"
        " call(fun, *primals)[1]) if has_aux else (call(fun, *primals), ?)"
    ),
    "jax.vjp": (
        "(fun, *primals: supersede, has_aux) -> (call(fun, primals)[0], _, call(fun, primals)[1])"
        " if has_aux else (call(fun, primals), _)"
    ),
    "jax.linearize": (
        "(fun, *primals: supersede, has_aux) -> (call(fun, primals)[0], _, call(fun, primals)[1])"
        " if has_aux else (call(fun, primals), _)"
    ),
    "jax.pure_callback": (
        "(callback, result_shape_dtypes, *args: supersede) -> copy(result_shape_dtypes)"
    ),
    "jax.experimental.io_callback": (
        "(callback, result_shape_dtypes, *args: supersede) -> copy(result_shape_dtypes)"
    ),
    "jax.debug.callback": "(callback, *args, **kwargs) -> _",
    "jax.debug.print": "(fmt, *args, **kwargs) -> _",
    # Loops and branches.
    "jax.lax.scan": ("(f, init: supersede, xs: supersede) -> loop(f, init, xs) or (copy(init), ?)"),
    "jax.lax.while_loop": (
        "(cond_fun, body_fun, init_val: supersede) -> loop(body_fun, init_val) or copy(init_val);"
        " loop(cond_fun, init_val)"
    ),
    "jax.lax.fori_loop": (
        "(lower, upper, body_fun, init_val: supersede) ->"
        " loop(body_fun, _, init_val) or copy(init_val)"
    ),
    "jax.lax.cond": (
        "(pred, true_fun, false_fun, *operands: supersede) ->"
        " call(true_fun, operands) | call(false_fun, operands)"
    ),
    "jax.lax.switch": "(index, branches, *operands: supersede) -> call(branches, operands)",
    "jax.lax.map": "(f, xs: supersede) -> loop(f, xs)",
    "jax.lax.associative_scan": "(fn, elems: supersede) -> loop(fn, elems, elems) or copy(elems)",
    # PyTrees: taken apart and put together again, so that every State in the result is new.
    "jax.tree_util.tree_map": "(f, tree, *rest, is_leaf) -> copy(tree)",
    "jax.tree_util.tree_map_with_path": "(f, tree, *rest, is_leaf) -> copy(tree)",
    "jax.tree_util.tree_flatten": (
        "(tree, is_leaf) -> (list(?) if is_leaf else list(_), structure(tree))"
    ),
    "jax.tree_util.tree_flatten_with_path": "(tree, is_leaf) -> (list(_), structure(tree))",
    "jax.tree_util.tree_structure": "(tree, is_leaf) -> structure(tree)",
    "jax.tree_util.tree_unflatten": "(treedef, leaves) -> copy(treedef)",
    "jax.tree_util.tree_leaves": "(tree, is_leaf) -> list(?) if is_leaf else list(_)",
    "jax.tree_util.tree_leaves_with_path": "(tree, is_leaf) -> list(_)",
    "jax.tree_util.tree_all": "(tree, is_leaf) -> _",
    "jax.tree_util.tree_reduce": "(function, tree, initializer, is_leaf) -> ?",
    "jax.tree_util.tree_transpose": "(outer_treedef, inner_treedef, pytree_to_transpose) -> ?",
    "jax.tree_util.tree_broadcast": "(prefix_tree, full_tree, is_leaf) -> copy(full_tree)",
    "jax.tree_util.all_leaves": "(iterable, is_leaf: ignore) -> _",
    "jax.flatten_util.ravel_pytree": "(pytree) -> (_, callable(copy(pytree)))",
    # Decorators of classes, which return the class.
    "jax.tree_util.register_pytree_node_class": "(cls) -> same(cls)",
    "jax.tree_util.register_pytree_with_keys_class": "(cls) -> same(cls)",
    "jax.tree_util.register_dataclass": "(nodetype, data_fields, meta_fields) -> same(nodetype)",
    "jax.tree_util.register_static": "(cls) -> same(cls)",
    # Arrays in a PyTree, moved or wrapped.
    "jax.device_put": "(x, device) -> copy(x)",
    "jax.device_get": "(x) -> copy(x)",
    "jax.lax.stop_gradient": "(x) -> copy(x)",
    "jax.lax.optimization_barrier": "(operand) -> copy(operand)",
    "jax.lax.with_sharding_constraint": "(x, shardings) -> copy(x)",
    "jax.lax.psum": "(x, axis_name) -> copy(x)",
    "jax.lax.pmean": "(x, axis_name) -> copy(x)",
    "jax.lax.pmax": "(x, axis_name) -> copy(x)",
    "jax.lax.pmin": "(x, axis_name) -> copy(x)",
    "jax.lax.all_gather": "(x, axis_name) -> copy(x)",
    # These return the very object that they were given.
    "jax.block_until_ready": "(x) -> same(x)",
    "jax.copy_to_host_async": "(x) -> same(x)",
    # Optax.
    "optax.apply_updates": "(params, updates) -> copy(params)",
    "optax.incremental_update": "(new_tensors, old_tensors, step_size) -> copy(new_tensors)",
    "optax.periodic_update": "(new_tensors, old_tensors, steps) -> copy(new_tensors)",
}
"""Public dotted name -> row."""
