"""Runs acts at the same moment, each in a thread with a database connection of its own."""

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

from django.db import connection, connections


def together(*acts: Callable[[], Any]) -> list[Any]:
    """Start the acts at the same moment and return what each returned or raised, in their order."""
    outcomes: list[Any] = ["crashed"] * len(acts)
    start = Barrier(len(acts))

    def run(place: int, act: Callable[[], Any]) -> None:
        """Wait for the others, act, and close the connection."""
        start.wait(10)
        try:
            outcomes[place] = act()
        except Exception as error:  # noqa: BLE001  every outcome is looked at
            outcomes[place] = error
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=one) for one in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return outcomes


def impatiently(act: Callable[[], Any]) -> Any:
    """Let somebody else act who waits for locks no longer than a moment; return what it returned or raised."""

    def act_in_a_hurry() -> Any:
        """Act with a short wait, and leave the connection as it was."""
        with connection.cursor() as cursor:
            cursor.execute("set lock_timeout = '50ms'")
        try:
            return act()
        finally:
            with connection.cursor() as cursor:
                cursor.execute("reset lock_timeout")

    [outcome] = together(act_in_a_hurry)
    return outcome


def errors(outcomes: list[Any]) -> list[BaseException]:
    """Return what was raised among the outcomes."""
    return [one for one in outcomes if isinstance(one, BaseException)]


def kinds(outcomes: list[Any]) -> list[str]:
    """Return the names of the kinds of outcome, sorted; ``NoneType`` for an act that returned nothing."""
    return sorted(type(outcome).__name__ for outcome in outcomes)
