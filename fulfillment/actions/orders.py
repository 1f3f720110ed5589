"""The acts of matching on orders: source again, move a line, offer a substitute, swap for one and back."""

from fulfillment import forms, moving_forms
from fulfillment.models import FulfillmentOrder
from fulfillment.services import offering, reallocating, rerouting, swapping
from oms.foundation.actions import Action, register
from orders.models import Order


def _is_short(order: Order) -> bool:
    """Return whether something of a live order is missing."""
    return order.is_live and any(line.quantity_short for line in order.lines.all())


def _waits(order: Order) -> bool:
    """Return whether something of a live order was found to be missing."""
    return order.short_since is not None and _is_short(order)


register(
    Action(
        model=Order,
        subject="order_id",
        name="source_again",
        label="Source again",
        permission="fulfillment.source_fulfillmentorder",
        service=rerouting.source_again,
        conditions=rerouting.CAN_SOURCE,
        shown=lambda order: order.is_live,
        irreversible="The new decision replaces the planned one; every decision stays on record.",
        help="Decide anew who ships it; every location is allowed again, and what a person chose is let go of.",
        icon="hub",
    ),
    Action(
        model=Order,
        subject="order_id",
        name="reallocate",
        label="Move a line",
        permission="fulfillment.reroute_fulfillmentorder",
        service=reallocating.reallocate_line,
        conditions=reallocating.CAN_MOVE_LINE,
        form=moving_forms.ReallocateLine,
        within=FulfillmentOrder,
        shown=lambda order: order.is_live and any(line.quantity_allocated for line in order.lines.all()),
        irreversible="Move it back to where it was; every decision stays on record.",
        bulk=False,
        help="You choose which location ships pieces of a line. Sourcing leaves them there until you let it choose.",
        icon="move_location",
    ),
    Action(
        model=Order,
        subject="order_id",
        name="swap",
        label="Swap for a substitute",
        permission="orders.swap_order",
        service=swapping.swap,
        conditions=swapping.CAN_SWAP,
        form=forms.Swap,
        shown=_is_short,
        bulk=False,
        inverse="swap_back",
        help="The customer agrees to another product at the promised price; it is promised from stock at once.",
        icon="swap_horiz",
    ),
    Action(
        model=Order,
        subject="order_id",
        name="swap_back",
        label="Swap back",
        permission="orders.swap_order",
        service=swapping.swap_back,
        conditions=swapping.CAN_SWAP_BACK,
        form=forms.SwapBack,
        shown=lambda order: order.is_live and swapping.HAS_SWAPPED.check(order) is None,
        bulk=False,
        inverse="swap",
        help="The pieces are what was ordered first again, as long as nobody picks them.",
        icon="undo",
    ),
    Action(
        model=Order,
        subject="order_id",
        name="offer_substitute",
        label="Offer a substitute",
        permission="orders.swap_order",
        service=offering.offer_substitute,
        conditions=offering.CAN_OFFER,
        form=forms.OfferSubstitute,
        shown=_waits,
        bulk=False,
        inverse="decline_offer",
        help="Notes what the customer may have instead of missing pieces, and until when; it keeps no stock.",
        icon="contact_support",
    ),
    Action(
        model=Order,
        subject="order_id",
        name="accept_offer",
        label="Offer accepted",
        permission="orders.swap_order",
        service=offering.accept_offer,
        conditions=offering.CAN_OFFER,
        form=forms.AcceptOffer,
        shown=_waits,
        bulk=False,
        inverse="swap_back",
        help="The customer takes the substitute: the missing pieces are swapped at the promised price.",
        icon="thumb_up",
    ),
    Action(
        model=Order,
        subject="order_id",
        name="decline_offer",
        label="Offer declined",
        permission="orders.swap_order",
        service=offering.decline_offer,
        conditions=offering.CAN_ANSWER,
        form=forms.DeclineOffer,
        shown=_waits,
        bulk=False,
        irreversible="What was declined is not offered again by itself; offer it by hand.",
        help="The customer does not want the substitute: the order waits on.",
        icon="thumb_down",
    ),
)
