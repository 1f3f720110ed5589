"""The pages that explain the house name what is there."""

import re
from pathlib import Path

import pytest
from django.apps import apps

HOME = Path(__file__).resolve().parents[2]
PATHS = re.compile(r"`((?:oms|inventory|orders|fulfillment|returns|templates|tools)/[\w/.]+)`")
OURS = {"foundation", "inventory", "orders", "fulfillment", "returns", "outlets"}


@pytest.mark.parametrize("page", ["map.md", "locking.md"])
def test_every_path_on_the_page_exists(page):
    named = PATHS.findall((HOME / "docs" / page).read_text(encoding="utf-8"))
    assert [path for path in named if not (HOME / path).exists()] == []


def test_every_lock_on_the_page_exists():
    from importlib import import_module

    text = (HOME / "docs" / "locking.md").read_text(encoding="utf-8")
    known = {
        name
        for room in ("orders", "inventory", "fulfillment", "returns")
        for name in dir(import_module(f"{room}.locks"))
    }
    assert set(re.findall(r"\b(lock_\w+)`", text)) <= known


def test_every_table_has_its_word():
    text = (HOME / "docs" / "words.md").read_text(encoding="utf-8")
    models = [model.__name__ for model in apps.get_models() if model._meta.app_label in OURS]
    missing = [name for name in models if not name.startswith("Historical") and not re.search(rf"\b{name}\b", text)]
    assert missing == []
