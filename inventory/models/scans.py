"""What a handheld sent of stock work: each key once, with what was answered and what was in hand afterwards."""

from django.conf import settings
from django.db import models

from inventory.models.places import Location
from oms.foundation.aggregate import words_check


class StockWork(models.TextChoices):
    """The kinds of stock work on the floor."""

    PUT_AWAY = "put-away", "put away"
    MOVE = "move", "move"
    COUNT = "count", "count"
    RECEIVE = "receive", "receive"


class BinScan(models.Model):
    """One reading of bin, product or quantity: the same key again is answered with what came of it the first time."""

    key = models.UUIDField(unique=True, editable=False)
    location = models.ForeignKey(Location, models.PROTECT, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    work = models.CharField(max_length=12, choices=StockWork.choices)
    code = models.CharField(max_length=64, blank=True, default="")
    quantity = models.PositiveIntegerField(default=0)
    tone = models.CharField(max_length=8)
    sentence = models.CharField(max_length=300)
    hand = models.JSONField(default=dict, help_text="What was scanned and not carried yet.")
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, help_text="When the handheld read it, by its own clock.")

    class Meta:
        constraints = [
            words_check("work", StockWork.values, "bin_scan_work_word"),
            words_check("tone", ["ok", "done", "wrong", "gone"], "bin_scan_tone_word"),
        ]
        indexes = [models.Index(fields=["person", "location", "work", "-id"], name="bin_scan_by_person")]

    def __str__(self) -> str:
        return f"{self.code} {self.tone}"
