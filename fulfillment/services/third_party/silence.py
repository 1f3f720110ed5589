"""Third parties that do not answer: which requests wait for longer than was agreed."""

from collections import defaultdict
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from fulfillment.models import FulfillmentPartner, SupplierRequest
from fulfillment.states import RequestState
from inventory.models.places import LocationKind

HOURS_TO_ANSWER = 4
"""How long a third party that nobody has set up may be silent."""


def silent_requests(rows: "QuerySet[SupplierRequest]", *, now: datetime) -> "QuerySet[SupplierRequest]":
    """Return the requests to third parties that were asked something longer ago than they have to answer."""
    by_hours: dict[int, list[int]] = defaultdict(list)
    for pk, hours in FulfillmentPartner.objects.values_list("location", "answer_hours"):
        by_hours[hours].append(pk)
    known = [pk for each in by_hours.values() for pk in each]
    late = _asked_before(now - timedelta(hours=HOURS_TO_ANSWER)) & ~Q(fulfillment_order__location__in=known)
    for hours, places in by_hours.items():
        late |= _asked_before(now - timedelta(hours=hours)) & Q(fulfillment_order__location__in=places)
    return rows.filter(late, fulfillment_order__location__kind=LocationKind.THIRD_PARTY)


def _asked_before(moment: datetime) -> Q:
    """Return the condition that the last question of a request was asked before a moment, and not answered."""
    to_send = Q(state=RequestState.REQUESTED, asked_at__lte=moment)
    return to_send | Q(state=RequestState.CANCELLING, cancel_asked_at__lte=moment)
