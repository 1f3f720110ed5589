"""Two shops and two warehouses with one row of every kind in each, for callers who belong to one of them."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import Group, User
from django.db.models import Model

from fulfillment.models import (
    Allocation,
    CarrierAccount,
    FulfillmentOrder,
    Label,
    Package,
    PackageItem,
    PickList,
    ScarcityRun,
    Shipment,
    ShippingRate,
    SourcingDecision,
    SourcingReplay,
    SourcingRuleSet,
    SubstituteOffer,
)
from fulfillment.services.sourcing.rule_changes import create_draft
from inventory.models import Bin, IncomingStock, Location, Product, Reservation, StockLevel, StockMovement
from inventory.services.reservations import cart_key
from oms.foundation.actor import Actor
from oms.foundation.audit import Act, record_many
from oms.foundation.models import InboxMessage, OutboxEvent, PeriodicJob
from oms.foundation.signing import new_secret
from oms.outlets.models import Notification, NotificationRule, WebhookDelivery, WebhookEndpoint
from orders.models import (
    ApiKey,
    Channel,
    ChannelAccount,
    Customer,
    Gate,
    Hold,
    Order,
    OrderAddress,
    OrderLine,
    Payment,
    PaymentEvent,
    Refund,
)
from orders.services.api_keys import digest_of
from returns.models import Return, ReturnLine
from tests.factories import NOW
from tests.security.stores import PAPER, count_of, stores, truck

# words that stand in every text of the other shop and the other warehouse, and nowhere else
CHANNEL_MARK, LOCATION_MARK = "Zyxchannel", "Zyxplace"
NOTHING: dict[str, Any] = {"method": "exact", "candidates": [], "rejections": [], "shortages": [], "portions": []}
SECRET = "5" * 64
CLERK = Actor("user", "", "the world", NOW)


@dataclass
class Shop:
    """One channel at one location, and the row of each model that belongs to both."""

    channel: Channel
    account: ChannelAccount
    location: Location
    mark: str
    rows: dict[type[Model], Any] = field(default_factory=dict)

    def keep(self, row: Any) -> Any:
        """Remember the row as the shop's row of its kind."""
        self.rows[type(row)] = row
        return row


@dataclass
class World:
    """The shop the callers belong to, one of another channel, and one at another location."""

    own: Shop
    other_channel: Shop
    other_location: Shop
    personal: dict[type[Model], dict[Any, Any]] = field(default_factory=dict)

    def row(self, model: type[Model], relation: str) -> Any:
        """Return the row of a kind as seen by a caller: own, other_channel or other_location."""
        shop: Shop = getattr(self, relation)
        return shop.rows[model]


def build() -> World:
    """Make the world; three shops that share their products."""
    product = Product.objects.create(sku="SHARED", title="Shared product", unit_price=1000, weight_g=500)
    ours, theirs = _channel("own"), _channel(CHANNEL_MARK)
    here, there = _location("HERE"), _location(LOCATION_MARK.upper())
    return World(
        own=_fill(Shop(ours.channel, ours, here, "Own"), product),
        other_channel=_fill(Shop(theirs.channel, theirs, here, CHANNEL_MARK), product),
        other_location=_fill(Shop(ours.channel, ours, there, LOCATION_MARK), product),
    )


def _channel(name: str) -> ChannelAccount:
    """Make a channel with its account."""
    channel = Channel.objects.create(code=name.lower(), name=f"{name} shop", sender_email=f"{name.lower()}@example.com")
    return ChannelAccount.objects.create(channel=channel, code=f"{name.lower()}-account", webhook_secret=new_secret())


def _location(code: str) -> Location:
    """Make a warehouse."""
    return Location.objects.create(code=code, name=f"{code} warehouse", city=f"{code} town")


def _fill(shop: Shop, product: Product) -> Shop:
    """Make the shop's row of every kind."""
    for row in (product, shop.channel, shop.account, shop.location):
        shop.keep(row)
    _stock(shop, product)
    _sale(shop, product)
    _money(shop)
    _parcel(shop)
    _way_back(shop)
    _messages(shop)
    _system(shop)
    return shop


