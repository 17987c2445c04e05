"""Random programs: the checker reports what the judge sees, and nothing else.

`make fuzz` runs as long as it is told; this is a short run over the same programs every time.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.differential.checker import Checker, Report
from tests.differential.compare import compare
from tests.differential.evidence import Difference, Evidence
from tests.differential.fuzz import shown
from tests.differential.grammar import programs
from tests.differential.judge import Judge
from tests.differential.policies import POLICIES
from tests.differential.world import Cause, Use

PROGRAMS = 120


@pytest.fixture(scope="module")
def checker(tmp_path_factory: pytest.TempPathFactory) -> Checker:
    return Checker(tmp_path_factory.mktemp("programs"))


@settings(
    max_examples=PROGRAMS,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.generate],  # `make fuzz` shrinks
    suppress_health_check=list(HealthCheck),
)
@given(program=programs())
def test_checker_and_judge_agree(program: str, checker: Checker) -> None:
    found = compare(checker, program)
    assert not found, shown(program, found)


def judged(*lines: str) -> dict[int, set[str]]:
    """By line of the function, the rules that a use there breaks in some run."""
    source = "def case(s, t, index):\n" + "".join(f"    {line}\n" for line in lines)
    source += "def drive():\n    case(eqx.nn.State(), eqx.nn.State(), None)\n"
    found: dict[int, set[str]] = {}
    for use in Judge(source, "drive").look().uses:
        found.setdefault(use.lines[0] - 1, set()).update(cause.rule for cause in use.causes)
    return found


def test_judge_sees_an_invalidated_object_under_all_its_names() -> None:
    assert judged("t = s", "n = s.set(index, 1)", "t.get(index)") == {3: {"state-reuse"}}


def test_judge_sees_a_superseded_name_and_not_its_snapshot() -> None:
    lines = ["t = s", "n = advance(s)", "t.get(index)", "s.get(index)"]
    assert judged(*lines) == {4: {"state-stale"}}


def test_judge_lets_a_dropped_result_pass() -> None:
    assert judged("_ = advance(s)", "s.get(index)") == {}


def test_judge_lets_a_snapshot_pass_that_is_only_read_beside_what_became_of_it() -> None:
    lines = ["t = s", "n = advance(t)", "n = (lambda new, old: new.set(index, old))(n, s)"]
    assert judged(*lines, "s.get(index)") == {}


def test_judge_lets_a_callee_work_on_a_clone() -> None:
    assert judged("n = (lambda it: advance(clone(it)))(s)", "s.get(index)") == {}


def test_judge_follows_every_decision() -> None:
    lines = ["for _ in items():", "    n = s.set(index, 1)"]
    assert judged(*lines) == {2: {"state-reuse"}}


def test_judge_sees_what_a_failing_call_leaves_behind() -> None:
    lines = ["try:", "    n = s.set(index, 1)", "    risky()", "except ValueError:", "    show(s)"]
    assert judged(*lines) == {5: {"state-reuse"}}


def test_judge_lets_a_handler_fail_before_finally() -> None:
    lines = ["try:", "    risky()", "except ValueError:", "    n = s.set(index, 1)"]
    lines += ["    n.get(index)", "    s = n", "finally:", "    show(s)"]
    assert judged(*lines) == {8: {"state-reuse"}}


def test_judge_tells_what_a_pattern_binds_from_what_it_looks_at() -> None:
    lines = ["pair = (s, t)", "match pair:", "    case (n, _) if False:", "        pass"]
    lines += ["    case _:", "        new = advance(n)", "pair[0].get(index)"]
    assert judged(*lines, "n.get(index)") == {8: {"state-stale"}}


def test_judge_looks_at_a_returned_state_after_finally() -> None:
    lines = ["try:", "    return s", "finally:", "    n = s.set(index, 1)"]
    assert judged(*lines) == {2: {"state-reuse"}}


def test_every_policy_is_documented_and_has_a_scenario() -> None:
    root = Path(__file__).parents[2]
    readme = (root / "README.md").read_text(encoding="utf-8")
    text = readme.partition("## What it does not see")[2].partition("\n## ")[0]
    for policy in POLICIES:
        assert policy.name in " ".join(text.split()).lower(), policy.name
        case = root / "tests" / "scenarios" / "cases" / f"{policy.scenario}.py"
        assert "policy" in (ast.get_docstring(ast.parse(case.read_text())) or ""), case


def test_policies_cover_nothing_in_simple_code() -> None:
    source = "def case(s):\n    t = s.set(0, 1)\n    return t.get(0)\n"
    source += "def drive():\n    case(eqx.nn.State())\n"
    evidence = Evidence(ast.parse(source), Judge(source, "drive", {3: ["s"]}).look())
    use = Use((3, 5), frozenset({Cause("state-reuse", (2, 5))}))
    report = Report(3, "state-reuse", '"s" may have been consumed on line 2', frozenset({2}))
    # The judge sees no use there: so all of these are differences, and no policy explains them.
    for difference in (
        Difference("miss", 3, "state-reuse", "", use=use),
        Difference("false alarm", 3, "state-reuse", report.text, report),
        Difference("too cautious", 3, "state-reuse", report.text, report),
    ):
        assert not [p.name for p in POLICIES if p.covers(difference, evidence)], difference


def covering(difference: Difference, *lines: str) -> list[str]:
    """The names of the policies that cover a difference in a function of two States."""
    source = "def case(s, t):\n" + "".join(f"    {line}\n" for line in lines)
    source += "def drive():\n    case(eqx.nn.State(), eqx.nn.State())\n"
    watched = {} if difference.report is None else {difference.line: [difference.report.place]}
    evidence = Evidence(ast.parse(source), Judge(source, "drive", watched).look(), watched)
    return [policy.name for policy in POLICIES if policy.covers(difference, evidence)]


def explained(*lines: str) -> list[list[str]]:
    """By stale use in a function of two States, the policies that cover a miss of it."""
    source = "def case(s, t):\n" + "".join(f"    {line}\n" for line in lines)
    source += "def drive():\n    case(eqx.nn.State(), eqx.nn.State())\n"
    evidence = Evidence(ast.parse(source), Judge(source, "drive").look())
    stale = [
        use
        for use in sorted(evidence.seen.uses, key=lambda use: use.lines)
        if {cause.rule for cause in use.causes} == {"state-stale"}
    ]
    misses = [Difference("miss", use.lines[0], "state-stale", "", use=use) for use in stale]
    return [[p.name for p in POLICIES if p.covers(miss, evidence)] for miss in misses]


def test_a_comprehension_explains_what_is_in_it() -> None:
    found = explained("xs = [advance(s) for _ in (1, 2)]", "return xs")
    assert found == [["a comprehension"]] * len(found) != []
    assert explained("x = advance(s)", "return advance(s)") == [[]]


def test_a_rejected_step_explains_the_old_state_beside_the_newer_one() -> None:
    assert explained("n = advance(s)", "return n if False else s") == [["rejecting a step"]]
    assert explained("n = advance(s)", "return t if False else s") == [[]]
    lines = ["n = advance(s)", "if n is not None:", "    return s", "return n"]
    assert explained(*lines) == [["rejecting a step"]]


def test_nested_handlers_explain_what_they_may_let_through_and_nothing_else() -> None:
    lines = ["try:", "    try:", "        n = s.set(0, 1)", "        risky()"]
    lines += ["    except Exception:", "        pass", "except Exception:", "    {}.get(0)"]
    for name, expected in (("s", ["nested handlers"]), ("t", [])):
        text = f'"{name}" may have been consumed on line 4'
        report = Report(9, "state-reuse", text, frozenset({4}))
        difference = Difference("false alarm", 9, "state-reuse", text, report)
        assert covering(difference, *(line.format(name) for line in lines)) == expected


@pytest.mark.parametrize(
    ("rest", "is_accepted"),
    [
        (["s = n", "pass"], False),
        (["if ready():", "    s = n"], True),
        (["s = n if ready() else s", "pass"], True),
        (["s = t if ready() else s", "pass"], False),
        (["s = t if ready() else n", "pass"], False),
    ],
)
def test_a_step_is_accepted_in_some_turns_only(rest: list[str], is_accepted: bool) -> None:
    lines = ["for _ in items():", "    n = advance(s)", "    s.get(0)"]
    cause = Cause("state-stale", (3, 8))
    difference = Difference("miss", 4, "state-stale", "", use=Use((4, 8), frozenset({cause})))
    found = covering(difference, *lines, *(f"    {line}" for line in rest))
    assert found == (["accepting a step"] if is_accepted else [])


def test_a_callee_leaves_what_it_stores_and_nothing_else() -> None:
    lines = ["def fork():", "    nonlocal s, t", "    s = clone(t)", "    t = advance(s)"]
    lines += ["fork()", "s.get(0)"]
    cause = Cause("state-stale", (5, 6, 9))
    after = Difference("miss", 7, "state-stale", "", use=Use((7, 9), frozenset({cause})))
    within = Difference("miss", 5, "state-stale", "", use=Use((5, 6, 9), frozenset({cause})))
    assert covering(after, *lines) == ["fields that a callee leaves"]
    assert covering(within, *lines) == []
    lines[2] = "    pass"
    assert covering(after, *lines) == ["fields that a callee leaves"]
    lines[3] = "    return advance(s)"
    assert covering(after, *lines) == []
