"""`concise`: one line for each finding, in the form that editors and `grep` know from compilers."""

from __future__ import annotations

from mypy_eqxstate.report.formats.model import Report


def concise(report: Report) -> str:
    """File, line, column, message and rule: `train.py:9:12: error: ...  [state-reuse]`."""
    return "".join(
        f"{path}:{found.position.line}:{found.position.column + 1}: error: "
        f"{found.message}  [{found.rule}]\n"
        for path, found in report.findings
    )
