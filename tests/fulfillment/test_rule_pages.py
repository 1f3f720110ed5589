"""Staff read, draft, test and activate sourcing rules in the console, and are told in words what is wrong."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client

from fulfillment.models import SourcingDecision, SourcingRule, SourcingRuleSet
from fulfillment.services.sourcing import rule_changes, source_orders
from fulfillment.services.sourcing.rule_sets import active_rules
from oms.foundation.models import AuditLine
from tests.factories import NOW, make_actor, make_location, make_product, make_stock
from tests.fulfillment.rules import a_draft, in_force
from tests.fulfillment.shop import an_order

pytestmark = [pytest.mark.django_db, pytest.mark.once]
LIST = "/fulfillment/sourcingruleset/"


@pytest.fixture
def desk(client: Client) -> Client:
    """Return the browser of an administrator."""
    client.force_login(User.objects.create_superuser("boss", "boss@example.com", "pw"))
    return client


def page_of(row: SourcingRuleSet) -> str:
    """Return the address of a set's page."""
    return f"{LIST}{row.pk}/change/"


def text(desk: Client, address: str) -> str:
    """Return what stands on a page."""
    answer = desk.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def typed(row: SourcingRuleSet, *rules: dict[str, object], **changes: object) -> dict[str, object]:
    """Return what the browser sends for a draft whose rules are all new."""
    sent: dict[str, object] = {
        "name": row.name, "note": "", "prefer": row.prefer, "allow_partial": "on", "max_parcels": "",
        "split_penalty": "100000.00", "distance_weight": "0.01", "last_unit_fee": "0.00", "late_day_fee": "0.00",
        "young_stock_fee": "0.00", "shallow_stock_fee": "0.00",
        "seen_version": row.version, "rows-TOTAL_FORMS": len(rules), "rows-INITIAL_FORMS": 0,
    }  # fmt: skip
    for at, rule in enumerate(rules):
        sent |= {f"rows-{at}-{name}": value for name, value in {"position": at + 1, "id": "", **rule}.items()}
        sent[f"rows-{at}-rule_set"] = row.pk
    return sent | changes


def test_an_empty_list_says_what_holds(desk: Client) -> None:
    assert "The built-in rules hold" in text(desk, LIST)


def test_a_new_draft_begins_with_the_rules_in_force(desk: Client) -> None:
    answer = desk.post(f"{LIST}add/", {"name": "Summer", "note": ""})

    draft = SourcingRuleSet.objects.get(name="Summer")
    assert answer.headers["Location"] == page_of(draft)
    assert (draft.number, draft.state, draft.created_by) == (2, "draft", "boss")
    assert "Not replayed yet." in text(desk, page_of(draft))


def test_a_folded_rule_says_in_its_heading_what_it_does(desk: Client) -> None:
    draft = a_draft({"name": "No stores", "channels": ["wholesale"], "kinds": ["store"]})

    page = text(desk, page_of(draft))

    assert "1 No stores: Orders of wholesale: never from stores." in " ".join(page.split())
    assert f"/fulfillment/sourcingreplay/add/?rule_set={draft.pk}" in page


def test_a_rule_is_typed_as_people_write_it(desk: Client) -> None:
    draft = a_draft(name="Mine")
    SourcingRule.objects.all().delete()
    rule = {
        "name": "Rather not", "effect": "avoid", "amount": "2.50", "locations": "LON, MAN", "kinds": ["store"],
        "countries": "gb, uk", "total_from": "10.00", "services": ["express"],
    }  # fmt: skip

    answer = desk.post(page_of(draft), typed(draft, rule, last_unit_fee="3.00"), follow=True)

    fresh = SourcingRuleSet.objects.get(pk=draft.pk)
    (kept,) = fresh.as_rules().ordered
    assert (kept.amount, kept.locations, kept.kinds, kept.countries) == (250, ("LON", "MAN"), ("store",), ("GB", "GB"))
    assert (kept.total_from, kept.services, fresh.last_unit_fee) == (1000, ("express",), 300)
    page = answer.content.decode()
    assert "rather not from stores, LON and MAN; a parcel from there weighs 2.50 more." in page
    acts = list(AuditLine.objects.filter(act="fulfillment.change_sourcingruleset").order_by("pk"))
    assert [sorted(act.data) for act in acts] == [["last_unit_fee"], ["rules"]]


