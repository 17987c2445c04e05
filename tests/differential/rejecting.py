"""The policies "rejecting a step" and "a comprehension": the old State is meant.

Worked examples::

    new_state = trial(state)
    return new_state if ok else state

    versions = [trial(state) for _ in items()]

The judge sees a stale use, which the checker does not report.  That a policy covers it is decided
on the syntax around the use and around the call that is blamed.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.differential.evidence import Difference, Evidence
from tests.differential.world import Use

_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def rejecting_a_step(difference: Difference, evidence: Evidence) -> bool:
    """An old State beside the newer one: an arm, what is returned instead, one more try."""
    return any(_is_rejection(use, evidence.tree) for use in _uses(difference, evidence))


def versions_for_each_element(difference: Difference, evidence: Evidence) -> bool:
    """The call that is blamed, and the use, are in one comprehension."""
    comprehensions = [n for n in ast.walk(evidence.tree) if isinstance(n, _COMPREHENSIONS)]
    return any(
        _spans(node, use.lines) and all(_spans(node, cause.lines) for cause in use.causes)
        for use in _uses(difference, evidence)
        for node in comprehensions
    )


def _uses(difference: Difference, evidence: Evidence) -> Iterator[Use]:
    """The stale uses of what was taken over where the missed one was."""
    if (
        difference.kind == "miss"
        and difference.rule == "state-stale"
        and difference.use is not None
    ):
        causes = difference.use.causes
        yield from (use for use in evidence.seen.uses if use.causes == causes)


def _spans(node: ast.expr, lines: tuple[int, ...]) -> bool:
    return any(node.lineno <= line <= (node.end_lineno or node.lineno) for line in lines)


def _is_rejection(use: Use, tree: ast.Module) -> bool:
    blamed = {line for cause in use.causes for line in cause.lines}
    newer = {
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.lineno in blamed
    }
    return any(
        (isinstance(node, ast.IfExp) and _spans(node, use.lines) and bool(newer & _names(node)))
        or (
            isinstance(node, ast.Assign)
            and isinstance(node.value, ast.Name)
            and bool(newer & {ast.unparse(target) for target in node.targets})
        )
        or (
            isinstance(node, ast.If)
            and isinstance(node.body[-1], ast.Return | ast.Break)
            and bool(newer & _names(node.test))
        )
        for node in ast.walk(tree)
    )


def _names(node: ast.AST) -> set[str]:
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
