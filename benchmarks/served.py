"""A copy of a repository that is checked with pyrefly's types instead of mypy's.

`ServedCheckout` takes the place of `Checkout`, so that the other scripts of this folder can count
with either (`seeded_bugs.py --types pyrefly`).  One type server serves all checks of a copy.

Limit: what mypy would refuse is checked here, so that `refused` stays empty.
"""

from __future__ import annotations

from repositories import FAULT, Checkout, Message

from mypy_eqxstate.config import Configuration, read_configuration
from mypy_eqxstate.oracle.tsp.check import TspChecker


class ServedCheckout(Checkout):
    """A copy of a repository, and a type server; the arguments are those of `Checkout`."""

    _checker: TspChecker | None = None

    def check(self) -> list[Message]:
        """Check all files; what there is to say, in mypy's form."""
        if self._checker is None:
            places = [self.files, *filter(lambda place: place.is_dir(), [self.files / "src"])]
            self._checker = TspChecker(
                self._read_configuration(), search_path=places, root=self.files
            )
        found: list[Message] = []
        for path, report in self._checker.check([self.files]).items():
            inside = path.relative_to(self.files.resolve()).as_posix()
            for finding in report.findings:
                line = finding.position.line
                found.append(Message(inside, line, "error", finding.rule, finding.message))
            for fault in report.faults:
                found.append(Message(inside, 1, "note", "eqxstate", f"{FAULT}: {fault}"))
        return found

    def close(self) -> None:
        """End the type server."""
        if self._checker is not None:
            self._checker.close()

    def _read_configuration(self) -> Configuration:
        return read_configuration(str(self._configuration))