def test_what_cannot_be_read_is_said_at_its_field(desk: Client) -> None:
    draft = a_draft()
    SourcingRule.objects.all().delete()
    rule = {"name": "X", "effect": "avoid", "amount": "lots"}
    page = desk.post(page_of(draft), typed(draft, rule)).content.decode()
    assert "is not an amount; write it like 4.90." in page
    assert not SourcingRule.objects.exists()


def test_saving_says_what_is_odd_and_makes_a_replay_void(desk: Client) -> None:
    make_location("LON")
    draft = a_draft()
    SourcingRule.objects.all().delete()
    rule_changes.note_replay(version=2, at=NOW, actor=make_actor())
    draft = SourcingRuleSet.objects.get(pk=draft.pk)

    rule = {"name": "X", "effect": "exclude", "locations": "LDS", "channels": "wbe"}
    answer = desk.post(page_of(draft), typed(draft, rule), follow=True)

    said = [str(one) for one in answer.context["messages"]]
    assert "Rule 1 “X” never holds: there is no channel “wbe”." in said
    assert SourcingRuleSet.objects.get(pk=draft.pk).replayed_at is None


def test_faults_close_the_button_with_their_words(desk: Client) -> None:
    draft = a_draft({"name": "Nothing", "channels": ["nowhere"], "kinds": ["store"]})

    page = text(desk, page_of(draft))
    assert "never holds: there is no channel “nowhere”." in page
    assert "<strong>2 faults.</strong>" not in page
    desk.post(f"{page_of(draft)[: -len('change/')]}act/test/", {})

    assert SourcingRuleSet.objects.get(pk=draft.pk).state == "draft"


def test_activating_without_a_replay_is_closed_in_words(desk: Client) -> None:
    draft = a_draft({"name": "No shops", "kinds": ["store"], "countries": ["GB"]})
    make_location("LON")
    rule_changes.test_rules(rule_set_id=draft.pk, actor=make_actor())

    assert "It cannot be activated without a replay" in text(desk, page_of(draft))
    desk.post(f"{page_of(draft)[: -len('change/')]}act/activate/", {"note": ""})
    assert active_rules().version == 1

    rule_changes.note_replay(version=2, at=NOW, actor=make_actor())
    desk.post(f"{page_of(draft)[: -len('change/')]}act/activate/", {"note": "summer"})
    assert active_rules().version == 2


def test_what_was_tested_is_read_and_not_edited(desk: Client) -> None:
    row = in_force(a_draft({"name": "No shops", "kinds": ["store"], "countries": ["GB"]}))
    make_location("LON")

    page = text(desk, page_of(row))
    assert "Orders to GB: never from stores." in page
    assert 'name="split_penalty"' not in page
    assert desk.post(page_of(row), typed(row, name="Other")).status_code == 403
    assert SourcingRuleSet.objects.get(pk=row.pk).name == row.name


def test_a_copy_can_be_changed(desk: Client) -> None:
    row = in_force(a_draft({"name": "No shops", "kinds": ["store"], "countries": ["GB"]}))
    desk.post(f"{page_of(row)[: -len('change/')]}act/copy_to_draft/", {"name": "Next"})
    copy = SourcingRuleSet.objects.get(name="Next")
    assert [rule.name for rule in copy.as_rules().ordered] == ["No shops"]
    assert 'name="rows-0-locations"' in text(desk, page_of(copy))


def test_past_orders_without_a_location_are_named(desk: Client) -> None:
    tea = make_product("TEA")
    make_stock(tea, make_location("LON", kind="store"), 5)
    make_location("MAN")
    order = an_order([(tea, 2)])
    source_orders(order_ids=[order.pk], trigger="placed", actor=make_actor(now=NOW + timedelta(minutes=1)))
    assert SourcingDecision.objects.count() == 1

    page = text(desk, page_of(a_draft({"name": "No shops", "kinds": ["store"]})))
    assert f"would find no location under these rules, such as {order.number}." in page


def test_a_full_page_takes_few_statements(desk: Client, django_assert_max_num_queries) -> None:
    for number in range(60):
        make_location(f"L{number:02}")
    draft = a_draft(*({"name": f"Rule {number}", "locations": [f"L{number:02}"]} for number in range(30)))
    with django_assert_max_num_queries(30):
        assert "Rule 29" in text(desk, page_of(draft))
