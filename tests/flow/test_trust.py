"""When the signature of a function in another module says all that its body could."""

from __future__ import annotations

import pytest

from mypy_eqxstate.flow.heap import ClassKnowledge
from mypy_eqxstate.flow.trust import says_all
from mypy_eqxstate.oracle.shapes import (
    NONE,
    PLAIN,
    UNKNOWN,
    AffineShape,
    CallableShape,
    ClassShape,
    ContainerShape,
    InstanceShape,
    Shape,
    Signature,
    TupleShape,
    UnionShape,
)

TOKEN = AffineShape("tokens.Token")
CLASSES = ClassKnowledge(lambda name: None, lambda name: True)


@pytest.mark.parametrize(
    ("result", "says"),
    [
        pytest.param(TOKEN, True, id="Token"),
        pytest.param(TupleShape((PLAIN, TOKEN)), True, id="tuple[str, Token]"),
        pytest.param(UnionShape((TOKEN, NONE)), True, id="Token | None"),
        pytest.param(ContainerShape(TOKEN), True, id="list[Token]"),
        pytest.param(PLAIN, True, id="str"),
        pytest.param(TupleShape((TOKEN, TOKEN)), False, id="two that may be one"),
        pytest.param(TupleShape((UNKNOWN, TOKEN)), False, id="tuple[Any, Token]"),
        pytest.param(ContainerShape(UNKNOWN), False, id="list[Any]"),
        pytest.param(CallableShape((Signature((), TOKEN),)), False, id="a callable"),
        pytest.param(ClassShape("tokens.Token"), False, id="a class"),
        pytest.param(InstanceShape("tokens.Lost"), False, id="a class that nobody knows"),
    ],
)
def test_a_signature_says_all_of_one_known_thing(result: Shape, says: bool) -> None:
    assert says_all(Signature((), result), CLASSES) == says


def test_a_signature_without_annotations_says_nothing() -> None:
    assert not says_all(Signature((), TOKEN, annotated=False), CLASSES)
