"""One experiment or several for every row of `mypy_eqxstate/contracts/library/equinox.py`."""

from __future__ import annotations

import io
import warnings
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp

from tests.contracts.material import INDEX, MODEL, Counter, X, fresh, is_old, pair, step
from tests.contracts.observation import Call, Gradient, Judged, Transform, under_jit

KEY = jax.random.key(0)
IN_AXES: dict[str, Any] = {"in_axes": (0, None), "out_axes": (0, None)}


class Norms(eqx.Module):
    """Both stateful layers of Equinox, and Sequentials with and without one."""

    batch: eqx.nn.BatchNorm
    spectral: eqx.nn.SpectralNorm[Any]
    stateful: eqx.nn.Sequential
    stateless: eqx.nn.Sequential

    def __init__(self) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.batch = eqx.nn.BatchNorm(2, "batch")
        # Wide enough that the power iteration of its construction has not converged.
        linear = eqx.nn.Linear(16, 16, key=KEY)
        self.spectral = eqx.nn.SpectralNorm(linear, "weight", key=KEY)
        self.stateful = eqx.nn.Sequential([self.spectral])
        self.stateless = eqx.nn.Sequential([linear])


NORMS, _NORMS_STATE = eqx.nn.make_with_state(Norms)()
SEQUENTIAL = eqx.nn.Sequential.__call__
STILL = eqx.nn.inference_mode(NORMS)


def norms_state() -> Any:
    return jax.tree_util.tree_map(lambda leaf: leaf, _NORMS_STATE)


def in_batch(run: Any) -> Any:
    """Run where the name of the batch axis is known."""
    results: list[Any] = []
    jax.vmap(lambda _: results.append(run()), axis_name="batch")(jnp.ones(2))
    return results[0]


def judge_inference(inference_mode: Any) -> None:
    """In inference mode the layers borrow the State and hand it through."""
    state = norms_state()
    still = inference_mode(NORMS)
    _, returned = in_batch(lambda: still.batch(jnp.ones(2), state))
    assert returned is state
    assert not is_old(state)
    again = inference_mode(still, value=False)
    in_batch(lambda: again.batch(jnp.ones(2), state))
    assert is_old(state)


def judge_update_wrapper(module_update_wrapper: Any) -> None:
    """The wrapper comes back with its contract, called otherwise."""

    class Wrapper(eqx.Module):
        function: Any

        def __call__(self, *args: Any) -> Any:
            return self.function(*args)

        @property
        def __wrapped__(self) -> Any:
            return self.function

    state = fresh()
    module_update_wrapper(Wrapper(step))(X, state)
    assert is_old(state)


def custom_jvp(wrap: Any) -> Any:
    function = wrap(step)
    function.def_jvp(lambda primals, tangents: (step(*primals), step(*primals)))
    return function


def custom_vjp(wrap: Any) -> Any:
    function = wrap(step)
    function.def_fwd(lambda perturbed, *args: (step(*args), None))
    function.def_bwd(lambda residuals, gradients, perturbed, *args: None)
    return function


def saved(tree: Any) -> io.BytesIO:
    file = io.BytesIO()
    eqx.tree_serialise_leaves(file, tree)
    file.seek(0)
    return file


def zeros(tree: Any) -> Any:
    return jax.tree_util.tree_map(jnp.zeros_like, tree)


NO = jnp.array(False)


def add_one(state: Any) -> Any:
    """A compiled step: `equinox.internal.while_loop` looks at the old carry once more."""
    return jax.jit(lambda s: s.set(INDEX, s.get(INDEX) + 1.0))(state)


