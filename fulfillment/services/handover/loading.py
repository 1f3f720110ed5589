"""Loading the truck: each parcel is scanned once, and what does not belong on it is named."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.db.models.functions import Length

from fulfillment.locks import lock_manifest, lock_shipment
from fulfillment.models import Label, LoadScan, Manifest, ManifestParcel, Package, Shipment
from fulfillment.services.handover.going import MAY_GO, kept_sentences, take_rows_off
from fulfillment.services.handover.reading import carriers_here, loadable
from fulfillment.services.walking.answers import DONE, GONE, OK, WRONG, Answer
from fulfillment.states import DEAD_LABELS, LabelState, ManifestState, ShipmentState
from inventory.models import Location
from oms.foundation.actions import unmet
from oms.foundation.actor import Actor
from oms.foundation.audit import Act, record_many
from oms.foundation.numbers import random_code
from oms.foundation.refusals import Refused

SHORTEST, LONGEST = 8, 24
"""Of a tracking number that is looked for inside of what a scanner has read."""
S = ShipmentState
VOID = (*DEAD_LABELS, LabelState.VOID_REQUESTED)


@dataclass(frozen=True, slots=True)
class Scan:
    """What a handheld read at the truck: a key of its own, so that it may be sent again, and when by its own clock."""

    key: UUID
    code: str
    read_at: datetime | None = None

    @property
    def text(self) -> str:
        """Return the code as it can be kept: PostgreSQL stores no NUL."""
        return self.code.replace("\x00", "\ufffd").strip()


@transaction.atomic
def open_list(*, location_id: int, carrier: str, actor: Actor) -> Manifest:
    """Return the list of a carrier that is being loaded at a location, or begin one.

    :raises Refused: when no parcel here goes with that carrier and no account of it serves the location.
    """
    location = Location.objects.get(pk=location_id)
    if carrier not in carriers_here(location_id):
        raise Refused(f"No parcel leaves {location.code} with “{carrier}”.", code="unknown_carrier", field="carrier")
    here = Manifest.objects.filter(location=location, carrier=carrier, state=ManifestState.OPEN)
    day = actor.now.astimezone(location.zone).date()
    row = Manifest(number=random_code(8, prefix="M"), location=location, carrier=carrier, day=day, created_at=actor.now)
    known = here.first()
    if known is not None or not _inserted(row):
        return known or here.get()
    record_many(actor, [Act("fulfillment.open_list", row, row.told, created=True)])
    return row


def _inserted(row: Manifest) -> bool:
    """Insert a new list and return True, or False when somebody else began one at the same moment."""
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        return False
    return True


@transaction.atomic
def load(*, manifest_id: int, person_id: int, scan: Scan, parcels: "QuerySet[Package]", actor: Actor) -> Answer:
    """Load the scanned one of a person's parcels, or say why not; a key that comes again is answered as before."""
    manifest = lock_manifest(manifest_id)
    earlier = LoadScan.objects.filter(key=scan.key).first()
    if earlier is not None:
        return Answer(earlier.tone, earlier.sentence)
    answer = _loaded(manifest, scan.text, parcels, actor)
    _note(manifest, scan, answer, person_id, actor)
    return answer


@transaction.atomic
def take_off(*, manifest_id: int, person_id: int, scan: Scan, parcels: "QuerySet[Package]", actor: Actor) -> Answer:
    """Take a parcel off the truck again."""
    manifest = lock_manifest(manifest_id)
    earlier = LoadScan.objects.filter(key=scan.key).first()
    if earlier is not None:
        return Answer(earlier.tone, earlier.sentence)
    answer = _taken_off(manifest, scan.text, parcels, actor)
    _note(manifest, scan, answer, person_id, actor)
    return answer


def _note(manifest: Manifest, scan: Scan, answer: Answer, person_id: int, actor: Actor) -> None:
    """Keep what was read and answered."""
    LoadScan.objects.create(
        key=scan.key,
        manifest=manifest,
        person_id=person_id,
        code=scan.text[:64],
        tone=answer.tone,
        sentence=answer.sentence[:300],
        at=actor.now,
        read_at=scan.read_at,
    )


def _loaded(manifest: Manifest, code: str, parcels: "QuerySet[Package]", actor: Actor) -> Answer:
    """Load a parcel onto a locked list."""
    if manifest.state != ManifestState.OPEN:
        return Answer(GONE, f"{manifest.number} is {manifest.get_state_display()}: nothing more is loaded onto it.")
    found = find_parcel(code, manifest, parcels)
    if found is None:
        return Answer(WRONG, _what_it_was(code, parcels))
    shipment = lock_shipment(found.shipment_id)
    package = Package.objects.get(pk=found.pk)
    why = _why_not(manifest, shipment, package)
    if why:
        return Answer(WRONG, why)
    row = ManifestParcel.objects.filter(package=package, left_at=None).first()
    if row is not None and row.manifest_id == manifest.pk and row.tracking_number == package.tracking_number:
        return Answer(GONE, f"{package.tracking_number} is loaded already. {_how_far(manifest, parcels)[1]}")
    if row is not None:
        take_rows_off([row], f"Loaded onto {manifest.number}.", actor)
    ManifestParcel.objects.create(
        manifest=manifest,
        package=package,
        tracking_number=package.tracking_number,
        loaded_at=actor.now,
        loaded_by=actor.label[:150],
        told_at=_told_before(package),
    )
    tone, told = _how_far(manifest, parcels)
    return Answer(tone, f"{package.tracking_number} loaded. {told}")


