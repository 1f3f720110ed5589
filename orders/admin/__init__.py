"""The console's pages of demand: orders, customers, money, channels and keys."""

from orders.admin import channels, customers, money, orders  # noqa: F401  registering is their import
