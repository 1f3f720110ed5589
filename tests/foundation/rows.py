"""Small rows for the tests of the floor, made of tables that exist anyway."""

from itertools import count
from typing import Any

from django.contrib.auth import get_user_model

from oms.foundation.models import BulkOperation, ImportSession
from orders.models import Channel

_numbers = count(1)


def make_user(name: str = "", **fields: Any) -> Any:
    """Make a person of staff."""
    name = name or f"person{next(_numbers)}"
    return get_user_model().objects.create_user(name, password="a-long-password", is_staff=True, **fields)


def make_boss(name: str = "") -> Any:
    """Make a person who may do everything."""
    return make_user(name, is_superuser=True)


def make_operation(user: Any = None, **fields: Any) -> BulkOperation:
    """Make a previewed bulk act on no rows."""
    operation = BulkOperation(
        **{"model": "orders.Channel", "action": "close", "label": "Close", "user": user or make_user()} | fields
    )
    operation.save()
    return operation


def make_import(user: Any = None, **fields: Any) -> ImportSession:
    """Make an import whose file waits to be read, though by nobody."""
    told = {"kind": "products", "name": "products.csv", "digest": f"{next(_numbers):064}", "size": 1}
    session = ImportSession(**told | {"user": user or make_user()} | fields)
    session.save()
    return session


def make_channels(number: int) -> list[Channel]:
    """Make channels that are active."""
    codes = [f"channel-{next(_numbers)}" for _ in range(number)]
    return [Channel.objects.create(code=code, name=f"Name of {code}") for code in codes]


def behind_the_back(operation, **columns):
    """Change a row the way no service does: without its version."""
    BulkOperation.objects.filter(pk=operation.pk).update(**columns)


def state_of(operation):
    """Return state and version as the database has them."""
    return BulkOperation.objects.values_list("state", "version").get(pk=operation.pk)
