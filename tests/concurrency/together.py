"""Runs acts at the same moment, each in a thread with a database connection of its own."""

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

from django.db import DatabaseError, connections

from oms.foundation.refusals import Refused


def together(*acts: Callable[[], Any]) -> list[Any]:
    """Start the acts at the same moment and return what each returned or raised, in their order."""
    outcomes: list[Any] = ["crashed"] * len(acts)
    start = Barrier(len(acts))

    def run(place: int, act: Callable[[], Any]) -> None:
        """Wait for the others, act, and close the connection."""
        start.wait(10)
        try:
            outcomes[place] = act()
        except (Refused, DatabaseError) as error:
            outcomes[place] = error
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=one) for one in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return outcomes
