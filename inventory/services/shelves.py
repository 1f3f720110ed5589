"""Master data by key and column: how files find, read and write the rows of products and locations."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from inventory.attributes import as_texts
from inventory.kits import Compositions, parts_of
from inventory.kits import texts_by_sku as components_by_sku
from inventory.locks import lock_locations, lock_products
from inventory.models import Location, Product
from inventory.models.catalogue import FollowedBy
from inventory.services.families import Families
from inventory.services.following import NO_KIT, against_following, against_kinds, fault_of
from inventory.services.kits import replace_components
from inventory.services.substituting import replace_substitutes
from inventory.services.switching import CLOSE, REOPEN, SELL_AGAIN, STOP_SELLING, Switch
from inventory.substitution import pairs_of, texts_by_sku
from oms.foundation.actor import Actor
from oms.foundation.aggregate import Versioned
from oms.foundation.imports.kinds import within
from oms.foundation.imports.plans import Earlier, Verb
from oms.foundation.objections import objections
from oms.foundation.tables import RowFault

Row = TypeVar("Row", bound=Versioned)
SWITCH, SUBSTITUTES, COMPONENTS = "is_active", "substitutes", "components"
FOLLOWED, EXPIRES = "followed_by", "expires"


@dataclass(frozen=True, slots=True)
class Entry:
    """What one row of a file says: its key and the values of the columns the file has."""

    row: int
    key: str
    values: Mapping[str, Any]
    faults: tuple[RowFault, ...] = ()

    @property
    def rows(self) -> tuple[int, ...]:
        """Return its one row."""
        return (self.row,)


class Shelf(Generic[Row]):
    """How the rows of one kind of master data are found by key, read and written by column.

    A row is switched on and off by the services that everybody else uses, never written so. What a column in ``beside``
    tells stands in rows of another table.
    """

    model: type[Row]
    key: str
    beside: frozenset[str] = frozenset()
    on: Switch
    off: Switch

    def keys(self, entries: Sequence[Entry]) -> list[str]:
        """Return the keys of every row that the entries touch."""
        return [entry.key for entry in entries]

    def lock(self, ids: Iterable[int]) -> list[Row]:
        """Lock rows by primary key and return them."""
        raise NotImplementedError

    def look_around(self, entries: Sequence[Entry], earlier: Earlier) -> None:
        """Read what else the entries depend on, and what the rooms on the right say against switching rows off."""
        keys = [entry.key for entry in entries if entry.values.get(SWITCH) is False]
        rows = self.model._default_manager.filter(**{f"{self.key}__in": keys, SWITCH: True}) if keys else ()
        known = {row.pk: getattr(row, self.key) for row in rows}
        against = objections(self.off.act, list(known))
        self.against = {known[pk]: " ".join(one.sentence for one in reasons) for pk, reasons in against.items()}

    def fault(self, entry: Entry) -> RowFault | None:
        """Return why an entry cannot be taken as things stand."""
        if entry.values.get(SWITCH) is not False or entry.key not in self.against:
            return None
        return RowFault(entry.row, SWITCH, "objection", self.against[entry.key])

    def switch(self, row: Row, on: bool, *, note: str, actor: Actor) -> None:
        """Switch a row on or off."""
        (self.on if on else self.off).turn(row.pk, note=note, actor=actor)

    def value(self, row: Row, column: str) -> Any:
        """Return what a row holds in a column."""
        return getattr(row, column)

    def put(self, row: Row, column: str, value: Any) -> None:
        """Set a column of a row."""
        setattr(row, column, value)

    def put_beside(self, changes: Mapping[int, Mapping[str, Any]]) -> None:
        """Write the columns beside of locked rows, by id; each change is [before, after]."""

    def former(self, column: str, value: Any) -> Any:
        """Return a value that JSON has kept as it was."""
        field: Any = self.model._meta.get_field(column)
        return field.to_python(value)


class LocationShelf(Shelf[Location]):
    """Locations by code, within a person's scope."""

    model = Location
    key = "code"
    on, off = REOPEN, CLOSE

    def __init__(self, principal: Any) -> None:
        self.principal = principal

    def look_around(self, entries: Sequence[Entry], earlier: Earlier) -> None:
        """Read which of the locations belong to others."""
        super().look_around(entries, earlier)
        named = Location.objects.filter(code__in=self.keys(entries))
        mine = within(self.principal, Location).values("pk")
        others = named.none() if self.principal is None else named.exclude(pk__in=mine)
        self.of_others = set(others.values_list("code", flat=True))
        kinds = {entry.key: entry.values["kind"] for entry in entries if entry.values.get("kind")}
        ids = dict(Location.objects.filter(code__in=kinds).values_list("code", "pk")) if kinds else {}
        against = against_kinds({pk: kinds[code] for code, pk in ids.items()})
        self.followed = {code: against[pk] for code, pk in ids.items() if pk in against}

    def fault(self, entry: Entry) -> RowFault | None:
        """Return why a location is not this person's to change."""
        if entry.key in self.followed:
            return RowFault(entry.row, "kind", "followed", self.followed[entry.key])
        if entry.key not in self.of_others:
            return super().fault(entry)
        return RowFault(entry.row, "code", "not_yours", f"“{entry.key}” is not one of your locations.")

    def lock(self, ids: Iterable[int]) -> list[Location]:
        """Lock locations by primary key and return them."""
        return lock_locations(ids)


