"""What can be done to orders and refunds: declared once for the button, the bulk act and the API."""

from orders.actions import keys, money, orders, refunds  # noqa: F401  registering is their import
