"""Two networks against each other, each with a State of its own."""

import equinox as eqx
import jax
import jax.numpy as jnp
import optax
from jaxtyping import Array, PRNGKeyArray


class Generator(eqx.Module):
    layers: list[eqx.nn.Linear]
    norms: list[eqx.nn.BatchNorm]

    def __init__(self, key: PRNGKeyArray):
        keys = jax.random.split(key, 3)
        self.layers = [eqx.nn.Linear(4, 4, key=k) for k in keys]
        self.norms = [eqx.nn.BatchNorm(4, "batch", mode="batch") for _ in range(2)]

    def __call__(self, noise: Array, state: eqx.nn.State) -> tuple[Array, eqx.nn.State]:
        x = noise
        for layer, norm in zip(self.layers, self.norms):
            x = layer(x)
            x, state = norm(x, state)
            x = jax.nn.relu(x)
        return jnp.tanh(self.layers[-1](x)), state


class Discriminator(eqx.Module):
    first: eqx.nn.Linear
    norm: eqx.nn.BatchNorm
    last: eqx.nn.Linear

    def __init__(self, key: PRNGKeyArray):
        first, last = jax.random.split(key)
        self.first = eqx.nn.Linear(4, 4, key=first)
        self.norm = eqx.nn.BatchNorm(4, "batch", mode="batch")
        self.last = eqx.nn.Linear(4, 1, key=last)

    def __call__(self, x: Array, state: eqx.nn.State) -> tuple[Array, eqx.nn.State]:
        x = self.first(x)
        x, state = self.norm(x, state)
        return self.last(jax.nn.leaky_relu(x)), state


def batched(
    model: Generator | Discriminator, xs: Array, state: eqx.nn.State
) -> tuple[Array, eqx.nn.State]:
    mapped = jax.vmap(model, axis_name="batch", in_axes=(0, None), out_axes=(0, None))
    return mapped(xs, state)


@eqx.filter_value_and_grad(has_aux=True)
def discriminator_loss(
    discriminator: Discriminator,
    discriminator_state: eqx.nn.State,
    generator: Generator,
    generator_state: eqx.nn.State,
    real: Array,
    noise: Array,
) -> tuple[Array, tuple[eqx.nn.State, eqx.nn.State]]:
    fake, generator_state = batched(generator, noise, generator_state)
    on_fake, discriminator_state = batched(discriminator, fake, discriminator_state)
    on_real, discriminator_state = batched(discriminator, real, discriminator_state)
    loss = jnp.mean(jax.nn.softplus(on_fake)) + jnp.mean(jax.nn.softplus(-on_real))
    return loss, (discriminator_state, generator_state)


@eqx.filter_value_and_grad(has_aux=True)
def generator_loss(
    generator: Generator,
    generator_state: eqx.nn.State,
    discriminator: Discriminator,
    discriminator_state: eqx.nn.State,
    noise: Array,
) -> tuple[Array, tuple[eqx.nn.State, eqx.nn.State]]:
    fake, generator_state = batched(generator, noise, generator_state)
    on_fake, discriminator_state = batched(discriminator, fake, discriminator_state)
    return jnp.mean(jax.nn.softplus(-on_fake)), (discriminator_state, generator_state)


optim = optax.sgd(1e-2)


@eqx.filter_jit
def train_discriminator(
    discriminator: Discriminator,
    discriminator_state: eqx.nn.State,
    generator: Generator,
    generator_state: eqx.nn.State,
    opt_state: optax.OptState,
    real: Array,
    noise: Array,
) -> tuple[Discriminator, eqx.nn.State, eqx.nn.State, optax.OptState, Array]:
    (loss, (discriminator_state, generator_state)), grads = discriminator_loss(
        discriminator, discriminator_state, generator, generator_state, real, noise
    )
    updates, opt_state = optim.update(grads, opt_state)
    discriminator = eqx.apply_updates(discriminator, updates)
    return discriminator, discriminator_state, generator_state, opt_state, loss


@eqx.filter_jit
def train_generator(
    generator: Generator,
    generator_state: eqx.nn.State,
    discriminator: Discriminator,
    discriminator_state: eqx.nn.State,
    opt_state: optax.OptState,
    noise: Array,
) -> tuple[Generator, eqx.nn.State, eqx.nn.State, optax.OptState, Array]:
    (loss, (discriminator_state, generator_state)), grads = generator_loss(
        generator, generator_state, discriminator, discriminator_state, noise
    )
    updates, opt_state = optim.update(grads, opt_state)
    generator = eqx.apply_updates(generator, updates)
    return generator, generator_state, discriminator_state, opt_state, loss


def sample(generator: Generator, state: eqx.nn.State, key: PRNGKeyArray) -> Array:
    generator = eqx.nn.inference_mode(generator)
    images, _ = batched(generator, jax.random.normal(key, (3, 4)), state)
    return images


def main(key: PRNGKeyArray, steps: int) -> Array:
    generator_key, discriminator_key, key = jax.random.split(key, 3)
    generator, gen_state = eqx.nn.make_with_state(Generator)(generator_key)
    discriminator, dis_state = eqx.nn.make_with_state(Discriminator)(discriminator_key)
    gen_opt = optim.init(eqx.filter(generator, eqx.is_inexact_array))
    dis_opt = optim.init(eqx.filter(discriminator, eqx.is_inexact_array))
    for step in range(steps):
        key, real_key, noise_key = jax.random.split(key, 3)
        real = jax.random.normal(real_key, (5, 4))
        noise = jax.random.normal(noise_key, (5, 4))
        discriminator, dis_state, gen_state, dis_opt, dis_loss = train_discriminator(
            discriminator, dis_state, generator, gen_state, dis_opt, real, noise
        )
        generator, gen_state, dis_state, gen_opt, gen_loss = train_generator(
            generator, gen_state, discriminator, dis_state, gen_opt, noise
        )
        if step % 2 == 0:
            print(dis_loss, gen_loss, sample(generator, gen_state, key).shape)
    return sample(generator, gen_state, key)


if __name__ == "__main__":
    print(main(jax.random.key(0), 3))
