"""Talking JSON-RPC with a process: what a type server is asked, and what it answers.

Messages go over the standard streams of a child process, each behind a `Content-Length` header, as
the Language Server Protocol frames them.  A thread reads what the process says, so that many
requests may be under way at once: `request_all` writes all of them before it waits for the first
answer, and a whole module's expressions cost one round trip.

    with Connection(["pyrefly", "tsp"], answer) as connection:
        connection.request("initialize", {...})

The process asks questions, too (for its configuration); `answer` is called for these, on the
reading thread.

Limits: an answer that does not come within `PATIENCE` seconds counts as the death of the process,
which is then ended.  A dead connection stays dead: whoever needs another one makes it.
"""

from __future__ import annotations

import collections
import contextlib
import itertools
import json
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final

PATIENCE: Final = 60.0
_LAST_WORDS: Final = 1.0
_METHOD_NOT_FOUND: Final = -32601

Notification = Callable[[str, Any], None]
Answer = Callable[[str, Any], Any]


class ServerGoneError(Exception):
    """The process could not be started, has ended, or does not answer any more."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A request that the server answered with an error."""

    code: int
    message: str


class Connection:
    """A child process that speaks JSON-RPC.

    Args:
        command: the program and its arguments.
        answer: called with method and parameters of what the process asks; returns the result.
        notified: called with method and parameters of what the process tells.

    Raises:
        ServerGoneError: the program can't be started.
    """

    def __init__(self, command: Sequence[str], answer: Answer, notified: Notification) -> None:
        self._command = list(command)
        self._answer = answer
        self._notified = notified
        self._numbers = itertools.count(1)
        self._writing = threading.Lock()
        self._arrived = threading.Condition()
        self._answers: dict[int, Any] = {}
        self._awaited: set[int] = set()
        self._ended: str | None = None
        self._last_words: collections.deque[str] = collections.deque(maxlen=5)
        try:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
        except OSError as error:
            raise ServerGoneError(f"{self._command[0]} can't be started: {error}") from error
        self._error_reader = threading.Thread(target=self._read_errors, daemon=True)
        self._error_reader.start()
        threading.Thread(target=self._read, daemon=True).start()

    def __enter__(self) -> Connection:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def process_id(self) -> int:
        """The number of the process."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Whether the process may still answer."""
        return self._ended is None

    # --- what the client does

    def request(self, method: str, params: Any) -> Any:
        """Ask one thing and wait for the answer: a result or a `Refusal`.

        Raises:
            ServerGoneError: there is no answer.
        """
        return self.request_all([(method, params)])[0]

    def request_all(self, requests: Sequence[tuple[str, Any]]) -> list[Any]:
        """Ask many things at once and wait for all answers, which are in the order of the requests.

        Raises:
            ServerGoneError: an answer is missing.
        """
        numbers = [next(self._numbers) for _ in requests]
        with self._arrived:
            self._awaited.update(numbers)
        self._write(
            [
                {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
                for number, (method, params) in zip(numbers, requests, strict=True)
            ]
        )
        deadline = time.monotonic() + PATIENCE
        with self._arrived:
            for number in numbers:
                while number not in self._answers:
                    if self._ended is not None:
                        raise ServerGoneError(self._ended)
                    if not self._arrived.wait(deadline - time.monotonic()):
                        self._end(f"{self._command[0]} gave no answer within {PATIENCE:.0f} s")
                        self._process.kill()
            return [self._answers.pop(number) for number in numbers]

    def notify(self, method: str, params: Any) -> None:
        """Tell something that has no answer.

        Raises:
            ServerGoneError: the process has ended.
        """
        self._write([{"jsonrpc": "2.0", "method": method, "params": params}])

    def close(self) -> None:
        """End the process."""
        with self._arrived:
            self._end("the connection was closed")
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            if stream is not None:
                with contextlib.suppress(OSError):  # what was not written any more
                    stream.close()

    # --- streams

    def _write(self, messages: Sequence[dict[str, Any]]) -> None:
        parts = []
        for message in messages:
            body = json.dumps(message).encode()
            parts.append(b"Content-Length: %d\r\n\r\n" % len(body))
            parts.append(body)
        stream = self._process.stdin
        assert stream is not None
        with self._writing:
            if self._ended is not None:
                raise ServerGoneError(self._ended)
            try:
                stream.write(b"".join(parts))
                stream.flush()
            except (OSError, ValueError) as error:
                reason = self._obituary()
                with self._arrived:
                    self._end(reason)
                raise ServerGoneError(self._ended or str(error)) from error

    def _read(self) -> None:
        try:
            while (message := self._next()) is not None:
                self._take(message)
        except Exception as error:
            with self._arrived:
                self._end(f"{self._command[0]} said what can't be read: {error}")
            return
        reason = self._obituary()
        with self._arrived:
            self._end(reason)

    def _next(self) -> Any:
        """The next message; None at the end of the stream."""
        stream = self._process.stdout
        assert stream is not None
        length = 0
        while True:
            line = stream.readline()
            if not line:
                return None
            if line in (b"\r\n", b"\n"):
                break
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        body = stream.read(length)
        return json.loads(body) if len(body) == length else None

    def _take(self, message: dict[str, Any]) -> None:
        method = message.get("method")
        if method is None:
            error = message.get("error")
            result = message.get("result")
            if error is not None:
                result = Refusal(int(error.get("code", 0)), str(error.get("message", "")))
            with self._arrived:
                number = message.get("id")
                if isinstance(number, int) and number in self._awaited:
                    self._awaited.discard(number)
                    self._answers[number] = result
                    self._arrived.notify_all()
        elif "id" in message:
            reply: dict[str, Any] = {"jsonrpc": "2.0", "id": message["id"]}
            try:
                reply["result"] = self._answer(method, message.get("params"))
            except Exception as error:
                reply["error"] = {"code": _METHOD_NOT_FOUND, "message": str(error)}
            self._write([reply])
        else:
            self._notified(method, message.get("params"))

    def _read_errors(self) -> None:
        stream = self._process.stderr
        assert stream is not None
        try:
            for line in stream:
                self._last_words.append(line.decode(errors="replace").strip())
        except ValueError:
            return  # closed

    def _obituary(self) -> str:
        self._error_reader.join(_LAST_WORDS)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_LAST_WORDS)
        status = self._process.poll()
        words = " / ".join(filter(None, self._last_words))
        return f"{self._command[0]} has ended (status {status})" + (f": {words}" if words else "")

    def _end(self, reason: str) -> None:
        if self._ended is None:
            self._ended = reason
        self._arrived.notify_all()
