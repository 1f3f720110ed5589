"""The system check of the roof, which sees every room: no column escapes the register of personal data."""

from typing import Any

from django.core.checks import CheckMessage, Error, register

from oms.outlets.privacy.classes import columns_erased, columns_plain, columns_with_words


@register("oms")
def columns_are_classed(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Refuse a column that can hold words and of which nobody has said whether a customer's may stand there."""
    unclassed = columns_with_words() - columns_erased() - columns_plain()
    return [
        Error(
            f"Nobody has said whether a customer's words may stand in {name}.",
            hint="Name it in oms/outlets/privacy: register.py when they may, columns.toml when not.",
            id="oms.E010",
        )
        for name in sorted(unclassed)
    ]
