"""`try`, `with` and every way out of them.

The source, and the operations that it is lowered to.
"""

import sys

import pytest

from mypy_eqxstate.ir.model import Branch, may_raise
from tests.ir.lowered import body_of, lowered, text


def test_finally_is_copied_onto_every_way_out() -> None:
    source = """
        def f(s):
            try:
                return g(s)
            finally:
                close()
    """
    expected = """
        f(s)
        0: handler 2
          t1 = read g of module
          t2 = read s
          t3 = call t1(t2)  -> kept
          jump 1
        1:
          t4 = read close of module
          t5 = call t4()  -> thrown away
          return t3
        2:
          t6 = read close of module
          t7 = call t6()  -> thrown away
          leave
    """
    assert lowered(source, "f") == text(expected)


def test_a_finally_that_leaves_replaces_what_was_on_its_way() -> None:
    source = """
        def f(s):
            while s:
                try:
                    return a()
                finally:
                    if s:
                        break
                    return b()
    """
    expected = """
        f(s)
        0:
          jump 1
        1: loop 0
          t1 = read s
          branch t1 -> 2, 7  [s] / [not s]
        2: handler 5 loop 0
          t2 = read a of module
          t3 = call t2()  -> kept
          jump 3
        3: loop 0
          t4 = read s
          branch t4 -> 7, 4  [s] / [not s]
        4: loop 0
          t5 = read b of module
          t6 = call t5()  -> kept
          return t6
        5: loop 0
          t7 = read s
          branch t7 -> 7, 6  [s] / [not s]
        6: loop 0
          t8 = read b of module
          t9 = call t8()  -> kept
          return t9
        7:
          return nothing
    """
    assert lowered(source, "f") == text(expected)


def test_a_finally_around_a_loop_is_outside_of_it_on_every_way() -> None:
    source = """
        def f(xs):
            try:
                for x in xs:
                    return x
            finally:
                c()
    """
    expected = """
        f(xs)
        0: handler 5
          t1 = read xs
          t2 = iter t1
          jump 1
        1: loop 0
          branch ? -> 2, 4
        2: handler 5 loop 0
          t3 = next t2
          x = t3
          t4 = read x
          jump 3
        3:
          t5 = read c of module
          t6 = call t5()  -> thrown away
          return t4
        4:
          t7 = read c of module
          t8 = call t7()  -> thrown away
          return nothing
        5:
          t9 = read c of module
          t10 = call t9()  -> thrown away
          leave
    """
    assert lowered(source, "f") == text(expected)


def test_handlers_in_order() -> None:
    source = """
        def f(s):
            try:
                a(s)
            except ValueError as e:
                b(e)
            except Exception:
                c(s)
            else:
                d(s)
            return s
    """
    expected = """
        f(s)
        0: handler 2
          t1 = read a of module
          t2 = read s
          t3 = call t1(t2)  -> thrown away
          jump 1
        1:
          t4 = read d of module
          t5 = read s
          t6 = call t4(t5)  -> thrown away
          jump 5
        2:
          t7 = read ValueError of module
          branch ? -> 3, 4
        3:
          t8 = unknown()
          e = t8
          t9 = read b of module
          t10 = read e
          t11 = call t9(t10)  -> thrown away
          del e
          jump 5
        4:
          t12 = read Exception of module
          t13 = read c of module
          t14 = read s
          t15 = call t13(t14)  -> thrown away
          jump 5
        5:
          t16 = read s
          return t16
    """
    assert lowered(source, "f") == text(expected)


def test_handlers_run_before_the_finally() -> None:
    source = """
        def f(s):
            try:
                a(s)
            except A:
                b(s)
            finally:
                c(s)
    """
    expected = """
        f(s)
        0: handler 1
          t1 = read a of module
          t2 = read s
          t3 = call t1(t2)  -> thrown away
          jump 3
        1: handler 4
          t4 = read A of module
          branch ? -> 2, 4
        2: handler 4
          t5 = read b of module
          t6 = read s
          t7 = call t5(t6)  -> thrown away
          jump 3
        3:
          t8 = read c of module
          t9 = read s
          t10 = call t8(t9)  -> thrown away
          return nothing
        4:
          t11 = read c of module
          t12 = read s
          t13 = call t11(t12)  -> thrown away
          leave
    """
    assert lowered(source, "f") == text(expected)


