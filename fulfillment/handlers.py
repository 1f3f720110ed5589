"""What matching does when it hears of something, and what the clock makes it do."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from fulfillment.carriers import sandbox, sandbox_journey
from fulfillment.events import (
    BackordersLeft,
    PartnerAskedToCancel,
    PartnerMessageCame,
    PiecesMissed,
    SavingPossible,
    ShipmentShipped,
    SupplierAsked,
)
from fulfillment.models import Package
from fulfillment.services import finding_stand_ins, hearing, label_buying, polling, visiting
from fulfillment.services.following import end_work, shrink_promises
from fulfillment.services.handover import telling
from fulfillment.services.healing import heal
from fulfillment.services.offering import expire_offers
from fulfillment.services.opening import open_fulfillment_orders, recall_fulfillment_orders
from fulfillment.services.polling import follow
from fulfillment.services.recalling import Blocked, sweep_expired, take_promises_back
from fulfillment.services.replaying import working  # noqa: F401  registering is its import
from fulfillment.services.scarcity import working as learning  # noqa: F401  registering is its import
from fulfillment.services.scarcity.asking import learn_every_night, renew_fees
from fulfillment.services.sourcing import Trigger, source_orders
from fulfillment.services.sourcing.backorders import serve_backorders, source_new, sweep_backorders
from fulfillment.services.sourcing.redeciding import SWEEP, redecide_for, sweep_savings, tell_of_savings
from fulfillment.services.sourcing.withdrawal import expire_unpaid, unpaid_again
from fulfillment.services.supplier_requests import ask_suppliers, unasked
from fulfillment.services.third_party import posting
from fulfillment.services.third_party.settling import settle_message
from fulfillment.services.third_party.telling import tell_partners
from fulfillment.services.tracking import mark_overdue
from fulfillment.services.uncollected import expire_late, remind_late
from fulfillment.services.watching import watch_parcels
from fulfillment.sourcing.turns import Turn
from inventory.events import LotBlocked, StockGrew
from oms.foundation.actor import Actor
from oms.foundation.facts import handles
from oms.foundation.work import periodic
from orders.events import (
    AddressChanged,
    OrderCancelled,
    OrderFact,
    OrderLinesChanged,
    OrderPlaced,
    OrderRecalled,
    OrderReduced,
    OrderReleased,
    PaymentAuthorized,
    ShippingChanged,
)

WORKERS = (label_buying, finding_stand_ins, telling, visiting, polling, hearing, sandbox_journey, posting)


def _ids(facts: Iterable[OrderFact]) -> list[int]:
    """Return the orders of the facts, each once, in their order."""
    return list(dict.fromkeys(fact.order_id for fact in facts))


@handles(OrderPlaced)
def source_placed(facts: Sequence[OrderPlaced], actor: Actor) -> None:
    """Promise stock to new orders, the first first, behind those who wait."""
    source_new(order_ids=_ids(facts), actor=_sourcing(actor))


@handles(AddressChanged)
def source_moved(facts: Sequence[AddressChanged], actor: Actor) -> None:
    """Decide again for orders that go elsewhere; what the floor has begun stays."""
    source_orders(order_ids=_ids(facts), trigger=Trigger.ADDRESS, actor=_sourcing(actor))


@handles(ShippingChanged)
def source_reshipped(facts: Sequence[ShippingChanged], actor: Actor) -> None:
    """Decide again for orders that travel another way."""
    source_orders(order_ids=_ids(facts), trigger=Trigger.METHOD, actor=_sourcing(actor))


@handles(OrderLinesChanged)
def source_changed(facts: Sequence[OrderLinesChanged], actor: Actor) -> None:
    """Decide again for orders whose lines have changed."""
    source_orders(order_ids=_ids(facts), trigger=Trigger.LINES, actor=_sourcing(actor))


@handles(PiecesMissed)
def source_missed(facts: Sequence[PiecesMissed], actor: Actor) -> None:
    """Find other pieces for orders whose own were not on the shelf."""
    heal(missed=facts, actor=_sourcing(actor))


@handles(PaymentAuthorized)
def source_paid(facts: Sequence[PaymentAuthorized], actor: Actor) -> None:
    """Promise stock again to orders whose pieces were given back because they were not paid."""
    waiting = unpaid_again(_ids(facts))
    if waiting:
        source_orders(order_ids=waiting, trigger=Trigger.PAID, actor=_sourcing(actor))


@handles(StockGrew)
def serve_waiting(facts: Sequence[StockGrew], actor: Actor) -> None:
    """Promise new stock to the orders that wait for it."""
    products = {pk for fact in facts for pk in fact.product_ids}
    serve_backorders(product_ids=products, actor=_sourcing(actor))
    tell_of_savings(product_ids=products, actor=_sourcing(actor))


@handles(LotBlocked)
def take_back_blocked(facts: Sequence[LotBlocked], actor: Actor) -> None:
    """Take back the promises of pieces that may not go any more."""
    blocked = [Blocked(fact.lot_id, fact.location_id) for fact in facts]
    take_promises_back(blocked=blocked, actor=_sourcing(actor))


@handles(SavingPossible)
def move_to_save(facts: Sequence[SavingPossible], actor: Actor) -> None:
    """Decide orders again that wait with pieces of these products, and move those that save enough."""
    products = {pk for fact in facts for pk in fact.product_ids}
    redecide_for(product_ids=products, actor=_sourcing(actor))


@handles(BackordersLeft)
def serve_next(facts: Sequence[BackordersLeft], actor: Actor) -> None:
    """Go on with the next batch of waiting orders."""
    for fact in facts:
        behind = Turn(datetime.fromisoformat(fact.after_short_since), fact.after_order_id)
        serve_backorders(product_ids=fact.product_ids, behind=behind, actor=_sourcing(actor))


@handles(OrderReleased)
def open_released(facts: Sequence[OrderReleased], actor: Actor) -> None:
    """Give the work to the floor."""
    open_fulfillment_orders(order_ids=_ids(facts), actor=actor)
    ask_unasked(actor, _ids(facts))


@handles(OrderRecalled)
def take_back_recalled(facts: Sequence[OrderRecalled], actor: Actor) -> None:
    """Take the work back from the floor."""
    recall_fulfillment_orders(order_ids=_ids(facts), actor=actor)


@handles(OrderCancelled)
def end_cancelled(facts: Sequence[OrderCancelled], actor: Actor) -> None:
    """Free the pieces and stop the work of cancelled orders."""
    end_work(order_ids=_ids(facts), actor=actor)


@handles(OrderReduced)
def shrink_reduced(facts: Sequence[OrderReduced], actor: Actor) -> None:
    """Free the pieces that reduced orders no longer want."""
    shrink_promises(order_ids=_ids(facts), actor=actor)


@handles(ShipmentShipped)
def hand_over(facts: Sequence[ShipmentShipped], actor: Actor) -> None:
    """Let the sandbox carrier's driver scan what was handed over; other carriers do so by themselves, and are asked."""
    shipments = [fact.shipment_id for fact in facts]
    parcels = Package.objects.filter(shipment__in=shipments, carrier=sandbox.CODE)
    sandbox.hand_over(list(parcels.values_list("tracking_number", flat=True)), now=actor.now)
    follow(shipment_ids=shipments, actor=actor)


