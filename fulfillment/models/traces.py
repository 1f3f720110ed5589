"""Which lot or serial number went where: from the bin that it was picked from to the parcel that it left in."""

from django.db import models
from django.db.models import Q

from fulfillment.models.orders import Allocation
from fulfillment.models.pack_sessions import PackParcel
from fulfillment.models.picking import PickTask
from fulfillment.models.shipments import Package
from inventory.models import Lot
from oms.foundation.aggregate import words_check


class Fate(models.TextChoices):
    """What became of pieces that were picked."""

    HELD = "held", "picked for the order"
    LOST = "lost", "not found"
    PUT_BACK = "put_back", "put back"


class TracedPieces(models.Model):
    """Pieces of one lot, or the one piece of a serial number, that were picked for an order.

    ``parcel`` is where they lie while somebody packs by scans, ``package`` the parcel that they leave in. What a picker
    did not find goes off the books with the confirmation of the picking.
    """

    allocation = models.ForeignKey(Allocation, models.PROTECT, related_name="traces")
    task = models.ForeignKey(PickTask, models.PROTECT, null=True, related_name="traces")
    lot = models.ForeignKey(Lot, models.PROTECT, related_name="traces")
    quantity = models.PositiveIntegerField()
    fate = models.CharField(max_length=8, choices=Fate.choices, default=Fate.HELD)
    parcel = models.ForeignKey(PackParcel, models.PROTECT, null=True, related_name="traces")
    package = models.ForeignKey(Package, models.PROTECT, null=True, related_name="traces")
    at = models.DateTimeField()

    class Meta:
        verbose_name, verbose_name_plural = "traced pieces", "traced pieces"
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="traced_pieces_are_some"),
            models.CheckConstraint(condition=Q(fate="held") | Q(package__isnull=True), name="only_held_pieces_leave"),
            words_check("fate", Fate.values, "traced_pieces_fate_word"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.lot}"
