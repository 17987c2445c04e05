"""The text form of contracts, for the library table and for users' configuration.

One row says what a call of one callable does to the affine objects that it is given::

    (self: consume, item, value) -> fresh

reads: `self` is taken away for good, `item` and `value` are only read, a new object comes back.
The whole grammar::

    row       := contract | "transform" KIND "(" callables ")"
    contract  := "(" [parameter {"," parameter}] ")" "->" result {";" (store | call)}
    parameter := ["*" | "**"] NAME [":" EFFECT]
    EFFECT    := ignore | borrow (when left out) | supersede | may-consume | consume
    result    := known ["if" NAME "else" result]
    known     := choice ["or" known]
    choice    := simple {"|" simple}
    simple    := "?" | "_" | "fresh" | "same(p)" | "copy(p)" | "derived(p)" | "shallow(p)"
               | "shallow(p, q)" | "element(p)" | "element(p, k)" | "taken(p)" | "taken(p, k)"
               | "each(p)" | "structure(p)" | "instance(p)" | "apply(f, a, ...)"
               | "list(" result ")" | "callable(" result ")" | "decorator(KIND)"
               | "decorator(KIND, p)" | "(" result "," ... ")" | "(" result ")"
               | call ["[" NUMBER "]"]
    call      := ("call" | "loop") "(" NAME {"," passed} ")"
    passed    := NAME | "*" NAME | "element(" NAME ")" | "_"
    store     := NAME "[" [NAME | "*"] "]" "=" result
    KIND      := copying | transparent | binding | gradient | value-and-gradient | inference
    callables := ["*" | "**"] NAME ["!"] {"," ["*" | "**"] NAME ["!"]}

What each form means stands with its class in `contracts/model.py`.  Every name in a result or a
store is a parameter of the row.  In a transform the name with `!` is the callable that is
transformed; without any `!` it is the first.

Limits: no defaults, no mark for positional-only or keyword-only parameters (a call that gets these
wrong is the type checker's business); parameters that no affine object reaches may be left out at
the end, because an argument that no parameter takes is borrowed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from keyword import iskeyword
from typing import NoReturn

from mypy_eqxstate.contracts.model import (
    Applied,
    CallableReturning,
    Called,
    Contract,
    Copy,
    Decorator,
    Derived,
    Each,
    Effect,
    Either,
    Element,
    Fresh,
    Given,
    InstanceOf,
    ListOf,
    Nothing,
    Otherwise,
    ParameterContract,
    Part,
    Passed,
    Result,
    Row,
    Same,
    Shallow,
    Store,
    Structure,
    Taken,
    TransformContract,
    TransformKind,
    TupleOf,
    Typed,
)

EFFECT_WORDS: dict[str, Effect] = {
    "ignore": Effect.IGNORE,
    "borrow": Effect.BORROW,
    "supersede": Effect.SUPERSEDE,
    "may-consume": Effect.MAY_CONSUME,
    "consume": Effect.CONSUME,
}
"""How each effect is written."""

KIND_WORDS: dict[str, TransformKind] = {kind.value: kind for kind in TransformKind}
"""How each kind of transform is written."""

_WORD_OF_EFFECT = {effect: word for word, effect in EFFECT_WORDS.items()}

_CONSTANTS: dict[str, Result] = {"?": Typed(), "_": Nothing(), "fresh": Fresh()}

# Results made of one parameter: how they are written and their class.
_OF_PARAMETER: dict[str, type[Same | Copy | Derived | Each | Structure | InstanceOf]] = {
    "same": Same,
    "copy": Copy,
    "derived": Derived,
    "each": Each,
    "structure": Structure,
    "instance": InstanceOf,
}

# Results made of one parameter and, optionally, a second one.
_OF_TWO_PARAMETERS: dict[str, type[Element | Taken | Shallow]] = {
    "element": Element,
    "taken": Taken,
    "shallow": Shallow,
}

# Results made of another result.
_OF_RESULT: dict[str, type[ListOf | CallableReturning]] = {
    "list": ListOf,
    "callable": CallableReturning,
}

# Calls of a parameter, and whether they happen several times.
_CALLS = {"call": False, "loop": True}

_FORMS = {*_OF_PARAMETER, *_OF_TWO_PARAMETERS, *_OF_RESULT, *_CALLS, "apply", "decorator"}

_RESULT_FORMS = (
    "?, _, fresh, same(p), copy(p), derived(p), shallow(p), shallow(p, q), element(p), "
    "element(p, k), taken(p), taken(p, k), each(p), structure(p), instance(p), "
    "apply(f, p, ...), list(result), callable(result), call(f, p, ...), loop(f, p, ...), "
    "decorator(kind), decorator(kind, p) or a tuple (result, ...)"
)

# A word may contain hyphens ("may-consume"), which "->" never does.
_WORD = r"(?P<word>[^\W\d]\w*(?:-[^\W\d]\w*)*)"
_MARK = r"(?P<mark>->|\*\*|\d+|[-*(),:;?|!=\[\]])"
_TOKEN = re.compile(rf"\s*(?:{_WORD}|{_MARK})")
_END = ""


def parse_row(text: str) -> Row:
    """Read a contract or a transform in the notation of the library table.

    Args:
        text: for instance `(self: consume, item, value) -> fresh` or `transform copying(fun)`.

    Returns:
        The row; `format_row` turns it into text again.

    Raises:
        ValueError: if the text is not in the notation; the message shows the place and says what
            is accepted there.

    Source: the grammar at the head of this module.
    """
    return _Parser(text).row()


def format_row(row: Row) -> str:
    """Write a row in the notation, in its shortest form.

    Args:
        row: a contract or a transform.

    Returns:
        The text; `parse_row` reads it back to an equal row.

    Source: the grammar at the head of this module.
    """
    if isinstance(row, TransformContract):
        first = row.parameters[0].lstrip("*") if row.parameters else ""
        names = [
            name + "!" if name.lstrip("*") == row.parameter != first else name
            for name in row.parameters
        ]
        return f"transform {row.kind.value}({', '.join(names or [row.parameter])})"
    parameters = ", ".join(_format_parameter(parameter) for parameter in row.parameters)
    stores = "".join(
        f"; {store.parameter}[{store.key}] = {format_result(store.value)}" for store in row.stores
    )
    calls = "".join(f"; {format_result(call)}" for call in row.calls)
    return f"({parameters}) -> {format_result(row.result)}{stores}{calls}"


def format_result(result: Result) -> str:
    """Write one result template in the notation.

    Args:
        result: any template of `contracts/model.py`.

    Returns:
        The text, e.g. `(_, fresh)`.

    Source: the grammar at the head of this module.
    """
    match result:
        case Typed():
            return "?"
        case Nothing():
            return "_"
        case Fresh():
            return "fresh"
        case (
            Same(name)
            | Copy(name)
            | Derived(name)
            | Each(name)
            | Structure(name)
            | InstanceOf(name)
        ):
            return f"{_word_of(result, _OF_PARAMETER)}({name})"
        case Element(name, other) | Taken(name, other) | Shallow(name, other):
            return f"{_word_of(result, _OF_TWO_PARAMETERS)}({_join(name, other)})"
        case Applied(function, arguments):
            return f"apply({', '.join((function, *arguments))})"
        case Called(function, passed, repeated):
            word = next(word for word, several in _CALLS.items() if several is repeated)
            return f"{word}({', '.join((function, *map(_format_passed, passed)))})"
        case Part(whole, index):
            return f"{format_result(whole)}[{index}]"
        case Otherwise(known, unknown):
            return f"{_format_simple(known)} or {_format_simple(unknown)}"
        case ListOf(inner) | CallableReturning(inner):
            return f"{_word_of(result, _OF_RESULT)}({format_result(inner)})"
        case Decorator(kind, like):
            return f"decorator({_join(kind.value, like)})"
        case TupleOf(items):
            inside = ", ".join(format_result(item) for item in items)
            return f"({inside},)" if len(items) == 1 else f"({inside})"
        case Either(items):
            return " | ".join(_format_simple(item) for item in items)
        case Given(name, present, absent):
            shown = format_result(present)
            shown = f"({shown})" if isinstance(present, Given) else shown
            return f"{shown} if {name} else {format_result(absent)}"


def _format_simple(result: Result) -> str:
    shown = format_result(result)
    return f"({shown})" if isinstance(result, Either | Given | Otherwise) else shown


def _format_passed(passed: Passed) -> str:
    if passed.how == "element":
        return f"element({passed.parameter})"
    return f"{passed.how}{passed.parameter}" or "_"


def _format_parameter(parameter: ParameterContract) -> str:
    shown = parameter.star + parameter.name
    if parameter.effect is Effect.BORROW:
        return shown
    return f"{shown}: {_WORD_OF_EFFECT[parameter.effect]}"


def _join(first: str, second: str) -> str:
    return f"{first}, {second}" if second else first


def _word_of(result: Result, words: Mapping[str, type[Result]]) -> str:
    return next(word for word, template in words.items() if isinstance(result, template))


class _Parser:
    """A recursive descent over one row; every method reads what its name says."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens: list[tuple[str, int]] = []
        self.next = 0
        self.names: set[str] = set()
        position = 0
        while text[position:].strip():
            found = _TOKEN.match(text, position)
            if found is None:
                position += len(text[position:]) - len(text[position:].lstrip())
                self.tokens.append((text[position], position))
                self.next = len(self.tokens) - 1
                self.fail("a name, a result or punctuation of the notation")
            token = found["word"] or found["mark"]
            self.tokens.append((token, found.end() - len(token)))
            position = found.end()
        self.tokens.append((_END, len(text.rstrip())))

    def row(self) -> Row:
        if self.take("transform"):
            row: Row = self.transform()
        elif self.peek() == "(":
            row = self.contract()
        else:
            self.fail(
                "'(parameters) -> result', for instance '(self: consume, item, value) -> fresh', "
                "or 'transform KIND(name)'"
            )
        if self.peek() != _END:
            self.fail("';' and a store, or the end" if isinstance(row, Contract) else "the end")
        return row

    def transform(self) -> TransformContract:
        kind = self.kind()
        self.expect("(")
        names: list[str] = []
        marked: str | None = None
        while True:
            star, name = self.new_name()
            names.append(star + name)
            if self.peek() == "!":
                if marked is not None:
                    self.fail("',' or ')': only one name is the callable being transformed")
                self.next += 1
                marked = name
            if not self.take(","):
                break
        self.expect(")")
        return TransformContract(kind, marked or names[0].lstrip("*"), tuple(names))

    def contract(self) -> Contract:
        parameters: list[ParameterContract] = []
        self.expect("(")
        while self.peek() != ")":
            star, name = self.new_name()
            effect = self.effect() if self.take(":") else Effect.BORROW
            parameters.append(ParameterContract(name, effect, star))
            if not self.take(","):
                break
        self.expect(")", "',' and a parameter, or ')'" if parameters else "")
        self.expect("->")
        result = self.result()
        stores: list[Store] = []
        calls: list[Called] = []
        while self.take(";"):
            word = self.peek()
            if word in _CALLS and word not in self.names:
                self.next += 1
                calls.append(self.called(_CALLS[word]))
            else:
                stores.append(self.store())
        return Contract(tuple(parameters), result, tuple(stores), tuple(calls))

    def store(self) -> Store:
        target = self.known_name()
        self.expect("[")
        key = "" if self.peek() == "]" else "*" if self.take("*") else self.known_name()
        self.expect("]")
        self.expect("=")
        return Store(target, self.result(), key)

    def result(self) -> Result:
        chosen = self.known()
        if not self.take("if"):
            return chosen
        name = self.known_name()
        self.expect("else")
        return Given(name, chosen, self.result())

    def known(self) -> Result:
        chosen = self.choice()
        return Otherwise(chosen, self.known()) if self.take("or") else chosen

    def choice(self) -> Result:
        items = [self.simple()]
        while self.take("|"):
            items.append(self.simple())
        return items[0] if len(items) == 1 else Either(tuple(items))

    def simple(self) -> Result:
        if self.peek() == "(":
            return self.parenthesised()
        word = self.peek()
        if word in _CONSTANTS:
            self.next += 1
            return _CONSTANTS[word]
        if word not in _FORMS:
            self.fail(f"a result: {_RESULT_FORMS}")
        self.next += 1
        if word in _CALLS:
            called = self.called(_CALLS[word])
            return self.part(called) if self.take("[") else called
        self.expect("(")
        result: Result
        if word in _OF_PARAMETER:
            result = _OF_PARAMETER[word](self.known_name())
        elif word in _OF_TWO_PARAMETERS:
            name = self.known_name()
            result = _OF_TWO_PARAMETERS[word](name, self.known_name() if self.take(",") else "")
        elif word in _OF_RESULT:
            result = _OF_RESULT[word](self.result())
        elif word == "apply":
            result = self.applied()
        else:
            kind = self.kind()
            result = Decorator(kind, self.known_name() if self.take(",") else "")
        self.expect(")")
        return result

    def applied(self) -> Result:
        function = self.known_name()
        self.expect(",", "',' and the container that the arguments come from")
        arguments = [self.known_name()]
        while self.take(","):
            arguments.append(self.known_name())
        return Applied(function, tuple(arguments))

    def called(self, repeated: bool) -> Called:
        self.expect("(")
        function = self.known_name()
        passed: list[Passed] = []
        while self.take(","):
            passed.append(self.passed())
        self.expect(")", "',' and an argument, or ')'")
        return Called(function, tuple(passed), repeated)

    def passed(self) -> Passed:
        if self.take("_"):
            return Passed()
        if self.take("*"):
            return Passed(self.known_name(), "*")
        if self.peek() == "element" and "element" not in self.names:
            self.next += 1
            self.expect("(")
            name = self.known_name()
            self.expect(")")
            return Passed(name, "element")
        return Passed(self.known_name())

    def part(self, whole: Called) -> Part:
        if not self.peek().isdecimal():
            self.fail("the number of an item")
        index = int(self.peek())
        self.next += 1
        self.expect("]")
        return Part(whole, index)

    def parenthesised(self) -> Result:
        self.expect("(")
        items: list[Result] = []
        is_tuple = True
        while self.peek() != ")":
            items.append(self.result())
            is_tuple = self.take(",")
            if not is_tuple:
                break
        self.expect(")", "',' and a result, or ')'")
        return TupleOf(tuple(items)) if is_tuple or len(items) != 1 else items[0]

    def effect(self) -> Effect:
        if self.peek() not in EFFECT_WORDS:
            self.fail(f"an effect: {_listed(EFFECT_WORDS)}")
        self.next += 1
        return EFFECT_WORDS[self.tokens[self.next - 1][0]]

    def kind(self) -> TransformKind:
        if self.peek() not in KIND_WORDS:
            self.fail(f"a kind of transform: {_listed(KIND_WORDS)}")
        self.next += 1
        return KIND_WORDS[self.tokens[self.next - 1][0]]

    def new_name(self) -> tuple[str, str]:
        star = next((mark for mark in ("**", "*") if self.take(mark)), "")
        name = self.peek()
        if not name.isidentifier() or iskeyword(name):
            self.fail("a parameter's name")
        if name in self.names:
            self.fail("another name: this one is taken")
        self.names.add(name)
        self.next += 1
        return star, name

    def known_name(self) -> str:
        name = self.peek()
        if name not in self.names:
            known = f"one of {', '.join(sorted(self.names))}" if self.names else "there are none"
            self.fail(f"a parameter of this row ({known})")
        self.next += 1
        return name

    def peek(self) -> str:
        return self.tokens[self.next][0]

    def take(self, token: str) -> bool:
        found = self.peek() == token
        self.next += found
        return found

    def expect(self, token: str, meant: str = "") -> None:
        if not self.take(token):
            self.fail(meant or f"'{token}'")

    def fail(self, meant: str) -> NoReturn:
        token, position = self.tokens[self.next]
        place = f"'{token}' in column {position + 1}" if token != _END else "the end"
        raise ValueError(f"'{self.text}': expected {meant}, found {place}")


def _listed(words: Mapping[str, object]) -> str:
    *others, last = words
    return f"{', '.join(others)} or {last}"
