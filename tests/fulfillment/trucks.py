"""Labelled parcels at a dock, somebody with a handheld, and what they scan."""

from uuid import UUID, uuid4

from django.contrib.auth.models import User

from fulfillment.models import Manifest, Package, Shipment
from fulfillment.services import handover
from fulfillment.services.handover import Scan, telling
from fulfillment.services.walking import Answer
from tests.factories import NOW, make_actor, make_location, make_product, make_stock
from tests.fulfillment.shop import an_order, labelled, sourced


def dock(shipments: int = 2, parcels: int = 1, **place: str) -> list[Shipment]:
    """Return labelled shipments of so many parcels each at one location."""
    tea = make_product("TEA")
    make_stock(tea, make_location("LON", **place), 50)
    return [labelled(sourced(an_order([(tea, parcels)]))[0], parcels=parcels) for _ in range(shipments)]


def numbers_of(shipment: Shipment) -> list[str]:
    """Return the tracking numbers of a shipment's parcels."""
    rows = Package.objects.filter(shipment=shipment).order_by("position")
    return list(rows.values_list("tracking_number", flat=True))


def loader() -> User:
    """Return somebody at the dock."""
    return User.objects.get_or_create(username="loads")[0]


def a_list(shipment: Shipment, carrier: str = "sandbox") -> Manifest:
    """Begin, or go on with, the list of a carrier where a shipment lies."""
    return handover.open_list(location_id=shipment.location_id, carrier=carrier, actor=make_actor())


def scan(manifest: Manifest, code: str, *, key: UUID | None = None, act=handover.load) -> Answer:
    """Scan a parcel at the truck."""
    read = Scan(key or uuid4(), code)
    everything = Package.objects.all()
    return act(manifest_id=manifest.pk, person_id=loader().pk, scan=read, parcels=everything, actor=make_actor())


def do(act, manifest: Manifest, *, now=NOW, **told) -> Manifest:
    """Do an act on a whole list as somebody who may see everything."""
    return act(manifest_id=manifest.pk, within=Shipment.objects.all(), actor=make_actor(now=now), **told)


def tell_carriers(now=NOW) -> int:
    """Let the worker tell the carriers what is due."""
    return telling.work_manifests(make_actor(now=now), 20)


def closed(manifest: Manifest) -> Manifest:
    """Close a list and let the carrier be told."""
    do(handover.close_list, manifest)
    tell_carriers()
    return Manifest.objects.get(pk=manifest.pk)


def state_of(row) -> str:
    """Return the stored state of a row."""
    return str(type(row).objects.get(pk=row.pk).state)
