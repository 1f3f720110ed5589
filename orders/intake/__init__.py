"""Orders as they come in, from whatever channel: plain values and the arithmetic that checks them."""

from orders.intake.arithmetic import Sums, add_up
from orders.intake.order import (
    AddressIn,
    CustomerIn,
    DiscountIn,
    LineIn,
    OrderIn,
    PaymentIn,
    ShippingIn,
)

__all__ = [
    "AddressIn",
    "CustomerIn",
    "DiscountIn",
    "LineIn",
    "OrderIn",
    "PaymentIn",
    "ShippingIn",
    "Sums",
    "add_up",
]
