"""Returns at every step, with their refunds."""

from typing import Any

from orders.models import Order
from returns.models import Return
from tools.stages.desk import Desk


def play(desk: Desk) -> None:
    """Play the scenes of the way back."""
    first = _delivered(desk)
    desk.show("order-act-request-return", first, "act/request_return/")
    asked = _asked(desk, first)
    desk.show("return-requested", asked)
    declined = _asked(desk, _delivered(desk))
    desk.do(declined, "decline", note="Thirty days are over")
    desk.show("return-declined", declined)
    approved = _approved(desk)
    desk.show("return-approved", approved)
    desk.show("return-act-receive", approved, "act/receive/")
    on_its_way = _approved(desk)
    desk.do(on_its_way, "mark_sent")
    desk.show("return-on-its-way", on_its_way)
    received = _received(desk)
    desk.show("return-received", received)
    desk.show("return-act-inspect", received, "act/inspect/")
    done = _received(desk)
    desk.do(done, "inspect", lines=_verdicts(done))
    desk.show("return-completed", done)
    desk.show("order-returned", done.order)


def _delivered(desk: Desk) -> Order:
    """Return an order whose pieces have arrived."""
    order = desk.order([("SOCK-WOOL-39", 2, 1990), ("MUG-ENAMEL", 1, 1490)])
    desk.delivered(order)
    return order


def _asked(desk: Desk, order: Order) -> Return:
    """Ask for the return of everything."""
    lines = [{"sku": "SOCK-WOOL-39", "quantity": 2}, {"sku": "MUG-ENAMEL", "quantity": 1}]
    desk.do(order, "request_return", lines=lines, reason="does_not_fit", note="Too small")
    return Return.objects.filter(order=order).latest("pk")


def _approved(desk: Desk) -> Return:
    """Return one that may be sent back to Hamburg."""
    one = _asked(desk, _delivered(desk))
    desk.do(one, "approve")
    return one


def _received(desk: Desk) -> Return:
    """Return one whose parcel is here."""
    one = _approved(desk)
    desk.do(one, "receive", location="HAM")
    return one


def _verdicts(one: Return) -> list[dict[str, Any]]:
    """Accept and restock every line."""
    skus = one.lines.values_list("order_line__sku", flat=True)
    return [{"sku": sku, "acceptance": "accepted", "disposition": "restock"} for sku in skus]
