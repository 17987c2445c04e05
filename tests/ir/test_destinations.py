"""What becomes of the result of a call."""

import ast

import pytest

from mypy_eqxstate.ir.model import Call
from mypy_eqxstate.ir.printer import format_destination
from tests.ir.lowered import body_of, text


def destination(statements: str, name: str = "f") -> str:
    """The destination of the call of `call` in a function with these statements."""
    source = "async def f(s, x):\n" + "".join(
        f"    {line}\n" for line in text(statements).splitlines()
    )
    for block in body_of(source, name).blocks:
        for operation in block.operations:
            if isinstance(operation, Call) and isinstance(operation.node, ast.Call):
                callee = operation.node.func
                if isinstance(callee, ast.Name) and callee.id == "call":
                    return format_destination(operation.destination)
    raise AssertionError("no call")


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ("y, s = call(s)", "[0] kept, [1] kept"),
        ("y, _ = call(s)", "[0] kept, [1] dropped"),
        ("y, _ = call(s); g(_)", "[0] kept, [1] kept"),
        ("(y, _), s = call(s)", "[0] ([0] kept, [1] dropped), [1] kept"),
        ("_, *y, _z = call(s)", "[0] dropped"),
        ("_ = call(s)", "dropped"),
        ("out = call(s)", "kept"),
        ("out = call(s); g(out)", "kept"),
        ("out = call(s); g(out[0])", "[0] kept, else dropped"),
        ("out = call(s); g(out[0], out['k'])", "[0] kept, ['k'] kept, else dropped"),
        ("out = call(s); g(out[0], out)", "kept"),
        ("out = call(s); g(out[-1])", "kept"),
        ("out = call(s); g(out[x])", "kept"),
        ("out = call(s); out[0] = 1", "kept"),
        ("out = call(s); out += out[0]", "kept"),
        ("out: tuple = call(s); g(out[0])", "[0] kept, else dropped"),
        ("a = _ = call(s)", "kept"),
        ("_ = a = call(s)", "kept"),
        ("_a = _ = call(s)", "dropped"),
        ("y, _ = _z = call(s)", "[0] kept, [1] dropped, else kept"),
        ("y = call(s)[0]", "[0] kept, else dropped"),
        ("y = call(s)[0]['x']", "[0] (['x'] kept, else dropped), else dropped"),
        ("_ = call(s)[0]", "[0] dropped, else dropped"),
        ("y = call(s)[-1]", "kept"),
        ("y = call(s).y", "kept"),
        ("call(s)", "thrown away"),
        ("await call(s)", "thrown away"),
        ("y, _ = await call(s)", "[0] kept, [1] dropped"),
        ("y, _ = call(s) if x else g(s)", "[0] kept, [1] dropped"),
        ("y, _ = call(s), 1", "kept"),
        ("_, y = call(s), 1", "dropped"),
        ("return call(s)", "kept"),
        ("return call(s)[1]", "[1] kept, else dropped"),
        ("g(call(s))", "kept"),
        ("(y := call(s))", "kept"),
        ("(_ := call(s))", "dropped"),
        ("s.x, s[0] = call(s)", "[0] kept, [1] kept"),
        ("s += call(s)", "kept"),
    ],
)
def test_destination(statements: str, expected: str) -> None:
    assert destination(statements.replace("; ", "\n")) == expected.replace(", else kept", "")


def test_what_nested_functions_read_counts() -> None:
    assert destination("_ = call(s)\ndef g(): return _") == "kept"
    assert destination("out = call(s)\ng(lambda: out[0], out[1])").startswith("[0] kept, [1]")
    assert destination("_ = call(s)\ndef g(_): return _") == "dropped"
    assert destination("_ = call(s)\ng(_ for x in s)") == "kept"
    assert destination("_ = call(s)\ng(_ for _ in s)") == "dropped"
    assert destination("_ = call(s)\ng([_ for _ in s], {_: _ for _ in s})") == "dropped"
    assert destination("_ = call(s)\ng([_ for x in s])") == "kept"
    assert destination("_ = call(s)\nclass A:\n    g(_)\n    _ = 1") == "kept"
    assert destination("out = call(s)\ng(x + out[0] for x in s)") == "[0] kept, else dropped"


def test_a_nonlocal_name_counts_where_it_lives() -> None:
    inner = "def g():\n    nonlocal _a\n    _a = call(s)\n"
    assert destination(f"_a = 1\n{inner}", "f.<locals>.g") == "dropped"
    assert destination(f"_a = 1\n{inner}return _a", "f.<locals>.g") == "kept"


def test_an_attribute_of_a_class_may_be_read_from_anywhere() -> None:
    assert destination("class C:\n    _ = call(s)") == "kept"
    assert destination("class C:\n    def g(): _ = call(s)", "f.<locals>.C.g") == "dropped"
