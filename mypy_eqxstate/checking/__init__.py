"""Running mypy as a library, with results as data: for the command line and the language server.

request = Request(paths=("train.py",))
result = check(request)                      # batch.py: one run, mypy's cache is used
resident = Resident(request)                 # resident.py: a build kept in memory
result = resident.check({"train.py": text})  # with the unsaved text of an editor
"""

from mypy_eqxstate.checking.batch import check
from mypy_eqxstate.checking.request import CannotRunError, Request
from mypy_eqxstate.checking.resident import Resident
from mypy_eqxstate.checking.result import Blocker, CheckResult, FileReport

__all__ = [
    "Blocker",
    "CannotRunError",
    "CheckResult",
    "FileReport",
    "Request",
    "Resident",
    "check",
]