EXPERIMENTS: dict[str, list[Any]] = {
    "equinox.internal.scan": [
        lambda: Call(lambda c, x: (add_one(c), x), fresh(), jnp.ones(3), kind="lax"),
    ],
    "equinox.internal.while_loop": [
        lambda: Call(lambda s: s.get(INDEX) < 3, add_one, fresh(), kind="lax"),
    ],
    "mypy_eqxstate.clone": [lambda: Call(fresh()), lambda: Call(pair())],
    "mypy_eqxstate.affine": [lambda: Call(Counter)],
    "equinox.nn.State": [lambda: Call(Counter())],
    "equinox.nn.State.__init__": [lambda: Call(fresh(), Counter())],
    "equinox.nn.State.get": [lambda: Call(fresh(), INDEX)],
    "equinox.nn.State.set": [lambda: Call(fresh(), INDEX, X)],
    "equinox.nn.State.substate": [lambda: Call(fresh(), MODEL)],
    "equinox.nn.State.update": [lambda: Call(fresh(), fresh())],
    "equinox.nn.State.tree_flatten": [lambda: Call(fresh())],
    "equinox.nn.State.tree_unflatten": [Judged(lambda f: f(*fresh().tree_flatten()[::-1]))],
    "equinox.nn.State.__repr__": [lambda: Call(fresh())],
    "equinox.nn.StateIndex": [lambda: Call(X)],
    "equinox.nn.make_with_state": [
        lambda: Call(lambda name: Counter(), _then=("name",)),
        lambda: Call(lambda state: [Counter(), state, state], _then=(fresh(),)),
    ],
    "equinox.nn.delete_init_state": [lambda: Call(pair())],
    "equinox.nn.BatchNorm.__call__": [
        lambda: Call(NORMS.batch, jnp.ones(2), norms_state(), _inside=in_batch, _marks=True),
        lambda: Call(STILL.batch, jnp.ones(2), norms_state(), _hands_through=True),
    ],
    "equinox.nn.SpectralNorm.__call__": [
        lambda: Call(NORMS.spectral, jnp.ones(16), norms_state(), _marks=True),
        lambda: Call(STILL.spectral, jnp.ones(16), norms_state(), _hands_through=True),
    ],
    "equinox.nn.Sequential.__call__": [
        lambda: Call(NORMS.stateful, jnp.ones(16), norms_state(), _marks=True),
        lambda: Call(STILL.stateful, jnp.ones(16), norms_state(), _hands_through=True),
        lambda: Call(NORMS.stateless, jnp.ones(16)),
    ],
    "equinox.nn.StatefulLayer.__call__": [  # abstract: a Sequential is one
        lambda: Call(NORMS.stateful, jnp.ones(16), norms_state(), _marks=True, _by=SEQUENTIAL),
        lambda: Call(NORMS.stateless, jnp.ones(16), _by=SEQUENTIAL),
    ],
    "equinox.nn.inference_mode": [Judged(judge_inference)],
    "equinox.filter_jit": [Transform(lambda wrap: wrap(step))],
    "equinox.filter_vmap": [Transform(lambda wrap: wrap(step, **IN_AXES), X[None])],
    "equinox.filter_pmap": [Transform(lambda wrap: wrap(step, **IN_AXES), X[None])],
    "equinox.filter_checkpoint": [Transform(lambda wrap: wrap(step))],
    "equinox.filter_custom_jvp": [Transform(custom_jvp)],
    "equinox.filter_custom_vjp": [Transform(custom_vjp)],
    "equinox.filter_closure_convert": [
        Transform(lambda wrap: (lambda f: wrap(lambda x, s: f(x, s), X, fresh()))(step))
    ],
    "equinox.filter_grad": [Gradient()],
    "equinox.filter_jacfwd": [Gradient()],
    "equinox.filter_jacrev": [Gradient()],
    "equinox.filter_hessian": [Gradient()],
    "equinox.filter_value_and_grad": [Gradient()],
    "equinox.Partial": [Transform(lambda wrap: wrap)],
    "equinox.debug.assert_max_traces": [Transform(lambda wrap: wrap(step, max_traces=9))],
    "equinox.module_update_wrapper": [Judged(judge_update_wrapper)],
    "equinox.filter_eval_shape": [lambda: Call(step, X, fresh()), lambda: Call(lambda: fresh())],
    "equinox.filter_make_jaxpr": [lambda: Call(lambda s: step(X, s)[1], _then=(fresh(),))],
    "equinox.filter_jvp": [lambda: (lambda s: Call(step, (X, s), (X, zeros(s))))(fresh())],
    "equinox.filter_vjp": [lambda: Call(step, X, fresh())],
    "equinox.filter_pure_callback": [
        lambda: Call(lambda s: step(X, s)[1], fresh(), result_shape_dtypes=fresh())
    ],
    "equinox.tree_at": [
        lambda: Call(lambda tree: tree[1], pair(), X),
        lambda: Call(lambda tree: tree[0], pair(), fresh()),
        lambda: Call(lambda tree: tree[0], pair(), replace_fn=lambda node: node),
    ],
    "equinox.partition": [lambda: Call(pair(), eqx.is_array)],
    "equinox.combine": [lambda: Call(pair(), pair()), lambda: Call(fresh(), fresh())],
    "equinox.filter": [lambda: Call(pair(), eqx.is_array)],
    "equinox.apply_updates": [lambda: Call(pair(), pair())],
    "equinox.filter_shard": [lambda: Call(pair(), jax.devices()[0])],
    "equinox.error_if": [lambda: Call(pair(), NO, "")],
    "equinox.branched_error_if": [lambda: Call(pair(), NO, jnp.array(0), [""])],
    "equinox.debug.announce_transform": [lambda: Call(pair())],
    "equinox.debug.backward_nan": [lambda: Call(pair())],
    "equinox.debug.store_dce": [lambda: Call(pair(), _inside=under_jit)],
    "equinox.tree_deserialise_leaves": [lambda: Call(saved(pair()), pair())],
    "equinox.tree_flatten_one_level": [lambda: Call(pair()), lambda: Call((fresh(),))],
    "equinox.tree_serialise_leaves": [lambda: Call(io.BytesIO(), pair())],
    "equinox.tree_equal": [lambda: Call(pair(), pair())],
    "equinox.tree_check": [lambda: Call([fresh(), X])],
    "equinox.tree_pformat": [lambda: Call(pair())],
    "equinox.tree_pprint": [lambda: Call(pair())],
    "equinox.is_array": [lambda: Call(fresh())],
    "equinox.is_array_like": [lambda: Call(fresh())],
    "equinox.is_inexact_array": [lambda: Call(fresh())],
    "equinox.is_inexact_array_like": [lambda: Call(fresh())],
}
"""Public dotted name -> experiments."""
