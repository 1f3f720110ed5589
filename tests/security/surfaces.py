"""Finds every surface there is: addresses × methods, the acts behind them, bulk acts, look-ups and exports.

Nothing here knows who may do what. An address that cannot be placed comes out as one that the register must name.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from django.apps import apps
from django.contrib import admin
from django.db.models import ForeignKey, Model
from django.urls import URLPattern, URLResolver, get_resolver

from oms.foundation.actions import ACTIONS, actions_of
from tests.security.callers import API, CONSOLE

ALL_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
# the doors that the console's own pages are: (method, door)
PAGES = {
    "changelist": [("GET", "see")],
    "add": [("GET", "add"), ("POST", "add")],
    "history": [("GET", "see")],
    "delete": [("GET", "delete"), ("POST", "delete")],
    "change": [("GET", "see"), ("POST", "change")],
    "export": [("GET", "export")],
    "simple_history": [("GET", "see"), ("POST", "change")],
}
ENDPOINTS = {"list": "see", "retrieve": "see", "create": "create", "destroy": "destroy"}
OLD_ADDRESS = "admin:old-address"
# pages that name their row in the query
BY_QUERY = frozenset({"admin:fulfillment_pick_list", "admin:fulfillment_walk_list"})
EXAMPLES = {"^(api|inbound)(/|$)": "api/nothing-here/"}
GROUP = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>[^)]*\)|\(\[\^/\]\+\)")


@dataclass(frozen=True, slots=True)
class Surface:
    """One thing that can be called: its side, the model and door behind it, the method and the route.

    ``row`` tells that the route names one row. ``act`` is a declared action. For an address of its own ``model`` is
    None and ``door`` is its name.
    """

    side: str
    model: type[Model] | None
    door: str
    method: str
    route: str
    name: str
    row: bool = False
    act: str = ""
    bulk: bool = False

    @property
    def kind(self) -> str:
        """Return the kind of row as the register names it, such as ``orders.order``."""
        return self.model._meta.label_lower if self.model else ""

    def __str__(self) -> str:
        what = f"act {self.act}" if self.act else self.door
        return f"{self.method} /{self.route} [{self.kind or 'address'}: {what}{', bulk' if self.bulk else ''}]"


@dataclass(frozen=True, slots=True)
class Address:
    """One pattern of the URL conf: its full route, its full name, and what answers."""

    route: str
    name: str
    callback: Any


def addresses() -> Iterator[Address]:
    """Yield every pattern of the URL conf, in the order in which they are tried."""
    yield from _walk(get_resolver().url_patterns, "", "")


def _walk(patterns: Any, route: str, space: str) -> Iterator[Address]:
    """Yield the patterns below a route."""
    for one in patterns:
        here = route + str(one.pattern)
        if isinstance(one, URLResolver):
            inner = f"{space}{one.namespace}:" if one.namespace else space
            yield from _walk(one.url_patterns, here, inner)
        elif isinstance(one, URLPattern):
            yield Address(here, f"{space}{one.name}" if one.name else "", one.callback)


def surfaces() -> list[Surface]:
    """Return every surface; an address that an earlier one answers for is left out."""
    found: list[Surface] = []
    seen: set[str] = set()
    for address in addresses():
        if address.route not in seen:
            seen.add(address.route)
            found += _of_address(address)
    return [*found, *_bulk_acts(), *_look_ups()]


def _of_address(address: Address) -> list[Surface]:
    """Return the surfaces of one address."""
    model = _endpoint_model(address)
    if model is not None:
        return _endpoint(address, model)
    model = _console_model(address)
    return _page(address, model) if model is not None else _own_address(address)


def _endpoint_model(address: Address) -> type[Model] | None:
    """Return the model of an endpoint that shows rows."""
    model: type[Model] | None = getattr(getattr(address.callback, "cls", None), "model", None)
    return model


def _endpoint(address: Address, model: type[Model]) -> list[Surface]:
    """Return the surfaces of an endpoint: each of its methods, each action, and the methods it does not have."""
    served = {method.upper(): word for method, word in address.callback.actions.items()}
    per_row = bool(GROUP.search(address.route))
    found = []
    for method in ALL_METHODS:
        word = served.get(method, "")
        if word == "act":
            found += _acts(API, model, method, address)
        elif word == "act_together":
            acts = [one for one in _acts(API, model, method, address) if ACTIONS[model][one.act].together]
            found += [replace(one, bulk=True) for one in acts]
        else:
            door = ENDPOINTS.get(word, word and f"api.{word}")
            found.append(Surface(API, model, door, method, address.route, address.name, row=per_row))
    return found


def _acts(side: str, model: type[Model], method: str, address: Address) -> list[Surface]:
    """Return a surface for each declared action behind an address."""
    return [
        Surface(side, model, f"act.{one.name}", method, address.route, address.name, row=True, act=one.name)
        for one in actions_of(model)
    ]


def _console_model(address: Address) -> type[Model] | None:
    """Return the model whose pages in the console an address belongs to."""
    found = re.match(r"(\w+)/(\w+)/", address.route)
    if not found:
        return None
    known = {(model._meta.app_label, model._meta.model_name): model for model in admin.site._registry}
    return known.get((found[1], found[2]))


def _page(address: Address, model: type[Model]) -> list[Surface]:
    """Return the surfaces of a page of the console; one that is no standard page is a door by its own name."""
    word = address.name.removeprefix(f"admin:{model._meta.app_label}_{model._meta.model_name}_")
    per_row = bool(GROUP.search(address.route)) or address.name in BY_QUERY
    if word == "act":
        return [*_acts(CONSOLE, model, "GET", address), *_acts(CONSOLE, model, "POST", address)]
    own = word.removeprefix("admin:")
    if not own:  # the page's old address, which leads on to the page whatever stands there
        return [Surface(CONSOLE, None, OLD_ADDRESS, "GET", address.route, OLD_ADDRESS)]
    doors = PAGES.get(word, [("GET", own), ("POST", own)])
    return [Surface(CONSOLE, model, door, method, address.route, address.name, row=per_row) for method, door in doors]


def _own_address(address: Address) -> list[Surface]:
    """Return the surfaces of an address that belongs to no kind of row."""
    name = address.name or address.route
    side = API if address.route.startswith(("api/", "inbound/", "^(api")) else CONSOLE
    return [Surface(side, None, name, method, address.route, name) for method in ALL_METHODS]


def _bulk_acts() -> list[Surface]:
    """Return a surface for each bulk act of each list, and for Django's own that deletes."""
    found = []
    for model in ACTIONS:
        if model in admin.site._registry:
            opts = model._meta
            route = f"{opts.app_label}/{opts.model_name}/"
            found += [
                Surface(CONSOLE, model, f"act.{one.name}", "POST", route, route, act=one.name, bulk=True)
                for one in actions_of(model)
                if one.bulk
            ]
    return found + [_deletion(model) for model in admin.site._registry]


