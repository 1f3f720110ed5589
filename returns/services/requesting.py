"""Announcing returns: what may come back is checked under the order's lock and decided by a person."""

from collections import Counter
from collections.abc import Mapping, Sequence

from django.db import transaction

from inventory.models import Location
from oms.foundation.actions import refuse_unless
from oms.foundation.actor import Actor
from oms.foundation.audit import Act, record, record_many
from oms.foundation.facts import publish
from oms.foundation.numbers import random_code
from oms.foundation.refusals import Invalid, Reason
from oms.foundation.wording import count
from orders.locks import lock_order
from orders.models import Order, OrderLine
from returns.conditions import CAN_CANCEL, HAS_RETURNABLE, IS_APPROVED, IS_REQUESTED
from returns.entries import Announced, LineRef
from returns.events import ReturnApproved, ReturnDeclined, ReturnRequested
from returns.locks import lock_return
from returns.models import Return, ReturnLine
from returns.queries import returnable
from returns.states import ReturnReason


class ReturnExceedsShipped(Invalid):
    """More pieces are announced than were shipped and are not on their way back already."""

    code = "return_exceeds_shipped"


@transaction.atomic
def request_return(
    *,
    order_id: int,
    lines: Sequence[Announced],
    reason: str = ReturnReason.OTHER,
    note: str = "",
    location: Location | None = None,
    refund_shipping: bool = False,
    actor: Actor,
) -> Return:
    """Announce that pieces of an order will come back.

    :raises ReturnExceedsShipped: for more pieces than were shipped and are not returned or announced yet.
    :raises Invalid: for a line the order does not have.
    """
    order = lock_order(order_id)
    refuse_unless(order, HAS_RETURNABLE)
    wanted = _wanted(order, lines)
    one = Return(
        number=random_code(8, prefix="R"),
        order=order,
        reason=reason,
        note=note,
        location=location,
        refund_shipping=refund_shipping,
        created_at=actor.now,
    )
    one.save()
    ReturnLine.objects.bulk_create(
        [ReturnLine(return_order=one, order_line_id=pk, quantity=pieces) for pk, pieces in wanted.items()]
    )
    pieces = sum(wanted.values())
    data = {"number": one.number, "reason": reason, "pieces": pieces}
    told = f"{one.number}: {count(pieces, 'piece')}, {one.get_reason_display()}. {note}".strip()
    record_many(actor, [Act("returns.request_return", one, told, data, created=True)])
    publish(ReturnRequested(at=actor.now, order_id=order.pk, return_id=one.pk))
    return one


def _wanted(order: Order, entries: Sequence[Announced]) -> Mapping[int, int]:
    """Return the announced pieces by order line, refusing what cannot come back."""
    lines = list(OrderLine.objects.filter(order=order).order_by("position"))
    left = returnable([order.pk]).get(order.pk, {})
    wanted, faults = Counter[int](), []
    for entry in entries:
        meant = _meant(lines, entry.ref)
        free = sum(left.get(line.pk, 0) - wanted[line.pk] for line in meant)
        if entry.quantity > free:
            sentence = f"{entry.ref}: {entry.quantity} announced, but only {max(0, free)} shipped pieces can come back."
            faults.append(Reason(ReturnExceedsShipped.code, sentence, f"{entry.ref.path}.quantity"))
            continue
        _spread(wanted, meant, left, entry.quantity)
    if faults:
        raise ReturnExceedsShipped(reasons=faults)
    return wanted


def _meant(lines: Sequence[OrderLine], ref: LineRef) -> list[OrderLine]:
    """Return the lines of the order that a reference means; raises :class:`Invalid` when there is none."""
    if ref.position is not None:
        meant = [line for line in lines if line.position == ref.position and ref.sku in ("", line.sku)]
    else:
        meant = [line for line in lines if line.sku == ref.sku]
    if not meant:
        known = ", ".join(f"{line.position}: {line.sku}" for line in lines[:10])
        raise Invalid(f"The order has no {ref}. Its lines are {known}.", code="unknown_line", field=ref.path)
    return meant


def _spread(wanted: "Counter[int]", meant: Sequence[OrderLine], left: Mapping[int, int], quantity: int) -> None:
    """Put the pieces on the lines of one SKU, the first line first."""
    for line in meant:
        part = min(quantity, left.get(line.pk, 0) - wanted[line.pk])
        if part > 0:
            wanted[line.pk] += part
            quantity -= part


@transaction.atomic
def approve_return(*, return_id: int, actor: Actor) -> Return:
    """Let the customer send the pieces."""
    order, one = lock_return(return_id)
    refuse_unless(one, IS_REQUESTED)
    one.approve(at=actor.now)
    one.save(update_fields=["state", "approved_at"])
    record(actor, "returns.approve_return", one, note=f"{one.number}.")
    publish(ReturnApproved(at=actor.now, order_id=order.pk, return_id=one.pk))
    return one


@transaction.atomic
def decline_return(*, return_id: int, note: str = "", actor: Actor) -> Return:
    """Tell the customer that the pieces cannot come back."""
    order, one = lock_return(return_id)
    refuse_unless(one, IS_REQUESTED)
    one.decline()
    one.save(update_fields=["state"])
    record(actor, "returns.decline_return", one, note=f"{one.number}. {note}".strip())
    publish(ReturnDeclined(at=actor.now, order_id=order.pk, return_id=one.pk))
    return one


@transaction.atomic
def mark_sent(*, return_id: int, actor: Actor) -> Return:
    """Note that the customer has handed the parcel over."""
    _, one = lock_return(return_id)
    refuse_unless(one, IS_APPROVED)
    one.dispatch()
    one.save(update_fields=["state"])
    record(actor, "returns.send_return", one, note=f"{one.number}.")
    return one


@transaction.atomic
def cancel_return(*, return_id: int, note: str = "", actor: Actor) -> Return:
    """Give the return up: the customer keeps the pieces."""
    _, one = lock_return(return_id)
    refuse_unless(one, CAN_CANCEL)
    one.cancel()
    one.save(update_fields=["state"])
    record(actor, "returns.cancel_return", one, note=f"{one.number}. {note}".strip())
    return one
