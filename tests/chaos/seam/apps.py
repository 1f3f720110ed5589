"""Django's entry for the seam: loaded after every room."""

from django.apps import AppConfig


class SeamConfig(AppConfig):
    """Puts the outside world in the sandboxes' place and takes one guard away where a control run asks for it."""

    name = "tests.chaos.seam"
    label = "chaos_seam"

    def ready(self) -> None:
        """Replace gateway and carrier under their own codes."""
        from django.conf import settings

        from fulfillment.carriers.registry import CARRIERS
        from orders.payments.registry import register_gateway
        from tests.chaos.seam import guards, remote

        register_gateway(remote.Gateway())
        CARRIERS[remote.Carrier.code] = remote.Carrier()
        if settings.GUARD_OFF:
            guards.GUARDS[settings.GUARD_OFF].take_away()