def test_a_handler_forgets_its_exception_on_every_way_out() -> None:
    source = """
        def f(xs):
            for x in xs:
                try:
                    a(x)
                except E as e:
                    if x:
                        break
                    return b(e)
    """
    expected = """
        f(xs)
        0:
          t1 = read xs
          t2 = iter t1
          jump 1
        1: loop 0
          branch ? -> 2, 9
        2: loop 0
          t3 = next t2
          x = t3
          jump 3
        3: handler 4 loop 0
          t4 = read a of module
          t5 = read x
          t6 = call t4(t5)  -> thrown away
          jump 1
        4: loop 0
          t7 = read E of module
          branch ? -> 5, 8
        5: loop 0
          t8 = unknown()
          e = t8
          t9 = read x
          branch t9 -> 6, 7  [x] / [not x]
        6: loop 0
          del e
          jump 9
        7: loop 0
          t10 = read b of module
          t11 = read e
          t12 = call t10(t11)  -> kept
          del e
          return t12
        8: loop 0
          leave
        9:
          return nothing
    """
    assert lowered(source, "f") == text(expected)


def test_what_no_handler_catches_goes_outwards() -> None:
    source = """
        def f(s):
            try:
                a(s)
            except ValueError:
                pass
    """
    expected = """
        f(s)
        0: handler 1
          t1 = read a of module
          t2 = read s
          t3 = call t1(t2)  -> thrown away
          jump 3
        1:
          t4 = read ValueError of module
          branch ? -> 3, 2
        2:
          leave
        3:
          return nothing
    """
    assert lowered(source, "f") == text(expected)


@pytest.mark.skipif(sys.version_info < (3, 11), reason="syntax of Python 3.11")
def test_several_groups_may_be_handled() -> None:
    source = """
        def f(s):
            try:
                a(s)
            except* A:
                b(s)
            except* B:
                c(s)
    """
    expected = """
        f(s)
        0: handler 1
          t1 = read a of module
          t2 = read s
          t3 = call t1(t2)  -> thrown away
          jump 9
        1:
          t4 = read A of module
          branch ? -> 2, 3
        2: handler 6
          t5 = read b of module
          t6 = read s
          t7 = call t5(t6)  -> thrown away
          branch ? -> 9, 3
        3:
          t8 = read B of module
          branch ? -> 4, 5
        4:
          t9 = read c of module
          t10 = read s
          t11 = call t9(t10)  -> thrown away
          branch ? -> 9, 5
        5:
          leave
        6:
          t12 = read B of module
          branch ? -> 7, 8
        7: handler 8
          t13 = read c of module
          t14 = read s
          t15 = call t13(t14)  -> thrown away
          jump 8
        8:
          leave
        9:
          return nothing
    """
    assert lowered(source, "f") == text(expected)


@pytest.mark.skipif(sys.version_info < (3, 11), reason="syntax of Python 3.11")
def test_every_later_group_may_be_handled_after_one_has_raised() -> None:
    source = """
        def f(s):
            try:
                try:
                    a(s)
                except* A:
                    b()
                except* B:
                    c()
                except* C:
                    d()
            except E:
                pass
    """
    expected = """
        f(s)
        0: handler 1
          t1 = read a of module
          t2 = read s
          t3 = call t1(t2)  -> thrown away
          jump 13
        1: handler 11
          t4 = read A of module
          branch ? -> 2, 3
        2: handler 7
          t5 = read b of module
          t6 = call t5()  -> thrown away
          branch ? -> 13, 3
        3: handler 11
          t7 = read B of module
          branch ? -> 4, 5
        4: handler 9
          t8 = read c of module
          t9 = call t8()  -> thrown away
          branch ? -> 13, 5
        5: handler 11
          t10 = read C of module
          branch ? -> 6, 11
        6: handler 11
          t11 = read d of module
          t12 = call t11()  -> thrown away
          branch ? -> 13, 11
        7: handler 11
          t13 = read B of module
          branch ? -> 8, 9
        8: handler 9
          t14 = read c of module
          t15 = call t14()  -> thrown away
          jump 9
        9: handler 11
          t16 = read C of module
          branch ? -> 10, 11
        10: handler 11
          t17 = read d of module
          t18 = call t17()  -> thrown away
          jump 11
        11:
          t19 = read E of module
          branch ? -> 13, 12
        12:
          leave
        13:
          return nothing
    """
    assert lowered(source, "f") == text(expected)


