"""Work of the floor at every step, shipments and parcels with what their carrier told."""

from datetime import timedelta

from django.utils import timezone

from fulfillment.models import CarrierClaim, DriverVisit, FulfillmentOrder, ParcelRisk
from inventory.models import Location
from tools.stages.desk import Desk


def play(desk: Desk) -> None:
    """Play the scenes of matching."""
    steps(desk)
    side_tracks(desk)
    shipments(desk)
    parcels(desk)
    visits(desk)


def steps(desk: Desk) -> None:
    """To pick, being picked, packed, shipped."""
    order = desk.order([("MUG-ENAMEL", 2, 1490), ("CANDLE-FIR", 1, 1790), ("TENT-PEG-10", 3, 1290)])
    row = desk.work_of(order)
    desk.show("work-to-pick", row)
    desk.show("work-act-reroute", row, "act/reroute/")
    picking = desk.work_of(desk.order([("MUG-ENAMEL", 1, 1490), ("SOCK-WOOL-39", 2, 1990)]))
    desk.do(picking, "start_picking")
    desk.show("work-being-picked", picking)
    desk.show("work-act-confirm-picked", picking, "act/confirm_picked/")
    desk.show("work-act-pack", picking, "act/pack/")
    late = desk.work_of(desk.order())
    FulfillmentOrder.objects.filter(pk=late.pk).update(ship_by=timezone.now() - timedelta(hours=3))
    desk.show("work-late", late)


def side_tracks(desk: Desk) -> None:
    """On hold, rejected, cancelled, missing pieces, planned."""
    held = desk.work_of(desk.order())
    desk.do(held, "hold", note="Shelf 4 is being moved")
    desk.show("work-on-hold", held)
    order = desk.order([("MUG-ENAMEL-BLUE", 1, 1490)])
    rejected = desk.work_of(order)
    desk.do(rejected, "reject", reason="Water damage on aisle 3")
    desk.show("work-rejected", rejected)
    desk.show("order-rerouted", order)
    short = desk.order([("MAP-HARZ", 2, 990), ("MUG-ENAMEL", 1, 1490)])
    row = desk.work_of(short)
    desk.do(row, "start_picking")
    desk.do(row, "confirm_picked", short={"MAP-HARZ": 1})
    desk.show("work-pieces-missing", row)
    desk.show("order-pieces-missing", short)
    planned = FulfillmentOrder.objects.filter(state="planned").order_by("pk")[0]
    desk.show("work-planned", planned)


def shipments(desk: Desk) -> None:
    """Packed, labelled, refused by the carrier, shipped."""
    packed = desk.packed(desk.order())
    desk.show("shipment-packed", packed)
    desk.show("shipment-act-buy-labels", packed, "act/buy_labels/")
    desk.show("work-packed", packed.fulfillment_order)
    labelled = desk.packed(desk.order([("BOTTLE-1L", 2, 2990)]), parcels=2)
    desk.do(labelled, "buy_labels")
    desk.show("shipment-labelled", labelled)
    heavy = desk.packed(desk.order(), parcels=1, weight_g=40_000)
    desk.do(heavy, "buy_labels")
    desk.show("shipment-label-refused", heavy)


def parcels(desk: Desk) -> None:
    """A parcel in transit with its journey, one delivered, one in trouble."""
    shipment = desk.shipped(desk.order())
    parcel = shipment.packages.get()
    for status, place in (("picked_up", "Hamburg"), ("in_transit", "Hannover hub")):
        desk.do(parcel, "record_event", status=status, place=place, note="Told on the phone")
    desk.show("shipment-shipped", shipment)
    desk.show("parcel-in-transit", parcel)
    desk.show("parcel-act-record-event", parcel, "act/record_event/")
    lost = desk.shipped(desk.order()).packages.get()
    desk.do(lost, "record_event", status="exception", place="Hannover hub", note="The label cannot be read")
    desk.show("parcel-in-trouble", lost)
    late = desk.shipped(desk.order()).packages.get()
    desk.do(late, "record_event", status="delayed", place="Padborg border", note="Waits for the customs office")
    risk = ParcelRisk.objects.get(package=lost)
    desk.do(ParcelRisk.objects.get(package=late), "note_told", note="She is not in a hurry")
    desk.show("parcel-at-risk", risk)
    desk.show("parcel-at-risk-act-put-off", risk, "act/snooze_risk/")
    done = desk.delivered(desk.order()).packages.get()
    desk.do(done, "record_proof", signed_by="Freja Holm", place="front desk")
    desk.show("parcel-delivered", done)
    desk.show("parcel-act-record-proof", done, "act/record_proof/")
    gone = desk.shipped(desk.order()).packages.get()
    desk.do(gone, "record_event", status="lost", note="The search has ended")
    desk.show("parcel-lost", gone)
    desk.show("parcel-act-claim", gone, "act/open_claim/")
    desk.do(gone, "open_claim", reason="lost")
    desk.show("claim", CarrierClaim.objects.get(package=gone))
    desk.show("work-shipped", desk.work_of(done.shipment.order))


def visits(desk: Desk) -> None:
    """A driver who comes tomorrow, and one who was sent away."""
    place, today = Location.objects.get(code="HAM"), timezone.localdate()
    desk.show("location-act-book-driver", place, "act/book_driver/")
    for days in (2, 1):
        told = {"carrier": "sandbox", "day": today + timedelta(days=days), "parcels": 3, "weight_g": 4200}
        desk.do(place, "book_driver", **told)
    comes, gone = DriverVisit.objects.order_by("-pk")[:2]
    desk.do(gone, "cancel_visit", reason="All parcels left with yesterday's driver.")
    desk.show("visit", comes)
    desk.show("visit-act-cancel", comes, "act/cancel_visit/")
