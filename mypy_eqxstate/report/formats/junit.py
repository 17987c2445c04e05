"""`junit`: a report as of a test run, for services that show nothing else.

Each file that was named to be checked is a test, and so is each other file with findings.  It fails
once for each finding.  What kept the check from being made is an error of a test of its own.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree

from mypy_eqxstate.report.formats.model import Report

# What XML 1.0 can't hold, not even escaped.
_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(report: Report) -> str:
    """An XML document with one test suite."""
    files = sorted({*report.sources, *report.files})
    suite = ElementTree.Element(
        "testsuite",
        name="mypy-eqxstate",
        tests=str(len(files) + len(report.failures)),
        failures=str(len(report.findings)),
        errors=str(len(report.failures)),
    )
    for file in files:
        case = ElementTree.SubElement(suite, "testcase", classname="mypy-eqxstate", name=file)
        for path, found in report.findings:
            if path != file:
                continue
            failure = ElementTree.SubElement(
                case, "failure", type=found.rule, message=_plain(found.message)
            )
            lines = [f"{path}:{found.position.line}: {found.message}"]
            for note in found.notes:
                place = note.position or found.position
                lines.append(f"{note.path or path}:{place.line}: {note.message}")
            failure.text = _plain("\n".join(lines))
    for text in report.failures:
        case = ElementTree.SubElement(suite, "testcase", classname="mypy-eqxstate", name="mypy")
        ElementTree.SubElement(case, "error", message=_plain(text))
    suites = ElementTree.Element("testsuites")
    suites.append(suite)
    ElementTree.indent(suites)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + (
        ElementTree.tostring(suites, encoding="unicode") + "\n"
    )


def _plain(text: str) -> str:
    return _NOT_IN_XML.sub("?", text)
