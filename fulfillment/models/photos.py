"""Photographs of parcels as they were closed."""

from django.conf import settings
from django.db import models

from fulfillment.models.shipments import Package


class ParcelPhoto(models.Model):
    """How a parcel looked when it was packed: a JPEG picture of at most 300 KB; a new one takes the old one's place."""

    package = models.OneToOneField(Package, models.CASCADE, related_name="photo")
    image = models.BinaryField(default=b"")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    taken_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"photo of parcel {self.package_id}"
