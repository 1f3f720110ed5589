"""The order management system: settings, the floor (foundation) and the roof (outlets)."""

from oms.celery import app as celery_app

__all__ = ["celery_app"]
