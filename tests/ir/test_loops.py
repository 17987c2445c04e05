"""Loops, comprehensions and generator expressions.

The source, and the operations that it is lowered to.
"""

import pytest

from tests.ir.lowered import body_of, lowered, text


def test_for_with_break_continue_and_else() -> None:
    source = """
        def f(xs, s):
            for x in xs:
                if x:
                    break
                if s:
                    continue
                g(x)
            else:
                h(s)
            return s
    """
    expected = """
        f(xs, s)
        0:
          t1 = read xs
          t2 = iter t1
          jump 1
        1: loop 0
          branch ? -> 2, 5
        2: loop 0
          t3 = next t2
          x = t3
          t4 = read x
          branch t4 -> 6, 3  [x] / [not x]
        3: loop 0
          t5 = read s
          branch t5 -> 1, 4  [s] / [not s]
        4: loop 0
          t6 = read g of module
          t7 = read x
          t8 = call t6(t7)  -> thrown away
          jump 1
        5:
          t9 = read h of module
          t10 = read s
          t11 = call t9(t10)  -> thrown away
          jump 6
        6:
          t12 = read s
          return t12
    """
    assert lowered(source, "f") == text(expected)


def test_while_true_ends_by_break_only() -> None:
    source = """
        def f(s):
            while True:
                s = g(s)
                if s:
                    break
            return s
    """
    expected = """
        f(s)
        0:
          jump 1
        1: loop 0
          t1 = read g of module
          t2 = read s
          t3 = call t1(t2)  -> kept
          s = t3
          t4 = read s
          branch t4 -> 2, 1  [s] / [not s]
        2:
          t5 = read s
          return t5
    """
    assert lowered(source, "f") == text(expected)


def test_while_condition_with_a_short_circuit() -> None:
    source = """
        def f(s, t):
            while s and t:
                s = g(s)
    """
    expected = """
        f(s, t)
        0:
          jump 1
        1: loop 0
          t1 = read s
          branch t1 -> 2, 4  [s] / [not s]
        2: loop 0
          t2 = read t
          branch t2 -> 3, 4  [t] / [not t]
        3: loop 0
          t3 = read g of module
          t4 = read s
          t5 = call t3(t4)  -> kept
          s = t5
          jump 1
        4:
          return nothing
    """
    assert lowered(source, "f") == text(expected)


def test_a_display_with_an_element_has_a_turn() -> None:
    source = """
        def f(a, b):
            for x in (a, *b):
                if x: continue
                g(x)
            return b
    """
    expected = """
        f(a, b)
        0:
          t1 = read a
          t2 = read b
          t3 = tuple(t1, *t2)
          t4 = iter t3
          jump 1
        1: loop 0
          t5 = next t4
          x = t5
          t6 = read x
          branch t6 -> 3, 2  [x] / [not x]
        2: loop 0
          t7 = read g of module
          t8 = read x
          t9 = call t7(t8)  -> thrown away
          jump 3
        3: loop 0
          branch ? -> 1, 4
        4:
          t10 = read b
          return t10
    """
    assert lowered(source, "f") == text(expected)


def test_a_display_of_one_has_no_second_turn() -> None:
    source = """
        def f(a, b):
            for x in [a]:
                if x: continue
                g(x)
            return b
    """
    expected = """
        f(a, b)
        0:
          t1 = read a
          t2 = list(t1)
          t3 = iter t2
          jump 1
        1: loop 0
          t4 = next t3
          x = t4
          t5 = read x
          branch t5 -> 3, 2  [x] / [not x]
        2: loop 0
          t6 = read g of module
          t7 = read x
          t8 = call t6(t7)  -> thrown away
          jump 3
        3:
          t9 = read b
          return t9
    """
    assert lowered(source, "f") == text(expected)


def test_a_display_of_stars_may_be_empty() -> None:
    source = """
        def f(a, b):
            for x in [*a]:
                if x: continue
                g(x)
            return b
    """
    expected = """
        f(a, b)
        0:
          t1 = read a
          t2 = list(*t1)
          t3 = iter t2
          jump 1
        1: loop 0
          branch ? -> 2, 4
        2: loop 0
          t4 = next t3
          x = t4
          t5 = read x
          branch t5 -> 1, 3  [x] / [not x]
        3: loop 0
          t6 = read g of module
          t7 = read x
          t8 = call t6(t7)  -> thrown away
          jump 1
        4:
          t9 = read b
          return t9
    """
    assert lowered(source, "f") == text(expected)


