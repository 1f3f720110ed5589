"""Two counts of the demo shop: a bin in which a picker did not find all, and one that waits for the desk."""

from django.contrib.auth.models import User

from inventory.models import Bin, BinStock, Location
from inventory.services.bin_counts import begin_count, count_pieces, finish_count, flag_for_count
from oms.foundation.actor import Actor
from oms.foundation.numbers import random_code

MISSING = 2


def make_counts(actor: Actor) -> None:
    """Flag one bin of Hamburg, and count another in which two pieces are missing."""
    place = Location.objects.get(code="HAM")
    lying = BinStock.objects.filter(bin__location=place, quantity__gt=MISSING, lot=None).order_by("-quantity", "pk")
    flagged, counted = lying[:2]
    trace = random_code(7, prefix="S")
    note = f"1 of 2 not found in {flagged.where}, short pick {trace}."
    flag_for_count(stock_level_id=flagged.stock_level_id, codes=[flagged.where], note=note, trace=trace, actor=actor)
    person = User.objects.filter(username="walter").first()
    if person is not None and counted.bin is not None:
        _count(counted.bin, person, actor)


def _count(bin_: Bin, person: User, actor: Actor) -> None:
    """Count all that lies in a bin, but some pieces of the first product."""
    row = begin_count(bin_id=bin_.pk, person_id=person.pk, in_hands=lambda levels: {}, actor=actor)
    lying = BinStock.objects.filter(bin=bin_, quantity__gt=0).order_by("pk")
    for turn, stock in enumerate(lying):
        pieces = stock.quantity - (0 if turn else MISSING)
        told = {"person_id": person.pk, "stock_level_id": stock.stock_level_id, "quantity": pieces}
        count_pieces(count_session_id=row.pk, actor=actor, **told)
    finish_count(count_session_id=row.pk, person_id=person.pk, in_hands=lambda levels: {}, actor=actor)
