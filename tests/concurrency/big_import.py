"""A stock file of many rows in a shop of its own, a step a call: ``python -m tests.concurrency.big_import send 9``."""

import sys

import django

PIECES = 5


def send(rows: int) -> None:
    """Make a product for each row and send the file that counts them all."""
    from inventory.models import Product
    from oms.foundation.imports.sessions import send_file
    from tests.factories import make_location
    from tests.foundation.rows import make_boss
    from tests.imports.desk import STOCK

    make_location("LON")
    Product.objects.bulk_create([Product(sku=f"P{number}") for number in range(rows)])
    body = STOCK + "".join(f"P{number},LON,{PIECES},,0\n" for number in range(rows))
    boss = make_boss("boss")
    send_file(kind="stock", name="count.csv", body=body.encode(), options={}, principal=boss, actor=_now(boss))


def step(word: str) -> None:
    """Apply the one import, or take it back."""
    from oms.foundation.imports.sessions import apply_import, take_back
    from oms.foundation.models import ImportSession

    session = ImportSession.objects.select_related("user").get()
    service = {"apply": apply_import, "undo": take_back}[word]
    service(session_id=session.pk, principal=session.user, actor=_now(session.user))


def _now(user: object) -> object:
    """Return a person, acting now."""
    from django.utils import timezone

    from oms.foundation.actor import Actor

    return Actor.of(user, now=timezone.now())


if __name__ == "__main__":
    django.setup()
    if sys.argv[1] == "send":
        send(int(sys.argv[2]))
    else:
        step(sys.argv[1])
