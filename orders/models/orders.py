"""Orders: what was promised to whom, at what price."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django_fsm import FSMField, transition

from inventory.models import Product
from oms.foundation.aggregate import Aggregate, words_check
from oms.foundation.money import Money
from orders.models.channels import Channel, ChannelAccount
from orders.models.customers import Customer
from orders.states import LIVE_ORDERS, MOST_PRIORITY, FulfillmentStatus, OrderState, PaymentStatus, ServiceLevel


class Order(Aggregate):
    """A sale that has happened, or a draft of one. Money in minor units of ``currency``.

    ``total`` is what the customer was told; ``total_difference`` is total − (lines + shipping + tax − discounts) as
    computed here, zero unless the channel's own sums do not add up. ``tax_total`` is part of the lines and shipping
    when ``prices_include_tax``, otherwise on top. ``cancelled_total`` is the part of ``total`` that fell away with
    cancelled pieces: the customer owes the rest. ``channel_fee`` is what a marketplace keeps; no part of ``total``.
    """

    number = models.CharField(max_length=12, unique=True, editable=False)
    channel = models.ForeignKey(Channel, models.PROTECT, related_name="orders")
    channel_account = models.ForeignKey(ChannelAccount, models.PROTECT, related_name="orders")
    external_id = models.CharField("channel's number", max_length=120, blank=True, default="")
    customer = models.ForeignKey(Customer, models.PROTECT, null=True, blank=True, related_name="orders")
    sales_rep = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    state = FSMField(max_length=12, default=OrderState.DRAFT, choices=OrderState.choices, protected=True)
    payment_status = models.CharField(
        max_length=20, choices=PaymentStatus.choices, default=PaymentStatus.UNPAID, editable=False
    )
    fulfillment_status = models.CharField(
        max_length=20, choices=FulfillmentStatus.choices, default=FulfillmentStatus.UNALLOCATED, editable=False
    )
    currency = models.CharField(max_length=3)
    prices_include_tax = models.BooleanField(default=True)
    lines_total = models.BigIntegerField(default=0)
    discount_total = models.BigIntegerField(default=0)
    shipping_total = models.BigIntegerField(default=0)
    shipping_tax = models.BigIntegerField(default=0)
    tax_total = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    total_difference = models.BigIntegerField(default=0, editable=False)
    cancelled_total = models.BigIntegerField(default=0, editable=False)
    service_level = models.CharField(
        "shipping method", max_length=12, choices=ServiceLevel.choices, default=ServiceLevel.STANDARD
    )
    pickup_location = models.CharField("store to collect from", max_length=16, blank=True, default="")
    customer_name = models.CharField(max_length=200, blank=True, default="")
    email = models.CharField("e-mail", max_length=254, blank=True, default="")
    phone = models.CharField(max_length=40, blank=True, default="")
    instructions = models.TextField(blank=True, default="")
    tags = models.JSONField(default=list, blank=True)
    purchase_order = models.CharField("customer's PO number", max_length=64, blank=True, default="")
    risk_stated = models.CharField("risk stated by the channel", max_length=12, blank=True, default="")
    ship_by = models.DateTimeField("channel wants it shipped by", null=True, blank=True)
    deliver_by = models.DateField("promised to the customer for", null=True, blank=True)
    channel_fee = models.BigIntegerField("kept by the channel", default=0)
    notifies_customer = models.BooleanField("sends customer e-mails", default=True)
    placed_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    short_since = models.DateTimeField(null=True, blank=True, editable=False)
    priority = models.PositiveSmallIntegerField(
        "own priority", null=True, blank=True, editable=False, help_text="None: that of the customer."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["channel_account", "external_id"], condition=~Q(external_id=""), name="order_captured_once"
            ),
            words_check("state", OrderState.values, "order_state_word"),
            words_check("payment_status", PaymentStatus.values, "order_payment_word"),
            words_check("fulfillment_status", FulfillmentStatus.values, "order_fulfillment_word"),
            models.CheckConstraint(
                condition=Q(discount_total__gte=0) & Q(shipping_total__gte=0) & Q(tax_total__gte=0) & Q(total__gte=0),
                name="order_money_not_negative",
            ),
            models.CheckConstraint(condition=Q(channel_fee__gte=0), name="order_fee_not_negative"),
            models.CheckConstraint(condition=Q(priority__lte=MOST_PRIORITY), name="order_priority"),
            models.CheckConstraint(
                condition=Q(cancelled_total__gte=0) & Q(cancelled_total__lte=F("total")),
                name="order_cancelled_in_total",
            ),
        ]
        permissions = [
            ("draft_order", "Can take orders by phone"),
            ("place_order", "Can place drafts"),
            ("release_order", "Can release and recall orders"),
            ("hold_order", "Can hold orders and let them go"),
            ("override_order", "Can override holds"),
            ("waive_order", "Can waive gates"),
            ("recheck_order", "Can check orders again"),
            ("cancel_order", "Can cancel orders"),
            ("prioritise_order", "Can set priorities"),
            ("swap_order", "Can swap pieces for substitutes"),
            ("readdress_order", "Can change addresses"),
            ("pay_order", "Can record and retry payments"),
            ("capture_order", "Can capture payments"),
            ("refund_order", "Can refund customers"),
            ("note_order", "Can add notes"),
            ("tag_order", "Can set tags"),
            ("mail_order", "Can stop and resume customer e-mails"),
        ]
        indexes = [
            models.Index(fields=["-placed_at", "-id"], name="order_newest"),
            # the channel is in them so that a person limited to channels is counted for from the index alone
            models.Index(fields=["state", "-placed_at", "-id"], include=["channel"], name="order_by_state"),
            models.Index(fields=["channel", "-placed_at", "-id"], name="order_by_channel"),
            models.Index(fields=["payment_status", "-placed_at"], name="order_by_payment"),
            models.Index(fields=["fulfillment_status", "-placed_at"], include=["channel"], name="order_by_fulfillment"),
            models.Index(fields=["received_at"], name="order_received"),
            models.Index(fields=["released_at"], name="order_released", condition=Q(released_at__isnull=False)),
            models.Index(fields=["external_id"], name="order_external"),
            models.Index(fields=["purchase_order"], name="order_purchase", condition=~Q(purchase_order="")),
            models.Index(fields=["email"], name="order_email"),
            models.Index(fields=["phone"], name="order_phone"),
            models.Index(fields=["short_since", "id"], name="order_short", condition=Q(short_since__isnull=False)),
            models.Index(fields=["ship_by", "id"], name="order_ship_by", condition=Q(ship_by__isnull=False)),
            models.Index(fields=["sales_rep", "-placed_at"], name="order_by_rep", condition=Q(sales_rep__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def stream(self) -> str:
        """Return the stream of the order's facts and audit lines."""
        return f"order:{self.pk}"

    @property
    def total_money(self) -> Money:
        """Return the order's total."""
        return Money(self.total, self.currency)

    @property
    def owed(self) -> int:
        """Return what the customer has to pay for all that was not cancelled, in minor units."""
        return self.total - self.cancelled_total

    @property
    def is_live(self) -> bool:
        """Return whether the order still has something to do."""
        return self.state in LIVE_ORDERS

    @transition(field=state, source=OrderState.DRAFT, target=OrderState.PLACED)
    def place(self, *, at: datetime) -> None:
        """The customer has ordered."""
        self.placed_at = self.placed_at or at

    @transition(field=state, source=OrderState.PLACED, target=OrderState.RELEASED)
    def release(self, *, at: datetime) -> None:
        """Every gate is open: the floor may work on it."""
        self.released_at = at

    @transition(field=state, source=OrderState.RELEASED, target=OrderState.PLACED)
    def recall(self) -> None:
        """Take it back from the floor, before anything was picked."""
        self.released_at = None

    @transition(field=state, source=OrderState.RELEASED, target=OrderState.COMPLETED)
    def complete(self, *, at: datetime) -> None:
        """Everything was delivered or cancelled."""
        self.completed_at = at

    @transition(
        field=state, source=[OrderState.DRAFT, OrderState.PLACED, OrderState.RELEASED], target=OrderState.CANCELLED
    )
    def cancel(self, *, at: datetime) -> None:
        """Nothing of it will be shipped."""
        self.cancelled_at = at


