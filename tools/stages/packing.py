"""A packing station: what waits, an order half packed with a refused scan, one with a picture, one that is packed."""

from typing import Any
from uuid import uuid4

from django.urls import reverse
from django.utils import timezone

from fulfillment.models import FulfillmentOrder, PackSession
from fulfillment.services import scan_packing
from fulfillment.services.scan_packing import Sent
from tools.stages.desk import Desk


def play(desk: Desk) -> None:
    """Play the scenes of packing by scans."""
    desk.pages["pack"] = reverse("floor-pack")
    next_one = picked(desk)
    begun(desk, next_one)
    bench(desk, "pack-to-scan", next_one)
    half = picked(desk)
    session = begun(desk, half)
    scan(desk, session, "MUG-ENAMEL", 2)
    scan(desk, session, "TENT-2P")
    bench(desk, "pack-half", half)
    several = picked(desk, [("PACK-35", 1, 11900), ("BOTTLE-1L", 3, 2990), ("MUG-ENAMEL", 4, 1490)])
    begun(desk, several)
    bench(desk, "pack-several-boxes", several)
    whole = picked(desk)
    session = begun(desk, whole)
    for sku, pieces in (("MUG-ENAMEL", 2), ("CANDLE-FIR", 1), ("TENT-PEG-10", 3)):
        scan(desk, session, sku, pieces)
    scan_packing.close_parcel(**held(desk, session), sent=Sent(uuid4()))
    bench(desk, "pack-done", whole)


def picked(desk: Desk, lines: list[tuple[str, int, int]] | None = None) -> FulfillmentOrder:
    """Return work that lies picked."""
    told = lines or [("MUG-ENAMEL", 2, 1490), ("CANDLE-FIR", 1, 1790), ("TENT-PEG-10", 3, 1290)]
    work = desk.work_of(desk.order(told, instructions="Gift: no invoice in the parcel."))
    desk.do(work, "start_picking")
    desk.do(work, "confirm_picked")
    return work


def held(desk: Desk, session: PackSession) -> dict[str, Any]:
    """Return who packs, and when."""
    return {"session_id": session.pk, "packer_id": desk.boss.pk, "actor": desk.actor()}


def begun(desk: Desk, work: FulfillmentOrder) -> PackSession:
    """Begin to pack as the administrator."""
    return scan_packing.begin(fulfillment_order_id=work.pk, packer_id=desk.boss.pk, actor=desk.actor())


def scan(desk: Desk, session: PackSession, code: str, pieces: int = 1) -> None:
    """Scan some pieces."""
    scan_packing.scan(**held(desk, session), sent=Sent(uuid4(), code, pieces, read_at=timezone.now()))


def bench(desk: Desk, name: str, work: FulfillmentOrder) -> None:
    """Name the page on which some work is packed."""
    desk.pages[name] = reverse("floor-pack-bench", args=[work.number])