def _deletion(model: type[Model]) -> Surface:
    """Return Django's own bulk act, which deletes."""
    name = "delete_selected"
    route = f"{model._meta.app_label}/{model._meta.model_name}/"
    return Surface(CONSOLE, model, "delete", "POST", route, name, act=name, bulk=True)


def _look_ups() -> list[Surface]:
    """Return a surface for each kind of row that the console's look-up can be asked for, by any foreign key."""
    keys = (field for model in apps.get_models() for field in model._meta.get_fields() if isinstance(field, ForeignKey))
    searched = {model for model, pages in admin.site._registry.items() if pages.search_fields}
    found = {}
    for key in keys:
        target, opts = key.remote_field.model, key.model._meta
        query = f"app_label={opts.app_label}&model_name={opts.model_name}&field_name={key.name}&term="
        if target in searched:
            found[target] = Surface(CONSOLE, target, "see", "GET", f"autocomplete/?{query}", "autocomplete")
    return list(found.values())


def filled(route: str, values: dict[str, Any]) -> str:
    """Return a route with its places filled; unnamed ones of old patterns take ``object_id`` then ``history_id``.

    :raises KeyError: for a place that nobody knows a value for.
    """
    unnamed = iter(("object_id", "history_id"))

    def value(found: re.Match[str]) -> str:
        """Return what stands in one place."""
        return quote(str(values[found[1] or found[2] or next(unnamed)]), safe="")

    return EXAMPLES.get(route) or GROUP.sub(value, route).replace("^", "").replace("$", "")