def _stock(shop: Shop, product: Product) -> None:
    """Make the level of the shop's location, the same for two shops at one place, and a rate that all share."""
    level, _ = StockLevel.objects.get_or_create(
        product=product, location=shop.location, defaults={"on_hand": 50, "bin": f"{shop.mark}-1", "allocated": 2}
    )
    reference = f"opening:{level.pk}"
    movement, _ = StockMovement.objects.get_or_create(
        reference=reference,
        defaults={"stock_level": level, "quantity": 50, "reason": "opening", "at": NOW, "note": shop.mark},
    )
    incoming, _ = IncomingStock.objects.get_or_create(
        product=product, location=shop.location, reference=f"{shop.mark}-PO", quantity=20, expected_on=NOW.date()
    )
    shelf, _ = Bin.objects.get_or_create(location=shop.location, code=f"{shop.mark}-SHELF")
    for row in (level, shelf, movement, count_of(shelf, shop.mark)):
        shop.keep(row)
    cart = {"quantity": 1, "expires_at": NOW.replace(year=2099), "created_at": NOW}
    # the account's own, whoever is asked about: of a foreign cart a system is told nothing, as of one that is not there
    kept = Reservation.objects.first()
    shop.keep(kept or Reservation.objects.create(product=product, key=cart_key(shop.account.pk, "cart"), **cart))
    shop.keep(incoming)
    rate, _ = ShippingRate.objects.get_or_create(code="shared-saver", defaults={"carrier": "post", "service": "saver"})
    shop.keep(rate)
    contract, _ = CarrierAccount.objects.get_or_create(code="shared-ups", defaults={"adapter": "ups"})
    shop.keep(contract)


def _sale(shop: Shop, product: Product) -> None:
    """Make a released order with a line, an address, a gate and a hold."""
    mark = shop.mark
    customer = Customer.objects.create(name=f"{mark} Person", email=f"{mark.lower()}@example.org", phone="+4930123456")
    order = Order.objects.create(
        number=f"T{mark[:8].upper()}",
        channel=shop.channel,
        channel_account=shop.account,
        external_id=f"{mark}-1001",
        customer=customer,
        customer_name=customer.name,
        email=customer.email,
        phone=customer.phone,
        currency="EUR",
        lines_total=2000,
        total=2000,
        state="released",
        payment_status="paid",
        placed_at=NOW,
        received_at=NOW,
        released_at=NOW,
        tags=[mark],
    )
    OrderLine.objects.create(
        order=order, position=1, product=product, sku=product.sku, quantity=2, quantity_open=2, unit_price=1000
    )
    OrderAddress.objects.create(
        order=order, kind="shipping", name=customer.name, line1="Street 1", city="Berlin", postal_code="10115",
        country="DE", created_at=NOW,
    )  # fmt: skip
    Gate.objects.create(order=order, name="data", state="closed", reason=f"{mark} is unclear.")
    Hold.objects.create(order=order, reason="customer_request", note=f"{mark} asked", blocks=["release"])
    record_many(CLERK, [Act("orders.capture", order, created=True)])
    shop.keep(customer)
    shop.keep(order)


def _money(shop: Shop) -> None:
    """Make a captured payment, what the gateway said, and a refund that waits for a second person."""
    order = shop.rows[Order]
    payment = Payment.objects.create(
        order=order, gateway="sandbox", method="card", token="tok_ok", currency="EUR", amount=2000, authorized=2000,
        captured=2000, state="captured", reference=f"{shop.mark}-tx",
    )  # fmt: skip
    for kind in ("authorize", "capture"):
        PaymentEvent.objects.create(
            payment=payment, kind=kind, gateway="sandbox", key=f"{kind}:{payment.pk}", currency="EUR", amount=2000,
            outcome="ok", transaction_id=f"{shop.mark}-{kind}", created_at=NOW,
        )  # fmt: skip
    refund = Refund.objects.create(
        order=order, payment=payment, key=f"{shop.mark}-refund", currency="EUR", amount=500, reason=shop.mark
    )
    shop.keep(payment)
    shop.keep(refund)


