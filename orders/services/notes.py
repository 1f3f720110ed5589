"""What staff write on an order: contact data, notes, tags, and whether the customer gets e-mails."""

from collections.abc import Iterable

from django.db import transaction

from oms.foundation.actions import refuse_unless
from oms.foundation.actor import Actor
from oms.foundation.audit import record
from oms.foundation.refusals import Invalid
from orders.locks import lock_order
from orders.models import Order
from orders.services.conditions import CHANGEABLE
from orders.services.gates import apply_verdicts
from orders.services.rechecks import screen

CONTACT = {"customer_name": "name", "email": "e-mail", "phone": "phone"}
MOST_TAGS, TAG_LENGTH, NOTE_LENGTH = 20, 40, 2000


@transaction.atomic
def add_note(*, order_id: int, note: str, actor: Actor) -> Order:
    """Write a note on the order's timeline; raises :class:`Invalid` for a blank or endless one."""
    order = lock_order(order_id)
    text = note.strip()
    if not text or len(text) > NOTE_LENGTH:
        raise Invalid(f"Write a note of at most {NOTE_LENGTH} characters.", code="bad_note", field="note")
    record(actor, "orders.note", order, note=text)
    return order


@transaction.atomic
def set_tags(*, order_id: int, tags: Iterable[str], actor: Actor) -> Order:
    """Give the order exactly these tags; raises :class:`Invalid` for too many or too long ones."""
    order = lock_order(order_id)
    wanted = sorted({tag.strip() for tag in tags if tag.strip()})
    if len(wanted) > MOST_TAGS or any(len(tag) > TAG_LENGTH for tag in wanted):
        sentence = f"At most {MOST_TAGS} tags of {TAG_LENGTH} characters fit."
        raise Invalid(sentence, code="bad_tags", field="tags")
    before = sorted(str(tag) for tag in order.tags)
    if wanted != before:
        order.tags = wanted
        order.save(update_fields=["tags"])
        note = ", ".join(wanted) or "No tags any more."
        record(actor, "orders.set_tags", order, note=note, data={"before": before, "after": wanted})
    return order


@transaction.atomic
def set_mails(*, order_id: int, wanted: bool, actor: Actor) -> Order:
    """Stop or resume e-mails to the customer about this order."""
    order = lock_order(order_id)
    if order.notifies_customer != wanted:
        order.notifies_customer = wanted
        order.save(update_fields=["notifies_customer"])
        record(actor, "orders.resume_mails" if wanted else "orders.stop_mails", order)
    return order


@transaction.atomic
def edit_contact(*, order_id: int, customer_name: str = "", email: str = "", phone: str = "", actor: Actor) -> Order:
    """Correct name, e-mail and phone of the order's customer, and have the data checked again.

    :raises Refused: when the order has ended.
    """
    order = lock_order(order_id)
    refuse_unless(order, CHANGEABLE)
    wanted = {"customer_name": customer_name.strip(), "email": email.strip(), "phone": phone.strip()}
    changed = [CONTACT[name] for name, text in wanted.items() if text != getattr(order, name)]
    for name, text in wanted.items():
        setattr(order, name, text)
    order.save(update_fields=list(wanted))
    record(actor, "orders.edit_contact", order, note=", ".join(changed) or "Nothing.")
    if order.is_live:
        apply_verdicts([order], {order.pk: screen([order])[order.pk]}, actor)
    return order
