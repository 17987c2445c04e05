"""Code that nobody writes, of any size: what the analysis costs must grow about as its size does.

Each entry of `KINDS` makes a module of a size `n`; its functions handle States (`GivingOracle`
declares the first parameter of each as one).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final


def branches(n: int) -> str:
    """N branches one after another, each of which may replace the State."""
    body = "".join(f"    if a{i}:\n        s = s.set(i, {i})\n" for i in range(n))
    return f"def f(s, i):\n{body}    return s.get(i)\n"


def snapshots(n: int) -> str:
    """The same, and each keeps the one before under another name."""
    body = "".join(f"    if a{i}:\n        t = s\n        s = s.set(i, {i})\n" for i in range(n))
    return f"def f(s, i, t):\n{body}    return s.get(i)\n"


def attributes(n: int) -> str:
    """N branches each of which may replace the State that an object holds."""
    body = "".join(f"    if a{i}:\n        h.s = h.s.set(i, {i})\n" for i in range(n))
    return f"def f(s, i):\n    h = Holder()\n    h.s = s\n{body}    return h.s.get(i)\n"


def returns(n: int) -> str:
    """N branches each of which returns."""
    body = "".join(f"    if a{i}:\n        return s.set(i, {i})\n" for i in range(n))
    return f"def f(s, i):\n{body}    return s\n"


def loops(n: int) -> str:
    """N loops one after another."""
    body = "".join(f"    for x in a{i}:\n        s = s.set(i, {i})\n" for i in range(n))
    return f"def f(s, i):\n{body}    return s.get(i)\n"


def comprehensions(n: int) -> str:
    """N lists, all of which are kept."""
    body = "".join(f"    x{i} = [s.get(j) for j in i]\n" for i in range(n))
    return f"def f(s, i):\n{body}    return s\n"


def nested_loops(n: int) -> str:
    """N loops inside each other."""
    lines = ["def f(s, i):"]
    for depth in range(n):
        lines.append(f"{' ' * (depth + 1)}for x{depth} in range(9):")
    lines.append(f"{' ' * (n + 1)}s = s.set(i, 1)")
    return "\n".join([*lines, " return s", ""])


def nested_branches(n: int) -> str:
    """N branches inside each other, something done in each."""
    lines = ["def f(s, i):"]
    for depth in range(n):
        lines.append(f"{' ' * (depth + 1)}if a{depth}:")
        lines.append(f"{' ' * (depth + 2)}s = s.set(i, {depth})")
    return "\n".join([*lines, " return s", ""])


def statements(n: int) -> str:
    """N statements one after another."""
    body = "".join(f"    s = s.set(i, {k})\n    x{k} = s.get(i)\n" for k in range(n // 2))
    return f"def f(s, i):\n{body}    return s\n"


def states(n: int) -> str:
    """N States at once."""
    body = "".join(f"    s{k} = clone(s)\n" for k in range(n))
    body += "".join(f"    s{k} = s{k}.set(i, 1)\n" for k in range(n))
    return f"from mypy_eqxstate import clone\ndef f(s, i):\n{body}    return s\n"


def recursion(n: int) -> str:
    """N functions each of which calls three others, all of them recursive."""
    parts = []
    for k in range(n):
        calls = "".join(f"    if a{j}:\n        s = f{(k * 3 + j) % n}(s, i)\n" for j in range(3))
        parts.append(f"def f{k}(s, i):\n{calls}    return s.set(i, {k})\n")
    return "".join(parts)


def ring(n: int) -> str:
    """N functions each of which calls the next, and the last the first."""
    return "".join(
        f"def f{k}(s, i):\n    return f{(k + 1) % n}(s.set(i, 1), i)\n" for k in range(n)
    )


def chain(n: int) -> str:
    """N functions each of which calls the one before it."""
    first = "def f0(s, i):\n    return s.set(i, 1)\n"
    return first + "".join(f"def f{k}(s, i):\n    return f{k - 1}(s, i)\n" for k in range(1, n))


def callees(n: int) -> str:
    """A name that may hold any of n functions, and is called."""
    functions = "".join(f"def g{k}(s, i):\n    return s.set(i, {k})\n" for k in range(n))
    choices = "".join(f"    if a{k}:\n        g = g{k}\n" for k in range(n))
    return f"{functions}def f(s, i):\n    g = g0\n{choices}    return g(s, i)\n"


def literals(n: int) -> str:
    """A display of n elements, and a string as long."""
    text = ", ".join(str(k) for k in range(n))
    return f"def f(s, i):\n    x = [{text}]\n    y = {'x' * n!r}\n    return s.set(i, x)\n"


def states_in_a_display(n: int) -> str:
    """A display that holds the same State n times."""
    return f"def f(s, i):\n    x = [{', '.join(['s'] * n)}]\n    return x[0].get(i)\n"


def operators(n: int) -> str:
    """An expression of n operators."""
    return f"def f(s, i):\n    return {' + '.join(['s.get(i)'] * n)}\n"


def nested_calls(n: int) -> str:
    """Calls inside each other's arguments; Python itself can read about 90."""
    return f"def f(s, i):\n    return {'g(' * n}s{')' * n}\n"


