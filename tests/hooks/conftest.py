"""The project that `tests/checking/` has."""

from tests.checking.conftest import Project, cache, project

__all__ = ["Project", "cache", "project"]
