"""The scarcity fees in force, as new decisions see them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q

from fulfillment.models import ScarcityFee
from fulfillment.sourcing.lessons import by_product, fees_for
from fulfillment.sourcing.snapshot import Fee
from fulfillment.states import ScarcityState


@dataclass(frozen=True, slots=True)
class FeesInForce:
    """The run in force, 0 without any, and its fees by product (0 for parcels), each within its location's cap."""

    run: int = 0
    fees: Mapping[int, Sequence[Fee]] = field(default_factory=dict)

    def of(self, product_ids: Collection[int]) -> tuple[Fee, ...]:
        """Return the fees that an order of some products sees."""
        return fees_for(product_ids, self.fees)


NONE_IN_FORCE = FeesInForce()


def fees_in_force(product_ids: Collection[int], *, currency: str, now: datetime) -> FeesInForce:
    """Return the fees of some products and of parcels, in one statement; none beyond the horizon of their run.

    Fees in another currency than that of the rates cannot be compared with these and do not weigh.
    """
    mine = Q(product=None) | Q(product__in=sorted(product_ids))
    rows = ScarcityFee.objects.filter(
        mine, run__state=ScarcityState.ACTIVE, run__until__gt=now, run__currency=currency
    ).select_related("run")
    found: list[Fee] = []
    run = 0
    for row in rows.order_by("location_id", "product_id"):
        run, cap = row.run_id, row.run.cap_of(row.location_id)
        amount = row.amount if cap is None else min(row.amount, cap)
        if amount:
            found.append(Fee(row.location_id, row.product_id or 0, amount))
    return FeesInForce(run, by_product(found))
