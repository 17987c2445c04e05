"""The process that checks: whatever goes wrong in it is an answer, and the next check is made."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mypy_eqxstate.checking import CannotRunError, Request, Resident
from mypy_eqxstate.language_server import worker
from mypy_eqxstate.language_server.worker import Checker, Job
from tests.checking.conftest import Project


@pytest.fixture
def job(project: Project, monkeypatch: pytest.MonkeyPatch) -> Job:
    """A job for a prepared process, which is this one."""
    request = Request(cache_dir=str(project.cache))
    monkeypatch.setattr(worker, "_checker", Checker(str(project.root), request, "mypy"))
    path = str(project.root / "use.py")
    return Job((path,), {path: Path(path).read_text()})


def failing(error: Exception) -> Callable[..., None]:
    """What raises."""

    def fail(*arguments: object) -> None:
        raise error

    return fail


def test_an_internal_fault_is_an_answer_and_the_next_check_begins_anew(
    job: Job, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(Resident, "check", failing(ZeroDivisionError("on purpose")))
        answer = worker.check(job)
    assert answer.result is None
    assert answer.error is not None
    assert answer.error.startswith("internal fault, ZeroDivisionError at test_worker.py:")
    assert answer.error.endswith(": on purpose")
    assert "Traceback (most recent call last)" in capfd.readouterr().err
    after = worker.check(job)
    assert after.result is not None and after.error is None
    assert [found.rule for _, found in after.result.findings] == ["state-reuse"]


def test_a_configuration_that_mypy_does_not_accept_is_an_answer(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Resident, "check", failing(CannotRunError("no such option")))
    answer = worker.check(job)
    assert (answer.result, answer.error) == (None, "no such option")
