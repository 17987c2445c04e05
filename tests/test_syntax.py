"""Parsing without warnings, and the blocks inside a statement."""

from __future__ import annotations

import ast
import warnings

import pytest

from mypy_eqxstate.syntax import RecentTrees, inner_blocks, parsed


def test_doubtful_code_is_parsed_in_silence() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        tree = parsed("x is 1\ny = '\\d'\n")
    assert len(tree.body) == 2


@pytest.mark.parametrize(
    ("statement", "blocks"),
    [
        ("x = 1", []),
        ("return x", []),
        ("if a: f()", ["f()"]),
        ("if a: f()\nelse: g()", ["f()", "g()"]),
        ("for x in y:\n    f()\n    g()\nelse: h()", ["f() g()", "h()"]),
        ("with a: f()", ["f()"]),
        (
            "try: f()\nexcept A: g()\nexcept B: h()\nelse: i()\nfinally: j()",
            ["f()", "i()", "j()", "g()", "h()"],
        ),
        ("match a:\n    case 1: f()\n    case _: g()", ["f()", "g()"]),
        ("def f(): g()", ["g()"]),
        ("class A: f()", ["f()"]),
    ],
)
def test_inner_blocks(statement: str, blocks: list[str]) -> None:
    found = inner_blocks(parsed(statement).body[0])
    assert [" ".join(map(ast.unparse, block)) for block in found] == blocks


def test_a_recent_tree_is_handed_out_once() -> None:
    trees = RecentTrees(100)
    tree = parsed("x = 1")
    trees.keep("x = 1", tree)
    assert trees.parsed("x = 1") is tree
    again = trees.parsed("x = 1")
    assert again is not tree
    assert ast.dump(again) == ast.dump(tree)


def test_only_the_latest_trees_are_kept() -> None:
    texts = ["first = 1", "second = 2", "third = 3"]
    kept = {text: parsed(text) for text in texts}
    trees = RecentTrees(len("".join(texts[1:])))
    for text, tree in kept.items():
        trees.keep(text, tree)
    assert [trees.parsed(text) is kept[text] for text in texts] == [False, True, True]
