"""The command line: its arguments, and which module does what they ask for.

Each subcommand is a module of its own (`check.py`, `explain.py`) that is imported when it is
called: `rules` needs no mypy.

Exit codes, of all subcommands: 0 for success, 1 for findings, 2 if it could not be done.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from mypy_eqxstate import __version__


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the arguments ask for.

    Args:
        arguments: those of the process if None.

    Returns:
        the exit code.

    Raises:
        SystemExit: `argparse` has shown a help text or rejected the arguments (exit code 2).
    """
    options = _parser().parse_args(arguments)
    if options.command == "check":
        from mypy_eqxstate.command_line.check import check

        return check(options)
    if options.command == "explain":
        from mypy_eqxstate.command_line.explain import explain

        return explain(options.rule)
    if options.command == "lsp":
        from mypy_eqxstate.language_server.main import serve

        return serve(options.types)
    from mypy_eqxstate.command_line.explain import rules

    return rules(options.write)


def run() -> NoReturn:
    """The console script: `main`, and the end of the process.

    Like mypy, without giving back its memory piece by piece, which would take seconds.
    """
    try:
        code = main()
    except KeyboardInterrupt:
        code = 130
    except BrokenPipeError:
        code = 2  # whoever read the output has gone
        sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115
    for stream in (sys.stdout, sys.stderr):
        if not stream.closed:  # the language server's transport closes what it has spoken through
            stream.flush()
    os._exit(code)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="mypy-eqxstate",
        description="Finds old equinox.nn.State objects in Python code, and reports nothing else.",
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_check(
        commands.add_parser(
            "check",
            help="check files for old States",
            description=(
                "Checks files with mypy and its configuration, and shows ownership errors only. "
                "Exit code: 0 if there are none, 1 if there are, 2 if the check could not be made."
            ),
        )
    )
    explaining = commands.add_parser("explain", help="explain a rule")
    explaining.add_argument("rule", metavar="RULE", help="its code, e.g. state-stale")
    listing = commands.add_parser("rules", help="list all rules")
    listing.add_argument("--write", metavar="FOLDER", help="write a page for each rule instead")
    serving = commands.add_parser("lsp", help="serve an editor on standard input and output")
    serving.add_argument(
        "--stdio",
        action="store_true",
        help="changes nothing: there is no other way to serve, but many editors say so",
    )
    _add_types(serving)
    return parser


def _add_types(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--types",
        choices=("mypy", "pyrefly"),
        default="mypy",
        help="who answers for the types; default: mypy",
    )


def _add_check(parser: argparse.ArgumentParser) -> None:
    # The names only: the formats themselves need mypy.
    formats = ("full", "concise", "json", "github", "gitlab", "junit", "sarif")
    parser.add_argument(
        "paths",
        nargs="*",
        metavar="PATH",
        help="files and folders; without any, what mypy's configuration names",
    )
    parser.add_argument(
        "-m", "--module", action="append", default=[], metavar="MODULE", help="a module to check"
    )
    parser.add_argument(
        "-p", "--package", action="append", default=[], metavar="PACKAGE", help="a package to check"
    )
    _add_types(parser)
    output = parser.add_argument_group("output")
    output.add_argument("--format", choices=formats, default="full", help="default: full")
    output.add_argument("--output", metavar="FILE", help="write to a file instead")
    output.add_argument(
        "--rule-pages",
        metavar="ADDRESS",
        help="where the pages of the rules are (`rules --write`), for the links of sarif",
    )
    output.add_argument("--watch", action="store_true", help="check again when a file changes")
    output.add_argument("--baseline", metavar="FILE", help="leave out the findings in FILE")
    output.add_argument(
        "--write-baseline", metavar="FILE", help="write all findings to FILE, and exit with 0"
    )
    mypy = parser.add_argument_group(
        "mypy", "as in mypy; the environment variables that mypy reads count, too"
    )
    mypy.add_argument("--config-file", metavar="FILE")
    mypy.add_argument("--python-executable", metavar="FILE")
    mypy.add_argument("--python-version", metavar="X.Y")
    mypy.add_argument("--cache-dir", metavar="FOLDER")
    mypy.add_argument("--exclude", action="append", default=[], metavar="PATTERN")
    mypy.add_argument("-n", "--num-workers", metavar="N")
    mypy.add_argument(
        "--mypy-option",
        action="append",
        default=[],
        metavar="OPTION",
        help="any other: --mypy-option=--follow-imports=silent",
    )
