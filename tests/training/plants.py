"""One-line bugs to plant into the scripts.

A plant replaces one statement of a script.  Statements are written as `ast.unparse` writes them,
so that the same plant fits the script with and without its annotations.  `reported` is the first
line of the statement at which the error must stand (the planted one itself if it is empty);
where a statement occurs several times in a script, `function` says which one is meant.
"""

from __future__ import annotations

from typing import NamedTuple


class Plant(NamedTuple):
    """A one-line bug: which statement becomes what, the error's code and where it is reported."""

    function: str
    statement: str
    becomes: str
    code: str
    reported: str


def stale(function: str, statement: str, becomes: str, reported: str) -> Plant:
    """A plant that is silent at run time."""
    return Plant(function, statement, becomes, "state-stale", reported)


def reuse(function: str, statement: str, becomes: str, reported: str) -> Plant:
    """A plant that raises at run time where nothing is traced."""
    return Plant(function, statement, becomes, "state-reuse", reported)


def dropped(function: str, statement: str, becomes: str) -> Plant:
    """A plant that throws a new State away."""
    return Plant(function, statement, becomes, "state-dropped", becomes)


PLANTS: dict[str, tuple[Plant, ...]] = {
    "classifier": (
        stale(
            "Classifier.__call__",
            "x, state = self.norm1(x, state)",
            "x, new = self.norm1(x, state)",
            "x, state = self.spectral(x, state)",
        ),
        stale(
            "Classifier.__call__",
            "x, state = self.spectral(x, state)",
            "x, new = self.spectral(x, state)",
            "x, state = self.norm2(x, state)",
        ),
        stale(
            "Classifier.__call__",
            "x, state = self.norm2(x, state)",
            "x, new = self.norm2(x, state)",
            "return (self.last(jax.nn.relu(x)), state)",
        ),
        stale(
            "compute_loss",
            "logits, state = batch_model(xs, state)",
            "logits, new = batch_model(xs, state)",
            "return (jnp.mean(losses), state)",
        ),
        stale(
            "make_step",
            "(loss, state), grads = compute(model, state, xs, ys)",
            "(loss, new), grads = compute(model, state, xs, ys)",
            "return (model, state, opt_state, loss)",
        ),
        stale(
            "main",
            "model, state, opt_state, loss = make_step(model, state, opt_state, xs, ys)",
            "model, new, opt_state, loss = make_step(model, state, opt_state, xs, ys)",
            "model, new, opt_state, loss = make_step(model, state, opt_state, xs, ys)",
        ),
        stale(
            "main",
            "inference = eqx.nn.inference_mode(model)",
            "inference, (_, newest) = (eqx.nn.inference_mode(model), "
            "compute_loss(model, state, xs, ys))",
            "predict = eqx.Partial(inference, state=state)",
        ),
    ),
    "adversarial": (
        stale(
            "Generator.__call__",
            "x, state = norm(x, state)",
            "x, new = norm(x, state)",
            "x, new = norm(x, state)",
        ),
        stale(
            "Discriminator.__call__",
            "x, state = self.norm(x, state)",
            "x, new = self.norm(x, state)",
            "return (self.last(jax.nn.leaky_relu(x)), state)",
        ),
        stale(
            "discriminator_loss",
            "fake, generator_state = batched(generator, noise, generator_state)",
            "fake, newer = batched(generator, noise, generator_state)",
            "return (loss, (discriminator_state, generator_state))",
        ),
        stale(
            "discriminator_loss",
            "on_fake, discriminator_state = batched(discriminator, fake, discriminator_state)",
            "on_fake, newer = batched(discriminator, fake, discriminator_state)",
            "on_real, discriminator_state = batched(discriminator, real, discriminator_state)",
        ),
        stale(
            "discriminator_loss",
            "on_real, discriminator_state = batched(discriminator, real, discriminator_state)",
            "on_real, newer = batched(discriminator, real, discriminator_state)",
            "return (loss, (discriminator_state, generator_state))",
        ),
        stale(
            "generator_loss",
            "fake, generator_state = batched(generator, noise, generator_state)",
            "fake, newer = batched(generator, noise, generator_state)",
            "return (jnp.mean(jax.nn.softplus(-on_fake)), (discriminator_state, generator_state))",
        ),
        stale(
            "generator_loss",
            "on_fake, discriminator_state = batched(discriminator, fake, discriminator_state)",
            "on_fake, newer = batched(discriminator, fake, discriminator_state)",
            "return (jnp.mean(jax.nn.softplus(-on_fake)), (discriminator_state, generator_state))",
        ),
        stale(
            "train_discriminator",
            "(loss, (discriminator_state, generator_state)), grads = discriminator_loss("
            "discriminator, discriminator_state, generator, generator_state, real, noise)",
            "(loss, (newer, generator_state)), grads = discriminator_loss("
            "discriminator, discriminator_state, generator, generator_state, real, noise)",
            "return (discriminator, discriminator_state, generator_state, opt_state, loss)",
        ),
        stale(
            "train_discriminator",
            "(loss, (discriminator_state, generator_state)), grads = discriminator_loss("
            "discriminator, discriminator_state, generator, generator_state, real, noise)",
            "(loss, (discriminator_state, newer)), grads = discriminator_loss("
            "discriminator, discriminator_state, generator, generator_state, real, noise)",
            "return (discriminator, discriminator_state, generator_state, opt_state, loss)",
        ),
        stale(
            "train_generator",
            "(loss, (discriminator_state, generator_state)), grads = generator_loss("
            "generator, generator_state, discriminator, discriminator_state, noise)",
            "(loss, (newer, generator_state)), grads = generator_loss("
            "generator, generator_state, discriminator, discriminator_state, noise)",
            "return (generator, generator_state, discriminator_state, opt_state, loss)",
        ),
        stale(
            "train_generator",
            "(loss, (discriminator_state, generator_state)), grads = generator_loss("
            "generator, generator_state, discriminator, discriminator_state, noise)",
            "(loss, (discriminator_state, newer)), grads = generator_loss("
            "generator, generator_state, discriminator, discriminator_state, noise)",
            "return (generator, generator_state, discriminator_state, opt_state, loss)",
        ),
        stale(
            "main",
            "discriminator, dis_state, gen_state, dis_opt, dis_loss = train_discriminator("
            "discriminator, dis_state, generator, gen_state, dis_opt, real, noise)",
            "discriminator, newer, gen_state, dis_opt, dis_loss = train_discriminator("
            "discriminator, dis_state, generator, gen_state, dis_opt, real, noise)",
            "generator, gen_state, dis_state, gen_opt, gen_loss = train_generator("
            "generator, gen_state, discriminator, dis_state, gen_opt, noise)",
        ),
        stale(
            "main",
            "discriminator, dis_state, gen_state, dis_opt, dis_loss = train_discriminator("
            "discriminator, dis_state, generator, gen_state, dis_opt, real, noise)",
            "discriminator, dis_state, newer, dis_opt, dis_loss = train_discriminator("
            "discriminator, dis_state, generator, gen_state, dis_opt, real, noise)",
            "generator, gen_state, dis_state, gen_opt, gen_loss = train_generator("
            "generator, gen_state, discriminator, dis_state, gen_opt, noise)",
        ),
        stale(
            "main",
            "generator, gen_state, dis_state, gen_opt, gen_loss = train_generator("
            "generator, gen_state, discriminator, dis_state, gen_opt, noise)",
            "generator, newer, dis_state, gen_opt, gen_loss = train_generator("
            "generator, gen_state, discriminator, dis_state, gen_opt, noise)",
            "discriminator, dis_state, gen_state, dis_opt, dis_loss = train_discriminator("
            "discriminator, dis_state, generator, gen_state, dis_opt, real, noise)",
        ),
        stale(
            "main",
            "generator, gen_state, dis_state, gen_opt, gen_loss = train_generator("
            "generator, gen_state, discriminator, dis_state, gen_opt, noise)",
            "generator, gen_state, newer, gen_opt, gen_loss = train_generator("
            "generator, gen_state, discriminator, dis_state, gen_opt, noise)",
            "discriminator, dis_state, gen_state, dis_opt, dis_loss = train_discriminator("
            "discriminator, dis_state, generator, gen_state, dis_opt, real, noise)",
        ),
    ),
    "counter_layer": (
        reuse(
            "RunningMean.__call__",
            "state = state.set(self.index, (count + 1, mean))",
            "new = state.set(self.index, (count + 1, mean))",
            "return (x - mean, state)",
        ),
        dropped(
            "RunningMean.__call__",
            "state = state.set(self.index, (count + 1, mean))",
            "state.set(self.index, (count + 1, mean))",
        ),
        reuse(
            "Network.__call__",
            "x, state = self.before(x, state)",
            "x, new = self.before(x, state)",
            "part = state.substate(self.after)",
        ),
        reuse(
            "Network.__call__",
            "x, part = self.after(x, part)",
            "x, new = self.after(x, part)",
            "state = state.update(part)",
        ),
        reuse(
            "Network.__call__",
            "state = state.update(part)",
            "new = state.update(part)",
            "return (x, state)",
        ),
        dropped("Network.__call__", "state = state.update(part)", "state.update(part)"),
        stale(
            "run_ensemble",
            "first, states = evaluate(models, states, x)",
            "first, new = evaluate(models, states, x)",
            "second, states = evaluate(models, states, x)",
        ),
        stale(
            "run_ensemble",
            "second, states = evaluate(models, states, x)",
            "second, new = evaluate(models, states, x)",
            "return first + second + states.get(models.before.index)[1][:, None]",
        ),
        reuse(
            "run_loop.body",
            "y, state = model(x, state)",
            "y, new = model(x, state)",
            "return ((state, total), y)",
        ),
        stale(
            "run_loop",
            "(state, total), ys = jax.lax.scan(body, (state, jnp.zeros(())), xs)",
            "(new, total), ys = jax.lax.scan(body, (state, jnp.zeros(())), xs)",
            "return (total + jnp.sum(ys), state)",
        ),
        stale(
            "main",
            "total, state = run_loop(model, state, xs)",
            "total, new = run_loop(model, state, xs)",
            "y, state = step(x, state)",
        ),
        stale(
            "main",
            "y, state = step(x, state)",
            "y, new = step(x, state)",
            "y, new = step(x, state)",
        ),
    ),
}
