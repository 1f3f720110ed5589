"""The words of supply: the life of a count, and why one is made."""

from django.db import models


class CountState(models.TextChoices):
    """The life of the count of one bin."""

    PLANNED = "planned", "to be counted"
    COUNTING = "counting", "being counted"
    REVIEW = "review", "to be looked at"
    POSTED = "posted", "in the books"
    CANCELLED = "cancelled", "cancelled"


LIVE_COUNTS = (CountState.PLANNED, CountState.COUNTING, CountState.REVIEW)
TO_COUNT = (CountState.PLANNED, CountState.COUNTING)


class CountOrigin(models.TextChoices):
    """Why somebody counts."""

    DESK = "desk", "planned at the desk"
    SHORT_PICK = "short_pick", "a picker did not find all"
    FLOOR = "floor", "begun on the floor"
