from typing import Any

from jax import Array as Array

PyTree = Any
