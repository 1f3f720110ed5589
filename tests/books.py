"""A shop with a little of everything in its books, written by the services: what the tests of invariants begin with."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from django.contrib.auth.models import User
from django.test import override_settings

from fulfillment.models import Box, FulfillmentOrder, FulfillmentPartner, Manifest, Package, Shipment
from fulfillment.picking.plan import Strategy
from fulfillment.services import handover, scan_packing
from fulfillment.services.counted import post_count
from fulfillment.services.labels import buy_labels, void_labels
from fulfillment.services.offering import offer_substitute
from fulfillment.services.packing import unpack
from fulfillment.services.replaying.asking import ask_for_replay
from fulfillment.services.scan_packing import Sent
from fulfillment.services.scarcity.asking import ask_for_fees
from fulfillment.services.sourcing.rule_changes import create_draft as draft_rules
from fulfillment.services.third_party.receiving import receive_file
from fulfillment.services.visiting import book_driver
from fulfillment.services.walking import Read, scan, take_over
from fulfillment.services.walking.missing import pieces_in_hands
from fulfillment.services.waves import Wanted, make_wave, release_wave
from inventory.models import Bin, Location, Product, Substitute
from inventory.services.bin_counts import begin_count, count_pieces, finish_count
from inventory.services.bins import put_away
from inventory.services.lots import lot_that_came
from inventory.services.stock import Change, move_stock
from oms.foundation.actor import Actor
from oms.foundation.audit import record
from oms.foundation.inbox import receive
from oms.foundation.models import IdempotencyKey
from oms.foundation.work import DRAINERS
from oms.outlets.models import WebhookDelivery
from oms.outlets.models.webhooks import DeliveryState
from oms.outlets.notifications.sending import send_notifications
from orders.models import Order
from orders.services.cancel import cancel_line, cancel_order
from orders.services.drafts import Draft, DraftLine, create_draft
from orders.services.holds import place_hold, release_hold
from orders.services.refunds import request_refund
from returns.services.inspecting import inspect_return
from returns.services.receiving import receive_return
from tests.factories import NOW, make_actor, make_location, make_product, make_stock, take_order
from tests.foundation.rows import make_import, make_operation
from tests.outlets.world import listen
from tests.returns.world import announced, approved_return, inspected

CLERK = make_actor()
QUEUES = ("flow", "payments", "carriers", "channels")
EVENING = NOW + timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Books:
    """The orders of the shop by how far they are."""

    home: Order
    """Shipped in one parcel, delivered, completed, one of its three pieces returned and refunded."""
    open: Order
    """Held after its release; one piece cancelled, a refund paid out and another waiting for a second person."""
    short: Order
    """Waits for stock that is not there, its money promised."""
    cancelled: Order
    """Cancelled after the money was promised: voided."""
    packed: Order
    """In its parcel, whose first label was voided, on a truck that is being loaded."""
    draft: Order
    """Taken by phone, not placed."""


def rest(now: datetime = NOW) -> None:
    """Let the workers do everything that is due at a moment, but send nothing over a network."""
    worker = Actor.system("worker", now=now)
    for _ in range(60):
        if not sum(one.drain(worker, 100) for queue in QUEUES for one in DRAINERS[queue]):
            return
    raise AssertionError("the workers do not come to rest")


def keep_books() -> Books:
    """Run a small day of a shop and return its orders."""
    tea, cup, rare = make_product("TEA"), make_product("CUP"), make_product("RARE")
    place, _ = make_location("LON"), _hear_from_a_partner()
    for product, pieces in ((tea, 20), (cup, 10), (rare, 0)):
        make_stock(product, place, pieces)
    carton = make_product("CARTON")
    make_stock(carton, place, 5)
    Box.objects.create(code="BOX", product=carton, length_mm=300, width_mm=200, height_mm=100)
    shelf = Bin.objects.create(location=place, code="A-01")
    _put_and_count(shelf, tea.stock_levels.get().pk, 8)
    move_stock(changes=[Change(tea.stock_levels.get().pk, -1, "damage", "broken:1")], actor=CLERK)
    home = take_order([(tea, 2, 1000), (cup, 1, 500)], token="tok_ok")
    listen(code="take")
    opened = take_order([(tea, 3, 1000)])
    short = take_order([(rare, 1, 9000)], token="tok_ok")
    cancelled = take_order([(cup, 1, 500)], token="tok_ok")
    parcel = take_order([(cup, 2, 500)])
    rest()
    _sell(home, opened, cancelled)
    _keep_a_parcel(parcel)
    for minute in range(2, 12, 2):
        rest(NOW + timedelta(minutes=minute))
    _bring_back(home)
    _do_the_rest(opened)
    _offer(rare, cup, short)
    rules = draft_rules(name="No stores for wholesale", actor=CLERK)
    rest(EVENING)
    send_messages()
    asker, _ = User.objects.get_or_create(username="asks-for-replays")
    ask_for_replay(rule_set_id=rules.pk, begins=NOW, ends=EVENING, user_id=asker.pk, actor=CLERK)
    ask_for_fees(begins=NOW, ends=EVENING, takes_over=False, actor=CLERK)
    return Books(
        home=_again(home),
        open=_again(opened),
        short=_again(short),
        cancelled=_again(cancelled),
        packed=_again(parcel),
        draft=_phone(tea),
    )


def _take_in_by_lot(place: Location) -> None:
    """Take two pieces in of a product that is followed by lot."""
    honey = make_product("HONEY", followed_by="lot")
    lot = lot_that_came(product_id=honey.pk, number="L1", expires_on=None, actor=CLERK)
    level = make_stock(honey, place, 0)
    move_stock(changes=[Change(level.pk, 2, "receipt", "came:1", "", lot.pk)], actor=CLERK)


def _put_and_count(shelf: Bin, level_id: int, pieces: int) -> None:
    """Put pieces into a bin, count it with a handheld, and find in it what the books say."""
    put_away(stock_level_id=level_id, bin=shelf.code, quantity=pieces, actor=CLERK)
    counter, _ = User.objects.get_or_create(username="counts-by-scans")
    told = {"person_id": counter.pk, "actor": CLERK}
    row = begin_count(bin_id=shelf.pk, in_hands=pieces_in_hands, **told)
    count_pieces(count_session_id=row.pk, stock_level_id=level_id, quantity=pieces, **told)
    finish_count(count_session_id=row.pk, in_hands=pieces_in_hands, **told)
    post_count(count_session_id=row.pk, actor=CLERK)


def _hear_from_a_partner() -> None:
    """Keep a file of the third party at a location without stock that nobody can read."""
    place = make_location("MAN")
    partner = FulfillmentPartner.objects.create(location=place, way="csv")
    receive_file(partner_id=partner.pk, body=b"not X12", actor=CLERK)


def _again(order: Order) -> Order:
    """Return an order as it stands now."""
    return Order.objects.get(pk=order.pk)


def _sell(home: Order, opened: Order, cancelled: Order) -> None:
    """Ship one order, cancel a piece of another and the whole of a third."""
    _hand_over(_loaded(_labelled(home)))
    cancel_line(order_id=opened.pk, line=1, quantity=1, reason="changed my mind", actor=CLERK)
    cancel_order(order_id=cancelled.pk, reason="twice", actor=CLERK)


def _labelled(order: Order, *, twice: bool = False) -> Shipment:
    """Bring an order to its label; it may be packed twice."""
    work = FulfillmentOrder.objects.get(order=order)
    _pick_by_scans(work)
    shipment = _pack_by_scans(work)
    if twice:
        unpack(fulfillment_order_id=work.pk, actor=CLERK)
        shipment = _pack_by_scans(work)
    buy_labels(shipment_id=shipment.pk, actor=CLERK)
    rest()
    return Shipment.objects.get(pk=shipment.pk)


def _pick_by_scans(work: FulfillmentOrder) -> None:
    """Walk for one fulfillment order, a wave of its own, with a handheld."""
    picker, _ = User.objects.get_or_create(username="picks-by-scans")
    rows = FulfillmentOrder.objects.filter(pk=work.pk)
    wave = make_wave(work=rows, wanted=Wanted(location_id=work.location_id, strategy=Strategy.SINGLE), actor=CLERK)
    walk = release_wave(wave_id=wave.pk, within=FulfillmentOrder.objects.all(), actor=CLERK).walks.get()
    take_over(pick_list_id=walk.pk, picker_id=picker.pk, actor=CLERK)
    for task in walk.tasks.select_related("allocation__order_line"):
        read = Read(uuid4(), task.pk, task.allocation.order_line.sku, task.quantity)
        scan(pick_list_id=walk.pk, picker_id=picker.pk, read=read, actor=CLERK)


def _pack_by_scans(work: FulfillmentOrder) -> Shipment:
    """Scan every piece of picked work into one box, and a piece that does not belong."""
    packer, _ = User.objects.get_or_create(username="picks-by-scans")
    session = scan_packing.begin(fulfillment_order_id=work.pk, packer_id=packer.pk, actor=CLERK)
    told = {"session_id": session.pk, "packer_id": packer.pk, "actor": CLERK}
    for one in work.allocations.select_related("order_line"):
        scan_packing.scan(**told, sent=Sent(uuid4(), one.order_line.sku, one.quantity))
    scan_packing.scan(**told, sent=Sent(uuid4(), "RARE"))
    scan_packing.close_parcel(**told, sent=Sent(uuid4()))
    return Shipment.objects.exclude(state="cancelled").get(fulfillment_order=work)


def _loaded(shipment: Shipment) -> Manifest:
    """Load a shipment's parcel with a handheld."""
    loader, _ = User.objects.get_or_create(username="picks-by-scans")
    row = handover.open_list(location_id=shipment.location_id, carrier=shipment.carrier, actor=CLERK)
    parcels = Package.objects.filter(shipment=shipment)
    read = handover.Scan(uuid4(), parcels.get().tracking_number)
    handover.load(manifest_id=row.pk, person_id=loader.pk, scan=read, parcels=parcels, actor=CLERK)
    return row