class ProductShelf(Shelf[Product]):
    """Products by SKU; an article is named by its own SKU."""

    model = Product
    key = "sku"
    on, off = SELL_AGAIN, STOP_SELLING
    beside = frozenset({SUBSTITUTES, COMPONENTS})

    def keys(self, entries: Sequence[Entry]) -> list[str]:
        """Return the SKUs of the products, of their articles and of what they are made of."""
        parts = [sku for entry in entries for sku, _ in parts_of(entry.values.get(COMPONENTS) or "")]
        return [*super().keys(entries), *filter(None, (entry.values.get("parent") for entry in entries)), *parts]

    def lock(self, ids: Iterable[int]) -> list[Product]:
        """Lock products by primary key and return them."""
        return lock_products(ids)

    def look_around(self, entries: Sequence[Entry], earlier: Earlier) -> None:
        """Read who belongs to which article."""
        super().look_around(entries, earlier)
        wanted = {entry.key: entry.values["parent"] for entry in entries if "parent" in entry.values}
        self.families = Families(wanted, earlier)
        self._look_for_substitutes([entry for entry in entries if SUBSTITUTES in entry.values], earlier)
        self._look_for_components([entry for entry in entries if COMPONENTS in entry.values], earlier)
        self._look_for_followed([entry for entry in entries if {FOLLOWED, EXPIRES} & entry.values.keys()])

    def _look_for_substitutes(self, entries: Sequence[Entry], earlier: Earlier) -> None:
        """Read the substitutes that products have, and which of those they are to have are not known."""
        told = {entry.key: pairs_of(entry.values[SUBSTITUTES] or "") for entry in entries}
        self.present = texts_by_sku(told) if told else {}
        named = {sku for pairs in told.values() for sku, _ in pairs}
        known = set(Product.objects.filter(sku__in=named).values_list("sku", flat=True)) if named else set()
        known |= {sku for sku, plan in earlier(named - known).items() if plan.verb is Verb.CREATE}
        self.unknown = {key: [sku for sku, _ in pairs if sku not in known - {key}] for key, pairs in told.items()}

    def _look_for_components(self, entries: Sequence[Entry], earlier: Earlier) -> None:
        """Read what products are made of, and which of the components that they are to have are known."""
        told = {entry.key: dict(parts_of(entry.values[COMPONENTS] or "")) for entry in entries}
        named = {sku for parts in told.values() for sku in parts}
        plans = earlier(named) if named else {}
        planned = {sku: plan.changes[COMPONENTS][1] for sku, plan in plans.items() if COMPONENTS in plan.changes}
        self.compositions = Compositions({sku: dict(parts_of(text or "")) for sku, text in planned.items()} | told)
        self.made_of = components_by_sku(told) if told else {}
        self.known = set(Product.objects.filter(sku__in=named).values_list("sku", flat=True)) if named else set()
        self.known |= {sku for sku, plan in plans.items() if plan.verb is Verb.CREATE}

    def _look_for_followed(self, entries: Sequence[Entry]) -> None:
        """Read what speaks against following products by what the entries say."""
        known = {row.sku: row for row in Product.objects.filter(sku__in=[entry.key for entry in entries])}
        told = {entry.key: entry.values.get(FOLLOWED) for entry in entries}
        changed = [row.pk for sku, row in known.items() if told[sku] not in (None, row.followed_by)]
        against = against_following(changed) if changed else {}
        self.followed = {sku: (FOLLOWED, against[row.pk]) for sku, row in known.items() if row.pk in against}
        for entry in entries:
            row = known.get(entry.key)
            by = entry.values.get(FOLLOWED) or (row.followed_by if row else FollowedBy.NOTHING)
            if by != FollowedBy.NOTHING and entry.values.get(COMPONENTS):
                self.followed.setdefault(entry.key, (FOLLOWED, NO_KIT))
            expires = entry.values.get(EXPIRES)
            fault = fault_of(by, bool(row.expires if row and expires is None else expires))
            if fault:
                self.followed.setdefault(entry.key, (EXPIRES, fault))

    def fault(self, entry: Entry) -> RowFault | None:
        """Return why a product cannot belong to its article, or cannot be made of its components."""
        found = self.families.fault(entry.key, entry.values.get("parent", ""))
        if found:
            return RowFault(entry.row, "parent", *found)
        if COMPONENTS in entry.values and (found := self.compositions.fault(entry.key, self.known)):
            return RowFault(entry.row, COMPONENTS, *found)
        if against := self.followed.get(entry.key):
            return RowFault(entry.row, against[0], "followed", against[1])
        if missing := self.unknown.get(entry.key):
            return RowFault(entry.row, SUBSTITUTES, "unknown_substitute", _missing(entry.key, missing[0]))
        return super().fault(entry)

    def value(self, row: Product, column: str) -> Any:
        """Return the article's SKU, attributes as texts, or the column as it is."""
        if column == "parent":
            return self.families.before[row.sku]
        if column in self.beside:
            return (self.present if column == SUBSTITUTES else self.made_of)[row.sku]
        return as_texts(row.attributes) if column == "attributes" else getattr(row, column)

    def put(self, row: Product, column: str, value: Any) -> None:
        """Set a column; the article by its SKU."""
        if column == "parent":
            row.parent_id = self.families.ids[value] if value else None
        else:
            setattr(row, column, value)

    def former(self, column: str, value: Any) -> Any:
        """Return a value that JSON has kept as it was; the article stays its SKU, as substitutes and components do."""
        return value if column == "parent" or column in self.beside else super().former(column, value)

    def put_beside(self, changes: Mapping[int, Mapping[str, Any]]) -> None:
        """Write the substitutes and components that changed."""
        wanted = {pk: pairs_of(one[SUBSTITUTES][1]) for pk, one in changes.items() if SUBSTITUTES in one}
        if wanted:
            replace_substitutes(wanted)
        made_of = {pk: parts_of(one[COMPONENTS][1]) for pk, one in changes.items() if COMPONENTS in one}
        if made_of:
            replace_components(made_of)


def _missing(sku: str, substitute: str) -> str:
    """Return why a product cannot be a substitute."""
    if sku == substitute:
        return "no product is sent instead of itself; name another."
    return f"there is no product “{substitute}” yet; import this row without it first, and again once it is there."
