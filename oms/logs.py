"""Log settings: one line an event, ids and plain words, never a customer's data."""

from collections.abc import MutableMapping
from typing import Any

import structlog

from oms.foundation.cards import without_cards


def without_query(logger: Any, name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Cut what was searched for off the address of a request: people search by name, e-mail and telephone."""
    if isinstance(request := event.get("request"), str):
        event["request"] = request.partition("?")[0]
    return event


structlog.configure(
    processors=[
        without_query,
        without_cards,
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processor": structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
            "foreign_pre_chain": [
                without_cards,
                structlog.stdlib.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
            ],
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "oms": {"level": "INFO"},
        "django_structlog": {"level": "WARNING"},
        "celery": {"level": "WARNING"},
        "django.security.DisallowedHost": {"level": "ERROR"},
    },
}
