"""What is to be checked and how: from the user's wishes to mypy's sources and options.

mypy's own functions read the command line and the configuration, so that files, `exclude`,
per-module sections, `MYPYPATH` and so on mean what they mean to mypy.  Then only this is changed:

- the output is one JSON object a line (`rows.py` reads it), without context or source lines;
- reports are switched off;
- the plugin is added if the configuration does not name it.  mypy's cache depends on the list of
  plugins, so that run has a cache of its own, a folder in the user's: else each run of plain mypy
  and each of ours would throw away what the other one has cached.

Limit: whether the plugin is named is told by its name `mypy_eqxstate`; one that wraps it goes
unrecognised, and the plugin is added to it.
"""

from __future__ import annotations

import io
import os
import subprocess
from collections.abc import Container, Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass

from mypy.build import default_data_dir
from mypy.errors import CompileError, Errors
from mypy.fscache import FileSystemCache
from mypy.main import process_options
from mypy.modulefinder import (
    BuildSource,
    FindModuleCache,
    compute_search_paths,
    get_search_dirs,
)
from mypy.options import Options

_PLUGIN = "mypy_eqxstate"


class CannotRunError(Exception):
    """mypy can't even begin: a wrong option, an unreadable configuration, a file that is missing.

    Its text is mypy's, complete, possibly in several lines.
    """


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be checked, in the words of mypy's command line.

    Attributes:
        paths: files and folders; if empty, what the configuration names.
        config_file: mypy's configuration; None to let mypy look for it.
        python_executable: the interpreter whose installed packages are read; None for mypy's own
            choice (the configuration's, or the one that runs this).
        cache_dir: the folder of mypy's cache; None for mypy's own choice.
        arguments: further options of mypy, as they are written on its command line.
        observe: find out also how places stand, for an editor.
    """

    paths: tuple[str, ...] = ()
    config_file: str | None = None
    python_executable: str | None = None
    cache_dir: str | None = None
    arguments: tuple[str, ...] = ()
    observe: bool = False

    def command_line(self) -> list[str]:
        """The same as arguments of mypy."""
        named: Mapping[str, str | None] = {
            "--config-file": self.config_file,
            "--python-executable": self.python_executable,
            "--cache-dir": self.cache_dir,
        }
        options = [f"{name}={value}" for name, value in named.items() if value is not None]
        return [*options, *self.arguments, "--", *self.paths]


@dataclass(slots=True)
class Prepared:
    """A request as mypy understands it.

    Attributes:
        sources: what to check.
        options: mypy's.
        warnings: what mypy had to say about its configuration, one line each.
        observe: as in the request.
    """

    sources: list[BuildSource]
    options: Options
    warnings: tuple[str, ...]
    observe: bool = False

    def shown(self, path: str) -> str:
        """A path as mypy shows it: relative to the working directory if it is below it."""
        errors = Errors(self.options)
        errors.set_ignore_prefix(os.getcwd())  # noqa: PTH109
        return errors.simplify_path(path)


def prepare(request: Request, files: FileSystemCache, *, for_daemon: bool = False) -> Prepared:
    """Let mypy read the command line and the configuration.

    Args:
        request: what the user wants.
        files: mypy's view of the file system.
        for_daemon: whether a build is to be kept in memory.

    Raises:
        CannotRunError: mypy does not accept the request or the configuration.
    """
    said = io.StringIO()
    try:
        # mypy writes to the streams it is given, and to those of the process.
        with redirect_stdout(said), redirect_stderr(said):
            sources, options = process_options(
                request.command_line(),
                stdout=said,
                stderr=said,
                require_targets=True,
                server_options=for_daemon,
                fscache=files,
                program="mypy-eqxstate check",
            )
            _ask_interpreter(options)
    except SystemExit:
        raise CannotRunError(_without_usage(said.getvalue())) from None
    except CompileError as error:
        raise CannotRunError("\n".join(error.messages)) from None
    warnings = tuple(line for line in said.getvalue().splitlines() if line)
    if options.config_file is None and warnings:
        # mypy goes on without a configuration that it can't read; the user would not want that.
        raise CannotRunError("\n".join(warnings))
    if not sources:
        raise CannotRunError("there is nothing to check")
    if any(source.text is not None for source in sources):
        raise CannotRunError("the text of mypy's option -c can't be checked; write it to a file")
    _set_output(options)
    if not any(map(_is_ours, options.plugins)):
        _add_plugin(options)
    return Prepared(sources, options, warnings, request.observe)


def find_modules(prepared: Prepared, files: FileSystemCache) -> None:
    """Find the files of modules that were named (`-m`), where mypy would find them in its build.

    Args:
        prepared: changed; each of its sources has a path afterwards.
        files: mypy's view of the file system.

    Raises:
        CannotRunError: there is no such module.
    """
    named = [source for source in prepared.sources if source.path is None]
    if not named:
        return
    said = io.StringIO()
    try:
        with redirect_stderr(said):
            paths = compute_search_paths(prepared.sources, prepared.options, default_data_dir())
    except SystemExit:
        raise CannotRunError(said.getvalue().strip()) from None
    finder = FindModuleCache(paths, files, prepared.options)
    for source in named:
        found = finder.find_module(source.module)
        if not isinstance(found, str):
            raise CannotRunError(f'mypy: error: Cannot find module "{source.module}"')
        source.path = found


def without_doubles(prepared: Prepared, preferred: Container[str]) -> tuple[str, ...]:
    """Keep one source of each module.

    Args:
        prepared: changed.
        preferred: paths that stay, if one of several is to go.

    Returns:
        the paths that were taken out.
    """
    first: dict[str, BuildSource] = {}
    for source in sorted(prepared.sources, key=lambda each: each.path not in preferred):
        first.setdefault(source.module, source)
    kept = list(first.values())
    out = tuple(s.path for s in prepared.sources if s not in kept and s.path is not None)
    prepared.sources = [source for source in prepared.sources if source in kept]
    return out


def _ask_interpreter(options: Options) -> None:
    """Ask the interpreter for its packages, as mypy will in its build; mypy keeps the answer.

    Raises:
        CompileError: it can't be started.
        CannotRunError: what was started is no Python.
    """
    try:
        get_search_dirs(options.python_executable)
    except (subprocess.CalledProcessError, SyntaxError, ValueError):
        name = options.python_executable
        raise CannotRunError(f"mypy: Invalid python executable '{name}': it is no Python") from None


def _set_output(options: Options) -> None:
    options.output = "json"
    options.pretty = False
    options.error_summary = False
    options.show_error_context = False
    options.report_dirs = {}
    options.install_types = options.non_interactive = False


def _is_ours(plugin: str) -> bool:
    return plugin.partition(":")[0].partition(".")[0] == _PLUGIN


def _add_plugin(options: Options) -> None:
    options.plugins = [*options.plugins, _PLUGIN]
    # mypy loads no plugins without a configuration; an empty one will do.
    options.config_file = options.config_file or os.devnull
    if options.cache_dir != os.devnull:
        options.cache_dir = os.path.join(options.cache_dir, _PLUGIN)  # noqa: PTH118


def _without_usage(text: str) -> str:
    """What `argparse` says when it gives up, without its table of options."""
    lines = text.splitlines()
    told = [line.partition(": error: ")[2] for line in lines if ": error: " in line]
    return "\n".join(told or [line for line in lines if line]) or "mypy gave up without a word"
