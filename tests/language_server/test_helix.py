"""A real editor: Helix, with the set-up that `docs/editors.md` shows, beside pyright's server.

Helix (25.01 or newer) has no mode without a screen, so it runs in tmux: keys are sent, and the
screen is read.  Both servers' diagnostics and an inlay hint are shown, a quick fix is chosen from
the menu, and the file that is written has its text.  What is shown and edited stands behind letters
that are longer in one encoding than in the other.

`.ci/run` installs Helix and tmux where it can; without them the tests are skipped.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.language_server.test_neovim import KEYS, MODULE, PYRIGHT
from tests.snippets import snippet

HELIX = shutil.which("hx")
TMUX = shutil.which("tmux")
PATIENCE = 120.0

pytestmark = [
    pytest.mark.skipif(HELIX is None, reason="hx is not installed (Debian package hx)"),
    pytest.mark.skipif(TMUX is None, reason="tmux is not installed"),
]


class Screen:
    """A terminal with a program in it.

    Args:
        socket: where tmux is spoken to.
        environment: of tmux and the program.
    """

    def __init__(self, socket: Path, environment: Mapping[str, str]) -> None:
        self._tmux = [str(TMUX), "-u", "-f", os.devnull, "-S", str(socket)]
        self._environment = environment

    def tmux(self, *arguments: str, check: bool = True) -> str:
        """What tmux says to a command."""
        return subprocess.run(
            [*self._tmux, *arguments],
            env=self._environment,
            timeout=30,
            check=check,
            capture_output=True,
            encoding="utf-8",
        ).stdout

    def press(self, *keys: str) -> None:
        """Press keys; a text stands for the keys of its letters."""
        self.tmux("send-keys", *keys)

    def wait(self, until: Callable[[str], bool]) -> str:
        """The text on the screen, when it is as wanted."""
        end = time.monotonic() + PATIENCE
        while not until(shown := self.tmux("capture-pane", "-p")):
            assert time.monotonic() < end, shown
            time.sleep(0.05)
        return shown

    def wait_for(self, text: str) -> str:
        """The same, when there is a text on the screen."""
        return self.wait(lambda shown: text in shown)

    def wait_for_end(self) -> None:
        """Wait until the program, and with it tmux, has ended."""
        end = time.monotonic() + PATIENCE
        while self.tmux("list-sessions", check=False):
            assert time.monotonic() < end
            time.sleep(0.05)


@contextmanager
def terminal(command: list[str], folder: Path, environment: Mapping[str, str]) -> Iterator[Screen]:
    """A terminal that runs a command in a folder."""
    # Not below the folder of the test: the path of a socket must be short.
    with tempfile.TemporaryDirectory() as place:
        screen = Screen(Path(place, "tmux"), environment)
        size = ("-x", "200", "-y", "30")
        screen.tmux("new-session", "-d", *size, "-c", str(folder), shlex.join(command))
        try:
            yield screen
        finally:
            screen.tmux("kill-server", check=False)


def marked(shown: str) -> set[int]:
    """The lines that a diagnostic is at, by the marks in the margin."""
    return {int(number) for number in re.findall(r"^●\s+(\d+) ", shown, re.MULTILINE)}


def set_up(home: Path) -> dict[str, str]:
    """Make a home with the settings and the commands they name; the environment to use it in."""
    settings = home / ".config" / "helix"
    settings.mkdir(parents=True)
    languages = snippet("editors.md", "toml", "[language-server.mypy-eqxstate]")
    (settings / "languages.toml").write_text(languages)
    (settings / "config.toml").write_text(snippet("editors.md", "toml", "[editor.lsp]"))
    commands = home / "commands"
    commands.mkdir()
    ours = commands / "mypy-eqxstate"
    ours.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m mypy_eqxstate "$@"\n')
    ours.chmod(0o755)
    (commands / "pyright-langserver").symlink_to(PYRIGHT)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("XDG_")}
    path = f"{commands}{os.pathsep}{os.environ['PATH']}"
    return {**kept, "HOME": str(home), "PATH": path, "LC_ALL": "C.UTF-8", "SHELL": "/bin/sh"}


@contextmanager
def helix(home: Path, project: Path) -> Iterator[Screen]:
    """Helix with a module open that both servers have something against; in the end it quits."""
    project.mkdir()
    (project / "mypy.ini").write_text("[mypy]\nplugins = mypy_eqxstate\n")
    (project / "tickets.py").write_text(KEYS)
    (project / "module.py").write_text(MODULE, encoding="utf-8")
    log = home / "log"
    with terminal([str(HELIX), "--log", str(log), "module.py"], project, set_up(home)) as screen:
        screen.wait(lambda shown: marked(shown) >= {6, 7})
        yield screen
        screen.press(":quit", "Enter")
        screen.wait_for_end()
    assert "mypy-eqxstate" not in log.read_text(encoding="utf-8"), "nothing went wrong"


def test_helix_shows_both_servers_and_applies_a_quick_fix(tmp_path: Path) -> None:
    project = tmp_path / "project"
    with helix(tmp_path, project) as screen:
        # To a line and a letter in it: what stands there is told in full.
        screen.press('6ggf"')
        screen.wait_for("is not assignable to declared type")
        screen.press("7ggf.h")
        screen.wait_for('"key" was consumed by "key.turn" on line 5 and is used again')
        screen.wait_for('"ß😀"; new = key moved.turn()')
        screen.press("Space", "a")
        screen.wait_for("Write `key = key.turn(...)` on line 5")
        screen.press("Enter")
        screen.wait(lambda shown: marked(shown) == {6})
        screen.press(":write", "Enter")
        screen.wait_for("written")
    text = (project / "module.py").read_text(encoding="utf-8")
    assert text == MODULE.replace("new =", "key =")


def test_a_configuration_that_helix_saves_counts_at_once(tmp_path: Path) -> None:
    with helix(tmp_path, tmp_path / "project") as screen:
        screen.press(":open mypy.ini", "Enter")
        screen.wait_for("[mypy]")
        screen.press("geodisable_error_code = state-reuse")
        screen.wait_for("= state-reuse")
        screen.press("Escape")
        screen.wait_for(" NOR ")
        screen.press(":write", "Enter")
        screen.wait_for("written")
        screen.press(":open module.py", "Enter")
        screen.wait(lambda shown: 6 in marked(shown) and 7 not in marked(shown))