def methods_in_a_row(n: int) -> str:
    """One method called on the result of another, n times."""
    return f"def f(s, i):\n    return s{'.set(i, 1)' * n}\n"


def handlers(n: int) -> str:
    """N `try` statements one after another."""
    body = "".join(
        f"    try:\n        s = s.set(i, {k})\n    except E{k}:\n        s = s.set(i, 0)\n"
        for k in range(n)
    )
    return f"def f(s, i):\n{body}    return s\n"


def nested_handlers(n: int) -> str:
    """N `try` statements inside each other, with `finally`."""
    lines = ["def f(s, i):"]
    for depth in range(n):
        lines.append(f"{' ' * (depth + 1)}try:")
    lines.append(f"{' ' * (n + 1)}s = s.set(i, 1)")
    for depth in reversed(range(n)):
        lines.append(f"{' ' * (depth + 1)}finally:")
        lines.append(f"{' ' * (depth + 2)}g{depth}()")
    return "\n".join([*lines, " return s", ""])


def closures(n: int) -> str:
    """Functions inside each other, the innermost of which consumes what the outermost is given."""
    lines = ["def f(s, i):"]
    for depth in range(n):
        lines.append(f"{' ' * (depth + 1)}def g{depth}():")
    lines.append(f"{' ' * (n + 1)}return s.set(i, 1)")
    for depth in reversed(range(n)):
        lines.append(f"{' ' * (depth + 1)}return g{depth}()")
    return "\n".join([*lines, ""])


Kind = Callable[[int], str]

# With the largest size that is tried; what is nested in blocks can't be deeper than Python allows.
KINDS: Final[dict[str, tuple[Kind, int]]] = {
    "branches": (branches, 1000),
    "snapshots": (snapshots, 1000),
    "attributes": (attributes, 1000),
    "returns": (returns, 1000),
    "loops": (loops, 1000),
    "comprehensions": (comprehensions, 200),
    "nested loops": (nested_loops, 50),
    "nested branches": (nested_branches, 96),
    "statements": (statements, 10_000),
    "States": (states, 500),
    "recursion": (recursion, 200),
    "ring": (ring, 200),
    "chain": (chain, 1000),
    "callees": (callees, 400),
    "literals": (literals, 20_000),
    "a State many times": (states_in_a_display, 1000),
    "operators": (operators, 2000),
    "nested calls": (nested_calls, 90),
    "methods in a row": (methods_in_a_row, 1000),
    "handlers": (handlers, 500),
    "nested handlers": (nested_handlers, 16),
    "closures": (closures, 90),
}
