"""The tables of demand."""

from orders.models.channels import ApiKey, Channel, ChannelAccount, ChannelMembership
from orders.models.customers import Customer
from orders.models.discounts import OrderDiscount
from orders.models.gates import Gate, Hold
from orders.models.ledger import Payment, PaymentEvent, Refund
from orders.models.orders import Order, OrderAddress, OrderLine
from orders.models.sandbox import SandboxCharge

__all__ = [
    "ApiKey",
    "Channel",
    "ChannelAccount",
    "ChannelMembership",
    "Customer",
    "Gate",
    "Hold",
    "Order",
    "OrderAddress",
    "OrderDiscount",
    "OrderLine",
    "Payment",
    "PaymentEvent",
    "Refund",
    "SandboxCharge",
]
