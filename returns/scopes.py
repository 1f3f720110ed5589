"""Who sees which returns: those of the orders in scope, at the locations a person is limited to."""

from typing import Any

from django.db.models import Q

from inventory.queries import locations_of
from oms.foundation.scope import scope_rule, scoped
from orders.models import Order
from returns.models import Return


@scope_rule(Return)
def visible_returns(principal: Any) -> Q:
    """Show returns of visible orders; to people limited to locations only theirs and those of no location yet."""
    seen = Q(order__in=scoped(principal, Order).order_by().values("pk"))
    places = locations_of(principal)
    return seen & (Q(location__in=places) | Q(location=None)) if places else seen