def test_a_loop_that_nothing_reaches_is_not_there() -> None:
    source = """
        def f(xs):
            try:
                pass
            except E:
                for x in xs: unreachable(x)
            for y in xs:
                for z in y: g(z)
    """
    expected = """
        f(xs)
        0:
          t8 = read xs
          t9 = iter t8
          jump 1
        1: loop 0
          branch ? -> 2, 5
        2: loop 0
          t10 = next t9
          y = t10
          t11 = read y
          t12 = iter t11
          jump 3
        3: loop 1
          branch ? -> 4, 1
        4: loop 1
          t13 = next t12
          z = t13
          t14 = read g of module
          t15 = read z
          t16 = call t14(t15)  -> thrown away
          jump 3
        5:
          return nothing
    """
    assert lowered(source, "f") == text(expected)
    loops = body_of(source).loops
    assert [(loop.header, loop.line, loop.parent) for loop in loops] == [(1, 6, None), (3, 7, 0)]


def test_a_comprehension_is_a_loop_with_names_of_its_own() -> None:
    source = """
        def f(xs, x):
            return [x.a for x in xs if (y := x)]
    """
    expected = """
        f(xs, x)
        0:
          t1 = read xs
          t2 = iter t1
          t3 = list()
          jump 1
        1: loop 0
          branch ? -> 2, 4
        2: loop 0
          t4 = next t2
          x@2:11 = t4
          t5 = read x@2:11
          y = t5
          t6 = read y
          branch t6 -> 3, 1  [y] / [not y]
        3: loop 0
          t7 = read x@2:11
          t8 = t7.a
          append t3, t8
          jump 1
        4:
          return t3
    """
    assert lowered(source, "f") == text(expected)


def test_comprehensions_nest() -> None:
    source = """
        def f(rows):
            return {k: v for row in rows for k, v in row}
    """
    expected = """
        f(rows)
        0:
          t1 = read rows
          t2 = iter t1
          t3 = dict()
          jump 1
        1: loop 0
          branch ? -> 2, 5
        2: loop 0
          t4 = next t2
          row@2:11 = t4
          t5 = read row@2:11
          t6 = iter t5
          jump 3
        3: loop 1
          branch ? -> 4, 1
        4: loop 1
          t7 = next t6
          t8 = unpack t7[0 of 2]
          k@2:11 = t8
          t9 = unpack t7[1 of 2]
          v@2:11 = t9
          t10 = read k@2:11
          t11 = read v@2:11
          append t3, t11
          jump 3
        5:
          return t3
    """
    assert lowered(source, "f") == text(expected)


# --- Generator expressions -----------------------------------------------------------------------


def test_a_generator_expression_is_a_function_called_at_once() -> None:
    source = """
        def f(xs, y):
            return g(x.a for x in xs.b if y)
    """
    expected = """
        f(xs, y)
        0:
          t1 = read g of module
          t2 = read xs
          t3 = t2.b
          t4 = function f.<locals>.<genexp>@2:12()
          t5 = call t4(t3)  -> kept
          t6 = call t1(t5)  -> kept
          return t6
    """
    inside = """
        generator f.<locals>.<genexp>@2:12(.0)
        0:
          t1 = read .0
          t2 = iter t1
          jump 1
        1: loop 0
          branch ? -> 2, 4
        2: loop 0
          t3 = next t2
          x = t3
          t4 = read y of f
          branch t4 -> 3, 1  [y] / [not y]
        3: loop 0
          t5 = read x
          t6 = t5.a
          t7 = yield t6
          jump 1
        4:
          return nothing
    """
    assert lowered(source, "f") == text(expected)
    assert lowered(source, "f.<locals>.<genexp>@2:12") == text(inside)


def test_only_the_first_iterable_is_evaluated_at_once() -> None:
    source = """
        def f(rows):
            return (k for row in rows for k in row.items)
    """
    expected = """
        generator f.<locals>.<genexp>@2:11(.0)
        0:
          t1 = read .0
          t2 = iter t1
          jump 1
        1: loop 0
          branch ? -> 2, 5
        2: loop 0
          t3 = next t2
          row = t3
          t4 = read row
          t5 = t4.items
          t6 = iter t5
          jump 3
        3: loop 1
          branch ? -> 4, 1
        4: loop 1
          t7 = next t6
          k = t7
          t8 = read k
          t9 = yield t8
          jump 3
        5:
          return nothing
    """
    assert lowered(source, "f.<locals>.<genexp>@2:11") == text(expected)


@pytest.mark.parametrize(
    ("expression", "is_async"),
    [
        ("(x for x in xs)", False),
        ("(x async for x in xs)", True),
        ("(await x for x in xs)", True),
        ("(x for x in xs if await x)", True),
        ("(x for x in await xs)", False),
        ("(x for x in xs for y in await x)", True),
        ("(lambda: x for x in xs)", False),
        ("([y async for y in x] for x in xs)", True),
        ("((await y for y in x) for x in xs)", False),
        ("((y for y in await x) for x in xs)", True),
    ],
)
def test_which_generator_expressions_are_asynchronous(expression: str, is_async: bool) -> None:
    source = f"async def f(xs):\n    return {expression}"
    body = body_of(source, "f.<locals>.<genexp>@2:11")
    assert (body.is_generator, body.is_async) == (True, is_async)
