"""Articles and their variants: which product may become a variant of which."""

from collections.abc import Mapping

from inventory.models import Product
from oms.foundation.imports.plans import Earlier, Verb

NAMED = 5


class Families:
    """Who belongs to which article once some products got the articles that are wanted for them.

    An article has variants or is one, never both. ``wanted`` is the article's SKU by that of its product, "" for none;
    ``earlier`` tells what is planned before them and not stored yet.
    """

    def __init__(self, wanted: Mapping[str, str], earlier: Earlier) -> None:
        named = {*wanted, *filter(None, wanted.values())}
        rows = Product.objects.filter(sku__in=named).values_list("pk", "sku", "parent__sku") if named else []
        self.ids = {sku: pk for pk, sku, _ in rows}
        self.before = {sku: parent or "" for _, sku, parent in rows}
        becoming = [sku for sku, parent in wanted.items() if parent and sku in self.ids]
        variants = Product.objects.filter(parent__sku__in=becoming).values_list("sku", "parent__sku")
        self.after = self.before | dict(variants if becoming else ())
        plans = earlier({*named, *self.after})
        self.after |= {sku: plan.changes["parent"][1] for sku, plan in plans.items() if "parent" in plan.changes}
        self.after |= wanted
        self.known = self.ids.keys() | {sku for sku, plan in plans.items() if plan.verb == Verb.CREATE}

    def fault(self, sku: str, parent: str) -> tuple[str, str] | None:
        """Return code and sentence of why a product cannot belong to an article, or None when it can."""
        if not parent:
            return None
        if parent == sku:
            return "own_parent", "no product is a variant of itself; leave this cell empty for the article."
        if parent not in self.known:
            sentence = f"there is no product with the SKU “{parent}”; its row must be in this file, or imported before."
            return "unknown_parent", sentence
        if self.after.get(parent):
            return "nested_parent", f"“{parent}” is a variant of “{self.after[parent]}” itself; name that article."
        variants = sorted(one for one, article in self.after.items() if article == sku)
        if variants:
            named = ", ".join(variants[:NAMED]) + (" …" if len(variants) > NAMED else "")
            return "has_variants", f"“{sku}” has variants of its own ({named}); it cannot become one."
        return None
