"""What the tests of the lowering share: from source text to printed operations."""

import ast
import textwrap

from mypy_eqxstate.ir.model import Body
from mypy_eqxstate.ir.module import ModuleIndex
from mypy_eqxstate.ir.printer import format_body


def text(indented: str) -> str:
    """A triple-quoted text without its margin."""
    return textwrap.dedent(indented).strip("\n") + "\n"


def index_of(source: str, name: str = "package.module", is_package: bool = False) -> ModuleIndex:
    """The index of a module with this source."""
    return ModuleIndex(ast.parse(text(source)), name, is_package)


def never_returns(call: ast.Call) -> bool:
    """In these tests `exit()` never returns."""
    return isinstance(call.func, ast.Name) and call.func.id == "exit"


def body_of(source: str, name: str = "f", imported: bool = False) -> Body:
    """A body of the source, by its name ("" for the module)."""
    index = index_of(source)
    return index.lower(
        index.node(name),
        reachable=lambda statement: True,
        never_returns=never_returns,
        imported=imported,
    )


def lowered(source: str, name: str = "f", imported: bool = False) -> str:
    """The same, printed."""
    return format_body(body_of(source, name, imported))
