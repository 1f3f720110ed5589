"""What a packing station sends, and work that lies picked before it."""

from uuid import uuid4

from fulfillment.models import Box, FulfillmentOrder, PackSession
from fulfillment.services import scan_packing
from fulfillment.services.picking import confirm_picked, start_picking
from fulfillment.services.scan_packing import Sent
from fulfillment.services.walking import Answer
from inventory.models import Product
from tests.factories import NOW, make_actor
from tests.fulfillment.shop import an_order, sourced

ACTS = {"scan": scan_packing.scan, "close": scan_packing.close_parcel, "empty": scan_packing.empty_parcel}


def make_boxes(**shared) -> list[Box]:
    """Make three boxes: a bag for next to nothing, a small and a large carton."""
    sizes = {"BAG": (150, 100, 30), "BOX-S": (250, 200, 150), "BOX-L": (400, 300, 300)}
    titles = {"BAG": "Bag", "BOX-S": "Small", "BOX-L": "Large"}
    return [
        Box.objects.create(
            code=code,
            title=titles[code],
            length_mm=length,
            width_mm=width,
            height_mm=height,
            cost=10 * place,
            own_g={"BAG": 20, "BOX-S": 120, "BOX-L": 400}[code],
            max_g=1000 if code == "BAG" else 20_000,
            **shared,
        )
        for place, (code, (length, width, height)) in enumerate(sizes.items())
    ]


def picked(place, wants=None, *, confirm=True) -> FulfillmentOrder:
    """Return picked work: three of TEA and a CUP, or something else."""
    tea, cup = (Product.objects.get(sku=sku) for sku in ("TEA", "CUP"))
    (work,) = sourced(an_order(wants or [(tea, 3), (cup, 1)]))
    start_picking(fulfillment_order_id=work.pk, actor=make_actor())
    if confirm:
        confirm_picked(fulfillment_order_id=work.pk, actor=make_actor())
    return FulfillmentOrder.objects.select_related("order", "location").get(pk=work.pk)


def begin(work, person, *, now=NOW) -> PackSession:
    """Begin to pack, or go on."""
    return scan_packing.begin(fulfillment_order_id=work.pk, packer_id=person.pk, actor=make_actor(now=now))


def send(session, person, code="", quantity=1, *, act="scan", now=NOW, key=None, weight_g=None) -> Answer:
    """Send what a handheld sends."""
    sent = Sent(key or uuid4(), code, quantity, weight_g)
    return ACTS[act](session_id=session.pk, packer_id=person.pk, sent=sent, actor=make_actor(now=now))
