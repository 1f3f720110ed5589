"""The handheld's pages of stock work: what waits, what is in hand, what came of a scan."""

import re
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from inventory.models import BinScan, CountSession, IncomingStock, LocationMembership
from inventory.services.bins import put_away
from tests.factories import make_actor, make_location
from tests.fulfillment.test_walk_pages import picker
from tests.inventory.scans import Hall, a_hall

pytestmark = pytest.mark.django_db


@pytest.fixture
def hall() -> Hall:
    """Twenty pieces of TEA in no bin, five more on their way."""
    hall = a_hall()
    hall.announced(5)
    return hall


def somebody(name: str = "pia") -> Client:
    """Return the browser of somebody of the warehouse who has said where they are."""
    client = picker(name)
    client.get("/floor/?at=LON")
    return client


def send(client: Client, work: str, act: str = "scan", **told):
    """Send what the page sends."""
    data = {"key": uuid4(), "location": "LON", "quantity": "1", "read_at": "1764100000000"} | told
    return client.post(f"/floor/{work}/{act}/", data)


def words(answer) -> str:
    """Return a page's text with single spaces."""
    return " ".join(answer.content.decode().split())


def test_the_first_page_leads_to_stock_work_and_each_page_says_what_waits(hall) -> None:
    client = somebody()

    assert 'href="/floor/put-away/"' in words(client.get("/floor/"))
    put = words(client.get("/floor/put-away/"))
    assert "20 × TEA Green tea" in put
    assert "A-01: is empty" in put
    assert "5 × TEA Green tea</b>" in words(client.get("/floor/receive/"))
    assert "Nothing is planned. Scan any bin to count it." in words(client.get("/floor/count/"))
    assert "Scan the bin, what you take, and the bin it goes to." in words(client.get("/floor/move/"))


def test_from_the_lorry_to_the_shelf_by_scans_alone(hall) -> None:
    client = somebody()

    assert "5 × TEA received in DOCK. All of it is here." in words(send(client, "receive", code="4001", quantity="5"))
    assert 'data-tone="ok"' in words(send(client, "put-away", code="A-01"))
    assert "23 pieces of it still" in words(send(client, "put-away", code="4001", quantity="2"))
    send(client, "move", code="A-01")
    assert "2 × TEA Green tea" in words(client.get("/floor/move/"))
    send(client, "move", code="tea", quantity="2")
    assert "2 × TEA: A-01 → R-01." in words(send(client, "move", code="R-01"))

    assert hall.bins() == {"": 20, "DOCK": 3, "R-01": 2}


def test_an_empty_bin_and_a_long_list_say_so(hall) -> None:
    client = somebody()
    send(client, "move", code="A-01")
    assert "By the books nothing lies there" in words(client.get("/floor/move/"))

    row = IncomingStock.objects.get()
    for number in range(12):
        told = {"product": row.product, "location": row.location, "quantity": 1, "created_at": row.created_at}
        IncomingStock.objects.create(reference=f"MORE-{number}", expected_on=row.expected_on, **told)
    page = words(client.get("/floor/receive/"))
    assert (page.count("1 × TEA"), "There is more than stands here." in page) == (11, True)


def test_a_count_shows_what_is_counted_and_never_what_is_expected(hall) -> None:
    put_away(stock_level_id=hall.level.pk, bin="A-01", quantity=17, actor=make_actor())
    client = somebody()

    send(client, "count", code="A-01")
    page = words(send(client, "count", code="4001", quantity="4"))
    assert "4 pieces of TEA counted in A-01." in page
    assert not re.search(r"\b17\b", page)
    assert "The desk looks at it" in words(send(client, "count", "done"))

    assert CountSession.objects.get().state == "review"


def test_what_somebody_else_counts_is_named_and_cannot_be_tapped(hall) -> None:
    first, second = somebody(), somebody("bob")
    send(first, "count", code="A-01")
    planned = CountSession.objects.get()

    page = words(second.get("/floor/count/"))

    assert "pia is counting it" in page
    assert planned.number not in page


@pytest.mark.parametrize("work", ["put-away", "move", "count", "receive"])
def test_what_cannot_be_read_or_done_is_a_sentence(hall, work) -> None:
    client = somebody()

    for told in ({"key": "x"}, {"quantity": "-1"}, {"quantity": "9" * 9}, {"read_at": "9" * 30}, {"code": "\x00"}):
        answer = send(client, work, **({"code": "4001"} | told))
        assert (answer.status_code, "could not be read" in answer.content.decode()) == (200, True)
    assert "could not be read" in send(client, work, "dance").content.decode()
    assert "is no bin and no product" in words(send(client, work, code="999"))
    assert send(client, work, location="NOWHERE").status_code == 404
    assert send(client, work, location="\x00").status_code == 404


def test_a_place_of_others_is_not_there_and_nothing_of_it_is_shown(hall) -> None:
    client = somebody("eve")
    LocationMembership.objects.create(user=User.objects.get(username="eve"), location=make_location("MAN"))

    assert client.get("/floor/put-away/").status_code == 302
    assert send(client, "put-away", code="A-01").status_code == 404
    assert not BinScan.objects.exists()


def test_who_may_not_adjust_stock_is_told_so(hall) -> None:
    user = User.objects.create_user("desk", is_staff=True)
    client = Client()
    client.force_login(user)

    assert client.get("/floor/count/").status_code == 403
    assert send(client, "count", code="A-01").status_code == 403


def test_a_button_begins_a_planned_count_anew_and_forgets_what_was_in_hand(hall) -> None:
    client = somebody()
    send(client, "count", code="A-01")
    assert "is counted anew" in words(send(client, "count", "again"))
    send(client, "put-away", code="A-01")
    assert "Start anew" in words(client.get("/floor/put-away/"))
    send(client, "put-away", "clear")
    assert "Start anew" not in words(client.get("/floor/put-away/"))
    send(client, "receive", "loose")
    assert "7 × TEA received in DOCK. It was not announced." in words(
        send(client, "receive", code="4001", quantity="7")
    )


def test_a_scan_costs_no_more_statements_in_a_full_hall(hall) -> None:
    spent = []
    for number in range(2):
        client = somebody(f"p{number}")
        send(client, "put-away", code="A-01")
        send(client, "put-away", code="4001")
        with CaptureQueriesContext(connection) as asked:
            send(client, "put-away", code="4001")
        spent.append(len(asked))
        for turn in range(9):
            send(client, "put-away", code="4001", quantity=str(turn % 2 + 1))

    assert spent[0] == spent[1]
