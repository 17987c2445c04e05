"""What a name may hold after very many branches is summed up, and old objects are still found."""

from __future__ import annotations

from mypy_eqxstate.flow.bindings import ALIVE, Binding
from mypy_eqxstate.flow.crowds import MAXIMAL_VALUES, sum_up
from mypy_eqxstate.flow.guards import ALWAYS
from mypy_eqxstate.flow.memory import Memory
from mypy_eqxstate.flow.values import UNKNOWN_VALUE, Symbol
from tests.torture.analyse import analyse
from tests.torture.oracles import GivingOracle

MANY = 2 * MAXIMAL_VALUES


def _alarms(*parts: str) -> list[tuple[int, str]]:
    """The lines, counted from the end, and the messages found in a function of these lines."""
    lines = "\n".join(parts).split("\n")
    source = "def f(s, i, t, x):\n" + "".join(f"    {line}\n" for line in lines)
    outcome = analyse(source, GivingOracle)
    assert outcome is not None
    assert (outcome.faults, outcome.limits) == ((), ())
    found = [alarm.partition(": ") for alarm in outcome.alarms]
    return [(int(line) - source.count("\n") - 1, message) for line, _, message in found]


def _often(line: str) -> str:
    return "\n".join(line.replace("N", str(number)) for number in range(MANY))


REPLACING = _often("if aN: s = s.set(i, N)")


def test_a_state_that_many_branches_may_have_replaced_is_good() -> None:
    assert _alarms(REPLACING, "s = s.set(i, 1)", "return s.get(i)") == []


def test_it_is_consumed_for_sure() -> None:
    [(line, message)] = _alarms(REPLACING, "new = s.set(i, 1)", "return s.get(i)")
    assert line == -1
    assert '"s" was consumed by "s.set"' in message
    assert 'use "new"' in message


def test_it_is_consumed_with_its_other_name() -> None:
    [(line, message)] = _alarms(REPLACING, "old = s", "s = s.set(i, 1)", "return old.get(i)")
    assert line == -1
    assert '"old" was consumed by "s.set"' in message


def test_a_name_that_many_branches_may_share_with_it_may_be_consumed() -> None:
    sharing = _often("if aN:\n    s = s.set(i, N)\n    t = s")
    [(line, message)] = _alarms(sharing, "s = s.set(i, 1)", "return t.get(i)")
    assert line == -1
    assert '"t" may have been consumed by "s.set"' in message


def test_a_snapshot_made_by_the_last_of_many_branches_is_good_until_the_next() -> None:
    snapshot = _often("if aN:\n    t = s\n    t.get(i)\n    s = s.set(i, N)")
    assert _alarms(snapshot, "return s.get(i)") == []


def test_what_many_branches_may_have_put_into_a_field_is_one_object_too() -> None:
    holder = "class Holder: pass\nholder = Holder()\nholder.s = s"
    replacing = _often("if aN: holder.s = holder.s.set(i, N)")
    assert _alarms(holder, replacing, "return holder.s.get(i)") == []
    consuming = "holder.s.set(i, 1)"
    *_, (line, message) = _alarms(holder, replacing, consuming, "return holder.s.get(i)")
    assert line == -1
    assert '"holder.s" was consumed by "holder.s.set"' in message


def test_different_elements_of_a_list_are_not_one() -> None:
    appending = _often("if aN:\n    s = s.set(i, N)\n    x.append(clone(s))")
    for_one = "for each in x:\n    each = each.set(i, 1)\n    each.get(i)"
    assert _alarms("from mypy_eqxstate import clone\nx = []", appending, for_one, "return s") == []


def test_a_loop_around_many_branches_ends() -> None:
    inside = "\n".join(f"    {line}" for line in REPLACING.split("\n"))
    [(line, message)] = _alarms("while x:", inside, "new = s.set(i, 1)", "return s.get(i)")
    assert line == -1
    assert '"s" was consumed by "s.set"' in message


def test_of_many_calls_that_may_have_consumed_a_state_some_are_told() -> None:
    [*_, (line, message)] = _alarms(_often("if aN: new = s.set(i, N)"), "return s.get(i)")
    assert line == -1
    assert '"s" may have been consumed by "s.set" on line' in message


def test_a_constant_out_of_many_is_plain_data() -> None:
    assert _alarms("x = 0", _often("if aN: x = N"), "s = s.set(i, x)", "return s.get(i)") == []


def test_what_a_loop_follows_from_attribute_to_attribute_is_soon_not_known_any_more() -> None:
    binding = Binding({Symbol(f"tree.{'left.' * n}right"): ALWAYS for n in range(MANY)}, ALIVE)
    memory = Memory()
    memory.bindings[0] = binding
    sum_up(memory)
    assert memory.bindings[0].values == {UNKNOWN_VALUE: ALWAYS}
