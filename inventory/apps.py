"""Django's entry for this room."""

from django.apps import AppConfig


class InventoryConfig(AppConfig):
    """Names the room."""

    name = "inventory"
    verbose_name = "Supply"
