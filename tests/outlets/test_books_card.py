"""The start page's card about the books: when they were checked, what holds, and what a person does about the rest."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from oms.foundation.models import Verification
from tests.factories import make_order
from tests.foundation.rows import make_boss, make_user

pytestmark = pytest.mark.django_db


def look(minutes: int = 2, **found: dict[str, object]) -> None:
    """Let the clock have looked at the books so many minutes ago."""
    rows = [{"id": id, "count": 0, "ids": [], "error": "", **one} for id, one in found.items()]
    at = timezone.now() - timedelta(minutes=minutes, seconds=1)
    Verification.objects.create(at=at, milliseconds=9, checked=69, found=rows)


def page_of(person) -> str:
    """Return the part of the start page that begins with the card, as a person gets it."""
    client = Client()
    client.force_login(person)
    return client.get("/").content.decode().split("The books</h2>")[1]


def words_for(person) -> str:
    """Return the words of the card."""
    return " ".join(re.sub(r"<[^>]+>", " ", page_of(person)).split())


def test_books_that_were_never_checked_say_so() -> None:
    assert words_for(make_boss()).startswith("Not checked yet; the clock checks every five minutes.")


def test_books_that_agree_are_one_sentence() -> None:
    look()
    assert words_for(make_boss()).startswith("Books checked 2 minutes ago: all 69 checks hold.")


def test_a_breach_names_its_meaning_its_rows_and_what_to_do() -> None:
    order = make_order()
    look(I13={"count": 1, "ids": [order.pk]}, X1c={"count": 1, "ids": [7]})
    boss = make_boss()
    assert "67 of 69 checks hold." in words_for(boss)
    assert f"not the sum of its lines, shipping and tax less its discounts. 1 found: № {order.pk} Hold" in words_for(
        boss
    )
    assert f'href="/orders/order/{order.pk}/change/"' in page_of(boss)


def test_a_check_that_could_not_run_never_counts_as_one_that_holds() -> None:
    look(I1={"error": "OperationalError: canceled"})
    words = words_for(make_boss())
    assert "68 of 69 checks hold." in words
    assert "Check I1 could not run. OperationalError: canceled" in words


def test_a_clock_that_stands_still_is_told() -> None:
    look(minutes=60)
    words = words_for(make_boss())
    assert "Books checked 1 hour ago: all 69 checks hold." in words
    assert "The clock checks every five minutes, but the last check is older" in words


def test_who_may_not_see_the_system_sees_that_something_is_wrong_and_no_rows() -> None:
    look(I13={"count": 1, "ids": [12]})
    words = words_for(make_user())
    assert "68 of 69 checks hold." in words
    assert "№ 12" not in words
