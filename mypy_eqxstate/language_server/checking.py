"""When the open files are checked, and what is known of them: nothing stale, nothing twice.

A change asks for a check.  It begins when nothing has changed for `QUIET` seconds, at the latest
after `PATIENCE`; there is one check at a time, and what is asked for meanwhile is one more check
after it.  A result counts for a file only if its text is still the one that was checked.

Worked example.  Ten letters are typed within a second while a check runs: one check follows, of the
text with all ten.  What the first one found about that file is not shown; what it found about
another open file is.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from mypy_eqxstate.checking import Blocker, CheckResult, FileReport
from mypy_eqxstate.language_server.diagnostics import Checked
from mypy_eqxstate.language_server.documents import Sheet
from mypy_eqxstate.language_server.engine import Engine
from mypy_eqxstate.language_server.worker import Answer, Job

QUIET: Final = 0.1
PATIENCE: Final = 1.0


class Checking:
    """Keeps what is known of the open files of one workspace folder up to date.

    Args:
        root: the folder.
        engine: checks files.
        sheets: the open files as they are now.
        show: is told of every file whose state may have changed, once it is known.
        tell: is told what the user should know of the run as a whole.
        announce: is called when something else is known of a text that has not changed.
    """

    def __init__(
        self,
        root: str,
        engine: Engine,
        sheets: Callable[[], Mapping[str, Sheet]],
        show: Callable[[Checked], None],
        tell: Callable[[str], None],
        announce: Callable[[], None],
    ) -> None:
        self.root = root
        self.known: dict[str, Checked] = {}
        self._engine = engine
        self._sheets = sheets
        self._show = show
        self._tell = tell
        self._announce = announce
        self._wanted = asyncio.Event()
        self._changed = asyncio.Event()
        self._hurry = False
        self._round: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._told: set[str] = set()
        self._error: str | None = None
        self._task = asyncio.create_task(self._run())

    def ask(self, *, at_once: bool = False) -> None:
        """Ask for a check.

        Args:
            at_once: do not wait whether more changes follow.
        """
        self._hurry = self._hurry or at_once
        self._changed.set()
        self._wanted.set()

    def forget(self, uri: str) -> None:
        """A file was closed."""
        self.known.pop(uri, None)

    def current(self, uri: str) -> Checked | None:
        """What is known of the text that a file has now; None if that is not known yet."""
        checked, sheet = self.known.get(uri), self._sheets().get(uri)
        if checked is None or sheet is None or checked.sheet.versions != sheet.versions:
            return None
        return checked

    async def wait_for(self, uri: str) -> Checked | None:
        """What is known of the text that a file has now, when it is known; None if it changes."""
        sheet = self._sheets().get(uri)
        while sheet is not None:
            known = self.current(uri)
            if known is not None:
                return known
            await asyncio.shield(self._round)
            now = self._sheets().get(uri)
            if now is None or now.versions != sheet.versions:
                return None
        return None

    def close(self) -> None:
        """End all of it."""
        self._task.cancel()
        self._engine.close()

    async def _run(self) -> None:
        while True:
            await self._wanted.wait()
            await self._let_settle()
            self._wanted.clear()
            sheets = dict(self._sheets())
            try:
                if sheets:
                    await self._check(sheets)
            except Exception as error:
                self._fail(f"internal fault, {type(error).__name__}: {error}")
            finished, self._round = self._round, asyncio.get_running_loop().create_future()
            finished.set_result(None)

    async def _let_settle(self) -> None:
        deadline = asyncio.get_running_loop().time() + PATIENCE
        while not self._hurry and asyncio.get_running_loop().time() < deadline:
            self._changed.clear()
            try:
                await asyncio.wait_for(self._changed.wait(), QUIET)
            except asyncio.TimeoutError:
                break
        self._hurry = False

    async def _check(self, sheets: Mapping[str, Sheet]) -> None:
        texts = {sheet.path: sheet.text for sheet in sheets.values()}
        paths = tuple(sorted(path for path in texts if not path.endswith(".pyi")))
        answer = await self._engine.check(Job(paths, texts))
        if answer.error is not None:
            self._fail(answer.error)
        for line in answer.result.warnings if answer.result else ():
            self._tell_once(line)
        self._take(sheets, answer)

    def _take(self, sheets: Mapping[str, Sheet], answer: Answer) -> None:
        reports = self._reports(answer.result)
        standings = answer.result.standings if answer.result is not None else {}
        elsewhere = _stopped_by_others(answer)
        if elsewhere is not None:
            self._fail(f"nothing is checked: {elsewhere.path or 'mypy'}: {elsewhere.message}")
        elif answer.error is None:
            self._error = None
        now = self._sheets()
        is_news = False
        for uri, sheet in sheets.items():
            if uri not in now or now[uri].versions != sheet.versions:
                continue
            before = self.known.get(uri)
            if reports is None or elsewhere is not None:
                checked = _unchecked(sheet, before, elsewhere)
            else:
                report = reports.get(sheet.path, FileReport(sheet.path))
                for fault in report.faults:
                    self._tell_once(fault)
                broken = answer.broken.get(sheet.path)
                good = sheet.text if broken is None else broken.instead
                blocker = None if broken is None else broken.blocker
                stand = standings.get(sheet.path, ()) if broken is None else ()
                checked = Checked(sheet, report.findings, report.limits, good, blocker, stand)
            self.known[uri] = checked
            if before is not None and before.sheet.versions == sheet.versions:
                is_news = is_news or replace(checked, sheet=before.sheet) != before
            self._show(checked)
        if is_news:
            self._announce()

    def _reports(self, result: CheckResult | None) -> dict[str, FileReport] | None:
        if result is None:
            return None
        return {os.path.abspath(os.path.join(self.root, r.path)): r for r in result.files}  # noqa: PTH100, PTH118

    def _fail(self, error: str) -> None:
        """Say an error, unless it is the one of the check before."""
        if error != self._error:
            self._error = error
            self._tell(error)

    def _tell_once(self, text: str) -> None:
        if text not in self._told:
            self._told.add(text)
            self._tell(text)


def _stopped_by_others(answer: Answer) -> Blocker | None:
    """What stopped mypy and is in no open file."""
    return next(iter(answer.result.blockers), None) if answer.result else None


def _unchecked(sheet: Sheet, before: Checked | None, blocker: Blocker | None) -> Checked:
    """A text that could not be checked: what was known before stays, as what is old."""
    position = None
    message = blocker.message if blocker is not None else "the check has failed"
    where = f" in {blocker.path}" if blocker is not None and blocker.path else ""
    told = Blocker(f"{message}{where}", sheet.path, position)
    if before is None:
        return Checked(sheet, (), (), "", told)
    return Checked(sheet, before.findings, before.limits, before.good, told)
