"""What is changed, and that nothing else is."""

from __future__ import annotations

import ast
import textwrap

from tests.mutation.mutator import mutated, mutations

SOURCE = textwrap.dedent(
    '''
    LIMIT = 3

    def f(a: int = 1, b: bool = True) -> int:
        """Left alone."""
        if a > 2 and not b:
            g(a, b)
        return a
    '''
).lstrip()


def bodies() -> list[str]:
    """The function after each of the changes."""
    number = len(mutations(ast.parse(SOURCE)))
    return [ast.unparse(mutated(SOURCE, n).body[1].body[1:]) for n in range(number)]  # type: ignore[attr-defined]


def test_each_change_is_another_one() -> None:
    assert len(set(bodies())) == len(bodies())


def test_changes() -> None:
    found = [body.replace("\n", "") for body in bodies()]
    assert "if not (a > 2 and (not b)):    g(a, b)return a" in found
    assert "if a > 2 or not b:    g(a, b)return a" in found
    assert "if a >= 2 and (not b):    g(a, b)return a" in found
    assert "if a > 3 and (not b):    g(a, b)return a" in found
    assert "if a > 2 and (not b):    g(b, a)return a" in found
    assert "if a > 2 and (not b):    passreturn a" in found
    assert "if a > 2 and (not b):    g(a, b)return" in found