def test_with_exits_on_every_way_out() -> None:
    source = """
        def f(s):
            with a(s) as x, b:
                return g(x)
    """
    expected = """
        f(s)
        0:
          t1 = read a of module
          t2 = read s
          t3 = call t1(t2)  -> kept
          t4 = enter t3
          jump 1
        1: handler 7
          x = t4
          t5 = read b of module
          t6 = enter t5
          jump 2
        2: handler 5
          t7 = read g of module
          t8 = read x
          t9 = call t7(t8)  -> kept
          jump 3
        3: handler 7
          exit t5
          jump 4
        4:
          exit t3
          return t9
        5: handler 7
          exit t5
          swallowed -> 6, raised further -> 7
        6:
          exit t3
          jump 8
        7:
          exit t3
          swallowed -> 8, raised further -> out
        8:
          return nothing
    """
    assert lowered(source, "f") == text(expected)


def test_break_runs_the_cleanups_of_its_loop_only() -> None:
    source = """
        def f(xs):
            with a:
                for x in xs:
                    try:
                        break
                    finally:
                        close(x)
    """
    expected = """
        f(xs)
        0:
          t1 = read a of module
          t2 = enter t1
          jump 1
        1: handler 5
          t3 = read xs
          t4 = iter t3
          jump 2
        2: loop 0
          branch ? -> 3, 4
        3: handler 5 loop 0
          t5 = next t4
          x = t5
          t6 = read close of module
          t7 = read x
          t8 = call t6(t7)  -> thrown away
          jump 4
        4:
          exit t1
          jump 6
        5:
          exit t1
          swallowed -> 6, raised further -> out
        6:
          return nothing
    """
    assert lowered(source, "f") == text(expected)


def test_raise_leaves_by_the_exception_edge() -> None:
    source = """
        def f(s):
            try:
                raise E(s) from s
            except E:
                pass
    """
    expected = """
        f(s)
        0: handler 1
          t1 = read E of module
          t2 = read s
          t3 = call t1(t2)  -> kept
          t4 = read s
          raise(t3, t4)
          leave
        1:
          t5 = read E of module
          branch ? -> 3, 2
        2:
          leave
        3:
          return nothing
    """
    assert lowered(source, "f") == text(expected)


def test_an_assertion_that_calls_something_may_not_run() -> None:
    source = """
        def f(s):
            assert g(s) and s, h(s)
            return s
    """
    expected = """
        f(s)
        0:
          branch ? -> 1, 4
        1:
          t1 = read g of module
          t2 = read s
          t3 = call t1(t2)  -> kept
          branch t3 -> 2, 3
        2:
          t4 = read s
          branch t4 -> 4, 3  [s] / [not s]
        3:
          t5 = read h of module
          t6 = read s
          t7 = call t5(t6)  -> kept
          raise(t7)
          leave
        4:
          t8 = read s
          return t8
    """
    assert lowered(source, "f") == text(expected)


@pytest.mark.parametrize(
    ("test", "may_be_left_out"),
    [
        ("s is not None", False),
        ("isinstance(s, T)", False),
        ("issubclass(s, T) or callable(s) and hasattr(s, 'x')", False),
        ("len(s) == 3", False),
        ("all(x > 0 for x in s) and any(s)", False),
        ("all(g(x) for x in s)", True),
        ("len(g(s)) == 3", True),
        ("s.all()", True),
        ("not s.len(s)", True),
    ],
)
def test_assertions_that_only_look_are_taken_to_run(test: str, may_be_left_out: bool) -> None:
    ends = [block.terminator for block in body_of(f"def f(s):\n    assert {test}").blocks]
    branches = [end for end in ends if isinstance(end, Branch)]
    assert any(end.condition is None for end in branches) is may_be_left_out


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("s", []),
        ("s.x = s.y", []),
        ("s[0] = s", []),
        ("del s[0], s.x", []),
        ("a, *b = s", []),
        ("import a.b", []),
        ("class C: pass", []),
        ("lambda: s", []),
        ("[s, *s]", []),
        ("s is s", []),
        ("not s", []),
        ("s[0]", ["ReadItem"]),
        ("s()", ["Call"]),
        ("s + s", ["Compute"]),
        ("s < s", ["Compute"]),
        ("f'{s}'", ["Compute", "Compute"]),
        ("raise s", ["Compute"]),
        ("[x for x in s]", ["Iterate", "Next"]),
        ("yield s", ["Yield"]),
    ],
)
def test_what_may_raise(statement: str, expected: list[str]) -> None:
    body = body_of(f"def f(s):\n    {statement}")
    operations = [operation for block in body.blocks for operation in block.operations]
    raising = [type(each).__name__ for each in operations if may_raise(each)]
    assert raising == expected
