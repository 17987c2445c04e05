"""One experiment or several for every row of `mypy_eqxstate/contracts/library/jax.py`."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy

from tests.contracts.material import MODEL, X, fresh, is_old, pair, states_in, step, step_packed
from tests.contracts.observation import Call, Gradient, Judged, Transform, under_vmap
from tests.contracts.versions import PARAMETERS_SINCE

IN_AXES: dict[str, Any] = {"in_axes": (0, None), "out_axes": (0, None)}
THREE = jnp.ones(3)
DEVICE = jax.devices()[0]
SHARDING = jax.sharding.SingleDeviceSharding(DEVICE)


def carry(state: Any) -> Any:
    """Consume the carry of a loop."""
    return step(X, state)[1]


def stacked() -> Any:
    """Make a State whose arrays have a leading axis."""
    return jax.tree_util.tree_map(lambda leaf: leaf + jnp.ones(3), fresh())


def zeros(tree: Any) -> Any:
    return jax.tree_util.tree_map(jnp.zeros_like, tree)


def shard_mapped(wrap: Any) -> Any:
    mesh = jax.sharding.Mesh(numpy.array(jax.devices()[:1]), ("devices",))
    spec: Any = jax.sharding.PartitionSpec()  # type: ignore[no-untyped-call]
    return wrap(step, mesh=mesh, in_specs=spec, out_specs=spec)


def custom_jvp(wrap: Any) -> Any:
    function = wrap(step)
    function.defjvp(lambda primals, tangents: (step(*primals), step(*primals)))
    return function


def custom_vjp(wrap: Any) -> Any:
    function = wrap(step)
    function.defvjp(lambda *args: (step(*args), None), lambda residuals, gradients: None)
    return function


def custom_vmap(wrap: Any) -> Any:
    function = wrap(step)
    function.def_vmap(lambda size, batched, *args: (step(*args), batched))
    return function


def untyped(wrap: Any) -> Any:
    """Decorate without a type checker, which newer versions want to be told."""
    since = PARAMETERS_SINCE["jaxtyping.jaxtyped", "typechecker"]
    return wrap(step, typechecker=None) if since.reached else wrap(step)


def new_class() -> Any:
    """Make a class that can be registered as a node of PyTrees."""

    class Node:
        a: Any = None

        def tree_flatten(self) -> Any:
            return (), None

        def tree_flatten_with_keys(self) -> Any:
            return (), None

        @classmethod
        def tree_unflatten(cls, auxiliary: Any, children: Any) -> Any:
            return cls()

    return Node


def judge_custom_gradient(custom_gradient: Any) -> None:
    """The callable gets a copy, when called and when differentiated."""
    state = fresh()
    _, new = custom_gradient(lambda x, s: (step(x, s), lambda gradients: (X, s)))(X, state)
    assert not is_old(state)
    assert not is_old(new)
    assert new is not state


def judge_lower(lower: Any) -> None:
    """Lowering reads the arguments; what is compiled of it is called as the jitted callable is."""
    state = fresh()
    assert lower is not None
    compiled = jax.jit(step).lower(X, state).compile()
    assert not is_old(state)
    _, new = compiled(X, state)
    assert not is_old(state)
    assert not is_old(new)
    assert new is not state


def judge_unflatten(tree_unflatten: Any) -> None:
    """A State is rebuilt as a new object."""
    state = fresh()
    leaves, treedef = jax.tree_util.tree_flatten(state)
    rebuilt = tree_unflatten(treedef, leaves)
    assert len(states_in(rebuilt)) == 1
    assert rebuilt is not state
    assert not is_old(rebuilt)


def judge_transpose(tree_transpose: Any) -> None:
    """The States of a transposed PyTree are new."""
    tree = pair()
    structure = jax.tree_util.tree_structure
    value = tree_transpose(structure([0, 0, 0]), structure(fresh()), [fresh(), fresh(), fresh()])
    assert len(states_in(value)) == 1
    tuples = jax.tree_util.tree_map(lambda leaf: (leaf,), tree)
    value = tree_transpose(structure(tree), structure((0,)), tuples)
    assert len(states_in(value)) == 2
    assert not any(state is other for state in states_in(value) for other in states_in(tree))


def judge_jvp(jvp: Any) -> None:
    """Primals and tangents are copied, and the result is new."""
    state, tangent = fresh(), fresh()
    value = jvp(step, (X, state), (X, tangent))
    assert len(states_in(value)) == 2
    assert not any(is_old(found) for found in [*states_in(value), state, tangent])
    assert not any(found is state or found is tangent for found in states_in(value))


EXPERIMENTS: dict[str, list[Any]] = {
    "jax.jit": [Transform(lambda wrap: wrap(step))],
    "jax.stages.Wrapped.lower": [Judged(judge_lower)],
    "jax.stages.Lowered.compile": [Judged(judge_lower)],
    "jax.vmap": [Transform(lambda wrap: wrap(step, **IN_AXES), X[None])],
    "jax.pmap": [Transform(lambda wrap: wrap(step, **IN_AXES), X[None])],
    "jax.shard_map": [Transform(shard_mapped)],
    "jax.checkpoint": [Transform(lambda wrap: wrap(step))],
    "jax.custom_jvp": [Transform(custom_jvp)],
    "jax.custom_vjp": [Transform(custom_vjp)],
    "jax.custom_gradient": [Judged(judge_custom_gradient)],
    "jax.custom_batching.custom_vmap": [Transform(custom_vmap)],
    "jax.grad": [Gradient()],
    "jax.jacfwd": [Gradient()],
    "jax.jacrev": [Gradient()],
    "jax.hessian": [Gradient()],
    "jax.value_and_grad": [Gradient()],
    "jax.named_call": [Transform(lambda wrap: wrap(step))],
    "jax.named_scope": [lambda: Call("name")],
    "jax.tree_util.Partial": [Transform(lambda wrap: wrap)],
    "jaxtyping.jaxtyped": [Transform(untyped)],
    "jax.eval_shape": [lambda: Call(step, X, fresh()), lambda: Call(lambda: fresh())],
    "jax.make_jaxpr": [lambda: Call(step, _then=(X, fresh()))],
    "jax.jvp": [Judged(judge_jvp), lambda: Call(step, (X, fresh()), (X, fresh()))],
    "jax.vjp": [lambda: Call(step, X, fresh())],
    "jax.linearize": [lambda: Call(step, X, fresh())],
    "jax.pure_callback": [lambda: Call(carry, fresh(), fresh())],
    "jax.experimental.io_callback": [lambda: Call(carry, fresh(), fresh())],
    "jax.debug.callback": [lambda: Call(carry, fresh())],
    "jax.debug.print": [lambda: Call("{} {s}", fresh(), s=fresh())],
    "jax.lax.scan": [
        lambda: Call(lambda c, x: (carry(c), x), fresh(), THREE),
        lambda: Call(lambda c, s: (step_packed(c), carry(s)), (X, fresh()), stacked()),
    ],
    "jax.lax.while_loop": [
        lambda: Call(lambda s: s.get(MODEL.index) < 3, carry, fresh()),
        lambda: Call(lambda c: c[1].get(MODEL.index) < 3, step_packed, (X, fresh())),
    ],
    "jax.lax.fori_loop": [
        lambda: Call(0, 3, lambda i, s: carry(s), fresh()),
        lambda: Call(0, 0, lambda i, c: step_packed(c), (X, fresh())),
    ],
    "jax.lax.cond": [lambda: Call(True, step, lambda x, s: (x, s), X, fresh())],
    "jax.lax.switch": [lambda: Call(0, [step, step], X, fresh())],
    "jax.lax.map": [lambda: Call(step_packed, (THREE, stacked()))],
    "jax.lax.associative_scan": [
        lambda: Call(lambda a, b: jax.tree_util.tree_map(jnp.add, a, b), stacked())
    ],
    "jax.tree_util.tree_map": [
        lambda: Call(lambda leaf: leaf, pair()),
        lambda: Call(lambda leaf, other: leaf, pair(), pair()),
    ],
    "jax.tree_util.tree_map_with_path": [lambda: Call(lambda path, leaf: leaf, pair())],
    "jax.tree_util.tree_flatten": [lambda: Call(fresh()), lambda: Call(pair())],
    "jax.tree_util.tree_flatten_with_path": [lambda: Call(pair())],
    "jax.tree_util.tree_structure": [lambda: Call(pair())],
    "jax.tree_util.tree_unflatten": [Judged(judge_unflatten)],
    "jax.tree_util.tree_leaves": [lambda: Call(pair())],
    "jax.tree_util.tree_leaves_with_path": [lambda: Call(pair())],
    "jax.tree_util.tree_all": [lambda: Call(pair())],
    "jax.tree_util.tree_reduce": [lambda: Call(jnp.add, pair(), X), lambda: Call(jnp.add, pair())],
    "jax.tree_util.tree_transpose": [Judged(judge_transpose)],
    "jax.tree_util.tree_broadcast": [lambda: Call(X, pair()), lambda: Call(pair(), pair())],
    "jax.tree_util.all_leaves": [lambda: Call([fresh(), X])],
    "jax.flatten_util.ravel_pytree": [lambda: Call(pair(), _then=(THREE,))],
    "jax.tree_util.register_pytree_node_class": [lambda: Call(new_class())],
    "jax.tree_util.register_pytree_with_keys_class": [lambda: Call(new_class())],
    "jax.tree_util.register_dataclass": [lambda: Call(new_class(), ["a"], [])],
    "jax.tree_util.register_static": [lambda: Call(new_class())],
    "jax.device_put": [lambda: Call(pair()), lambda: Call(fresh(), DEVICE)],
    "jax.device_get": [lambda: Call(pair())],
    "jax.lax.stop_gradient": [lambda: Call(pair())],
    "jax.lax.optimization_barrier": [lambda: Call(pair())],
    "jax.lax.with_sharding_constraint": [lambda: Call(pair(), SHARDING)],
    "jax.lax.psum": [lambda: Call(pair(), "batch", _inside=under_vmap)],
    "jax.lax.pmean": [lambda: Call(pair(), "batch", _inside=under_vmap)],
    "jax.lax.pmax": [lambda: Call(pair(), "batch", _inside=under_vmap)],
    "jax.lax.pmin": [lambda: Call(pair(), "batch", _inside=under_vmap)],
    "jax.lax.all_gather": [lambda: Call(pair(), "batch", _inside=under_vmap)],
    "jax.block_until_ready": [lambda: Call(pair()), lambda: Call(fresh())],
    "jax.copy_to_host_async": [lambda: Call(pair()), lambda: Call(fresh())],
    "optax.apply_updates": [lambda: Call(pair(), pair())],
    "optax.incremental_update": [lambda: Call(pair(), pair(), 0.5)],
    "optax.periodic_update": [lambda: Call(pair(), pair(), 1, 1)],
}
"""Public dotted name -> experiments."""