@periodic("expire_unpaid_allocations", seconds=300)
def expire(actor: Actor) -> str:
    """Give back the pieces of orders that were not paid in time."""
    return f"{expire_unpaid(actor=_sourcing(actor))} orders"


@periodic("take_back_expired", seconds=3600)
def take_back_expired(actor: Actor) -> str:
    """Take back the promises of pieces whose best-before date has passed overnight."""
    return f"{sweep_expired(actor=_sourcing(actor))} stock levels"


@periodic("sweep_backorders", seconds=900)
def sweep(actor: Actor) -> str:
    """Try waiting orders again whose products are free somewhere."""
    return f"{sweep_backorders(actor=_sourcing(actor))} orders"


@periodic(SWEEP, seconds=900, rest=10)
def decide_again(actor: Actor) -> str:
    """Move what waits for its release to where it is sent for less."""
    return f"{sweep_savings(actor=_sourcing(actor))} orders moved"


@periodic("learn_scarcity_fees", seconds=1800)
def learn_scarcity_fees(actor: Actor) -> str:
    """Learn scarcity fees from the day before, once a night."""
    return learn_every_night(actor=Actor.system("scarcity fees", now=actor.now))


@periodic("expire_offers", seconds=300)
def end_offers_in_time(actor: Actor) -> str:
    """End the offered substitutes that nobody has answered in time."""
    return f"{expire_offers(actor=_sourcing(actor))} offers"


@periodic("renew_scarcity_fees", seconds=300, rest=10)
def renew_scarcity_fees(actor: Actor) -> str:
    """Bring the scarcity fees in force up to date after many orders."""
    return renew_fees(actor=Actor.system("scarcity fees", now=actor.now))


def ask_unasked(actor: Actor, order_ids: Sequence[int] | None = None) -> int:
    """Ask the suppliers that have open work nobody asked for; return of how many orders."""
    waiting = unasked(order_ids)
    if waiting:
        ask_suppliers(order_ids=waiting, actor=_sourcing(actor))
    return len(waiting)


@periodic("ask_suppliers", seconds=60)
def ask_the_rest(actor: Actor) -> str:
    """Ask the suppliers of work that was opened by a person, or sourced anew."""
    return f"{ask_unasked(actor)} orders"


@handles(SupplierAsked)
def write_orders(facts: Sequence[SupplierAsked], actor: Actor) -> None:
    """Write third parties what they are to send."""
    tell_partners(request_ids=[fact.request_id for fact in facts], actor=actor)


@handles(PartnerAskedToCancel)
def write_cancellations(facts: Sequence[PartnerAskedToCancel], actor: Actor) -> None:
    """Write third parties what they are to stop."""
    tell_partners(request_ids=[fact.request_id for fact in facts], cancels=True, actor=actor)


@handles(PartnerMessageCame)
def read_messages(facts: Sequence[PartnerMessageCame], actor: Actor) -> None:
    """Do what third parties say."""
    for fact in facts:
        settle_message(message_id=fact.message_id, actor=Actor.system("3PL", now=actor.now))


@periodic("remind_pickups", seconds=1800)
def remind(actor: Actor) -> str:
    """Remind the customers whose time to collect is over soon."""
    return f"{remind_late(actor=Actor.system('pick-up', now=actor.now))} customers"


@periodic("expire_pickups", seconds=900)
def give_back_uncollected(actor: Actor) -> str:
    """Give back what nobody has collected in time."""
    return f"{expire_late(actor=Actor.system('pick-up', now=actor.now))} pick-ups"


@periodic("mark_overdue_parcels", seconds=3600)
def note_delays(actor: Actor) -> str:
    """Note the parcels whose promised day has passed."""
    return f"{mark_overdue(actor=Actor.system('tracking', now=actor.now))} parcels"


@periodic("watch_parcels", seconds=900)
def watch(actor: Actor) -> str:
    """Look at the parcels on their way, so that who is at risk is known before the customer asks."""
    return f"{watch_parcels(actor=Actor.system('tracking', now=actor.now))} parcels changed"


def _sourcing(actor: Actor) -> Actor:
    """Return sourcing as the one who acts."""
    return Actor.system("sourcing", now=actor.now)
