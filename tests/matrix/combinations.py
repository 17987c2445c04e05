"""The combinations of versions that `make matrix` measures, and what it runs on each: as data.

Each minor line of Equinox from the oldest supported one on, with a JAX of its time, spread over the
supported versions of Python and mypy. The pins beside them are what an old JAX needs: its metadata
let in a NumPy, SciPy and others that it does not work with.

Example: `Combination("3.12", "2.4.0", "0.11.12", "0.4.38")` is Equinox 0.11.12 on Python 3.12. It
is called `equinox-0.11.12-python-3.12`, and `make matrix ONLY=0.11.12` runs it alone.
"""

from __future__ import annotations

from dataclasses import dataclass

NEWEST = "newest"


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
        return f"equinox-{self.equinox}-python-{self.python}"

    @property
    def requirements(self) -> list[str]:
        """What pip is asked for, beside this package and `TOOLS`."""
        pins = {"mypy": self.mypy, "equinox": self.equinox, "jax": self.jax, "jaxlib": self.jax}
        exact = [name if pin == NEWEST else f"{name}=={pin}" for name, pin in pins.items()]
        further = {requirement.partition("=")[0] for requirement in self.further}
        return [*exact, *self.further, *({"optax"} - further)]


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
    Combination("3.12", "2.4.1", "0.13.4", "0.8.3"),
    Combination("3.10", "2.4.1", "0.13.8", "0.6.2"),
    Combination("3.13", NEWEST, NEWEST, NEWEST),
    Combination("3.14", NEWEST, NEWEST, NEWEST),
)

TOOLS = ("hypothesis>=6.100", "pydantic>=2", "pyright[nodejs]>=1.1.400", "pytest>=8")
"""What the suites need."""

SUITES = {
    "library table": ("tests/contracts",),
    "cases, run": ("tests/scenarios/test_runtime.py",),
    "cases, checked": ("tests/scenarios/test_cases.py",),
    "stubs": ("tests/stubs",),
    "plugin": ("tests/plugin/test_plugin.py", "tests/plugin/test_real_packages.py"),
    "lowering": ("tests/ir",),
}
"""Title -> the tests, for pytest. All others run on the newest versions only."""

SHOWN = ("python", "mypy", "equinox", "jax", "jaxtyping", "numpy", "optax")
"""The packages whose installed versions the table of results shows."""
