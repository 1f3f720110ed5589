"""What every page of the console carries: its name, its tabs, its empty lists, and its pages for what went wrong."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import timezone

from oms.foundation.look.cells import clipped, moment, two_lines
from oms.foundation.look.counts import MOST_COUNTED, counted
from oms.foundation.templatetags.console import sentence, with_query
from tests.factories import take_order

pytestmark = pytest.mark.django_db


def browser(*permissions: str) -> Client:
    """Return the browser of a member of staff with the permissions."""
    user = User.objects.create_user(f"u{User.objects.count()}", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def test_a_list_is_called_what_the_side_bar_calls_it():
    page = browser("view_user").get("/auth/user/")

    assert "<h1>People</h1>" in page.text
    assert "<title> People | Order desk</title>" in page.text


def test_an_unknown_address_is_answered_within_the_console():
    page = browser("view_order").get("/no-such-page/")

    assert page.status_code == 404
    assert "There is nothing here." in page.text
    assert 'href="/orders/order/"' in page.text


def test_a_page_of_another_role_is_answered_within_the_console():
    page = browser("view_order").get("/auth/user/")

    assert page.status_code == 403
    assert "Your role does not cover this." in page.text
    assert 'href="/orders/order/"' in page.text


def test_a_form_without_its_secret_is_too_old():
    client = Client(enforce_csrf_checks=True)

    page = client.post("/login/", {"username": "a", "password": "b"})

    assert page.status_code == 403
    assert "This form is too old" in page.text


def test_a_crash_shows_the_page_of_a_fault_without_a_word_about_the_code(monkeypatch):
    monkeypatch.setattr("oms.outlets.start.short_products", lambda who: 1 / 0)

    page = browser("view_order").get("/")

    assert page.status_code == 500
    assert "A fault of ours" in page.text
    assert "ZeroDivisionError" not in page.text


def test_a_list_without_rows_says_what_to_do_next():
    page = browser("view_order", "draft_order").get("/orders/order/")

    assert "No orders yet." in page.text
    assert "Orders arrive from the channels" in page.text
    assert "New order" in page.text


def test_a_search_that_finds_nothing_leads_back_to_everything():
    take_order()

    page = browser("view_order").get("/orders/order/?q=nobody")

    assert "Nothing was found for “nobody”" in page.text
    assert "Show all" in page.text


def test_the_open_tab_is_the_one_whose_filter_is_set():
    take_order(risk_stated="high")

    page = browser("view_order").get("/orders/order/?gate=fraud&state__exact=placed&p=1")

    assert [(tab.title, tab.count) for tab in page.context["tabs"] if tab.is_open] == [("To review", 1)]


def test_tabs_are_shown_to_those_who_may_see_their_rows():
    assert browser("view_product").get("/inventory/product/").context["tabs"] == []


def test_an_export_is_offered_in_both_forms_with_the_filter():
    take_order()

    page = browser("view_order").get("/orders/order/?state__exact=placed")

    assert 'href="/orders/order/export/?state__exact=placed&amp;as=csv"' in page.text
    assert 'href="/orders/order/export/?state__exact=placed&amp;as=xlsx"' in page.text


@pytest.mark.parametrize(
    ("text", "shown"),
    [("it cannot be undone", "It cannot be undone."), ("Ask again.", "Ask again."), ("", "")],
)
def test_words_become_a_sentence(text, shown):
    assert sentence(text) == shown


@pytest.mark.parametrize(("address", "shown"), [("/x/?", "/x/?as=csv"), ("/x/?a=1", "/x/?a=1&as=csv")])
def test_a_piece_of_query_is_added(address, shown):
    assert with_query(address, "as=csv") == shown


def test_counts_are_open_at_the_cap():
    assert [counted(1234), counted(MOST_COUNTED)] == ["1,234", "10,000+"]


def test_cells_escape_what_customers_write():
    assert "<b>" not in two_lines("<b>", "<b>") + clipped("<b>")


def test_a_late_moment_says_so():
    assert "late by 2\xa0hours" in moment(timezone.now() - timedelta(hours=2, minutes=1), late=True)
