"""No download of the console carries a formula, whatever somebody typed."""

import csv
import io

import openpyxl
import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.db import DatabaseError, models, transaction
from django.test import Client

from oms.foundation.exports import FORMULA_SIGNS, PLAIN_NUMBER
from tests.security.world import build

pytestmark = [pytest.mark.django_db, pytest.mark.once]
FORMULAS = ["=1+1", "+49|cmd", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\uff1d1+1"]
NO_FREE_TEXT = {"currency", "timezone"}  # read as what they are before a cell is written
EXPORTS = [model for model, page in admin.site._registry.items() if getattr(page, "export_columns", None)]


@pytest.fixture
def desk():
    """Return an administrator's browser over a world in which every text that may be anything is a formula."""
    world = build()
    for model, row in world.own.rows.items():
        for number, one in enumerate(model._meta.concrete_fields):
            if (
                isinstance(one, models.CharField | models.TextField)
                and not one.choices
                and one.name not in NO_FREE_TEXT
            ):
                _type(model, row.pk, one, FORMULAS[number % len(FORMULAS)])
    client = Client()
    client.force_login(User.objects.create_superuser("desk"))
    return client


def _type(model, pk, column, formula):
    """Put a formula into a column, if the database lets one in."""
    try:
        with transaction.atomic():
            model._base_manager.filter(pk=pk).update(**{column.name: formula[: column.max_length]})
    except DatabaseError:
        return


def cells(client, model):
    """Return every text of a download, as CSV and as a workbook."""
    address = f"/{model._meta.app_label}/{model._meta.model_name}/export/"
    answer = client.get(address)
    assert answer.status_code == 200, address
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    found = [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]
    book = openpyxl.load_workbook(io.BytesIO(client.get(address, {"as": "xlsx"}).content))
    assert not [cell for row in book.active for cell in row if cell.data_type == "f"]
    return [*found, *(str(cell.value) for row in book.active for cell in row if isinstance(cell.value, str))]


@pytest.mark.parametrize("model", EXPORTS, ids=lambda model: model._meta.label_lower)
def test_F85_formula_in_export(desk, model):
    told = cells(desk, model)
    armed = [cell for cell in told if cell.lstrip()[:1] in FORMULA_SIGNS and cell and not PLAIN_NUMBER.fullmatch(cell)]
    assert [cell for cell in armed if cell.strip()] == []


def test_the_formulas_were_there(desk):
    """Most downloads have a column that anybody can write into."""
    disarmed = {model for model in EXPORTS if any(cell[:1] == "'" for cell in cells(desk, model))}
    assert len(disarmed) >= len(EXPORTS) // 2


def test_an_address_that_narrows_by_nothing_known_leads_back_to_the_list(desk):
    answer = desk.get("/orders/order/export/", {"format": "csv"})
    assert (answer.status_code, answer["Location"]) == (302, "/orders/order/")
