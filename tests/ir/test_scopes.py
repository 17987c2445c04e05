"""Which body owns a name, and what things are called."""

import sys
from collections.abc import Iterator

import pytest

from mypy_eqxstate.ir.model import ReadVariable, Variable, WriteVariable
from mypy_eqxstate.ir.module import ModuleIndex
from tests.ir.lowered import body_of, index_of


def touched(source: str, name: str = "f") -> list[tuple[str, Variable]]:
    """What a body reads ("<") and writes (">"), in order."""

    def find() -> Iterator[tuple[str, Variable]]:
        for block in body_of(source, name).blocks:
            for operation in block.operations:
                if isinstance(operation, ReadVariable):
                    yield "<", operation.variable
                elif isinstance(operation, WriteVariable):
                    yield ">", operation.variable

    return list(find())


def uses_of_a(statements: str) -> set[int | str] | None:
    """By which constant items the parameter `a` of a function is read; None: as a whole."""
    lines = "".join(f"    {line}\n" for line in statements.split("; "))
    return index_of(f"async def f(a, b):\n{lines}").uses_of(Variable("a", "f"))


def test_locals_parameters_and_everything_else() -> None:
    source = """
        def f(a):
            b = a
            return len(b)
    """
    assert touched(source) == [
        ("<", Variable("a", "f")),
        (">", Variable("b", "f")),
        ("<", Variable("len", "")),
        ("<", Variable("b", "f")),
    ]
    assert body_of(source).locals == {Variable("a", "f"), Variable("b", "f")}


def test_closures_read_the_variable_of_the_function_around() -> None:
    source = """
        def f(a):
            def g():
                def h():
                    return a
                return h
            return g
    """
    assert touched(source, "f.<locals>.g.<locals>.h") == [("<", Variable("a", "f"))]


def test_nonlocal_and_global() -> None:
    source = """
        def f(a):
            b = a
            def g():
                nonlocal b
                global c
                b = c = 1
    """
    assert touched(source, "f.<locals>.g") == [
        (">", Variable("b", "f")),
        (">", Variable("c", "")),
    ]
    assert body_of(source, "f.<locals>.g").locals == frozenset()


def test_methods_do_not_see_the_names_of_the_class() -> None:
    source = """
        def f(a):
            class C:
                a = a
                b = a
                def m(self):
                    return a
    """
    around, inside = Variable("a", "f"), Variable("f.<locals>.C.a", "f")
    assert touched(source)[:4] == [
        ("<", around),
        (">", inside),
        ("<", inside),
        (">", Variable("f.<locals>.C.b", "f")),
    ]
    assert touched(source, "f.<locals>.C.m") == [("<", around)]


def test_comprehensions_have_names_of_their_own() -> None:
    source = """
        def f(x):
            return [lambda: x for x in x if (last := x)]
    """
    inside = Variable("x@2:11", "f")
    assert touched(source) == [
        ("<", Variable("x", "f")),
        (">", inside),
        ("<", inside),
        (">", Variable("last", "f")),
        ("<", Variable("last", "f")),
    ]
    assert touched(source, "f.<locals>.<lambda>@2:12") == [("<", inside)]


def test_a_generator_expression_is_a_body_of_its_own() -> None:
    source = """
        def f(x, y):
            g = (lambda: x + z for x in x for z in y)
    """
    body, inner = "f.<locals>.<genexp>@2:8", "f.<locals>.<genexp>@2:8.<locals>.<lambda>@2:9"
    assert touched(source) == [("<", Variable("x", "f")), (">", Variable("g", "f"))]
    assert touched(source, body) == [
        ("<", Variable(".0", body)),
        (">", Variable("x", body)),
        ("<", Variable("y", "f")),
        (">", Variable("z", body)),
    ]
    assert touched(source, inner) == [("<", Variable("x", body)), ("<", Variable("z", body))]
    assert body_of(source).locals == {Variable(name, "f") for name in "xyg"}
    assert body_of(source, body).locals == {Variable(name, body) for name in (".0", "x", "z")}
    index = index_of(source)
    assert index.name_of(index.functions["f"]) == "f"
    assert index.owner_of(index.node(inner)) == body  # type: ignore[arg-type]
    assert index.owner_of(index.functions[body]) == "f"
    assert index.free_variables(index.functions[body]) == (Variable("y", "f"),)
    assert index.uses_of(Variable("y", "f")) is None


