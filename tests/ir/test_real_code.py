"""Everything that is installed can be lowered, and the result hangs together."""

import ast
import sysconfig
import warnings
from pathlib import Path

import pytest

from mypy_eqxstate.ir.model import Body
from mypy_eqxstate.ir.module import ModuleIndex
from mypy_eqxstate.ir.tidy import successors

STANDARD = Path(sysconfig.get_path("stdlib"))
INSTALLED = Path(sysconfig.get_path("purelib"))


def check(body: Body) -> None:
    """Numbers that must fit each other."""
    count = len(body.blocks)
    assert not body.approximated
    for number, block in enumerate(body.blocks):
        assert block.index == number
        named = list(successors(block))
        if block.handler is not None:
            named.append(block.handler)
        assert all(0 <= target < count for target in named)
        assert block.loop is None or 0 <= block.loop < len(body.loops)
    for number, loop in enumerate(body.loops):
        assert 0 <= loop.header < count
        assert body.blocks[loop.header].loop == number
        assert loop.parent is None or loop.parent < number
    reached, waiting = {0}, [0]
    while waiting:
        block = body.blocks[waiting.pop()]
        handler = () if block.handler is None else (block.handler,)
        for target in {*successors(block), *handler} - reached:
            reached.add(target)
            waiting.append(target)
    assert len(reached) == count
    written: set[int] = set()
    for block in body.blocks:
        written.update(getattr(each, "target", None) or 0 for each in block.operations)
    assert body.places.keys() | body.parts.keys() <= written


@pytest.mark.parametrize(
    ("folder", "every"),
    [(STANDARD, 12), (INSTALLED / "equinox", 1), (INSTALLED / "jax", 12), (INSTALLED / "mypy", 6)],
    ids=["standard library", "equinox", "jax", "mypy"],
)
def test_everything_can_be_lowered(folder: Path, every: int) -> None:
    if not folder.is_dir():
        pytest.skip(f"{folder.name} is not installed")
    files = sorted(path for path in folder.rglob("*.py") if "site-packages" not in path.parts[:-2])
    if folder is not STANDARD:
        files = sorted(folder.rglob("*.py"))
    lowered = 0
    for path in files[::every]:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                tree = ast.parse(path.read_text(encoding="utf-8"))
        except (SyntaxError, UnicodeDecodeError, ValueError):
            continue  # files that are wrong on purpose, or of Python 2
        index = ModuleIndex(tree, path.stem)
        index.look_into_everything()
        for name in ["", *index.functions]:
            try:
                body = index.lower(
                    index.node(name),
                    reachable=lambda statement: True,
                    never_returns=lambda call: False,
                )
                check(body)
            except Exception as error:
                raise AssertionError(f"{path}, {name or 'the module'}") from error
            lowered += 1
    assert lowered > 50
