"""Tracking numbers that were given to parcels of carriers that work by file: each once, and never again."""

from django.db import models


class FileParcel(models.Model):
    """One number of a carrier's range, the label that has it, and whether it was taken back."""

    carrier = models.CharField(max_length=24)
    reference = models.CharField(max_length=120)
    prefix = models.CharField(max_length=24, blank=True, default="")
    serial = models.BigIntegerField()
    tracking_number = models.CharField(max_length=40)
    drawn_at = models.DateTimeField()
    voided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["carrier", "tracking_number"], name="file_number_once"),
            models.UniqueConstraint(fields=["carrier", "prefix", "serial"], name="file_serial_once"),
            models.UniqueConstraint(fields=["carrier", "reference"], name="file_reference_once"),
        ]

    def __str__(self) -> str:
        return self.tracking_number
