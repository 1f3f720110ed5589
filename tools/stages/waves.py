"""Waves: one of each strategy as a draft, one whose first walk somebody picks, one that was cancelled."""

from django.contrib.auth.models import User
from django.urls import reverse

from fulfillment.models import FulfillmentOrder, Wave
from fulfillment.picking.plan import Strategy
from fulfillment.services import walking
from fulfillment.services.waves import Wanted, make_wave
from inventory.models import Location
from tools.stages.desk import Desk

BASKETS = (
    [("MUG-ENAMEL", 2, 1490), ("CANDLE-FIR", 1, 1790)],
    [("TENT-PEG-10", 3, 1290)],
    [("BOTTLE-1L", 1, 2990), ("PACK-35", 1, 11900)],
    [("MUG-ENAMEL", 1, 1490), ("TENT-2P", 1, 24900)],
)


def play(desk: Desk) -> None:
    """Play the scenes of waves."""
    place = Location.objects.get(code="HAM")
    for basket in BASKETS * 2:
        desk.order(basket)
    desk.pages["wave-preview"] = (
        f"{reverse('admin:fulfillment_wave_add')}?location={place.pk}&strategy=zone&orders=8&totes=4&tote_pieces=20"
    )
    cancelled = made(desk, place, Strategy.BATCH)
    desk.do(cancelled, "cancel")
    desk.show("wave-cancelled", cancelled)
    for strategy in Strategy:
        desk.show(f"wave-{strategy}", made(desk, place, strategy))
    going_on = made(desk, place, Strategy.CLUSTER)
    desk.do(going_on, "release")
    first = going_on.walks.order_by("turn")[0]
    picker = User.objects.get(username="walter")
    walking.take_over(pick_list_id=first.pk, picker_id=picker.pk, actor=desk.actor())
    desk.show("wave-being-picked", going_on)
    desk.show("wave-walk", going_on, "change/?walk=1")
    desk.pages["floor-with-waves"] = f"{reverse('floor')}?at={place.code}"


def made(desk: Desk, place: Location, strategy: Strategy) -> Wave:
    """Return a draft of what waits at a place."""
    wanted = Wanted(location_id=place.pk, strategy=strategy, orders=6, totes=3)
    return make_wave(work=FulfillmentOrder.objects.all(), wanted=wanted, actor=desk.actor())
