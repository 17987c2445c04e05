"""Conditions: short circuits, facts, and the blocks they make.

The source, and the operations that it is lowered to.
"""

import pytest

from tests.ir.lowered import lowered, text


def test_or_gives_one_of_two() -> None:
    source = """
        def f(s):
            return g(s) or s
    """
    expected = """
        f(s)
        0:
          t2 = read g of module
          t3 = read s
          t4 = call t2(t3)  -> kept
          branch t4 -> 1, 2
        1:
          t1 = alias t4
          jump 3
        2:
          t5 = read s
          t1 = alias t5
          jump 3
        3:
          return t1
    """
    assert lowered(source, "f") == text(expected)


def test_both_arms_of_one_place_have_that_place() -> None:
    source = """
        def f(s, c):
            return s if c else s
    """
    expected = """
        f(s, c)
        0:
          t2 = read c
          branch t2 -> 1, 2  [c] / [not c]
        1:
          t3 = read s
          t1 = alias t3
          jump 3
        2:
          t4 = read s
          t1 = alias t4
          jump 3
        3:
          return t1
    """
    assert lowered(source, "f") == text(expected)


def test_a_chain_may_skip_its_end() -> None:
    source = """
        def f(a, b, c):
            return a < b < g(c)
    """
    expected = """
        f(a, b, c)
        0:
          t2 = read a
          t3 = read b
          t4 = comparison(t2, t3)
          branch t4 -> 2, 1
        1:
          t1 = alias t4
          jump 3
        2:
          t5 = read g of module
          t6 = read c
          t7 = call t5(t6)  -> kept
          t8 = comparison(t3, t7)
          t1 = alias t8
          jump 3
        3:
          return t1
    """
    assert lowered(source, "f") == text(expected)


def test_opposite_conditions_have_one_text() -> None:
    source = """
        def f(a, x):
            if not a and x is not None:
                return 1
            return 2
    """
    expected = """
        f(a, x)
        0:
          t1 = read a
          branch t1 -> 3, 1  [a] / [not a]
        1:
          t2 = read x
          t3 = constant None
          t4 = identity(t2, t3)
          branch t4 -> 2, 3  [not x is None] / [x is None]
        2:
          t5 = constant 1
          return t5
        3:
          t6 = constant 2
          return t6
    """
    assert lowered(source, "f") == text(expected)


def test_type_checking_is_not_lowered() -> None:
    source = """
        def f(s):
            if TYPE_CHECKING:
                a(s)
            elif False:
                b(s)
            else:
                c(s)
    """
    expected = """
        f(s)
        0:
          t1 = read c of module
          t2 = read s
          t3 = call t1(t2)  -> thrown away
          return nothing
    """
    assert lowered(source, "f") == text(expected)


def test_a_chain_as_a_condition() -> None:
    source = """
        def f(a, b, c):
            if a < b is c in g():
                return a
    """
    expected = """
        f(a, b, c)
        0:
          t1 = read a
          t2 = read b
          t3 = comparison(t1, t2)
          branch t3 -> 1, 4  [a < b] / [not a < b]
        1:
          t4 = read c
          t5 = identity(t2, t4)
          branch t5 -> 2, 4  [b is c] / [not b is c]
        2:
          t6 = read g of module
          t7 = call t6()  -> kept
          t8 = comparison(t4, t7)
          branch t8 -> 3, 4
        3:
          t9 = read a
          return t9
        4:
          return nothing
    """
    assert lowered(source, "f") == text(expected)


def test_each_operand_of_a_condition_goes_where_it_decides() -> None:
    source = """
        def f(a, b, c):
            if not (a and b or c):
                return 1
            return 2
    """
    expected = """
        f(a, b, c)
        0:
          t1 = read a
          branch t1 -> 1, 2  [a] / [not a]
        1:
          t2 = read b
          branch t2 -> 4, 2  [b] / [not b]
        2:
          t3 = read c
          branch t3 -> 4, 3  [c] / [not c]
        3:
          t4 = constant 1
          return t4
        4:
          t5 = constant 2
          return t5
    """
    assert lowered(source, "f") == text(expected)


def test_and_gives_the_first_that_is_false() -> None:
    source = """
        def f(a, b, c):
            return a and b and c
    """
    expected = """
        f(a, b, c)
        0:
          t2 = read a
          branch t2 -> 2, 1  [a] / [not a]
        1:
          t1 = alias t2
          jump 5
        2:
          t3 = read b
          branch t3 -> 4, 3  [b] / [not b]
        3:
          t1 = alias t3
          jump 5
        4:
          t4 = read c
          t1 = alias t4
          jump 5
        5:
          return t1
    """
    assert lowered(source, "f") == text(expected)


def test_an_arm_that_never_ends_gives_nothing() -> None:
    source = """
        def f(s, c):
            return s if c else exit(s)
    """
    expected = """
        f(s, c)
        0:
          t2 = read c
          branch t2 -> 1, 2  [c] / [not c]
        1:
          t3 = read s
          t1 = alias t3
          return t1
        2:
          t4 = read exit of module
          t5 = read s
          t6 = call t4(t5)  -> kept
          leave
    """
    assert lowered(source, "f") == text(expected)


