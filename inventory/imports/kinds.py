"""The kinds of files that supply takes."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django import forms

from inventory.attributes import attributes_text
from inventory.imports.bins import BinFile
from inventory.imports.incoming import IncomingFile
from inventory.imports.locations import LocationFile
from inventory.imports.products import ProductFile
from inventory.imports.stock import StockCountFile
from inventory.models import Bin, IncomingStock, Location, Product, StockLevel
from inventory.services.announcing import plan_undo_announcements, undo_announcements
from inventory.services.bin_files import plan_undo_bins, undo_bins
from inventory.services.uncounting import plan_undo_counts, undo_counts
from inventory.services.undoing import plan_undo_locations, plan_undo_products, undo_locations, undo_products
from oms.foundation.actor import Actor
from oms.foundation.imports.kinds import ImportKind, Shown, Source, Undo, words
from oms.foundation.imports.plans import Verb
from oms.foundation.models import ImportRow
from oms.foundation.money import minor_text
from oms.foundation.tables import read_table

AMOUNTS = ("unit_price", "unit_cost")


class Products(ImportKind):
    """Product files."""

    code = "products"
    title = "Products"
    model = Product
    permissions = ("inventory.add_product", "inventory.change_product")
    undo_permissions = ("inventory.change_product",)
    undo_words: ClassVar[Mapping[str, str]] = {
        Verb.CREATE: "stops selling {} new product{}",
        Verb.CHANGE: "gives {} product{} the former values",
    }
    columns = (*ProductFile.required, *ProductFile.optional)

    def open(
        self, source: Source, *, name: str, encoding: str = "", principal: Any = None, **options: Any
    ) -> ProductFile:
        """Open a product file."""
        return ProductFile(read_table(source, name=name, expected=ProductFile.required, encoding=encoding))

    def plan_undo(self, rows: Sequence[ImportRow], *, principal: Any) -> list[Undo]:
        """Return which products can be taken back."""
        return plan_undo_products(rows=rows)

    def undo(self, rows: Sequence[ImportRow], *, principal: Any, actor: Actor) -> list[Undo]:
        """Put former values back, and stop selling new products."""
        return undo_products(rows=rows, actor=actor)

    def shown(self, rows: Sequence[ImportRow]) -> dict[int, list[Shown]]:
        """Return the changes with amounts and attributes as a file has them."""
        ids = [row.object_id for row in rows if row.object_id]
        known = dict(Product.objects.filter(pk__in=ids).values_list("pk", "currency"))
        return {
            row.row: [_shown(row, name, known.get(row.object_id or 0, "EUR")) for name in self.in_turn(row)]
            for row in rows
        }


class Locations(ImportKind):
    """Location files."""

    code = "locations"
    title = "Locations"
    model = Location
    permissions = ("inventory.add_location", "inventory.change_location")
    undo_permissions = ("inventory.change_location",)
    undo_words: ClassVar[Mapping[str, str]] = {
        Verb.CREATE: "closes {} new location{}",
        Verb.CHANGE: "gives {} location{} the former values",
    }
    columns = (*LocationFile.required, *LocationFile.optional)

    def open(
        self, source: Source, *, name: str, encoding: str = "", principal: Any = None, **options: Any
    ) -> LocationFile:
        """Open a location file."""
        table = read_table(source, name=name, expected=LocationFile.required, encoding=encoding)
        return LocationFile(table, principal)

    def plan_undo(self, rows: Sequence[ImportRow], *, principal: Any) -> list[Undo]:
        """Return which locations can be taken back."""
        return plan_undo_locations(rows=rows, principal=principal)

    def undo(self, rows: Sequence[ImportRow], *, principal: Any, actor: Actor) -> list[Undo]:
        """Put former values back, and close new locations."""
        return undo_locations(rows=rows, principal=principal, actor=actor)


class Stock(ImportKind):
    """Stock files."""

    code = "stock"
    title = "Stock"
    model = StockLevel
    permissions = ("inventory.adjust_stocklevel",)
    undo_permissions = ("inventory.adjust_stocklevel",)
    undo_words: ClassVar[Mapping[str, str]] = {
        Verb.CREATE: "empties {} new stock level{}",
        Verb.CHANGE: "moves the pieces of {} stock level{} back",
    }
    columns = (*StockCountFile.required, *StockCountFile.optional)

    def open(
        self, source: Source, *, name: str, encoding: str = "", principal: Any = None, **options: Any
    ) -> StockCountFile:
        """Open a stock file, with what is remembered of it; with ``again`` that is forgotten."""
        table = read_table(source, name=name, expected=StockCountFile.required, encoding=encoding)
        again = bool(options.get("again"))
        return StockCountFile(table, digest=digest_of(source), again=again, principal=principal)

    def fields(self, principal: Any) -> dict[str, forms.Field]:
        """Ask whether a file that was taken before counts once more."""
        help_text = "A file that was taken before counts nothing again, unless you tick this."
        return {"again": forms.BooleanField(required=False, label="Count this file once more", help_text=help_text)}

    def plan_undo(self, rows: Sequence[ImportRow], *, principal: Any) -> list[Undo]:
        """Return which counts can be taken back."""
        return plan_undo_counts(rows=rows, principal=principal)

    def undo(self, rows: Sequence[ImportRow], *, principal: Any, actor: Actor) -> list[Undo]:
        """Move what was counted in the opposite direction."""
        return undo_counts(rows=rows, principal=principal, actor=actor)


class Incoming(ImportKind):
    """Files of incoming stock."""

    code = "incoming"
    title = "Incoming stock"
    model = IncomingStock
    permissions = ("inventory.add_incomingstock", "inventory.change_incomingstock")
    undo_permissions = ("inventory.change_incomingstock",)
    undo_words: ClassVar[Mapping[str, str]] = {
        Verb.CREATE: "expects {} new announcement{} no more",
        Verb.CHANGE: "gives {} announcement{} the former pieces and day",
    }
    columns = (*IncomingFile.required, *IncomingFile.optional)

    def open(
        self, source: Source, *, name: str, encoding: str = "", principal: Any = None, **options: Any
    ) -> IncomingFile:
        """Open a file of incoming stock."""
        return IncomingFile(read_table(source, name=name, expected=IncomingFile.required, encoding=encoding), principal)

    def plan_undo(self, rows: Sequence[ImportRow], *, principal: Any) -> list[Undo]:
        """Return which announcements can be taken back."""
        return plan_undo_announcements(rows=rows, principal=principal)

    def undo(self, rows: Sequence[ImportRow], *, principal: Any, actor: Actor) -> list[Undo]:
        """Expect new ones no more, and put former values back."""
        return undo_announcements(rows=rows, principal=principal, actor=actor)


class Bins(ImportKind):
    """Files of bins."""

    code = "bins"
    title = "Bins"
    model = Bin
    permissions = ("inventory.add_bin", "inventory.change_bin")
    undo_permissions = ("inventory.change_bin",)
    undo_words: ClassVar[Mapping[str, str]] = {
        Verb.CREATE: "takes {} new bin{} out of use",
        Verb.CHANGE: "gives {} bin{} the former facts",
    }
    columns = (*BinFile.required, *BinFile.optional)

    def open(self, source: Source, *, name: str, encoding: str = "", principal: Any = None, **options: Any) -> BinFile:
        """Open a file of bins."""
        return BinFile(read_table(source, name=name, expected=BinFile.required, encoding=encoding), principal)

    def plan_undo(self, rows: Sequence[ImportRow], *, principal: Any) -> list[Undo]:
        """Return which bins can be taken back."""
        return plan_undo_bins(rows=rows, principal=principal)

    def undo(self, rows: Sequence[ImportRow], *, principal: Any, actor: Actor) -> list[Undo]:
        """Take new bins out of use, and put former facts back."""
        return undo_bins(rows=rows, principal=principal, actor=actor)


def _shown(row: ImportRow, name: str, currency: str) -> Shown:
    """Return one change of a product as a file has it."""
    pair = row.changes[name]
    currencies = row.changes.get("currency", (currency, currency))
    if name in AMOUNTS:
        texts = ["" if one is None else minor_text(one, code) for one, code in zip(pair, currencies, strict=True)]
    else:
        texts = [attributes_text(one) if isinstance(one, dict) else words(one) for one in pair]
    return Shown(name, *texts)


def digest_of(source: Source) -> str:
    """Return the SHA-256 of a file's content."""
    if isinstance(source, bytes):
        return hashlib.sha256(source).hexdigest()
    with source.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
