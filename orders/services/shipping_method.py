"""Changing how an order travels: another shipping method, or another store where it is collected."""

from django.db import transaction

from inventory.models import Location
from oms.foundation.actions import refuse_unless
from oms.foundation.actor import Actor
from oms.foundation.audit import record
from oms.foundation.facts import publish
from oms.foundation.objections import refuse_objections
from oms.foundation.refusals import Invalid, Refused
from orders.events import ShippingChanged
from orders.locks import lock_order
from orders.models import Order
from orders.screening.verdict import PENDING, Verdict
from orders.services.conditions import LIVE
from orders.services.gates import apply_verdicts
from orders.services.holds import recall_if_possible
from orders.services.rechecks import screen
from orders.states import GateName, OrderState, ServiceLevel

PICKUP_SKILL = "pickup"


@transaction.atomic
def change_shipping(
    *, order_id: int, service_level: str, pickup_location: str = "", reason: str = "", actor: Actor
) -> Order:
    """Let an order travel another way, and have it sourced anew; what the customer pays for shipping stays.

    :raises Refused: when the order has ended, or the floor has it in hand.
    :raises Invalid: for a store that is none or hands nothing out, and for a store of what is not collected.
    """
    order = lock_order(order_id)
    refuse_unless(order, LIVE)
    refuse_objections("orders.change_shipping", order_id)
    store = _store(service_level, pickup_location.strip())
    before = _told(order.service_level, order.pickup_location)
    if (order.service_level, order.pickup_location) == (service_level, store):
        raise Invalid(f"The order travels so already: {before}.", code="unchanged", field="service_level")
    if order.state == OrderState.RELEASED and not recall_if_possible(order, actor):
        raise Refused("The floor has it in hand: take the order back first.", code="being_fulfilled")
    order.service_level, order.pickup_location = service_level, store
    order.save(update_fields=["service_level", "pickup_location"])
    note = f"{before} → {_told(service_level, store)}. {reason}".strip()
    record(actor, "orders.change_shipping", order, note=note)
    checked = [one for one in screen([order])[order.pk] if one.name in (GateName.ADDRESS, GateName.FRAUD)]
    apply_verdicts([order], {order.pk: [*checked, Verdict(GateName.STOCK, PENDING)]}, actor)
    publish(ShippingChanged(at=actor.now, order_id=order.pk))
    return order


def _store(service_level: str, code: str) -> str:
    """Return the code of the store where the order is collected, blank when it is sent."""
    if service_level != ServiceLevel.PICKUP:
        if code:
            raise Invalid("Only what is collected has a store.", code="not_pickup", field="pickup_location")
        return ""
    places = Location.objects.filter(is_active=True).order_by("code")
    stores = {one.code for one in places if PICKUP_SKILL in one.capabilities}
    if code not in stores:
        known = ", ".join(sorted(stores)[:20]) or "none"
        sentence = f"“{code}” hands no orders out. Locations that do: {known}."
        raise Invalid(sentence, code="unknown_store", field="pickup_location")
    return code


def _told(service_level: str, store: str) -> str:
    """Return a shipping method in words."""
    label = str(ServiceLevel(service_level).label)
    return f"{label} at {store}" if store else label