@pytest.mark.parametrize(
    "expression",
    [
        "(last := x for x in xs)",
        "(x for x in xs if (last := x))",
        "((last := x for x in y) for y in xs)",
        "([last := x for x in y] for y in xs)",
        "[(last := x for x in y) for y in xs]",
        "((lambda q=(last := x): q) for x in xs)",
        "((lambda *, p, q=(last := x): q) for x in xs)",
    ],
)
def test_a_walrus_in_a_generator_expression_binds_outside(expression: str) -> None:
    source = f"def f(xs):\n    list({expression})\n    return last"
    index = index_of(source)
    index.look_into_everything()
    last = Variable("last", "f")
    assert last in body_of(source).locals
    [writing] = [name for name in index.functions if (">", last) in touched(source, name)]
    assert writing.rpartition(".")[2].startswith("<genexp>@")
    assert index.resolve("last", "f") == last


def test_a_walrus_in_a_lambda_of_a_generator_expression_stays_there() -> None:
    source = "def f(xs):\n    list((lambda: (last := x)) for x in xs)\n    return last"
    assert index_of(source).resolve("last", "f") == Variable("last", "")


def test_a_walrus_in_a_generator_expression_obeys_declarations() -> None:
    source = """
        def f(xs):
            global last
            list((last := x) for x in xs)
    """
    assert (">", Variable("last", "")) in touched(source, "f.<locals>.<genexp>@3:8")
    assert "last" not in {variable.name for variable in body_of(source).locals}


def test_a_generator_expression_in_a_class_sees_the_class_in_its_first_iterable_only() -> None:
    source = """
        class C:
            xs = 1
            ys = (xs for x in xs)
    """
    assert ("<", Variable("C.xs", "")) in touched(source, "")
    assert ("<", Variable("xs", "")) in touched(source, "C.<genexp>@3:9")


def test_a_comprehension_in_a_class_sees_the_class_in_its_first_iterable_only() -> None:
    source = """
        class C:
            xs = 1
            ys = [xs for x in xs]
    """
    reads = [variable for sign, variable in touched(source, "") if sign == "<"]
    assert reads == [Variable("C.xs", ""), Variable("xs", "")]


def test_names_bound_by_every_kind_of_syntax_are_local() -> None:
    source = """
        def f(*args, **options):
            import a.b
            import c.d as e
            from m import n as o, p
            for q in args: pass
            with q as r: pass
            try: pass
            except E as s: pass
            match q:
                case [t, *u]: pass
                case {"k": v, **w}: pass
                case State() as x: pass
            y: int
            z += 1
            del g
            def h(): pass
            class i: pass
            (j, *k), l[0], m.n = q
    """
    names = {variable.name for variable in body_of(source).locals}
    assert names == {"args", "options", "a", "e", "o", *"pqrstuvwxyzghijk"}


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ("pass", set()),
        ("a", None),
        ("a[0]", {0}),
        ("a['k']; a[1]", {"k", 1}),
        ("a[0]; a", None),
        ("a; a[0]", None),
        ("a[b]", None),
        ("a[-1]", None),
        ("a[True]", None),
        ("a[0:1]", None),
        ("a[0].c", {0}),
        ("a[0][1]", {0}),
        ("a.c[0]", None),
        ("b[a]", None),
        ("b[a[0]]", {0}),
        ("a = b", set()),
        ("a[0] = 1", None),
        ("a[0].c = 1", {0}),
        ("a += 1", None),
        ("a[0] += 1", None),
        ("b += a[0]", {0}),
        ("del a[0]", None),
        ("c = a[0] if b else 1", {0}),
        ("(c := a[0])", {0}),
        ("yield a[0]", {0}),
        ("await a[0]", {0}),
        ("f'{a[0]}'", {0}),
        ("for c in a[0]: pass", {0}),
        ("with a[0] as c: pass", {0}),
        ("try: pass; except a[0] as e: pass", {0}),
        ("try: pass; except E as e: a[0]", {0}),
        ("match b:;  case C(x=c) if a[0]: pass", {0}),
        ("match b:;  case a.c: pass", None),
        ("match b:;  case {a.c: d, **e}: pass", None),
        ("match b:;  case [1, *c] as d: a[0]", {0}),
        ("c: a = 1", set()),
        ("import a", set()),
    ],
)
def test_how_a_name_is_read(statements: str, expected: set[int | str] | None) -> None:
    assert uses_of_a(statements) == expected


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ("@a; def g(): pass", None),
        ("def g(c=a[0]): pass", {0}),
        ("def g(*, c, d=a[0]): pass", {0}),
        ("def g(c: a) -> a: pass", set()),
        ("def g(): a[0]", {0}),
        ("def g(a): a", set()),
        ("lambda c=a[0]: 1", {0}),
        ("lambda: a[0]", {0}),
        ("@b(a[0]); class C: pass", {0}),
        ("class C(a[0]): pass", {0}),
        ("class C(c=a[0]): pass", {0}),
        ("class C: c = a[0]", {0}),
        ("class C:;  def m(self): a[0]", {0}),
        ("[a[0] for c in b]", {0}),
        ("[c for c in a[0]]", {0}),
        ("[c for c in b if a[0]]", {0}),
        ("[c for d in b for c in a[0]]", {0}),
        ("{c: a[0] for c in b}", {0}),
        ("{a[0]: c for c in b}", {0}),
        ("(a[0] for c in b)", {0}),
        ("(c for c in a[0])", {0}),
        ("(a for a in b)", set()),
    ],
)
def test_how_definitions_and_comprehensions_read_a_name(
    statements: str, expected: set[int | str] | None
) -> None:
    assert uses_of_a(statements) == expected


