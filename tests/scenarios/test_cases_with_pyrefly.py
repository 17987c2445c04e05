"""Every case, checked with pyrefly's types: the same errors as with mypy's, but for those listed.

`DIFFERENT` says for each case that comes out otherwise why it does.  A case in the table that comes
out right fails: its line is to be taken away.
"""

from collections.abc import Mapping

import pytest

from mypy_eqxstate.config import Configuration
from mypy_eqxstate.oracle.tsp.check import check_with_tsp
from mypy_eqxstate.report.finding import ModuleReport
from tests.scenarios.scenario_format import CASES, Case, can_parse
from tests.scenarios.test_cases import ALL, Found, differences

DIFFERENT = {
    "s150_suppression": "that an ignore comment is not needed is said by mypy alone; the comments "
    "themselves silence the same errors",
}


@pytest.fixture(scope="module")
def reports() -> Mapping[str, ModuleReport]:
    """The reports of one check of all cases, by the name of the file."""
    files = [case.path for case in ALL if can_parse(case.python)]
    checked = check_with_tsp(files, Configuration(), search_path=[CASES.parent])
    return {path.stem: report for path, report in checked.items()}


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.name)
def test_case(case: Case, reports: Mapping[str, ModuleReport]) -> None:
    if not can_parse(case.python):
        pytest.skip(f"needs Python {case.python[0]}.{case.python[1]}")
    report = reports[case.name]
    assert report.faults == []
    assert report.limits == []
    found = [Found(f.position.line, f.rule, f.message) for f in report.findings]
    problems = differences(case, found)
    if case.name in DIFFERENT or case.xfail is not None:
        assert problems, f"this works now; take {case.name} out of the table"
        return
    assert not problems, f"{case.path}\n" + "\n".join(problems)


def test_the_table_names_cases() -> None:
    assert set(DIFFERENT) <= {case.name for case in ALL}
