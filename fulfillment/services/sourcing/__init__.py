"""Sourcing as a service: lock, read, let the pure engine decide, write the promise of stock."""

from fulfillment.services.sourcing.run import Trigger, source_orders

__all__ = ["Trigger", "source_orders"]
