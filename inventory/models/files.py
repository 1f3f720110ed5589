"""Stock files that were imported: what is remembered so that a second run of the same file counts nothing twice."""

from django.db import models


class StockFile(models.Model):
    """One stock file by its content: how far it was taken, and which of those rows were refused."""

    digest = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=200)
    last_row = models.PositiveIntegerField(default=0)
    refused_rows = models.JSONField(default=list)
    actor_label = models.CharField(max_length=150, blank=True, default="")
    imported_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
