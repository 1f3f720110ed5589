"""By what a product is followed changes only while nothing of it is in stock: nobody knows the lots of that."""

from collections.abc import Collection, Mapping

from inventory.models import KitComponent, Location, StockLevel
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


def against_kinds(wanted: Mapping[int, str]) -> dict[int, str]:
    """Return by location why it cannot be of the kind that is wanted for it; those that can are absent.

    Where somebody else handles the pieces nobody knows their lots: with followed pieces on hand that cannot change.
    """
    places = Location.objects.in_bulk(list(wanted))
    turned = [pk for pk, one in places.items() if (one.kind in OWN_KINDS) != (wanted[pk] in OWN_KINDS)]
    lying = StockLevel.objects.filter(location__in=turned, on_hand__gt=0) if turned else StockLevel.objects.none()
    found: dict[int, str] = {}
    for level in lying.exclude(product__followed_by=FollowedBy.NOTHING).select_related("product").order_by("-pk"):
        here = f"{count(level.on_hand, 'piece')} of {level.product.sku} on hand"
        found[level.location_id] = f"{here}, followed by {level.product.followed_word}: the kind changes only without."
    return found
