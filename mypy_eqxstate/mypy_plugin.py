"""The hooks that mypy calls, and nothing else: each hands over to the session.

Nothing escapes from a hook: a fault becomes a note (see `session.py`).

(Not called `plugin.py`: importing a submodule of that name would replace the function
`mypy_eqxstate.plugin`, which mypy calls once for each run in the same process.)
"""

from __future__ import annotations

from collections.abc import Callable

from mypy.nodes import MypyFile
from mypy.options import Options
from mypy.plugin import ClassDefContext, FunctionContext, Plugin, ReportConfigContext
from mypy.types import Type

from mypy_eqxstate.cache import Data
from mypy_eqxstate.daemon import is_findings
from mypy_eqxstate.oracle.mypy_affine import AFFINE_DECORATORS, mark_affine
from mypy_eqxstate.session import Session


class EqxstatePlugin(Plugin):
    """The hooks of `mypy_eqxstate`; none of them changes a type.

    Where mypy is a daemon, a `DaemonPlugin` is made.
    """

    def __new__(cls, options: Options) -> EqxstatePlugin:  # noqa: D102
        return super().__new__(DaemonPlugin if options.fine_grained_incremental else cls)

    def __init__(self, options: Options) -> None:
        super().__init__(options)
        self.session = Session(options)

    def set_modules(self, modules: dict[str, MypyFile]) -> None:
        """The graph of modules is loaded."""
        super().set_modules(modules)
        try:
            self.session.attach(modules)
        except Exception as error:
            self.session.note_fault("set_modules", error)

    def report_config_data(self, ctx: ReportConfigContext) -> Data | None:
        """What a module's cache depends on besides its source."""
        try:
            if ctx.is_check:
                return self.session.data_to_compare(ctx.id)
            return self.session.data_to_store(ctx.id, ctx.path)
        except Exception as error:
            self.session.note_fault("report_config_data", error, ctx.path)
            return None

    def get_additional_deps(self, file: MypyFile) -> list[tuple[int, str, int]]:
        """A module was parsed; there is nothing to add to what it imports."""
        try:
            self.session.note_parsed(file)
        except Exception as error:
            self.session.note_fault("get_additional_deps", error, file.path)
        return []

    def get_additional_indirect_deps(self, file: MypyFile) -> set[str]:
        """A module is fully checked, its tree still alive: the place of our own check."""
        try:
            return self.session.end_of_module(file)
        except Exception as error:
            self.session.note_fault("get_additional_indirect_deps", error, file.path)
            return set()

    def get_class_decorator_hook(self, fullname: str) -> Callable[[ClassDefContext], None] | None:
        """`@affine` is written into the class, where mypy's cache keeps it."""
        return self._mark_affine if fullname in AFFINE_DECORATORS else None

    def _mark_affine(self, context: ClassDefContext) -> None:
        try:
            mark_affine(context.cls.info)
        except Exception as error:
            module = getattr(context.api, "cur_mod_node", None)
            path = getattr(module, "path", context.cls.fullname)
            self.session.note_fault("get_class_decorator_hook", error, path)


class DaemonPlugin(EqxstatePlugin):
    """The hooks in mypy's daemon.

    Only there a function is made whose check repeats the findings of its module.  It has a hook of
    its own because mypy asks for one some 20,000 times a run.
    """

    def get_function_hook(self, fullname: str) -> Callable[[FunctionContext], Type] | None:
        """A function is called: the one in which the findings of a module are, or another one."""
        return self._repeat_findings if is_findings(fullname) else None

    def _repeat_findings(self, context: FunctionContext) -> Type:
        try:
            if self.session.daemon is not None:
                self.session.daemon.repeat(context)
        except Exception as error:
            path = getattr(context.api, "path", None)
            self.session.note_fault("get_function_hook", error, path)
        return context.default_return_type


def plugin(version: str) -> type[Plugin]:
    """The plugin's class, as mypy wants it.

    Args:
        version: mypy's version.
    """
    return EqxstatePlugin
