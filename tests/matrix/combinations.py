"""The combinations of versions that `make matrix` measures, as data.

Each line of Equinox from the oldest supported one on, with a JAX of its time, over all versions of
Python and of mypy that are supported. The pins beside JAX are what that JAX needs: an old one is
not content with today's NumPy, though its metadata allow it. `*` stands for the newest release.

Example: `Combination("3.10", "2.4.0", "0.11.0", "0.4.13", ("numpy<1.26",))` is Equinox 0.11.0 on
Python 3.10. It is called `equinox-0.11.0-python-3.10`, and `make matrix ONLY=0.11.0` runs it.
"""

from __future__ import annotations

from dataclasses import dataclass

NEWEST = "*"


@dataclass(frozen=True)
class Combination:
    """Versions that are installed together.

    Attributes:
        python: the minor version of the interpreter, e.g. `3.10`.
        mypy, equinox, jax: exact versions, or `NEWEST`.
        further: further requirements, in pip's notation.
    """

    python: str
    mypy: str
    equinox: str
    jax: str
    further: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What the combination is called on the command line, and its folder."""
        equinox = "newest" if self.equinox == NEWEST else self.equinox
        return f"equinox-{equinox}-python-{self.python}"

    @property
    def requirements(self) -> list[str]:
        """What pip is asked for."""
        pins = {
            "mypy": self.mypy,
            "equinox": self.equinox,
            "jax": self.jax,
            "jaxlib": self.jax,
        }
        exact = [name if pin == NEWEST else f"{name}=={pin}" for name, pin in pins.items()]
        return [*exact, *self.further]


COMBINATIONS = (
    Combination(
        "3.10",
        "2.4.0",
        "0.11.0",
        "0.4.13",
        ("jaxtyping==0.2.20", "ml_dtypes==0.2.0", "numpy<1.26", "optax==0.1.7", "scipy<1.12"),
    ),
    Combination(
        "3.11",
        "2.4.1",
        "0.11.4",
        "0.4.25",
        ("jaxtyping==0.2.28", "numpy<2", "optax==0.2.1", "scipy<1.13"),
    ),
    Combination("3.12", "2.4.0", "0.11.12", "0.4.38", ("optax==0.2.4",)),
    Combination("3.11", "2.4.1", "0.12.2", "0.5.3", ("optax==0.2.4",)),
    Combination("3.13", "2.4.0", "0.13.0", "0.6.2", ("optax==0.2.5",)),
    Combination("3.12", "2.4.1", "0.13.4", "0.8.3", ("optax",)),
    Combination("3.10", "2.4.1", "0.13.8", "0.6.2", ("optax",)),
    Combination("3.13", "2.4.1", NEWEST, NEWEST, ("optax",)),
)
