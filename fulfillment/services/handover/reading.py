"""What waits for a truck, what is on it, and what a day's list would hold: by looking alone."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from fulfillment.models import CarrierAccount, Manifest, ManifestParcel, Package, Shipment
from fulfillment.services.handover.going import MAY_GO, Load, rows_of, sort_load
from fulfillment.services.lots_kept import kept_here
from fulfillment.states import CLOSED_LISTS, ManifestState, ShipmentState
from inventory.models import Location
from oms.foundation.actions import unmet

MOST_LISTED = 100
LIVE_LISTS = (ManifestState.OPEN, ManifestState.FAILED, *CLOSED_LISTS)


@dataclass(frozen=True, slots=True)
class Truck:
    """A list as the handheld shows it: what is on it, what is missing, what of it cannot go as it is."""

    manifest: Manifest
    loaded: Sequence[ManifestParcel]
    missing: Sequence[Package]
    left: int
    weight_g: int
    staying: Sequence[str]

    @property
    def count(self) -> int:
        """Return how many parcels there are, loaded or not."""
        return len(self.loaded) + self.left

    @property
    def kilograms(self) -> str:
        """Return what is loaded in kilograms."""
        return f"{self.weight_g / 1000:.2f}"

    @property
    def more(self) -> int:
        """Return how many parcels that are missing are not named."""
        return self.left - len(self.missing)


@dataclass(frozen=True, slots=True)
class Day:
    """What the list of a carrier would hold now: shipments that go, and why others stay."""

    carrier: str
    going: Sequence[Shipment]
    parcels: int
    weight_g: int
    staying: Sequence[str]

    @property
    def kilograms(self) -> str:
        """Return what goes in kilograms."""
        return f"{self.weight_g / 1000:.2f}"


def loadable(parcels: "QuerySet[Package]", location_id: int, carrier: str) -> "QuerySet[Package]":
    """Return the parcels that wait for a carrier at a location and are on no list that is being loaded."""
    on_open = ManifestParcel.objects.filter(
        package=OuterRef("pk"), left_at=None, manifest__state=ManifestState.OPEN,
        tracking_number=OuterRef("tracking_number"),
    )  # fmt: skip
    waiting = parcels.filter(shipment__location=location_id, shipment__state=ShipmentState.LABELLED, carrier=carrier)
    return waiting.filter(~Exists(on_open))


def carriers_here(location_id: int) -> dict[str, int]:
    """Return the carriers that take parcels at a location, by code, with how many wait for each."""
    rows = Package.objects.filter(shipment__location=location_id, shipment__state=ShipmentState.LABELLED)
    waiting = dict(rows.exclude(carrier="").values_list("carrier").annotate(Count("pk")).order_by("carrier"))
    accounts = CarrierAccount.objects.filter(is_active=True).order_by("code").values_list("code", "location")
    serve = {code for code, place in accounts if place in (None, location_id)}
    return {code: waiting.get(code, 0) for code in sorted({*waiting, *serve})}


def truck_of(manifest: Manifest, parcels: "QuerySet[Package]") -> Truck:
    """Read a list with what waits for it, as far as they are a person's parcels."""
    mine = rows_of(manifest).filter(package__in=parcels)
    rows = list(mine.select_related("package__shipment__order").order_by("-pk"))
    left = loadable(parcels, manifest.location_id, manifest.carrier)
    is_open = manifest.state == ManifestState.OPEN
    missing = list(left.select_related("shipment__order").order_by("pk")[:MOST_LISTED]) if is_open else []
    return Truck(
        manifest=manifest,
        loaded=rows,
        missing=missing,
        left=left.count() if is_open else 0,
        weight_g=sum(row.package.weight_g for row in rows),
        staying=list(load_of(manifest, rows).staying.values()) if manifest.state in LIVE_LISTS else [],
    )


def load_of(manifest: Manifest, rows: Sequence[ManifestParcel]) -> Load:
    """Tell of what is on a list which shipments could go as things stand."""
    shipments = Shipment.objects.filter(pk__in={row.package.shipment_id for row in rows}).order_by("pk")
    closed = [ShipmentState.MANIFESTED, ShipmentState.SHIPPED]
    states = [ShipmentState.LABELLED] if manifest.state in (ManifestState.OPEN, ManifestState.FAILED) else closed
    found = list(shipments.select_related("order", "location").prefetch_related("order__holds"))
    return sort_load(found, rows, states)


def with_totals(rows: "QuerySet[Manifest]") -> "QuerySet[Manifest]":
    """Return lists with their number of parcels and what they weigh."""
    on_it = Q(rows__left_at=None)
    return rows.annotate(
        parcel_count=Count("rows", filter=on_it), total_weight_g=Sum("rows__package__weight_g", filter=on_it, default=0)
    )


def day_of(location: Location, carrier: str, shipments: "QuerySet[Shipment]") -> Day:
    """Tell what closing the day of a carrier now would take along of a person's shipments, and what would stay."""
    waiting = shipments.filter(location=location, state=ShipmentState.LABELLED, carrier=carrier).order_by("pk")
    rows = list(waiting.select_related("order", "location").prefetch_related("order__holds"))
    why = {one.pk: " ".join(reason.sentence for reason in unmet(one, MAY_GO)) for one in rows}
    kept = kept_here([one.fulfillment_order_id for one in rows])
    why |= {one.pk: kept[one.fulfillment_order_id].sentence for one in rows if one.fulfillment_order_id in kept}
    going = [one for one in rows if not why[one.pk]]
    packages = Package.objects.filter(shipment__in=[one.pk for one in going])
    sums = packages.aggregate(parcels=Count("pk"), weight=Sum("weight_g"))
    staying = [f"{one.number}: {why[one.pk]}" for one in rows if why[one.pk]]
    return Day(carrier, going, sums["parcels"], sums["weight"] or 0, staying)
