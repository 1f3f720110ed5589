"""Pick-up in store from laid ready to collected, and an order that a supplier sends."""

from fulfillment.models import Pickup, SupplierRequest
from orders.intake import ShippingIn
from tools.stages.desk import Desk


def play(desk: Desk) -> None:
    """Play the scenes of the store and of the supplier."""
    collected(desk)
    sent(desk)


def collected(desk: Desk) -> None:
    """Lay an order ready, let another wait, and hand a third out."""
    for name in ("waiting", "collected"):
        order = desk.order(shipping=ShippingIn("pickup", pickup_location="CPH", amount=490, tax=78))
        shipment = desk.packed(order)
        if name == "waiting":
            desk.show("shipment-act-make-ready", shipment, "act/make_ready/")
        desk.do(shipment, "make_ready", shelf="shelf 3")
        pickup = Pickup.objects.get(shipment=shipment)
        if name == "collected":
            desk.do(pickup, "collect", code=pickup.code, name="Mara Lindqvist")
        else:
            desk.show("pickup-act-collect", pickup, "act/collect/")
        desk.show(f"pickup-{name}", pickup)
        desk.show(f"order-{name}", order)


def sent(desk: Desk) -> None:
    """Ask a supplier, and look at what it is asked."""
    order = desk.order([("KAYAK-INFL", 1, 54900)])
    request = SupplierRequest.objects.get(fulfillment_order__order=order)
    desk.show("supplier-request", request)
    desk.show("supplier-request-act-send", request, "act/send/")
    desk.do(request, "accept", reference="NB-2041")
    desk.show("order-at-supplier", order)
