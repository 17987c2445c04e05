"""Evaluation order: what is read and done, in Python's order.

The source, and the operations that it is lowered to.
"""

import sys

import pytest

from tests.ir.lowered import lowered, text


def test_unpacking_the_result_of_a_call() -> None:
    source = """
        def f(layer, x, state):
            x, state = layer(x, state)
            return x, state
    """
    expected = """
        f(layer, x, state)
        0:
          t1 = read layer
          t2 = read x
          t3 = read state
          t4 = call t1(t2, t3)  -> [0] kept, [1] kept
          t5 = unpack t4[0 of 2]
          x = t5
          t6 = unpack t4[1 of 2]
          state = t6
          t7 = read x
          t8 = read state
          t9 = tuple(t7, t8)
          return t9
    """
    assert lowered(source, "f") == text(expected)


def test_the_right_side_comes_before_the_targets() -> None:
    source = """
        def f(d, s):
            d[s.get(i)] = s.x = g(s.set(i, 1))
    """
    expected = """
        f(d, s)
        0:
          t1 = read g of module
          t2 = read s
          t3 = t2.set
          t4 = read i of module
          t5 = constant 1
          t6 = call t3(t4, t5)  -> kept
          t7 = call t1(t6)  -> kept
          t8 = read d
          t9 = read s
          t10 = t9.get
          t11 = read i of module
          t12 = call t10(t11)  -> kept
          t8[*] = t7
          t13 = read s
          t13.x = t7
          return nothing
    """
    assert lowered(source, "f") == text(expected)


def test_an_augmented_target_is_read_first() -> None:
    source = """
        def f(d, s):
            d[k] += g(s)
    """
    expected = """
        f(d, s)
        0:
          t1 = read d
          t2 = read k of module
          t3 = t1[*]
          t4 = read g of module
          t5 = read s
          t6 = call t4(t5)  -> kept
          t7 = operator(t3, t6)
          t1[*] = t7
          return nothing
    """
    assert lowered(source, "f") == text(expected)


def test_receiver_then_arguments_then_keywords() -> None:
    source = """
        def f(s):
            return s.set(a, *b, key=c, **d)
    """
    expected = """
        f(s)
        0:
          t1 = read s
          t2 = t1.set
          t3 = read a of module
          t4 = read b of module
          t5 = read c of module
          t6 = read d of module
          t7 = call t2(t3, *t4, key=t5, **t6)  -> kept
          return t7
    """
    assert lowered(source, "f") == text(expected)


def test_keys_before_values() -> None:
    source = """
        def f(s):
            return {k(): v(), 'a': s, **rest}
    """
    expected = """
        f(s)
        0:
          t1 = read k of module
          t2 = call t1()  -> kept
          t3 = read v of module
          t4 = call t3()  -> kept
          t5 = constant 'a'
          t6 = read s
          t7 = read rest of module
          t8 = dict(t4, 'a': t6, *t7)
          return t8
    """
    assert lowered(source, "f") == text(expected)


def test_a_walrus_gives_the_name_back() -> None:
    source = """
        def f(s):
            return g((s := s.set(i, 1)), s.get(i))
    """
    expected = """
        f(s)
        0:
          t1 = read g of module
          t2 = read s
          t3 = t2.set
          t4 = read i of module
          t5 = constant 1
          t6 = call t3(t4, t5)  -> kept
          s = t6
          t7 = read s
          t8 = read s
          t9 = t8.get
          t10 = read i of module
          t11 = call t9(t10)  -> kept
          t12 = call t1(t7, t11)  -> kept
          return t12
    """
    assert lowered(source, "f") == text(expected)


def test_an_unpacking_into_nothing_goes_through_the_value() -> None:
    source = """
        def f(s):
            [] = s
    """
    expected = """
        f(s)
        0:
          t1 = read s
          unknown(t1)
          return nothing
    """
    assert lowered(source, "f") == text(expected)


