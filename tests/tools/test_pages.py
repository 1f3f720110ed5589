"""The walk through a console finds every page by its links."""

import pytest

from tools.pages import Place, places

ADDRESS = "http://shop.test"
SITE = {
    "/": '<a href="/orders/order/">Orders</a> <a href="/reports/">Reports</a> <a href="/logout/">Bye</a>'
    '<a href="https://elsewhere.test/">Elsewhere</a> <a href="/orders/order/?state=held">Held</a>',
    "/orders/order/": '<form><input name="q"></form><a href="/orders/order/add/">New</a>'
    '<a href="/orders/order/9/change/">9</a><a href="/orders/order/3/change/">3</a>',
    "/orders/order/9/change/": '<a href="/orders/order/9/hold/">Hold</a><a href="/orders/order/9/delete/">Delete</a>'
    '<a href="/orders/order/9/label.pdf">Label</a><a href="/orders/order/">Back</a>',
}


@pytest.fixture
def page():
    """A browser's page on a small made-up site."""
    from tools.chromium import chromium

    with chromium() as browser:
        page = browser.new_page()
        page.route(
            "**/*", lambda route: route.fulfill(content_type="text/html", body=SITE[route.request.url[len(ADDRESS) :]])
        )
        yield page


@pytest.mark.browser
def test_lists_first_rows_and_their_acts_are_found(page):
    found = {place for place in places(page, ADDRESS) if not place.name.startswith(("api-docs", "nothing-here"))}
    assert found == {
        Place("start", "/"),
        Place("reports", "/reports/"),
        Place("orders-order-list", "/orders/order/"),
        Place("orders-order-search-empty", "/orders/order/?q=zzz-nothing-is-called-so"),
        Place("orders-order-add", "/orders/order/add/"),
        Place("orders-order-change", "/orders/order/9/change/"),
        Place("orders-order-hold", "/orders/order/9/hold/"),
    }
