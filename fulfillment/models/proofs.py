"""The proof that a parcel was delivered."""

from django.db import models

from fulfillment.models.shipments import Package
from fulfillment.states_parcels import ProofSource
from oms.foundation.aggregate import Versioned, words_check

PICTURE_KINDS = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif"}
MOST_PICTURE_BYTES = 300 * 1024


def picture_kind(picture: bytes) -> str:
    """Return what a picture is by its first bytes; nothing for what is none that browsers show, or too large."""
    if len(picture) > MOST_PICTURE_BYTES:
        return ""
    return next((kind for start, kind in PICTURE_KINDS.items() if picture.startswith(start)), "")


class ProofOfDelivery(Versioned):
    """Who took a parcel, when and where, perhaps with a picture of the signature or of the parcel at the door."""

    package = models.OneToOneField(Package, models.PROTECT, related_name="proof")
    source = models.CharField(max_length=8, choices=ProofSource.choices)
    signed_by = models.CharField(max_length=120, blank=True, default="")
    signed_at = models.DateTimeField()
    place = models.CharField(max_length=120, blank=True, default="")
    picture = models.BinaryField(default=b"", blank=True)

    class Meta:
        verbose_name = "proof of delivery"
        verbose_name_plural = "proofs of delivery"
        permissions = [
            ("see_proofofdelivery", "Can see who took a parcel"),
            ("record_proofofdelivery", "Can record who took a parcel"),
        ]
        constraints = [words_check("source", ProofSource.values, "proof_source_word")]

    def __str__(self) -> str:
        return f"{self.package}: {self.signed_by or 'no name'}"

    @property
    def stream(self) -> str:
        """Return the order's stream."""
        return self.package.shipment.stream