def _parcel(shop: Shop) -> None:
    """Make work that is being picked, a labelled shipment with a parcel, and the decision behind them."""
    order, level, mark = shop.rows[Order], shop.rows[StockLevel], shop.mark
    work = FulfillmentOrder.objects.create(
        number=f"F{mark[:8].upper()}", order=order, location=shop.location, state="open", opened_at=NOW
    )
    allocation = Allocation.objects.create(
        order_line=order.lines.get(), fulfillment_order=work, stock_level=level, quantity=2
    )
    shipment = Shipment.objects.create(
        number=f"S{mark[:8].upper()}", order=order, fulfillment_order=work, location=shop.location, state="labelled",
        carrier="sandbox", packed_at=NOW,
    )  # fmt: skip
    package = Package.objects.create(
        shipment=shipment, weight_g=500, carrier="sandbox", tracking_number=f"{mark.upper()}TRACK"
    )
    PackageItem.objects.create(package=package, allocation=allocation, quantity=2)
    Label.objects.create(
        package=package, key=f"{mark}-label", carrier="sandbox", state="purchased", document=PAPER, zpl="^XA^XZ",
        tracking_number=package.tracking_number,
    )  # fmt: skip
    decision = SourcingDecision.objects.create(
        order=order, decided_at=NOW, trigger="placed", rules_version=1, snapshot=b"", outcome=NOTHING,
        outcome_hash="0" * 64, sentence=f"{mark} decided.", parcels=1,
    )  # fmt: skip
    rules = create_draft(name="Everybody's rules", actor=CLERK)
    fees = ScarcityRun.objects.create(begins=NOW, ends=NOW + timedelta(days=1), sentence="Learned.")
    offer = SubstituteOffer.objects.create(
        order=order, order_line=order.lines.get(), product=level.product, quantity=1, expires_at=NOW.replace(year=2099)
    )
    walk = PickList.objects.create(number=f"P{mark[:8].upper()}", location=shop.location)
    more = (walk, *truck(mark, shipment), *stores(mark, work, shipment))
    for row in (work, shipment, package, decision, rules, _replay(rules), fees, offer, *more):
        shop.keep(row)


def _replay(rules: SourcingRuleSet) -> SourcingReplay:
    """Make a replay that waits for a worker; it belongs to no channel."""
    asker, _ = User.objects.get_or_create(username="asks-for-replays")
    return SourcingReplay.objects.create(
        rule_set=rules, rules={}, begins=NOW, ends=NOW + timedelta(days=1), user=asker, total=1, sentence="Replayed."
    )


def _way_back(shop: Shop) -> None:
    """Make a return that waits for approval."""
    order = shop.rows[Order]
    one = Return.objects.create(number=f"R{shop.mark[:8].upper()}", order=order, location=shop.location, note=shop.mark)
    ReturnLine.objects.create(return_order=one, order_line=order.lines.get(), quantity=1)
    shop.keep(one)


def _messages(shop: Shop) -> None:
    """Make a mail, a rule, an endpoint, a delivery, and a key of the account."""
    mark, order = shop.mark, shop.rows[Order]
    mail = Notification.objects.create(
        order=order, kind="shipped", key=f"{mark}-mail", recipient=order.email, subject=mark, body=mark, created_at=NOW
    )
    rule, _ = NotificationRule.objects.get_or_create(kind="shipped", channel=shop.channel)
    endpoint = WebhookEndpoint.objects.create(
        account=shop.account, url=f"https://{mark.lower()}.example.com/", secret=new_secret()
    )
    delivery = WebhookDelivery.objects.create(
        endpoint=endpoint, message_id=f"msg_{mark}", kind="OrderPlaced", payload={"order": mark}, created_at=NOW,
        give_up_at=NOW,
    )  # fmt: skip
    key = ApiKey.objects.create(
        account=shop.account, name=mark, prefix=f"K{mark.upper()[:9]}", digest=digest_of(SECRET), created_at=NOW
    )
    for row in (mail, rule, endpoint, delivery, key):
        shop.keep(row)


def _system(shop: Shop) -> None:
    """Make rows of the system's own books, a person and a role."""
    mark = shop.mark
    from oms.foundation.models import AuditLine

    shop.keep(
        OutboxEvent.objects.create(stream=f"world:{mark}", kind="Rang", payload={}, occurred_at=NOW, state="dead")
    )
    shop.keep(
        InboxMessage.objects.create(
            source="world", message_id=mark, kind="api", body=b"{}", received_at=NOW, state="dead"
        )
    )
    shop.keep(PeriodicJob.objects.create(name=f"job {mark}", due_at=NOW))
    shop.keep(AuditLine.objects.filter(subject=shop.rows[Order].stream)[0])
    shop.keep(User.objects.create_user(f"person-{mark}"))
    shop.keep(Group.objects.create(name=f"group {mark}"))