def _hand_over(row: Manifest) -> None:
    """Close a list, tell the carrier, and let the truck leave."""
    seen = Shipment.objects.all()
    handover.close_list(manifest_id=row.pk, within=seen, actor=CLERK)
    rest()
    handover.hand_over_list(manifest_id=row.pk, within=seen, actor=CLERK)


def _keep_a_parcel(order: Order) -> None:
    """Buy a label, void it, buy another and load the parcel onto a truck whose driver is booked."""
    shipment = _labelled(order, twice=True)
    void_labels(shipment_id=shipment.pk, actor=CLERK)
    rest()
    buy_labels(shipment_id=shipment.pk, actor=CLERK)
    rest()
    _loaded(Shipment.objects.get(pk=shipment.pk))
    book_driver(location_id=shipment.location_id, carrier="sandbox", actor=CLERK)


def _bring_back(order: Order) -> None:
    """Send one piece of tea back, put it to stock and refund it."""
    evening = make_actor(now=EVENING)
    one = approved_return(order, announced("TEA", 1), actor=evening)
    receive_return(return_id=one.pk, location=FulfillmentOrder.objects.get(order=order).location, actor=evening)
    inspect_return(return_id=one.pk, lines=[inspected("TEA")], actor=evening)


def _do_the_rest(opened: Order) -> None:
    """Hold and let go, refund a little, preview a bulk act, get a message, answer a key."""
    evening = make_actor(now=EVENING)
    _take_in_by_lot(Location.objects.get(code="LON"))
    place_hold(order_id=opened.pk, actor=evening)
    release_hold(order_id=opened.pk, actor=evening)
    place_hold(order_id=opened.pk, actor=evening)
    request_refund(order_id=opened.pk, amount=100, reason="late", actor=evening)
    with override_settings(REFUND_APPROVAL_ABOVE=1):
        request_refund(order_id=opened.pk, amount=200, reason="broken", actor=evening)
    record(evening, "bulk.previewed", make_operation())
    record(evening, "imports.sent", make_import(), note="orders.csv")
    receive(source="x", kind="nobody", account="x", message_id="1", body=b"{}", headers={}, actor=evening)
    IdempotencyKey.objects.create(owner="1", key="k", fingerprint="f", status=201, body=b"{}", created_at=EVENING)


def send_messages() -> None:
    """Send the mails, and let the systems have been told."""
    while send_notifications(make_actor(now=EVENING), 100):
        continue
    WebhookDelivery.objects.update(state=DeliveryState.DELIVERED, delivered_at=EVENING)


def _offer(rare: Product, cup: Product, short: Order) -> None:
    """Offer a cup instead of what is not there."""
    Substitute.objects.create(product=rare, substitute=cup)
    offer_substitute(order_id=short.pk, line=1, sku="CUP", actor=make_actor(now=EVENING))


def _phone(tea: Product) -> Order:
    """Note an order that is not placed yet."""
    account = Order.objects.all()[0].channel_account_id
    return create_draft(draft=Draft(account_id=account, lines=[DraftLine("TEA", 1)]), actor=make_actor(now=EVENING))
