"""The process that checks, as the server sees it: started when needed, and again if it has died.

Two files that are the same module to mypy (`a/train.py` and `b/train.py`, no packages) can't be in
one build.  What one process leaves out for that is checked by another, which costs its memory.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

from mypy_eqxstate.checking import Request
from mypy_eqxstate.language_server import worker
from mypy_eqxstate.language_server.worker import Answer, Job, together


class Engine:
    """One process that checks the files of a workspace folder, one job at a time.

    Args:
        root: the folder.
        request: how to check.
        types: who answers for the types, "mypy" or "pyrefly".
    """

    def __init__(self, root: str, request: Request, types: str = "mypy") -> None:
        self._root = root
        self._types = types
        self._request = request
        self._pool: ProcessPoolExecutor | None = None
        self._next: Engine | None = None

    async def check(self, job: Job) -> Answer:
        """Check some files; whatever happens, there is an answer."""
        answer = await self._check(job)
        left_out = answer.result.left_out if answer.result is not None else ()
        if not left_out:
            if self._next is not None and answer.result is not None:
                self._next.close()
                self._next = None
            return answer
        if self._next is None:
            self._next = Engine(self._root, self._request, self._types)
        others = tuple(os.path.join(self._root, path) for path in left_out)  # noqa: PTH118
        return together(answer, await self._next.check(Job(others, job.texts)))

    async def _check(self, job: Job) -> Answer:
        pool = self._pool or self._start()
        try:
            return await asyncio.get_running_loop().run_in_executor(pool, worker.check, job)
        except BrokenProcessPool:
            self.close()
            return Answer(error="the process that checks has died; the next edit starts another")
        except Exception as error:
            self.close()
            return Answer(error=f"the process that checks failed: {type(error).__name__}: {error}")

    def _start(self) -> ProcessPoolExecutor:
        # Not forked: the server has threads.
        self._pool = ProcessPoolExecutor(
            1,
            multiprocessing.get_context("spawn"),
            initializer=worker.begin,
            initargs=(self._root, self._request, self._types),
        )
        return self._pool

    def close(self) -> None:
        """End the process, also in the middle of a job."""
        if self._next is not None:
            self._next.close()
            self._next = None
        pool, self._pool = self._pool, None
        if pool is None:
            return
        processes = list((pool._processes or {}).values())
        pool.shutdown(wait=False, cancel_futures=True)
        for process in processes:
            process.terminate()
