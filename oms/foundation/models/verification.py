"""What the invariants found each time the clock ran them."""

from django.db import models


class Verification(models.Model):
    """One run of the invariants: ``found`` holds what did not hold, as id, count, first ids and error of each."""

    at = models.DateTimeField(db_index=True)
    milliseconds = models.PositiveIntegerField()
    checked = models.PositiveSmallIntegerField()
    found = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"{self.held} of {self.checked} checks hold"

    @property
    def held(self) -> int:
        """Return how many invariants held."""
        return self.checked - len(self.found)
