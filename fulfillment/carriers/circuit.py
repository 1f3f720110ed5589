"""A carrier that does not answer is left alone for a while, so that it holds nobody else up."""

import time
from collections.abc import Callable

from fulfillment.carriers.gateway import CarrierNotAsked

SILENCES = 3
FIRST_WAIT, LONGEST_WAIT = 30.0, 600.0


class Circuit:
    """Counts silences in a row; after three it is open for half a minute, then twice as long, up to ten minutes.

    When the wait is over one call goes through: its answer closes the circuit, its silence opens it again.
    """

    def __init__(self, name: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.name, self._clock = name, clock
        self._silences, self._open_until, self._is_busy = 0, 0.0, False

    def enter(self) -> None:
        """Let a call through; raises :class:`CarrierNotAsked` while the carrier is left alone."""
        left = self._open_until - self._clock()
        if left > 0:
            why = "is asked too often" if self._is_busy else "has not answered lately"
            sentence = f"{self.name} {why} and is asked again in {round(left) or 1} seconds."
            raise CarrierNotAsked(sentence, retry_after=left, is_busy=self._is_busy)
        self._is_busy = False
        if self._silences >= SILENCES:
            self._open_until = self._clock() + self._wait()

    def answered(self) -> None:
        """Note that the carrier is there."""
        self._silences, self._open_until = 0, 0.0

    def was_silent(self) -> None:
        """Note that it was not."""
        self._silences += 1
        if self._silences >= SILENCES:
            self._open_until = self._clock() + self._wait()

    def rest(self, seconds: float) -> None:
        """Leave the carrier alone for as long as it asks for."""
        self._open_until, self._is_busy = self._clock() + seconds, True

    def _wait(self) -> float:
        """Return for how long to wait now."""
        return float(min(FIRST_WAIT * 2 ** min(max(self._silences - SILENCES, 0), 10), LONGEST_WAIT))
