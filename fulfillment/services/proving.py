"""Keeping who took a parcel: as the carrier tells it with the delivery, or as somebody records it."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from fulfillment.carriers.gateway import DeliveryProof
from fulfillment.locks import lock_package
from fulfillment.models import Package, ProofOfDelivery
from fulfillment.models.proofs import picture_kind
from fulfillment.states_parcels import ProofSource
from oms.foundation.actions import Condition, refuse_unless
from oms.foundation.actor import Actor
from oms.foundation.audit import Act, record, record_many
from oms.foundation.inserts import insert_rows


def _was_delivered(row: Package) -> str | None:
    """Say that the parcel has not arrived."""
    return None if row.delivered_at else "The parcel was not delivered yet; mark it as delivered first."


def _no_carrier_s_word(row: Package) -> str | None:
    """Say that the carrier has told who took it."""
    known = ProofOfDelivery.objects.filter(package=row, source=ProofSource.CARRIER).exists()
    return "The carrier has told who took it; that stays as it is." if known else None


DELIVERED = Condition("not_delivered", _was_delivered)
CAN_RECORD = (DELIVERED, Condition("carrier_told", _no_carrier_s_word))


def keep_proofs(told: Iterable[tuple[Package, datetime, DeliveryProof | None]], actor: Actor) -> None:
    """Keep what carriers tell of who took locked parcels, each once; a picture that no browser shows is left out."""
    found = {package.pk: (package, at, proof) for package, at, proof in told if proof is not None}
    known = (
        set(ProofOfDelivery.objects.filter(package__in=list(found)).values_list("package", flat=True)) if found else ()
    )
    rows = [_row(*one, actor) for pk, one in found.items() if pk not in known]
    insert_rows(rows)
    record_many(actor, [Act("fulfillment.prove", row, _told(row)) for row in rows])


def _row(package: Package, at: datetime, proof: DeliveryProof, actor: Actor) -> ProofOfDelivery:
    """Return a carrier's proof as it is kept."""
    return ProofOfDelivery(
        package=package,
        source=ProofSource.CARRIER,
        signed_by=proof.signed_by,
        signed_at=at,
        place=proof.place,
        picture=proof.picture if picture_kind(proof.picture) else b"",
        created_at=actor.now,
    )


def _told(row: ProofOfDelivery) -> str:
    """Return what the timeline says: no name, for not everybody who reads it may see who took a parcel."""
    return f"{row.package}: {row.get_source_display()}{', with a picture' if row.picture else ''}."


@transaction.atomic
def record_proof(
    *,
    package_id: int,
    signed_by: str,
    place: str = "",
    signed_at: datetime | None = None,
    picture: bytes = b"",
    actor: Actor,
) -> Package:
    """Record who took a delivered parcel; recorded again, the last words hold, with the picture if none comes anew."""
    package = lock_package(package_id)
    refuse_unless(package, *CAN_RECORD)
    row = ProofOfDelivery.objects.filter(package=package).first() or ProofOfDelivery(
        package=package, source=ProofSource.HAND, created_at=actor.now
    )
    row.package, row.signed_by, row.place = package, signed_by, place
    row.signed_at = signed_at or package.delivered_at or actor.now
    row.picture = picture or row.picture
    row.save()
    record(actor, "fulfillment.prove", row, note=_told(row))
    return package
