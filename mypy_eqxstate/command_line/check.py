"""`check`: one check or, with `--watch`, one after the other; what is shown where; the exit code.

Findings go to standard output (or `--output`) in the chosen format.  Everything else goes to
standard error: why a check could not be made, what mypy says about its configuration, faults and
limits.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

from mypy_eqxstate.checking import CannotRunError, CheckResult, Request
from mypy_eqxstate.checking import check as run_mypy
from mypy_eqxstate.checking.result import Blocker
from mypy_eqxstate.command_line.baseline import (
    BaselineError,
    read_baseline,
    without_known,
    write_baseline,
)
from mypy_eqxstate.command_line.progress import Progress
from mypy_eqxstate.command_line.watch import snapshot, wait_for_change
from mypy_eqxstate.report.formats import FORMATS
from mypy_eqxstate.report.formats.model import Report, counted

Runner = Callable[[Progress], CheckResult]

CLEAN, FOUND, COULD_NOT_RUN = 0, 1, 2


def check(options: argparse.Namespace) -> int:
    """Check what the options name.

    Args:
        options: those of the subcommand.

    Returns:
        the exit code.
    """
    run = _runner(options)
    if not options.watch:
        return _check_once(options, run)[0]
    _say("watching for changes; stop with Ctrl-C")
    files: frozenset[str] = frozenset()
    while True:
        before = snapshot(files)
        _, result = _check_once(options, run)
        _say(f"checked at {time.strftime('%H:%M:%S')}")
        files = (result.watched if result is not None else files) | _configurations(options)
        wait_for_change(files, before)


def request_of(options: argparse.Namespace) -> Request:
    """The options as a request to mypy."""
    given = {
        "--python-version": options.python_version,
        "--num-workers": options.num_workers,
    }
    arguments = [f"{name}={value}" for name, value in given.items() if value is not None]
    for name in ("exclude", "module", "package"):
        arguments += [f"--{name}={value}" for value in getattr(options, name)]
    return Request(
        paths=tuple(options.paths),
        config_file=options.config_file,
        python_executable=options.python_executable,
        cache_dir=options.cache_dir,
        arguments=(*arguments, *options.mypy_option),
    )


def _runner(options: argparse.Namespace) -> Runner:
    """Who checks: a run of mypy each time, or pyrefly's type server, which stays."""
    request = request_of(options)
    if options.types == "pyrefly":
        from mypy_eqxstate.checking.served import Served

        served = Served(request)
        return lambda progress: served.check()
    return lambda progress: run_mypy(request, progress=progress)


def _check_once(options: argparse.Namespace, run: Runner) -> tuple[int, CheckResult | None]:
    """The exit code, and the result if there is one."""
    progress = Progress(sys.stderr)
    try:
        known = read_baseline(options.baseline) if options.baseline else frozenset()
        result = run(progress)
    except (CannotRunError, BaselineError) as error:
        progress.end()
        return _failed(options, [str(error)], ()), None
    progress.end()
    for warning in result.warnings:
        _say(warning)
    if result.blockers:
        return _failed(options, list(map(_blocker, result.blockers)), result.sources), result
    remarks = _remarks(result)
    for remark in remarks:
        _say(remark)
    report = Report(
        result.findings,
        result.sources,
        failures=result.unchecked,
        remarks=[remark for remark in remarks if remark not in result.unchecked],
    )
    try:
        return _conclude(options, report, known), result
    except BaselineError as error:
        _say(str(error))
    except OSError as error:
        _say(_not_written(options, error))
    return COULD_NOT_RUN, result


def _conclude(options: argparse.Namespace, report: Report, known: frozenset[str]) -> int:
    """Write or show a report; the exit code.

    What was not checked may have findings, so a report that is not complete makes no baseline, and
    says of none that its findings are gone.
    """
    if options.write_baseline and not report.failures:
        write_baseline(options.write_baseline, report)
        written = counted(len(report.findings), "finding")
        _say(f"{written} written to {options.write_baseline}")
        return CLEAN
    if options.write_baseline:
        _say(f"{options.write_baseline} is not written, because not all could be checked")
    if options.baseline:
        report, gone = without_known(report, options.baseline, known)
        if gone and not report.failures:
            are = "is" if len(gone) == 1 else "are"
            gone_ones = counted(len(gone), "finding")
            _say(f"{gone_ones} of {options.baseline} {are} gone; write it again")
    _show(options, report)
    if report.failures:
        return COULD_NOT_RUN
    return FOUND if report.findings else CLEAN


def _failed(options: argparse.Namespace, failures: list[str], sources: tuple[str, ...]) -> int:
    """The check could not be made: say why, also in formats that can."""
    for text in failures:
        _say(text)
    if options.format not in ("full", "concise"):
        try:
            _show(options, Report((), sources, failures=failures))
        except OSError as error:
            _say(_not_written(options, error))
    return COULD_NOT_RUN


def _not_written(options: argparse.Namespace, error: OSError) -> str:
    target = options.output or "the standard output"
    return f"{target} can't be written: {error.strerror or error}"


def _show(options: argparse.Namespace, report: Report) -> None:
    render = FORMATS[options.format]
    report.rule_pages = options.rule_pages
    if options.output:
        Path(options.output).write_text(render(report), encoding="utf-8")
        return
    report.colours = _has_colours(sys.stdout)
    text = render(report)
    encoding = sys.stdout.encoding or "utf-8"
    # Like mypy: what the terminal can't show is shown as an escape sequence.
    sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))
    sys.stdout.flush()


def _has_colours(stream: TextIO) -> bool:
    """Whether to use colours: https://no-color.org."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _remarks(result: CheckResult) -> list[str]:
    """Faults and limits, as sentences."""
    said: list[str] = []
    for file in result.files:
        said += file.faults
        said += [f"{file.path}: not checked for old States: {limit}" for limit in file.limits]
    return said


def _blocker(blocker: Blocker) -> str:
    code = f"  [{blocker.code}]" if blocker.code else ""
    if blocker.path is None:
        return f"{blocker.message}{code}"
    place = f":{blocker.position.line}" if blocker.position is not None else ""
    return f"{blocker.path}{place}: error: {blocker.message}{code}"


def _configurations(options: argparse.Namespace) -> frozenset[str]:
    """The files that mypy may read its configuration from."""
    from mypy.defaults import CONFIG_NAMES, SHARED_CONFIG_NAMES

    named = [options.config_file] if options.config_file else [*CONFIG_NAMES, *SHARED_CONFIG_NAMES]
    return frozenset(map(os.path.abspath, named))


def _say(text: str) -> None:
    for line in text.splitlines():
        print(line if line.startswith("mypy") else f"mypy-eqxstate: {line}", file=sys.stderr)
