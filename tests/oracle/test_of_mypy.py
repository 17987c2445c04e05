"""What the oracle says of mypy's types and symbols, fresh and from the cache."""

from __future__ import annotations

import ast
import textwrap
from pathlib import Path
from typing import Any

import pytest

from mypy_eqxstate.oracle.of_mypy import MypyOracle
from mypy_eqxstate.oracle.protocol import ClassInfo, Declaration, Oracle
from mypy_eqxstate.oracle.shapes import UNKNOWN
from tests.oracle.checked import check, show, show_signature

LIBRARY = """
    import abc, dataclasses, enum, functools
    from collections.abc import Callable, Iterator
    from typing import Annotated, Any, Generic, NamedTuple, NewType, NoReturn, Protocol
    from typing import TypedDict, TypeVar, overload
    from mypy_eqxstate import Borrowed, Consumed, affine

    T = TypeVar("T")

    @affine
    class Token:
        value: int
        def spend(self: Consumed["Token"], amount: int) -> "Token": return Token()
        def look(self: Borrowed["Token"]) -> int: return 1
        @property
        def twin(self) -> "Token": return self

    class Gold(Token): ...
    Ticket = NewType("Ticket", Token)
    Alias = Token
    Bound = TypeVar("Bound", bound=Token)
    Either = TypeVar("Either", Token, int)

    @dataclasses.dataclass
    class Pair:
        number: int
        token: Token
        extra: str = dataclasses.field(default="", kw_only=True)
        hidden: int = dataclasses.field(default=0, init=False)

    @dataclasses.dataclass
    class Two:
        number: int
        token: Token

    class Point(NamedTuple):
        x: int
        token: Token

    class Options(TypedDict):
        token: Token

    class Color(enum.Enum):
        RED = 1

    class Callback(Protocol):
        def __call__(self, token: Token, /) -> int: ...

    class Shape(abc.ABC):
        def __init__(self) -> None:
            self.token = Token()
        @abc.abstractmethod
        def area(self, token: Token) -> Token: ...
        @staticmethod
        def make(token: Token) -> Token: return token
        @classmethod
        def load(cls, token: Token) -> Token: return token
        def trivial(self) -> None: ...

    class Square(Shape):
        def area(self, token: Token) -> Token:
            return token

    class Swallow:
        def __enter__(self) -> Token: return Token()
        def __exit__(self, *args: object) -> bool: return True

    class Pass:
        def __enter__(self) -> Token: return Token()
        def __exit__(self, *args: object) -> None: return None

    def borrow(token: Borrowed[Token], other: Borrowed[Token] | None = None) -> int: return 1
    def consume(token: Consumed[Token], *rest: Token, **more: Token) -> tuple[int, Token]:
        return 1, token
    def lend(token: Borrowed[Token]) -> int: return 1
    def untyped(token, other=1): return token
    def half(token: Token): return token
    def stop() -> NoReturn: raise SystemExit

    @overload
    def pick(token: int) -> int: ...
    @overload
    def pick(token: Token) -> Token: ...
    def pick(token: int | Token) -> int | Token: return token

    def hide(function: Callable[..., Any]) -> Any: return function
    def keep(function: T) -> T: return function
    @hide
    def hidden(token: Token) -> Token: return token
    @keep
    def kept(token: Token) -> Token: return token
    @functools.lru_cache
    def cached(token: Token) -> Token: return token
    async def wait(token: Token) -> Token: return token
    def stream(token: Token) -> Iterator[Token]: yield token

    TOKEN = Token()
"""
# Each expression statement of this module stands beside what its shape, as `show` says it, must be.
SHAPES = """
    import lib
    from lib import *
    from lib import Annotated, Any, Callable, Iterator

    def values(token: Token, gold: Gold, ticket: Ticket, alias: Alias, maybe: Token | None,
               noted: Annotated[Token, 1], tokens: list[Token], numbers: list[int],
               table: dict[str, Token], many: tuple[Token, ...], two: tuple[int, Token],
               point: Point, options: Options, callback: Callback, call: Callable[[Token], int],
               anything: Any, thing: object, color: Color, nested: dict[str, list[Token]],
               kind: type[Token], bound: Bound, opt: Borrowed[Token] | None,
               flat: tuple[int, str]) -> None:
        token                       #: affine Token
        gold                        #: affine Gold
        ticket                      #: affine Ticket
        alias                       #: affine Token
        maybe                       #: affine Token | None
        noted                       #: affine Token
        tokens                      #: list[affine Token]
        numbers                     #: plain
        table                       #: dict[affine Token]
        many                        #: tuple[affine Token]
        two                         #: (plain, affine Token)
        flat                        #: plain
        point                       #: Point(x=plain, token=affine Token)
        options                     #: Options
        callback                    #: (__0: affine Token) -> plain
        call                        #: (__0: affine Token) -> plain
        anything                    #: ?
        thing                       #: ?
        color                       #: plain
        nested                      #: dict[list[affine Token]]
        kind                        #: class Token
        bound                       #: affine Token
        opt                         #: affine Token | None
        lib                         #: module lib
        Token                       #: class Token
        Token()                     #: affine Token
        Pair(1, token)              #: Pair
        Pair(1, token).token        #: affine Token
        consume(token)              #: (plain, affine Token)
        consume(token)[1]           #: affine Token
        [t for t in tokens]         #: list[affine Token]
        {1: token}                  #: dict[affine Token]
        (token, 1)                  #: (affine Token, plain)
        tokens[0]                   #: affine Token
        wait(token)                 #: Coroutine[affine Token]
        stream(token)               #: Iterator[affine Token]
        hidden(token)               #: ?
        token.twin                  #: affine Token
        options["token"]            #: affine Token
        token.look                  #: () -> plain
        "ä", token                  #: (plain, affine Token)
        f"{token}"                  #: plain
        (token if maybe else None)  #: affine Token | None
        if maybe is not None:
            maybe                   #: affine Token

    class Holder:
        def __init__(self, token: Token) -> None:
            self.token = token
        def untyped(self, x):
            self.token              #: affine Token
            x                       #: ?
"""
QUESTIONS = """
    import contextlib
    import sys
    import lib
    from lib import *
    import lib as renamed

    class Child(Square):
        def area(self, token: Token) -> Token:
            super().area(token)             #: lib.Square.area
            self.area(token)                #: use.Child.area
            self.trivial()                  #: lib.Shape.trivial
            return token

    def names(token: Token, gold: Gold, child: Child, maybe: Token | None) -> None:
        import os.path
        token.spend(1)                      #: lib.Token.spend
        gold.look()                         #: lib.Token.look
        lib.borrow(token)                   #: lib.borrow
        renamed.borrow(token)               #: lib.borrow
        borrow(token)                       #: lib.borrow
        Token()                             #: lib.Token
        Alias()                             #: lib.Token
        Shape.make(token)                   #: lib.Shape.make
        child.load(token)                   #: lib.Shape.load
        Token.look(token)                   #: lib.Token.look
        os.path.join("a", "b")              #: posixpath.join
        local = token
        local.look()                        #: lib.Token.look
        if maybe is not None: maybe.look()  #: lib.Token.look
        (lambda: 1)()                       #: None

    def no_types(self, token):
        token.look()                        #: None
        borrow(token)                       #: lib.borrow

    def dead(token: Token) -> None:
        if isinstance(token, Token):
            borrow(token)
        else:
            borrow(token)                   # never
            pass                            # never
        if sys.version_info < (3, 4):
            borrow(token)                   # never
        del token
        stop()
        borrow(token)                       # never

    def dead_untyped(token):
        if token:
            return token
        pass
        del token
        return None

    def generic(x: Either) -> Either:
        borrow(Token())
        return x

    def managers() -> None:
        with Swallow(): pass
        with Pass(): pass
        with contextlib.suppress(ValueError): pass

    def calls(token: Token, call: Callback) -> None:
        pick(token)                         #= (token: affine Token) -> affine Token
        pick(1)                             #= (token: plain) -> plain
        lend(token)                         #= (token: borrowed affine Token) -> plain
        token.spend(1)                      #= (amount: plain) -> affine Token
        call(token)                         #= (__0: affine Token) -> plain
        hidden(token)                       #= None
        keep(token)                         #= (function: affine Token) -> affine Token
        Two(1, token)                       #= (number: plain, token: affine Token) -> Two
"""

