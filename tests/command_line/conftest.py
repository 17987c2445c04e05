"""The project that `tests/checking/` has."""

from tests.checking.conftest import Project, bare_python, cache, project

__all__ = ["Project", "bare_python", "cache", "project"]
