"""Tries a transaction again that the database ended because of another one: nothing of it was done."""

import random
import time
from collections.abc import Callable
from typing import TypeVar

from django.db import OperationalError, connection

Outcome = TypeVar("Outcome")
TRIES = 4
FIRST_WAIT = 0.02
# serialization_failure and deadlock_detected; a lock that took too long was waited for long enough
BEATEN = frozenset({"40001", "40P01"})


def until_done(act: Callable[[], Outcome]) -> Outcome:
    """Do an act that is one transaction of its own, up to four times while others beat it to its rows.

    The act must reach nothing outside the database and read anew whatever it decides on. Inside a transaction it is
    done once: only the whole of it could be done again. :raises OperationalError: as the last try did.
    """
    for again in range(1, TRIES):
        try:
            return act()
        except OperationalError as error:
            if connection.in_atomic_block or not was_beaten(error):
                raise
        time.sleep(random.uniform(0, FIRST_WAIT * 2**again))  # noqa: S311  so that two do not meet again
    return act()


def was_beaten(error: OperationalError) -> bool:
    """Return whether the database ended a transaction in favour of another one."""
    return getattr(error.__cause__, "sqlstate", "") in BEATEN
