"""Orders in every state: from a draft to one that was paid back."""

from datetime import timedelta

from django.utils import timezone

from orders.intake import CustomerIn
from orders.models import ChannelAccount, Order, OrderLine
from orders.services.api_keys import issue_api_key
from orders.services.drafts import Draft, DraftLine, create_draft
from tools.stages.desk import Desk, Line

LONG_NAME = "Konstantin-Alexander Freiherr von Hohenzollern-Württemberg zu Schleswig"
FORTY: list[Line] = [
    (sku, 1 + number % 2, cents)
    for number, (sku, cents) in enumerate(
        [("MUG-ENAMEL", 1490), ("MUG-ENAMEL-BLUE", 1490), ("SOCK-WOOL-39", 1990), ("TENT-PEG-10", 1290)] * 10
    )
]


def play(desk: Desk) -> None:
    """Play the scenes of demand."""
    waiting(desk)
    held(desk)
    large(desk)
    ended(desk)
    refunds(desk)
    keys(desk)


def waiting(desk: Desk) -> None:
    """Orders that wait for something, and a draft."""
    desk.show("order-to-review", desk.order(risk_stated="high"))
    unknown = desk.order([("MUG-ENAMEL", 1, 1490), ("MUG-UNHEARD-OF", 2, 990)])
    desk.show("order-data-fault", unknown)
    broken = Order.objects.filter(gates__name="address", gates__state="closed").order_by("pk")[0]
    desk.show("order-address-broken", broken)
    unpaid = desk.order(token="tok_declined")
    desk.show("order-unpaid", unpaid)
    desk.show("order-act-retry-payment", unpaid, "act/retry_payment/")
    desk.show("order-answer-lost", desk.order(token="tok_timeout"))
    short = Order.objects.filter(fulfillment_status="backordered").order_by("pk")[0]
    desk.show("order-back-ordered", short)
    desk.show("order-act-offer-accepted", short, "act/accept_offer/")
    desk.show("order-refused-act", short, "act/release/")
    account = ChannelAccount.objects.get(code="wholesale")
    lines = [DraftLine("TENT-2P", 2), DraftLine("STOVE-GAS", 1, 5500)]
    desk.show("order-draft", create_draft(draft=Draft(account_id=account.pk, lines=lines), actor=desk.actor()))
    desk.show("order-act-change-lines", Order.objects.latest("pk"), "act/change_lines/")


def held(desk: Desk) -> None:
    """An order with two holds, tags and a note."""
    order = desk.order(
        instructions="Ring twice.\nThe dog is harmless.", tags=["vip", "gift"], purchase_order="PO-77 / 2026"
    )
    tomorrow = timezone.localtime(timezone.now() + timedelta(days=1))
    desk.do(
        order, "hold", reason="customer_request", note="On holiday until Friday", due_at=f"{tomorrow:%Y-%m-%d %H:%M}"
    )
    desk.do(order, "hold", reason="manual", note="Wants to add a lamp")
    desk.do(order, "add_note", note="Called at nine, calls again on Friday.")
    desk.show("order-held", order)
    desk.show("order-act-hold", order, "act/hold/")
    desk.show("order-act-edit-address", order, "act/edit_address/")


def large(desk: Desk) -> None:
    """Forty lines, and words that are longer than they should be."""
    order = desk.order(FORTY)
    OrderLine.objects.filter(order=order, position__in=[3, 7]).update(
        customization="Engrave: “For Grandmother, Christmas 2026”"
    )
    desk.show("order-40-lines", order)
    long = desk.order(
        external_id="gid://shop/Order/" + "9" * 40,
        customer=CustomerIn(LONG_NAME, f"{'long.address.' * 5}of@a-very-long-domain-name.example.com", "+4940555778"),
        instructions="Please leave it with the neighbour on the third floor. " * 6,
    )
    desk.show("order-long-words", long)


def ended(desk: Desk) -> None:
    """Orders that are on their way, delivered or cancelled."""
    released = desk.order()
    desk.show("order-released", released)
    two = desk.order([("TENT-PEG-10", 4, 1290), ("BOTTLE-1L", 2, 2990)])
    desk.shipped(two, parcels=2)
    desk.show("order-two-parcels", two)
    done = desk.order()
    desk.delivered(done)
    desk.show("order-delivered", done)
    gone = desk.order()
    desk.do(gone, "cancel", reason="Ordered twice")
    desk.show("order-cancelled", gone)


def refunds(desk: Desk) -> None:
    """A refund that was paid, and one that waits for a second person."""
    order = desk.order([("LAMP-HEAD", 2, 4490)])
    desk.delivered(order)
    desk.do(order, "refund", amount="5.00", reason="A scratch")
    desk.do(order, "refund", amount="80.00", reason="Second lamp never lit")
    desk.show("order-partly-refunded", order)
    for refund in order.refunds.order_by("pk"):
        desk.show(f"refund-{refund.state}", refund)
    payment = order.payments.get()
    desk.show("payment-captured", payment)


def keys(desk: Desk) -> None:
    """A key of a channel's system."""
    account = ChannelAccount.objects.get(code="fjord-web")
    issue_api_key(account_id=account.pk, name="Warehouse scanner", actor=desk.actor())
    desk.show("apikey", account.api_keys.latest("pk"))
    desk.show("channel", account.channel)
    desk.show("channel-account", account)
