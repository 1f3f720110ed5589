"""Which lots and serial numbers came back: checked against those that were sent."""

from django.db import models
from django.db.models import Q

from inventory.models import Lot
from returns.models.returns import ReturnLine


class ReturnedLot(models.Model):
    """Pieces of one lot, or the one piece of a serial number, that were found with a return.

    ``lot`` is missing for a number that was never here; ``was_sent`` says whether the order line got it.
    """

    return_line = models.ForeignKey(ReturnLine, models.PROTECT, related_name="lots")
    number = models.CharField(max_length=32)
    lot = models.ForeignKey(Lot, models.PROTECT, null=True, blank=True, related_name="returned")
    quantity = models.PositiveIntegerField()
    was_sent = models.BooleanField()
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="returned_lot_is_some"),
            models.CheckConstraint(condition=~Q(number=""), name="returned_lot_has_number"),
            models.CheckConstraint(condition=Q(was_sent=False) | Q(lot__isnull=False), name="sent_lot_was_here"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} of {self.number}"
