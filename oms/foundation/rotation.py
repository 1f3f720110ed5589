"""Brings every secret in the database under the newest key, so that the older ones can be taken away."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import models, transaction
from django.db.models import TextField, Value
from django.db.models.functions import Cast

from oms.foundation.secrets import EncryptedTextField, is_newest, rotate

STEP = 200


@dataclass
class Rotated:
    """What became of the secrets of one column: those under the newest key by now, and those that no key opens."""

    column: str
    moved: int = 0
    kept: int = 0
    lost: int = 0

    def __str__(self) -> str:
        told = f"{self.column}: {self.moved} moved to the newest key, {self.kept} were there already"
        return f"{told}, {self.lost} that no key opens" if self.lost else told


def secret_columns() -> Iterator[tuple[type[models.Model], str]]:
    """Yield every encrypted column there is, those of earlier versions of rows too."""
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, EncryptedTextField):
                yield model, field.name


def rotate_all() -> list[Rotated]:
    """Bring all secrets under the newest key, in small steps; one that was stopped goes on where it was."""
    return [_rotate_column(model, name) for model, name in secret_columns()]


def _rotate_column(model: type[models.Model], name: str) -> Rotated:
    """Bring the secrets of one column under the newest key."""
    told, last = Rotated(f"{model._meta.label}.{name}"), None
    stored = model._base_manager.annotate(stored=Cast(name, TextField())).exclude(stored="").exclude(stored=None)
    while True:
        left = stored if last is None else stored.filter(pk__gt=last)
        step = list(left.order_by("pk").values_list("pk", "stored")[:STEP])
        if not step:
            return told
        with transaction.atomic():
            for pk, token in step:
                _rotate_one(stored.filter(pk=pk, stored=token), name, token, told)
        last = step[-1][0]


def _rotate_one(row: "models.QuerySet[Any]", name: str, token: str, told: Rotated) -> None:
    """Write one secret anew, unless somebody else has just written it."""
    if is_newest(token):
        told.kept += 1
        return
    try:
        fresh = rotate(token)
    except ValueError:
        told.lost += 1
        return
    told.moved += row.update(**{name: Value(fresh, output_field=TextField())})