# What declarations say: a name of the library, its signatures, its kind.
DECLARATIONS = [
    (
        "borrow",
        "(token: borrowed affine Token, other: borrowed affine Token | None) -> plain",
        "function",
    ),
    (
        "consume",
        "(token: consumed affine Token, rest: affine Token, more: affine Token)"
        " -> (plain, affine Token)",
        "function",
    ),
    ("pick", "(token: plain) -> plain; (token: affine Token) -> affine Token", "function"),
    ("half", "(token: affine Token) -> ?", "function"),
    ("kept", "(token: affine Token) -> affine Token", "function"),
    ("Token.spend", "(self: consumed affine Token, amount: plain) -> affine Token", "method"),
    ("Token.look", "(self: borrowed affine Token) -> plain", "method"),
    ("Token.twin", "(self: affine Token) -> affine Token", "property"),
    ("Shape.make", "(token: affine Token) -> affine Token", "staticmethod"),
    ("Shape.load", "(cls: class Shape, token: affine Token) -> affine Token", "classmethod"),
    (
        "Pair()",
        "(self: Pair, number: plain, token: affine Token, extra: plain) -> None",
        "method",
    ),
]


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The three modules checked once, with everything the tests below look at."""
    where = tmp_path_factory.mktemp("oracle")
    files = {}
    for name, source in (("lib", LIBRARY), ("shapes", SHAPES), ("use", QUESTIONS)):
        files[name] = where / f"{name}.py"
        files[name].write_text(textwrap.dedent(source), encoding="utf-8")
    answers: dict[str, Any] = {"files": files, "cache": where / "cache"}

    def look(oracle: MypyOracle, module: ast.Module) -> None:
        oracle.pairing.pair_everything()
        name = Path(files["use"]).stem if _has(module, "Child") else "shapes"
        answers[name] = _answers(oracle, module, files[name].read_text(encoding="utf-8"))
        answers[f"{name} faults"] = oracle.faults
        answers[f"{name} mismatches"] = oracle.pairing.mismatches

    def look_with_library(oracle: MypyOracle, module: ast.Module) -> None:
        look(oracle, module)
        answers["library"] = _library(oracle)

    answers["errors"] = check(files, {"shapes": look, "use": look_with_library}, answers["cache"])
    return answers


def _has(module: ast.Module, name: str) -> bool:
    return any(isinstance(s, ast.ClassDef) and s.name == name for s in module.body)


def _answers(oracle: Oracle, module: ast.Module, source: str) -> dict[str, Any]:
    """Every answer about a module that the tests need, because the tree is gone afterwards."""
    lines = source.splitlines()
    found: dict[str, Any] = {"shapes": [], "targets": [], "signatures": [], "dead": set()}
    found["never"] = {n for n, line in enumerate(lines, 1) if line.endswith("# never")}
    found["swallows"] = []
    found["parameters"] = {}
    for node in ast.walk(module):
        if isinstance(node, ast.stmt) and not oracle.reachable(node):
            found["dead"].add(node.lineno)
        if isinstance(node, ast.FunctionDef):
            signature = oracle.parameter_signature(node)
            found["parameters"][node.name] = show_signature(signature) if signature else None
        if isinstance(node, ast.With):
            found["swallows"].append(oracle.swallows_exceptions(node.items[0].context_expr))
        if not isinstance(node, ast.Expr):
            continue
        line = lines[node.lineno - 1]
        code, _, expected = line.partition("#:")
        if expected and isinstance(node.value, ast.expr) and not _is_target_case(source):
            found["shapes"].append((code.strip(), expected.strip(), show(oracle.shape(node.value))))
        elif expected and isinstance(node.value, ast.Call):
            target = oracle.target(node.value.func)
            found["targets"].append((code.strip(), expected.strip(), str(target)))
        code, _, expected = line.partition("#=")
        if expected and isinstance(node.value, ast.Call):
            chosen = oracle.signature(node.value)
            text = show_signature(chosen) if chosen is not None else "None"
            found["signatures"].append((code.strip(), expected.strip(), text))
        if isinstance(node.value, ast.Call) and line.strip().startswith("stop()"):
            found["stop"] = oracle.never_returns(node.value)
    return found


def _is_target_case(source: str) -> bool:
    return "class Child" in source


def _library(oracle: Oracle) -> dict[str, Declaration | ClassInfo | None]:
    """Everything that the oracle says of the library module."""
    said: dict[str, Declaration | ClassInfo | None] = {}
    tree = ast.parse(textwrap.dedent(LIBRARY))
    for statement in tree.body:
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
            said[statement.name] = oracle.declaration(f"lib.{statement.name}")
        if isinstance(statement, ast.ClassDef):
            name = f"lib.{statement.name}"
            said[statement.name] = oracle.class_info(name)
            said[f"{statement.name}()"] = oracle.declaration(name)
            for inner in statement.body:
                if isinstance(inner, ast.FunctionDef):
                    said[f"{statement.name}.{inner.name}"] = oracle.method(name, inner.name)
    return said


def test_sources_are_right_and_oracle_has_no_fault(checked: dict[str, Any]) -> None:
    assert [e for e in checked["errors"] if "unused-coroutine" not in e and "await" not in e] == []
    for name in ("shapes", "use"):
        assert checked[f"{name} faults"] == {}
        assert checked[f"{name} mismatches"] == []


def test_shapes(checked: dict[str, Any]) -> None:
    found = checked["shapes"]["shapes"]
    assert len(found) > 40
    assert [f"{code}: {said}" for code, _, said in found] == [f"{c}: {e}" for c, e, _ in found]


def test_targets(checked: dict[str, Any]) -> None:
    found = checked["use"]["targets"]
    assert len(found) > 15
    assert [f"{code}: {said}" for code, _, said in found] == [f"{c}: {e}" for c, e, _ in found]


def test_signature_of_the_item_that_a_call_uses(checked: dict[str, Any]) -> None:
    found = checked["use"]["signatures"]
    assert len(found) == 8
    assert [f"{code}: {said}" for code, _, said in found] == [f"{c}: {e}" for c, e, _ in found]


def test_unreachable_statements_and_no_others(checked: dict[str, Any]) -> None:
    assert checked["use"]["dead"] == checked["use"]["never"]


def test_never_returns(checked: dict[str, Any]) -> None:
    assert checked["use"]["stop"] is True


def test_only_boolean_exits_swallow(checked: dict[str, Any]) -> None:
    assert checked["use"]["swallows"] == [True, False, True]


def test_parameter_signature(checked: dict[str, Any]) -> None:
    parameters = checked["use"]["parameters"]
    assert parameters["dead_untyped"] is None
    assert parameters["generic"] == "(x: affine Token | plain) -> affine Token | plain"


def _declaration(checked: dict[str, Any], name: str) -> Declaration:
    found = checked["library"][name]
    assert isinstance(found, Declaration)
    return found


def _class(checked: dict[str, Any], name: str) -> ClassInfo:
    found = checked["library"][name]
    assert isinstance(found, ClassInfo)
    return found


@pytest.mark.parametrize(("name", "signatures", "kind"), DECLARATIONS)
def test_declarations(checked: dict[str, Any], name: str, signatures: str, kind: str) -> None:
    found = _declaration(checked, name)
    assert "; ".join(map(show_signature, found.signatures)) == signatures
    assert found.kind == kind


def test_decorated_and_abstract(checked: dict[str, Any]) -> None:
    assert _declaration(checked, "hidden").decorated
    assert _declaration(checked, "cached").decorated
    assert not _declaration(checked, "kept").decorated
    assert show_signature(_declaration(checked, "hidden").signatures[0]) == (
        "(token: affine Token) -> affine Token"
    )
    assert _declaration(checked, "Shape.area").abstract
    assert _declaration(checked, "Callback.__call__").abstract
    assert not _declaration(checked, "Square.area").abstract


def test_unannotated_functions_say_so(checked: dict[str, Any]) -> None:
    declared = _declaration(checked, "untyped")
    assert [s for s in declared.signatures if s.annotated] == []


def test_classes(checked: dict[str, Any]) -> None:
    assert _class(checked, "Token").affine
    assert _class(checked, "Gold").affine
    assert not _class(checked, "Pair").affine
    pair = _class(checked, "Pair")
    assert {name: show(shape) for name, shape in pair.fields.items()} == {
        "number": "plain",
        "token": "affine Token",
        "extra": "plain",
        "hidden": "plain",
    }
    assert pair.constructor_fields == ("number", "token", "extra")
    assert _class(checked, "Point").constructor_fields == ("x", "token")
    assert _class(checked, "Point").frozen
    assert not pair.frozen
    assert show(_class(checked, "Square").fields["token"]) == "affine Token"
    assert show(_class(checked, "Options").fields["token"]) == "affine Token"
    assert _class(checked, "Square").ancestors[:2] == ("lib.Square", "lib.Shape")
    assert _class(checked, "Callback").is_protocol


def test_the_same_answers_from_the_cache(checked: dict[str, Any]) -> None:
    use = checked["files"]["use"]
    use.write_text(use.read_text(encoding="utf-8") + "\n# edited\n", encoding="utf-8")
    again: dict[str, Any] = {}

    def look(oracle: MypyOracle, module: ast.Module) -> None:
        again["library"] = _library(oracle)
        again["faults"] = oracle.faults

    def fail(oracle: MypyOracle, module: ast.Module) -> None:
        raise AssertionError("the library should have come from the cache")

    check(checked["files"], {"use": look, "lib": fail}, checked["cache"])
    assert again["faults"] == {}
    assert again["library"] == checked["library"]


def test_a_fault_inside_is_an_unknown_and_is_kept(checked: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "broken.py"
    path.write_text("x = 1\nprint(x)\n", encoding="utf-8")

    def look(oracle: MypyOracle, module: ast.Module) -> None:
        oracle.pairing.partner = None  # type: ignore[method-assign, assignment]
        assert oracle.shape(ast.Name("x")) == UNKNOWN
        assert oracle.target(ast.Name("x")) is None
        assert oracle.reachable(module.body[0])
        assert set(oracle.faults) == {"shape", "target", "reachable"}

    check({"broken": path}, look, checked["cache"])


def test_a_class_is_concerned_if_its_module_imports_an_affine_one(tmp_path: Path) -> None:
    """Fields of other classes need not be read to know that nothing affine is in them."""
    path = tmp_path / "program.py"
    path.write_text("x = 1\n", encoding="utf-8")
    found: dict[str, bool] = {}

    def visit(oracle: MypyOracle, module: ast.Module) -> None:
        for name in ("training.State", "training.Step.<locals>.Carry", "plots.axes.Axes"):
            found[name] = oracle.is_concerned(name)

    cache = tmp_path / "cache"
    assert not check({"program": path}, visit, cache, concerned={"training", "program"})
    assert found == {
        "training.State": True,
        "training.Step.<locals>.Carry": True,
        "plots.axes.Axes": False,
    }
