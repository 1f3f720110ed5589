"""What a server does when an answer has left: small notes that no caller should wait for."""

import logging
from collections.abc import Callable
from typing import Any

from django.db import DatabaseError, close_old_connections

logger = logging.getLogger(__name__)
Chore = Callable[[], None]
CHORES: list[Chore] = []


def afterwards(chore: Chore) -> Chore:
    """Register a chore; it is cheap when there is nothing to do, and what it loses with its process is not missed."""
    if chore not in CHORES:
        CHORES.append(chore)
    return chore


def do_chores(**signal: Any) -> None:
    """Do every chore; one that the database refuses is only logged, because the answer has left already."""
    try:
        for chore in CHORES:
            chore()
    except DatabaseError as error:
        logger.warning("a chore after an answer failed: %s", type(error).__name__)
    finally:
        close_old_connections()
