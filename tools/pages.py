"""Finds the pages of a running console by reading its links, as a newcomer would."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from playwright.sync_api import Page

CHANGE_LIST = re.compile(r"^/(?P<room>\w+)/(?P<model>\w+)/$")
CHANGE_PAGE = re.compile(r"/change/$")
LEAVES = re.compile(r"/(logout|password_change|jsi18n|delete|refused)/|\.(pdf|csv|xlsx|zpl)$")


@dataclass(frozen=True)
class Place:
    """One page to look at.

    ``name`` is its picture's; ``who`` looks at it, nobody without a name. ``steps`` are done in the page first, in
    order: (selector, text) fills a box, (selector, None) clicks. ``status`` is the answer that is expected then.
    """

    name: str
    path: str
    who: str = "admin"
    steps: tuple[tuple[str, str | None], ...] = ()
    status: int = 200


def places(page: Page, address: str) -> Iterator[Place]:
    """Yield every page reached from the start page: lists, searches, first rows, their acts, and forms for new rows."""
    page.goto(address)
    yield Place("start", "/")
    seen: set[str] = set()
    for path in sorted(links(page)):
        if path in seen:
            continue
        seen.add(path)
        if CHANGE_LIST.match(path):
            yield from list_places(page, address, path)
        elif path != "/" and not CHANGE_PAGE.search(path):
            yield Place(slug(path), path)


def list_places(page: Page, address: str, path: str) -> Iterator[Place]:
    """Yield a list, what a search in it finds and does not find, its form for a new row, and its first row."""
    name = slug(path)
    yield Place(f"{name}-list", path)
    page.goto(address + path)
    if page.locator("input[name=q]").count():
        yield Place(f"{name}-search-empty", f"{path}?q=zzz-nothing-is-called-so")
    found = links(page)
    if f"{path}add/" in found:
        yield Place(f"{name}-add", f"{path}add/")
    rows = [link for link in found if link.startswith(path) and CHANGE_PAGE.search(link)]
    if rows:
        yield from row_places(page, address, first_row(page, rows), name)


def row_places(page: Page, address: str, path: str, name: str) -> Iterator[Place]:
    """Yield the page of one row and the pages that only it links to: history, forms of its acts."""
    yield Place(f"{name}-change", path)
    page.goto(address + path)
    stem = CHANGE_PAGE.sub("/", path)
    for link in sorted(links(page)):
        if link.startswith(stem) and link != path:
            yield Place(f"{name}-{slug(link.removeprefix(stem))}", link)


def first_row(page: Page, rows: list[str]) -> str:
    """Return the row that stands highest in the list."""
    hrefs = page.eval_on_selector_all("a[href]", "all => all.map(a => a.pathname)")
    return next((href for href in hrefs if href in rows), rows[0])


def links(page: Page) -> set[str]:
    """Return the paths of this site that the page links to, without queries and without what logs out or downloads."""
    host = urlsplit(page.url).netloc
    targets = [urlsplit(href) for href in page.eval_on_selector_all("a[href]", "all => all.map(a => a.href)")]
    return {target.path for target in targets if target.netloc == host and not LEAVES.search(target.path)}


def slug(path: str) -> str:
    """Return a path as a file name: ``/orders/order/`` is ``orders-order``."""
    return re.sub(r"\W+", "-", path).strip("-") or "start"