def _taken_off(manifest: Manifest, code: str, parcels: "QuerySet[Package]", actor: Actor) -> Answer:
    """Take a parcel off a locked list."""
    if manifest.state != ManifestState.OPEN:
        return Answer(GONE, f"{manifest.number} is {manifest.get_state_display()}: reopen it to take something off.")
    mine = ManifestParcel.objects.filter(manifest=manifest, left_at=None, package__in=parcels)
    row = mine.filter(tracking_number=code).select_related("package").first()
    if row is None:
        return Answer(WRONG, f"“{code}” is not on {manifest.number}."[:300])
    lock_shipment(row.package.shipment_id)
    take_rows_off([row], "Taken off again.", actor)
    return Answer(OK, f"{row.tracking_number} taken off. {_how_far(manifest, parcels)[1]}")


def _told_before(package: Package) -> datetime | None:
    """Return when the carrier was told of a parcel under its number, on an earlier list."""
    rows = ManifestParcel.objects.filter(package=package, tracking_number=package.tracking_number)
    return rows.exclude(told_at=None).values_list("told_at", flat=True).first()


def _how_far(manifest: Manifest, parcels: "QuerySet[Package]") -> tuple[str, str]:
    """Return the tone and the words of how much of what waits is loaded."""
    loaded = ManifestParcel.objects.filter(manifest=manifest, left_at=None).count()
    left = loadable(parcels, manifest.location_id, manifest.carrier).count()
    return (OK if left else DONE), f"{loaded} of {loaded + left}."


def find_parcel(code: str, manifest: Manifest, parcels: "QuerySet[Package]") -> Package | None:
    """Return the parcel that a scanner means: its number alone, or inside of a longer code of this list's carrier.

    A FedEx barcode has 34 digits with the number among them, and scanners can be set to add letters of their own.
    """
    if not code or "\x00" in code:
        return None
    exact = list(parcels.filter(tracking_number__in=[code, code.upper()])[:20])
    here = [one for one in exact if one.carrier == manifest.carrier]
    if exact:
        return (here or exact)[0]
    inside = parcels.filter(tracking_number__in=_parts(code.upper()[:64]), carrier=manifest.carrier)
    mine = inside.filter(shipment__location=manifest.location_id).annotate(letters=Length("tracking_number"))
    return mine.order_by("-letters", "-pk").first()


def _parts(code: str) -> list[str]:
    """Return every part of a code that could be a tracking number."""
    sizes = range(SHORTEST, min(LONGEST, len(code)) + 1)
    return sorted({code[at : at + size] for size in sizes for at in range(len(code) - size + 1)})


def _what_it_was(code: str, parcels: "QuerySet[Package]") -> str:
    """Say what a code is that no parcel has now."""
    void = Label.objects.filter(tracking_number=code, state__in=VOID, package__in=parcels).exclude(tracking_number="")
    label = void.select_related("package__shipment__order").order_by("-pk").first() if "\x00" not in code else None
    if label is None:
        return f"“{code}” is no parcel that is known here. Put it aside."[:300]
    return f"This label was voided. Order {label.package.shipment.order.number} needs its new one: put it aside."


def _why_not(manifest: Manifest, shipment: Shipment, package: Package) -> str:
    """Return why a parcel does not go with a list, or nothing."""
    number, aside = shipment.number, "Put it aside."
    if shipment.location_id != manifest.location_id:
        return f"This parcel leaves from {shipment.location.code}, not from here. {aside}"
    if shipment.state == S.SHIPPED:
        day = shipment.shipped_at.astimezone(shipment.location.zone) if shipment.shipped_at else None
        return f"{number} has left already{f' on {day:%d %b}' if day else ''}. Ask the desk."
    if shipment.state == S.CANCELLED:
        return f"{number} was cancelled. Do not load it. {aside}"
    if shipment.state == S.MANIFESTED:
        row = ManifestParcel.objects.filter(package=package, left_at=None).select_related("manifest").first()
        return f"{number} is on {row.manifest.number if row else 'another list'} already."
    if package.carrier != manifest.carrier:
        return f"This parcel goes with {package.carrier}, not with {manifest.carrier}. {aside}"
    if shipment.state != S.LABELLED:
        return f"{number} still waits for a label. {aside}"
    reasons = [one.sentence for one in unmet(shipment, MAY_GO)]
    return " ".join([*reasons, *kept_sentences([shipment]).values()])
