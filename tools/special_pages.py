"""Pages that no link leads to: faults, refusals, other people's desks, lists at work, forms half filled."""

from collections.abc import Iterator, Mapping

from tools.pages import Place

ORDERS, SEND = "/orders/order/", "#content-main button[type=submit]"
RIGHT, WRONG = "order-desk-demo", "not-my-password"
LOGIN = (("input[name=username]", "clara"), ("input[name=password]", WRONG), ("#login-form button[type=submit]", None))
ADDRESS = (("input[name=customer_name]", "Ann Lee"), ("input[name=line1]", "1 High Street"))
LINE = (("input[name=lines-0-sku]", "TENT-2P"), ("input[name=lines-0-quantity]", "40"))


def special_places(pages: Mapping[str, str]) -> Iterator[Place]:
    """Yield the pages that the scenes have named, then those that take a step or another person."""
    yield from (Place(name, path, status=200) for name, path in pages.items())
    yield from desks()
    yield from faults(pages)
    yield from lists()
    yield from forms(pages)
    yield from promises()
    yield from trucks()
    yield from imports(pages)
    yield from packing(pages)


def desks() -> Iterator[Place]:
    """Yield what other people see first, and what nobody has to sign in for."""
    yield Place("login", "/login/", who="")
    yield Place("login-refused", "/login/", who="", steps=LOGIN)
    for who in ("clara", "lea", "walter", "fiona"):
        yield Place(f"start-of-{who}", "/", who=who)
    yield Place("order-of-walter", f"{ORDERS}?q=%231042", who="walter", steps=(("#result_list tbody th a", None),))
    yield Place("menu", "/", steps=(("!.oms-hand", None),))
    yield Place("menu-of-user", "/", steps=(("!.oms-hand", None), ("nav + div[x-on\\:click]", None)))
    yield Place("api-docs", "/api/v1/docs/")


def faults(pages: Mapping[str, str]) -> Iterator[Place]:
    """Yield every answer that is none: no such page, no right, a form too old, a change in between."""
    yield Place("not-found", "/no-such-page/", status=404)
    yield Place("not-found-row", f"{ORDERS}999999/act/cancel/", status=404)
    yield Place("forbidden", "/auth/user/", who="walter", status=403)
    note = page_of(pages, "order-held", "act/add_note/")
    wrote = ("textarea[name=note]", "Calls again tomorrow")
    yield Place("stale-act", note, steps=(wrote, ("=input[name=version]", "1"), (SEND, None)), status=409)
    too_old = (
        wrote,
        ("=form.oms-form input[name=csrfmiddlewaretoken]", "x"),
    )
    yield Place("form-too-old", note, steps=(*too_old, (SEND, None)), status=403)
    yield Place("invalid-act", note, steps=((SEND, None),), status=422)
    title = ("input[name=title]", "Mug with a new name")
    stale = (title, ("=input[name=seen_version]", "99"), ("button[name=_continue]", None))
    yield Place("stale-product", pages.get("product", "/"), steps=stale, status=409)
    wrong = (("input[name=price]", "a lot"), ("button[name=_continue]", None))
    yield Place("invalid-product", pages.get("product", "/"), steps=wrong)
    yield Place("label-missing", "/fulfillment/shipment/NO-SUCH/label-1.pdf", status=404)


def promises() -> Iterator[Place]:
    """Yield what can be promised: the empty question, yes, no, an unknown SKU."""
    ask = "/fulfillment/sourcingdecision/promise/"
    where = "country=GB&postal_code=LS1+4AP&service_level=standard"
    yield Place("promise", f"{ask}?sku=TENT-2P")
    yield Place("promise-yes", f"{ask}?sku=TENT-2P&quantity=1&day=2099-01-01&{where}")
    yield Place("promise-no", f"{ask}?sku=TENT-2P&quantity=40000&day=2026-11-27&{where}")
    yield Place("promise-unknown", f"{ask}?sku=NO-SUCH&quantity=1&day=2026-11-27&{where}")