@pytest.mark.skipif(sys.version_info < (3, 12), reason="syntax of Python 3.12")
def test_type_parameters_hide_names_around() -> None:
    source = """
        def f(T):
            class C[T](Base[T]):
                def m[U](self, x: U = T): return T, U
            type A = T
            return A
    """
    reads = {variable for sign, variable in touched(source, "f.<locals>.C.m") if sign == "<"}
    assert reads == {Variable("T@2:4", "f"), Variable("U@3:8", "f")}


# --- Names of definitions ------------------------------------------------------------------------


def test_qualified_names() -> None:
    index = index_of("""
        class A:
            class B:
                def m(self): pass
            key = lambda self: 0
        def f():
            if a:
                def g(): return lambda: 1
            class C:
                async def n(self): pass
        h = lambda x: x
    """)
    index.look_into_everything()
    assert list(index.classes) == ["A", "f.<locals>.C", "A.B"]
    assert set(index.functions) == {
        "A.B.m",
        "A.<lambda>@4:10",
        "f",
        "f.<locals>.g",
        "f.<locals>.g.<locals>.<lambda>@7:24",
        "f.<locals>.C.n",
        "<lambda>@10:4",
    }
    method = index.functions["f.<locals>.C.n"]
    assert (index.name_of(method), index.owner_of(method)) == ("f.<locals>.C.n", "f")
    assert index.class_of(method) == "f.<locals>.C"
    assert index.class_of(index.functions["f"]) is None


def test_names_are_unique_and_the_last_definition_has_the_plain_one() -> None:
    index = index_of("""
        @overload
        def f(x: int): ...
        @overload
        def f(x: str): ...
        def f(x): return x
        class A:
            @property
            def p(self): return 1
            @p.setter
            def p(self, value): pass
        if a:
            def g(): return 1
        else:
            def g(): return 2
    """)
    lines = {name: node.lineno for name, node in index.functions.items()}
    assert lines == {"f": 5, "f@2": 2, "f@4": 4, "A.p": 8, "A.p@10": 10, "g": 14, "g@12": 12}


def test_a_body_is_looked_into_when_asked_about() -> None:
    index = index_of("def f(): return lambda: 1\ndef g(): return lambda: 2")
    assert set(index.functions) == {"f", "g"}
    index.scopes("f")
    assert set(index.functions) == {"f", "g", "f.<locals>.<lambda>@1:16"}
    assert index.node("g.<locals>.<lambda>@2:16") is not None


@pytest.mark.parametrize(
    ("name", "is_package", "module", "level", "expected"),
    [
        ("a.b.c", False, "x", 0, "x"),
        ("a.b.c", False, "x", 1, "a.b.x"),
        ("a.b.c", False, None, 1, "a.b"),
        ("a.b.c", False, "x.y", 2, "a.x.y"),
        ("a.b.c", True, "x", 1, "a.b.c.x"),
        ("a.b.c", True, "x", 2, "a.b.x"),
        ("a", False, "x", 1, "x"),
        ("a", False, "x", 4, "x"),
    ],
)
def test_imports_have_absolute_names(
    name: str, is_package: bool, module: str | None, level: int, expected: str
) -> None:
    index: ModuleIndex = index_of("pass", name, is_package)
    assert index.absolute_name(module, level) == expected
