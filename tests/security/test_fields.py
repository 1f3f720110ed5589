"""No caller writes a field that a door does not offer."""

import json

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import RequestFactory
from django.utils import timezone
from django_fsm import FSMField

from inventory.models import StockLevel
from oms.foundation.actions import ACTIONS, cleaned
from oms.foundation.refusals import Invalid
from oms.outlets.models import WebhookEndpoint
from orders.models import Order, OrderAddress, OrderLine, Payment
from returns.models import Return, ReturnLine
from tests.security.callers import keys, staff
from tests.security.fuzzing import ORDER
from tests.security.world import build

pytestmark = [pytest.mark.django_db, pytest.mark.once]
MADE_BY = [Order, OrderLine, OrderAddress, Payment, StockLevel, WebhookEndpoint, Return, ReturnLine]
ACTS = [action for named in ACTIONS.values() for action in named.values()]
NEVER = {"id", "version", "created_at", "updated_at", "state"}


@pytest.fixture
def world():
    """Return two shops and two warehouses."""
    return build()


def columns(*wanted):
    """Return the names of every column of kinds of rows, as attribute and as relation."""
    return {name for model in wanted for one in model._meta.concrete_fields for name in (one.name, one.attname)}


def creations(world):
    """Yield every address that creates, a body that it takes, and what is made there."""
    number = world.own.rows[Order].number
    yield "orders/", ORDER, [Order]
    yield "stock/adjust/", {"sku": "SHARED", "location": "HERE", "quantity": 1, "reason": "correction"}, [StockLevel]
    yield "webhook-endpoints/", {"url": "https://93.184.216.34/told", "kinds": ["OrderPlaced"]}, [WebhookEndpoint]
    yield "returns/", {"order": number, "lines": [{"sku": "SHARED", "quantity": 1}]}, [Return]


def counts():
    """Return how many rows of each kind there are."""
    return [model.objects.count() for model in MADE_BY]


@pytest.mark.usefixtures("no_hurry")
def test_F92_mass_assignment_refused(world):
    """Every column of what is made, in turn, beside a right body: it is refused by name, and nothing is made."""
    [admin_caller] = [one for one in staff(world) if one.knows_all]
    client = keys(world, admin_caller)["able"].client
    tried = 0
    before = counts()
    for path, body, made in creations(world):
        for name in sorted(
            columns(*made)
            - set(body)
            - {"reason", "note", "location", "refund_shipping", "version"}
            - set(_offered(path))
        ):
            answer = client.post(
                f"/api/v1/{path}",
                json.dumps({**body, name: 1}),
                "application/json",
                headers={"Idempotency-Key": f"{path}{name}"},
            )
            assert answer.status_code == 422, (path, name, answer.content[:200])
            assert name in answer.content.decode(), (path, name)
            tried += 1
    assert counts() == before
    assert tried > 60


def _offered(path):
    """Return what a door takes beside the body above."""
    offered = {
        "orders/": ["instructions", "purchase_order", "billing_address", "order_type", "risk_stated"],
        "stock/adjust/": ["note", "reference"],
    }
    return offered.get(path, [])


@pytest.mark.parametrize("action", ACTS, ids=lambda one: one.key)
def test_F92_an_act_takes_the_fields_of_its_form_alone(world, action):
    """The same check serves button, bulk act and API."""
    boss = User(username="boss", is_superuser=True, is_active=True)
    for name in sorted(columns(action.model) - set(action.form.base_fields) - {"version"}):
        with pytest.raises(Invalid) as refusal:
            cleaned(action, {name: "1"}, boss)
        assert name in {reason.field for reason in refusal.value.reasons if reason.code == "unknown_field"}


@pytest.mark.parametrize("model", list(admin.site._registry), ids=lambda one: one._meta.label_lower)
def test_F92_no_form_of_the_console_writes_states_or_versions(world, model):
    request = RequestFactory().get("/")
    request.user = User.objects.create_superuser("boss")
    request.now = timezone.now()
    page = admin.site._registry[model]
    row = world.own.rows.get(model) or model.objects.first()
    form = page.get_form(request, row, change=True)
    states = {one.name for one in model._meta.concrete_fields if isinstance(one, FSMField)}
    assert set(form.base_fields) & (NEVER | states) == set()