def test_a_star_takes_the_rest() -> None:
    source = """
        def f(xs):
            a, *b, c = xs
    """
    expected = """
        f(xs)
        0:
          t1 = read xs
          t2 = unpack t1[0 of 3]
          a = t2
          t3 = unpack t1[rest from 1 to -1]
          b = t3
          t4 = unpack t1[-1 of 3]
          c = t4
          return nothing
    """
    assert lowered(source, "f") == text(expected)


def test_each_value_is_formatted_before_the_next() -> None:
    source = """
        def f(s):
            return f'{s} {g(s)!r:{w}}'
    """
    expected = """
        f(s)
        0:
          t1 = read s
          t2 = format(t1)
          t3 = read g of module
          t4 = read s
          t5 = call t3(t4)  -> kept
          t6 = read w of module
          t7 = format(t6)
          t8 = format(t7)
          t9 = format(t5, t8)
          t10 = format(t2, t9)
          return t10
    """
    assert lowered(source, "f") == text(expected)


def test_a_slice_is_a_new_list() -> None:
    source = """
        def f(xs):
            return xs[1:][0]
    """
    expected = """
        f(xs)
        0:
          t1 = read xs
          t2 = constant 1
          t3 = operator(t2)
          t4 = list(*t1)
          t5 = constant 0
          t6 = t4[0]
          return t6
    """
    assert lowered(source, "f") == text(expected)


def test_decorators_before_defaults_applied_from_below() -> None:
    source = """
        @a
        @b(c)
        def f(x, y=d, *, z=e): ...
    """
    expected = """
        <module>()
        0:
          t1 = read a
          t2 = read b
          t3 = read c
          t4 = call t2(t3)  -> kept
          t5 = read d
          t6 = read e
          t7 = function f(y=t5, z=t6)
          t8 = call t4(t7)  -> kept
          t9 = call t1(t8)  -> kept
          f = t9
          return nothing
    """
    assert lowered(source, "") == text(expected)


def test_class_bodies_are_inline() -> None:
    source = """
        class C(B, metaclass=M):
            one = 1
            two = one
            def m(self, x=two): return one
    """
    expected = """
        <module>()
        0:
          t1 = read B
          t2 = read M
          t3 = constant 1
          C.one = t3
          t4 = read C.one
          C.two = t4
          t5 = read C.two
          t6 = function C.m(x=t5)
          C.m = t6
          t7 = class C(t1)
          C = t7
          return nothing
    """
    assert lowered(source, "") == text(expected)


def test_deletion() -> None:
    source = """
        def f(s, d):
            del s, d['k'], d.x
    """
    expected = """
        f(s, d)
        0:
          del s
          t1 = read d
          t2 = constant 'k'
          del t1['k']
          t3 = read d
          del t3.x
          return nothing
    """
    assert lowered(source, "f") == text(expected)


def test_deletion_of_a_tuple_deletes_what_is_in_it() -> None:
    deleting = "def f(s, d): del {}"
    assert lowered(deleting.format("(s, [d.x]), d")) == lowered(deleting.format("s, d.x, d"))


def test_await_and_yield() -> None:
    source = """
        async def f(s):
            yield await g(s)
    """
    expected = """
        async generator f(s)
        0:
          t1 = read g of module
          t2 = read s
          t3 = call t1(t2)  -> kept
          t4 = await t3
          t5 = yield t4
          return nothing
    """
    assert lowered(source, "f") == text(expected)


@pytest.mark.skipif(sys.version_info < (3, 14), reason="syntax of Python 3.14")
def test_a_template_string_keeps_its_values() -> None:
    source = """
        def f(s):
            return t'{s} {g(s)!r:{w}}'
    """
    expected = """
        f(s)
        0:
          t1 = read s
          t2 = read g of module
          t3 = read s
          t4 = call t2(t3)  -> kept
          t5 = read w of module
          t6 = format(t5)
          t7 = format(t6)
          t8 = list(t1, t4)
          return t8
    """
    assert lowered(source, "f") == text(expected)
