"""The acts of matching on orders: source again, move a line, swap for a substitute and back."""

from fulfillment import forms, moving_forms
from fulfillment.services import reallocating, rerouting, swapping
from oms.foundation.actions import Action, register
from orders.models import Order

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
        shown=lambda order: order.is_live and any(line.quantity_short for line in order.lines.all()),
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
)
