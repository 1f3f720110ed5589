"""Django's entry for this room."""

from django.apps import AppConfig


class OrdersConfig(AppConfig):
    """Names the room."""

    name = "orders"
    verbose_name = "Orders"