class OrderLine(models.Model):
    """Some pieces of one SKU at the price they were sold for; the catalogue may change, the line does not.

    ``quantity = quantity_open + quantity_shipped + quantity_cancelled`` at every moment. ``discount`` is this line's
    share of all discounts, frozen at placement, in minor units; ``tax`` as the channel stated it. Pieces that were
    swapped for a substitute count as cancelled, and their money stands on the line that ``replaces`` this one.
    """

    order = models.ForeignKey(Order, models.CASCADE, related_name="lines")
    position = models.PositiveIntegerField()
    external_id = models.CharField(max_length=120, blank=True, default="")
    product = models.ForeignKey(Product, models.PROTECT, null=True, blank=True, related_name="order_lines")
    sku = models.CharField("SKU", max_length=64)
    title = models.CharField(max_length=300, blank=True, default="")
    quantity = models.PositiveIntegerField()
    unit_price = models.BigIntegerField()
    tax = models.BigIntegerField(default=0)
    discount = models.BigIntegerField(default=0)
    customization = models.CharField(max_length=500, blank=True, default="")
    instructions = models.CharField(max_length=500, blank=True, default="")
    quantity_open = models.PositiveIntegerField(editable=False)
    quantity_allocated = models.PositiveIntegerField(default=0, editable=False)
    quantity_shipped = models.PositiveIntegerField(default=0, editable=False)
    quantity_delivered = models.PositiveIntegerField(default=0, editable=False)
    quantity_cancelled = models.PositiveIntegerField(default=0, editable=False)
    quantity_returned = models.PositiveIntegerField(default=0, editable=False)
    quantity_swapped = models.PositiveIntegerField(default=0, editable=False)
    replaces = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="replacements", editable=False
    )

    class Meta:
        ordering = ["order_id", "position"]
        constraints = [
            models.UniqueConstraint(fields=["order", "position"], name="line_position_once"),
            models.CheckConstraint(
                condition=Q(quantity=F("quantity_open") + F("quantity_shipped") + F("quantity_cancelled")),
                name="line_conserves_quantity",
            ),
            models.CheckConstraint(condition=Q(quantity__gt=0) & Q(quantity__lte=1_000_000), name="line_quantity_sane"),
            models.CheckConstraint(condition=Q(quantity_allocated__lte=F("quantity_open")), name="line_allocated_open"),
            models.CheckConstraint(
                condition=Q(quantity_returned__lte=F("quantity_shipped"))
                & Q(quantity_delivered__lte=F("quantity_shipped")),
                name="line_returned_shipped",
            ),
            models.CheckConstraint(
                condition=Q(unit_price__gte=0) & Q(tax__gte=0) & Q(discount__gte=0), name="line_money_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(quantity_swapped__lte=F("quantity_cancelled")), name="line_swapped_cancelled"
            ),
        ]
        indexes = [models.Index(fields=["sku", "id"], name="line_sku")]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.sku}"

    @property
    def quantity_priced(self) -> int:
        """Return the pieces whose money stands on this line: all but those swapped for a substitute."""
        return self.quantity - self.quantity_swapped

    @property
    def subtotal(self) -> int:
        """Return priced pieces × unit price, before discounts, in minor units."""
        return self.quantity_priced * self.unit_price

    @property
    def quantity_short(self) -> int:
        """Return the open pieces that no stock is allocated to."""
        return self.quantity_open - self.quantity_allocated


class AddressKind(models.TextChoices):
    """What an address is for."""

    SHIPPING = "shipping", "shipping"
    BILLING = "billing", "billing"


class OrderAddress(models.Model):
    """A snapshot of an address as given; an edit adds a new one and closes the old."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="addresses")
    kind = models.CharField(max_length=8, choices=AddressKind.choices)
    name = models.CharField(max_length=200, blank=True, default="")
    company = models.CharField(max_length=200, blank=True, default="")
    line1 = models.CharField(max_length=200, blank=True, default="")
    line2 = models.CharField(max_length=200, blank=True, default="")
    city = models.CharField(max_length=120, blank=True, default="")
    region = models.CharField(max_length=80, blank=True, default="")
    postal_code = models.CharField(max_length=20, blank=True, default="")
    country = models.CharField(max_length=2, blank=True, default="")
    phone = models.CharField(max_length=40, blank=True, default="")
    created_at = models.DateTimeField()
    replaced_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["order", "kind"], condition=Q(replaced_at__isnull=True), name="one_current_address"
            ),
            words_check("kind", AddressKind.values, "address_kind_word"),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.city}"
