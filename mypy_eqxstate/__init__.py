"""A borrow checker for `equinox.nn.State`, as a mypy plugin.

Two kinds of reader import this package. mypy does, for `plugin`, when a configuration says
`plugins = mypy_eqxstate`. Users' code does, for `Borrowed`, `Consumed`, `affine` and `clone`.

For the second kind importing must cost nothing: neither mypy nor JAX nor Equinox is imported here,
and the plugin is looked up by name only when mypy asks for it. Looking it up by name also keeps the
plugin's modules (and through them mypy's own) out of the builds of users, whose type checker
follows the imports that it can see, those inside functions and `TYPE_CHECKING` blocks too.

The plugin's module cannot be called `plugin`: importing a submodule binds its name in the package,
which would hide the function below from the next run of mypy in the same process.
"""

import importlib
from typing import Any

from mypy_eqxstate.annotations import Borrowed, Consumed, affine, clone

__all__ = ["Borrowed", "Consumed", "__version__", "affine", "clone", "plugin"]

__version__ = "0.1.0"


def plugin(version: str) -> type[Any]:
    """Give mypy the plugin's class; mypy calls this when it reads `plugins = mypy_eqxstate`.

    Args:
        version: mypy's version, as mypy passes it.

    Returns:
        A subclass of `mypy.plugin.Plugin`.

    Raises:
        ImportError: if mypy is not installed or its plugin interface has changed.

    Source: https://mypy.readthedocs.io/en/stable/extending_mypy.html
    """
    implementation = importlib.import_module("mypy_eqxstate.mypy_plugin")
    plugin_class: type[Any] = implementation.plugin(version)
    return plugin_class
