"""An order as a channel tells it; every amount is an integer of the order's minor units."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

PAID, AUTHORIZED, PENDING = "paid", "authorized", "pending"


@dataclass(frozen=True, slots=True)
class CustomerIn:
    """Who ordered."""

    name: str = ""
    email: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class AddressIn:
    """An address as given; ``country`` is a two-letter code or blank."""

    name: str = ""
    company: str = ""
    line1: str = ""
    line2: str = ""
    city: str = ""
    region: str = ""
    postal_code: str = ""
    country: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class DiscountIn:
    """Money taken off a line or the whole order, as a positive amount."""

    amount: int
    code: str = ""
    promotion_ref: str = ""


@dataclass(frozen=True, slots=True)
class LineIn:
    """Some pieces of one SKU at one price; ``tax`` is that of the whole line."""

    sku: str
    quantity: int
    unit_price: int
    title: str = ""
    external_id: str = ""
    tax: int = 0
    discounts: Sequence[DiscountIn] = ()
    customization: str = ""
    instructions: str = ""

    @property
    def subtotal(self) -> int:
        """Return quantity × unit price, before discounts."""
        return self.quantity * self.unit_price


@dataclass(frozen=True, slots=True)
class ShippingIn:
    """How the parcel travels and what the customer pays for it; ``pickup_location`` is the store's code, if any."""

    service_level: str = "standard"
    amount: int = 0
    tax: int = 0
    pickup_location: str = ""


@dataclass(frozen=True, slots=True)
class PaymentIn:
    """One way of paying the order.

    ``status`` is what the channel says has happened already (paid, authorized, pending); blank asks the gateway.
    ``reference`` is the channel's name of the transaction.
    """

    amount: int
    method: str = "card"
    gateway: str = "sandbox"
    token: str = ""
    status: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True)
class OrderIn:
    """An order as a channel tells it; ``total`` is what the customer was told.

    ``deliver_by`` is the day promised to the customer, ``channel_fee`` what the channel keeps of the sale, and
    ``sales_rep`` the login of the person who made it.
    """

    external_id: str
    currency: str
    total: int
    lines: Sequence[LineIn]
    placed_at: datetime | None = None
    prices_include_tax: bool = True
    customer: CustomerIn = CustomerIn()
    shipping_address: AddressIn | None = None
    billing_address: AddressIn | None = None
    shipping: ShippingIn = ShippingIn()
    discounts: Sequence[DiscountIn] = ()
    payments: Sequence[PaymentIn] = ()
    instructions: str = ""
    tags: Sequence[str] = ()
    purchase_order: str = ""
    risk_stated: str = ""
    ship_by: datetime | None = None
    deliver_by: date | None = None
    channel_fee: int = 0
    sales_rep: str = ""
