"""Which columns hold words, and on which of the two pages each stands: the register, or ``columns.toml`` beside it."""

import tomllib
from pathlib import Path

from django.apps import apps
from django.db import models

from oms.outlets.privacy.register import PARTS, TRACES

PAGE = Path(__file__).with_name("columns.toml")
WORDS = (models.CharField, models.TextField, models.JSONField, models.BinaryField)


def columns_with_words() -> set[str]:
    """Return every column that can hold words, as ``app.model.column``; one with a list of choices cannot."""
    return {
        f"{model._meta.label_lower}.{one.name}"
        for model in apps.get_models()
        for one in model._meta.concrete_fields
        if isinstance(one, WORDS) and not one.choices
    }


def columns_erased() -> set[str]:
    """Return the columns that hold a customer's words, and none once the customer is erased."""
    pages = [(one.model, one.columns) for one in PARTS] + [(one.model, one.columns) for one in TRACES]
    return {f"{model._meta.label_lower}.{name}" for model, columns in pages for name in columns}


def columns_plain() -> set[str]:
    """Return the columns of which ``columns.toml`` says that no customer is in them."""
    return {name for names in _page().values() for name in names}


def columns_secret() -> set[str]:
    """Return the columns of which ``columns.toml`` says that they hold a secret, or the digest of one."""
    return _page()["secrets"]


def _page() -> dict[str, set[str]]:
    """Return ``columns.toml`` as columns by the heading they stand under."""
    page = tomllib.loads(PAGE.read_text())
    return {
        heading: {f"{kind}.{name}" for kind, names in table.items() for name in names}
        for heading, table in page.items()
    }
