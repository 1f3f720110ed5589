"""By what a product is followed changes only while nothing of it is in stock: nobody knows the lots of that."""

from collections.abc import Collection

from inventory.models import KitComponent, StockLevel
from inventory.models.catalogue import FollowedBy
from inventory.models.stock import OWN_KINDS
from oms.foundation.wording import count

NO_KIT = "A kit is not followed itself: its components are."
NO_DATE = "Only what is followed by lot or serial number has best-before dates."


def against_following(product_ids: Collection[int]) -> dict[int, str]:
    """Return by product why it cannot be followed by something else now; those that can are absent."""
    kits = KitComponent.objects.filter(kit__in=list(product_ids)).values_list("kit", flat=True)
    found = dict.fromkeys(kits, NO_KIT)
    lying = StockLevel.objects.filter(product__in=list(product_ids), on_hand__gt=0, location__kind__in=OWN_KINDS)
    for level in lying.select_related("location").order_by("-pk"):
        here = f"{count(level.on_hand, 'piece')} on hand at {level.location.name}"
        found[level.product_id] = f"{here}: by what it is followed changes only while none is in stock."
    return found


def fault_of(followed_by: str, expires: bool) -> str:
    """Return why a product cannot be kept so; blank where it can."""
    return NO_DATE if expires and followed_by == FollowedBy.NOTHING else ""
