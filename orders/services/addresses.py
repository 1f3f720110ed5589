"""Addresses: an edit adds a new snapshot, closes the old one, and has the order checked again."""

from collections.abc import Mapping

from django.db import transaction

from oms.foundation.actions import refuse_unless
from oms.foundation.actor import Actor
from oms.foundation.audit import record
from oms.foundation.facts import publish
from oms.foundation.objections import refuse_objections
from oms.foundation.refusals import Invalid
from orders.events import AddressChanged
from orders.locks import lock_order
from orders.models import Order, OrderAddress
from orders.models.orders import AddressKind
from orders.services.conditions import CHANGEABLE
from orders.services.gates import apply_verdicts
from orders.services.rechecks import screen

ADDRESS_FIELDS = ("name", "company", "line1", "line2", "city", "region", "postal_code", "country", "phone")


@transaction.atomic
def edit_address(*, order_id: int, kind: str = AddressKind.SHIPPING, actor: Actor, **fields: str) -> OrderAddress:
    """Replace the address of a kind by the given fields; what is not given stays as it was.

    :raises Refused: when the order has ended, or a room on the right objects: a label was bought.
    :raises Invalid: for a field that an address does not have.
    """
    order = lock_order(order_id)
    refuse_unless(order, CHANGEABLE)
    if kind == AddressKind.SHIPPING:
        refuse_objections("orders.edit_address", order_id)
    old = OrderAddress.objects.filter(order=order, kind=kind, replaced_at=None).first()
    values = _merged(old, fields)
    if old is not None and values == _values(old):
        return old
    if old is not None:
        old.replaced_at = actor.now
        old.save(update_fields=["replaced_at"])
    new = OrderAddress.objects.create(order=order, kind=kind, created_at=actor.now, **values)
    order.save(update_fields=["updated_at"])  # whoever looks at the page as it was is told
    changed = [name for name in ADDRESS_FIELDS if old is None or values[name] != getattr(old, name)]
    note = f"{kind.capitalize()}: {', '.join(name.replace('_', ' ') for name in changed)}."
    record(actor, "orders.edit_address", order, note=note, data={"kind": kind, "fields": changed})
    if order.is_live:
        _check_again(order, actor)
        publish(AddressChanged(at=actor.now, order_id=order.pk))
    return new


def _values(address: OrderAddress) -> dict[str, str]:
    """Return the fields of a snapshot."""
    return {name: getattr(address, name) for name in ADDRESS_FIELDS}


def _merged(old: OrderAddress | None, fields: Mapping[str, str]) -> dict[str, str]:
    """Return the fields of the new snapshot, trimmed."""
    unknown = sorted(set(fields) - set(ADDRESS_FIELDS))
    if unknown:
        raise Invalid(f"An address has no field “{unknown[0]}”.", code="unknown_field", field=unknown[0])
    before = _values(old) if old is not None else dict.fromkeys(ADDRESS_FIELDS, "")
    values = {**before, **{name: text.strip() for name, text in fields.items()}}
    values["country"] = values["country"].upper()
    for name, text in values.items():
        most: int | None = getattr(OrderAddress._meta.get_field(name), "max_length", None)
        if most is not None and len(text) > most:
            raise Invalid(f"At most {most} characters fit here.", code="too_long", field=name)
    return values


def _check_again(order: Order, actor: Actor) -> None:
    """Bring the gates that look at addresses to what they say now."""
    wanted = [verdict for verdict in screen([order])[order.pk] if verdict.name in ("address", "fraud")]
    apply_verdicts([order], {order.pk: wanted}, actor)
