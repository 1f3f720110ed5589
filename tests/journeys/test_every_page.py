"""The pages of a shop in which everything has happened once, as a handheld and its scripts see them.

``make screens`` looks at every page; here one of each kind is enough, and those with the longest words.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator

import pytest

from tools.chromium import chromium
from tools.demo_shop import demo_shop
from tools.pages import Place
from tools.photographer import Photographer
from tools.special_pages import special_places

EACH = 1
HARDEST = ("order-long-words", "order-40-lines", "shipment-label-refused")


def some_of_each(places: Iterable[Place]) -> Iterator[Place]:
    """Yield a page of each address pattern, every page with steps, and the hardest ones."""
    seen: Counter[str] = Counter()
    for place in places:
        kind = re.sub(r"\d+", "N", place.path)
        seen[kind] += 1
        if seen[kind] <= EACH or place.steps or place.name in HARDEST:
            yield place


@pytest.mark.browser
@pytest.mark.looks
def test_pages_answer_as_they_should_without_complaints_and_fit_a_handheld():
    """No answer but the expected one, no script error, nothing that its policy forbids, nothing wider than 390 px."""
    with demo_shop("--full") as shop, chromium() as browser:
        photographer = Photographer(browser, shop, widths=(390,))
        for place in some_of_each(special_places(shop.pages)):
            photographer.visit(place)
        photographer.close()

    assert photographer.faults == []