def trucks() -> Iterator[Place]:
    """Yield the handheld at the truck: which one, what is missing, a wrong scan, and what the desk could close."""
    yield Place("close-the-day", "/fulfillment/manifest/waiting/")
    yield Place("truck-where", "/floor/load/", who="walter")
    dock, first = "/floor/load/?at=HAM", ("button[name=carrier]", None)
    yield Place("truck-which", dock, who="walter")
    yield Place("truck-loading", dock, who="walter", steps=(first,))
    wrong = (("input[name=code]", "NO-SUCH-PARCEL"), ("form.scan button", None))
    yield Place("truck-wrong-scan", dock, who="walter", steps=(first, *wrong))


def lists() -> Iterator[Place]:
    """Yield lists at work: rows chosen, filters open, narrowed, searched, the second page."""
    yield Place("orders-chosen", ORDERS, steps=(("#result_list tbody tr:nth-child(1) .action-select", None),))
    yield Place("orders-filters", ORDERS, steps=(("text=Filters", None),))
    yield Place("orders-tab", f"{ORDERS}?gate=address&state__exact=placed")
    yield Place("orders-found", f"{ORDERS}?q=mara")
    yield Place("orders-page-2", f"{ORDERS}?p=2")
    yield Place("orders-export", ORDERS, steps=((".oms-menu > summary", None),))
    yield Place("work-late-list", "/fulfillment/fulfillmentorder/?late=yes")
    yield Place("search-found", "/search/?q=mara.lindqvist@example.com&all=1")
    yield Place("search-nothing", "/search/?q=nobody-is-called-so")


def forms(pages: Mapping[str, str]) -> Iterator[Place]:
    """Yield forms at work: a draft looked up and refused, a key issued, every act of an order unfolded."""
    look = ("button[name=look]", None)
    yield Place("draft-looked-up", f"{ORDERS}add/", steps=(*ADDRESS, *LINE, look))
    save = ("button.oms-primary:has-text('Save draft')", None)
    yield Place("draft-refused", f"{ORDERS}add/", steps=(("input[name=lines-0-sku]", "NO-SUCH-MUG"), save))
    issue = (("select[name=account]", "#1"), (SEND, None))
    yield Place("apikey-issued", "/orders/apikey/add/", steps=issue)
    yield Place("order-more-acts", pages.get("order-held", "/"), steps=((".oms-more:not(.oms-small) > summary", None),))
    yield Place("order-blocked-act", pages.get("order-delivered", "/"), steps=((".oms-more > summary", None),))


def imports(pages: Mapping[str, str]) -> Iterator[Place]:
    """Yield the form for a file of each kind, refused and once more, and an import's rows narrowed and further on."""
    new = "/foundation/importsession/add/"
    for kind in ("products", "stock", "orders"):
        yield Place(f"import-new-{kind}", f"{new}?kind={kind}")
    yield Place("import-without-file", f"{new}?kind=locations", steps=((SEND, None),), status=422)
    yield Place("import-new-columns", f"{new}?kind=products", steps=(("details summary", None),))
    failed = pages.get("import-failed", "/0/change/").split("/")[-3]
    yield Place("import-once-more", f"{new}?kind=products&again={failed}")
    yield Place("import-refused-rows", f"{pages.get('import-previewed-orders', '/')}?show=refused")
    yield Place("import-later-rows", f"{pages.get('import-previewed-long', '/')}?page=3")
    yield Place("import-forbidden", f"{new}?kind=orders", who="walter", status=403)


def packing(pages: Mapping[str, str]) -> Iterator[Place]:
    """Yield a packing station that has scanned a piece, then one that does not belong, and what it answered."""
    code, pack = ".scan input[name=code]", ".scan button"
    bench = pages.get("pack-to-scan", "/floor/pack/")
    right = ((code, "MUG-ENAMEL"), (pack, None), (".answer.ok", None))
    yield Place("pack-scanned", bench, steps=right)
    yield Place("pack-refused", bench, steps=((code, "TENT-2P"), (pack, None), (".answer.wrong", None)))
    yield Place("pack-unknown-tote", "/floor/pack/", steps=((code, "NO-SUCH-TOTE"), (pack, None)))


def page_of(pages: Mapping[str, str], name: str, part: str) -> str:
    """Return a part of a named row's pages."""
    return pages.get(name, "/change/").removesuffix("change/") + part
