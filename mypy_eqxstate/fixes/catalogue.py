"""Which fixes there are for a finding, the best first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mypy_eqxstate.fixes.edits import Edit, Fix, apply
from mypy_eqxstate.fixes.ignore import ignore
from mypy_eqxstate.fixes.others import (
    declare_borrowed,
    declare_consumed,
    give_clone,
    unwrap,
    use_newest,
)
from mypy_eqxstate.fixes.rebind import rebind
from mypy_eqxstate.fixes.source import Source
from mypy_eqxstate.report.finding import Finding


def fixes(finding: Finding, source: Source) -> Iterator[Fix]:
    """The fixes of a finding, the best first.

    Args:
        finding: with its facts; without them there is only the comment that silences it.
        source: the text that it was found in.
    """
    facts = finding.facts
    if facts is not None:
        for make in (rebind, use_newest, declare_consumed, give_clone, declare_borrowed):
            fix = make(finding, facts, source)
            if fix is not None:
                yield fix
        yield from unwrap(finding, facts, source)
    silenced = ignore(finding, source)
    if silenced is not None:
        yield silenced


def fix_all(findings: Iterable[Finding], source: Source) -> list[Edit]:
    """The edits that bind all results which are thrown away, as far as that can be done.

    Args:
        findings: of any rules; only those of `state-dropped` count.
        source: the text that they were found in.
    """
    edits: list[Edit] = []
    for finding in findings:
        if finding.rule != "state-dropped" or finding.facts is None:
            continue
        fix = rebind(finding, finding.facts, source)
        if fix is None:
            continue
        more = [*edits, *(edit for edit in fix.edits if edit not in edits)]
        try:
            apply(source.text, more)
        except ValueError:
            continue  # it overlaps with an earlier one
        edits = more
    return edits
