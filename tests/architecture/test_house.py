"""The house keeps its rules, and each rule is able to see a breach."""

import pytest
from django.conf import settings

from tests.architecture import rules_of_change, rules_of_pages, rules_of_reach, rules_of_size
from tests.architecture.rule import RULES, Rule
from tests.architecture.tree import sources

MODULES = (rules_of_change, rules_of_reach, rules_of_pages, rules_of_size)
EVERY_RULE = pytest.mark.parametrize("rule", RULES.values(), ids=[f"{code}" for code in RULES])


@EVERY_RULE
def test_a_rule_sees_its_bad_sample(rule: Rule) -> None:
    assert rule.breaches(rule.bad)


@EVERY_RULE
def test_a_rule_passes_its_good_sample(rule: Rule) -> None:
    assert rule.breaches(rule.ok) == []


@EVERY_RULE
def test_the_house_keeps(rule: Rule) -> None:
    breaches = [breach for source in sources() for breach in rule.breaches(source)]
    assert breaches == [], "\n" + "\n".join(breaches)


def test_F66_no_decision_on_replica() -> None:
    assert (list(settings.DATABASES), settings.DATABASE_ROUTERS) == (["default"], [])
    services = [source for source in sources() if source.is_product and "services" in source.parts]
    assert [source.path for source in services if list(source.calls("using", "db_manager"))] == []


def test_the_tree_is_read() -> None:
    paths = {source.path for source in sources()}
    assert {"manage.py", "oms/settings.py", "tests/architecture/tree.py"} <= paths
    assert not any(path.startswith((".venv/", "var/")) for path in paths)
