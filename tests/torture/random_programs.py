"""Random programs through the analysis: any syntax that Python allows (`hypothesmith`)."""

from __future__ import annotations

import contextlib
import time

import hypothesis
import hypothesmith

from tests.torture.analyse import analyse
from tests.torture.drive import ORACLES, Tally


def random_tally(seconds: float, seed: int | None) -> Tally:
    """Analyse random programs for a while.

    Args:
        seconds: how long.
        seed: repeats a run; None for another one each time.
    """
    tally = Tally()
    end = time.monotonic() + seconds

    @hypothesis.settings(
        max_examples=1_000_000,
        deadline=None,
        database=None,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(hypothesmith.from_grammar() | hypothesmith.from_node())
    def each(source: str) -> None:
        if time.monotonic() > end:
            raise TimeoutError
        for name, oracle in ORACLES.items():
            outcome = analyse(source, oracle)
            if outcome is not None:
                wrong = len(tally.wrong)
                tally.add(f"random ({name})", outcome, may_alarm=name != "silent")
                if len(tally.wrong) > wrong:
                    print(source, flush=True)

    with contextlib.suppress(TimeoutError):
        (hypothesis.seed(seed)(each) if seed is not None else each)()
    return tally
