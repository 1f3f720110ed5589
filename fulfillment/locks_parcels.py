"""Locks of what is kept beside parcels: after the order and the parcel."""

from collections.abc import Iterable

from fulfillment.locks import lock_package
from fulfillment.models import CarrierClaim, ParcelRisk
from fulfillment.states_parcels import LIVE_CLAIMS
from oms.foundation.locks import lock_row, lock_rows
from oms.foundation.refusals import NotFound


def lock_risk(pk: int) -> ParcelRisk:
    """Lock the order and the parcel, then what is kept of its risk; return that with both."""
    found = ParcelRisk.objects.filter(pk=pk).values_list("package_id", flat=True).first()
    if found is None:
        raise NotFound("There is no parcel at risk with this number.")
    package = lock_package(found)
    row = lock_row(ParcelRisk, pk)
    row.package = package
    return row


def lock_claim(pk: int) -> CarrierClaim:
    """Lock the order and the parcel, then a claim for it; return that with both."""
    found = CarrierClaim.objects.filter(pk=pk).values_list("package_id", flat=True).first()
    if found is None:
        raise NotFound("There is no claim with this number.")
    package = lock_package(found)
    row = lock_row(CarrierClaim, pk)
    row.package = package
    return row


def lock_claims_of(package_ids: Iterable[int]) -> list[CarrierClaim]:
    """Lock the claims of locked parcels that are not at their end, by primary key."""
    live = CarrierClaim.objects.filter(package__in=sorted(set(package_ids)), state__in=LIVE_CLAIMS)
    return lock_rows(CarrierClaim, live.values_list("pk", flat=True))
