"""Hands out what is known of a customer, as the law gives everybody the right to have it."""

from typing import Any

from django.db import transaction
from django.db.models import BinaryField, Model, Q

from oms.foundation.actor import Actor
from oms.foundation.audit import record
from oms.foundation.models import AuditLine
from oms.foundation.secrets import EncryptedTextField
from oms.outlets.privacy.register import PARTS
from orders.models import Customer

HIDDEN = (EncryptedTextField, BinaryField)


@transaction.atomic
def export_customer(*, customer_id: int, actor: Actor) -> dict[str, Any]:
    """Return every row that belongs to the customer by kind, and what was noted about each; that is noted too.

    Secrets and packed papers are left out: their texts are the rows beside them. :raises DoesNotExist: for nobody.
    """
    customer = Customer.objects.get(pk=customer_id)
    found: dict[str, Any] = {}
    for part in PARTS:
        rows = part.model._base_manager.filter(**{part.owner: customer_id}).order_by("pk")
        found[part.model._meta.label_lower] = [_row(row) for row in rows]
    found[AuditLine._meta.label_lower] = list(
        lines_about(customer_id).order_by("pk").values("at", "act", "subject", "from_state", "to_state", "note", "data")
    )
    record(actor, "outlets.export_customer", customer)
    return found


def lines_about(customer_id: int) -> Any:
    """Return the audit lines of every row that belongs to the customer."""
    wanted = Q(pk__in=())
    for part in PARTS:
        ids = part.model._base_manager.filter(**{part.owner: customer_id}).values("pk")
        wanted |= Q(entity=part.model._meta.label_lower, entity_id__in=ids)
    return AuditLine.objects.filter(wanted)


def _row(row: Model) -> dict[str, Any]:
    """Return the columns of a row."""
    shown = [one for one in row._meta.concrete_fields if not isinstance(one, HIDDEN)]
    return {one.attname: one.value_from_object(row) for one in shown}
