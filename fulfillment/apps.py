"""Django's entry for this room."""

from django.apps import AppConfig


class FulfillmentConfig(AppConfig):
    """Names the room."""

    name = "fulfillment"
    verbose_name = "Fulfillment"