@pytest.mark.parametrize(
    ("condition", "runs"),
    [
        ("1", {"yes"}),
        ("''", {"no"}),
        ("not 0", {"yes"}),
        ("not not None", {"no"}),
        ("typing.TYPE_CHECKING", {"no"}),
        ("not typing.TYPE_CHECKING", {"yes"}),
        ("TYPE_CHECKING and s", {"no"}),
        ("TYPE_CHECKING or s", {"yes", "no"}),
        ("TYPE_CHECKING.x", {"yes", "no"}),
        ("TYPE_CHECKING()", {"yes", "no"}),
        ("~TYPE_CHECKING", {"yes", "no"}),
        ("checking", {"yes", "no"}),
        ("not checking", {"yes", "no"}),
        ('__name__ == "__main__"', {"no"}),
        ('__name__ != "__main__"', {"yes", "no"}),
        ('__name__ == "__main__" == s', {"yes", "no"}),
        ('__name__ == "main"', {"yes", "no"}),
        ("__name__ == __main__", {"yes", "no"}),
        ('name == "__main__"', {"yes", "no"}),
        ('"__name__" == "__main__"', {"yes", "no"}),
    ],
)
def test_only_what_can_run_in_an_imported_module_is_lowered(condition: str, runs: set[str]) -> None:
    source = f"def f(s):\n    if {condition}: yes()\n    else: no()"
    shown = lowered(source, "f", imported=True)
    assert {name for name in ("yes", "no") if f"read {name} of" in shown} == runs


@pytest.mark.parametrize(
    "condition", ['__name__ == "__main__"', '"__main__" == __name__', 'not __name__ == "__main__"']
)
def test_what_a_module_does_as_a_script_is_not_lowered_where_it_is_imported(condition: str) -> None:
    source = f"""
        if {condition}:
            run()
        else:
            stop()
    """
    chosen = "stop" if condition.startswith(('"', "_")) else "run"
    expected = f"""
        <module>()
        0:
          t1 = read {chosen}
          t2 = call t1()  -> thrown away
          return nothing
    """
    assert lowered(source, "", imported=True) == text(expected)
    assert "branch" in lowered(source, "")


def test_the_message_of_an_assertion_is_on_the_failing_path() -> None:
    source = """
        def f(s):
            assert s.ok, g(s)
            return s
    """
    expected = """
        f(s)
        0:
          t1 = read s
          t2 = t1.ok
          branch t2 -> 2, 1  [s.ok] / [not s.ok]
        1:
          t3 = read g of module
          t4 = read s
          t5 = call t3(t4)  -> kept
          raise(t5)
          leave
        2:
          t6 = read s
          return t6
    """
    assert lowered(source, "f") == text(expected)


def test_nothing_follows_a_call_that_never_returns() -> None:
    source = """
        def f(s):
            if s:
                exit(s)
            return s
    """
    expected = """
        f(s)
        0:
          t1 = read s
          branch t1 -> 1, 2  [s] / [not s]
        1:
          t2 = read exit of module
          t3 = read s
          t4 = call t2(t3)  -> thrown away
          leave
        2:
          t5 = read s
          return t5
    """
    assert lowered(source, "f") == text(expected)


def test_match() -> None:
    source = """
        def f(v, s):
            match v:
                case 1 | None:
                    return 1
                case Point(x=0, y=other) as p if other:
                    return p
                case [a, *_, b]:
                    return b
                case {'k': inside, **rest}:
                    return rest
                case str(t):
                    return t
                case _:
                    return s
    """
    expected = """
        f(v, s)
        0:
          t1 = read v
          t2 = constant 1
          t3 = comparison(t1, t2)
          branch t3 -> 2, 1  [v == 1] / [not v == 1]
        1:
          t4 = constant None
          t5 = identity(t1, t4)
          branch t5 -> 2, 3  [v is None] / [not v is None]
        2:
          t6 = constant 1
          return t6
        3:
          t7 = read Point of module
          branch ? -> 4, 7
        4:
          t8 = t1.x
          t9 = constant 0
          t10 = comparison(t8, t9)
          branch t10 -> 5, 7
        5:
          t11 = t1.y
          other = t11
          p = t1
          t12 = read other
          branch t12 -> 6, 7  [other] / [not other]
        6:
          t13 = read p
          return t13
        7:
          branch ? -> 8, 9
        8:
          t14 = unpack t1[0 of 3]
          t15 = unpack t1[-1 of 3]
          a = t14
          b = t15
          t16 = read b
          return t16
        9:
          branch ? -> 10, 11
        10:
          t17 = constant 'k'
          t18 = t1['k']
          t19 = dict(*t1)
          inside = t18
          rest = t19
          t20 = read rest
          return t20
        11:
          t21 = read str of module
          branch ? -> 12, 13
        12:
          t = t1
          t22 = read t
          return t22
        13:
          t23 = read s
          return t23
    """
    assert lowered(source, "f") == text(expected)
