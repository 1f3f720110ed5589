"""Order files as a kind of import: for one channel, in one of its formats."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from django import forms

from oms.foundation.actions import Action, action_named, closed_reasons, run_action
from oms.foundation.actor import Actor
from oms.foundation.imports.kinds import ImportKind, Source, Undo, register_kind, within
from oms.foundation.imports.plans import Earlier, Plan, Seen, Verb
from oms.foundation.models import ImportRow
from oms.foundation.objections import objections
from oms.foundation.refusals import Reason, Refused
from oms.foundation.tables import Table
from oms.foundation.tables.reading import unused_columns
from orders.channels.files import OrderFormat, Told, read_orders
from orders.channels.formats import FORMATS, open_orders
from orders.channels.oms_csv import OmsOrders
from orders.models import ChannelAccount, Order
from orders.queries import with_answers
from orders.services.channels import account_named
from orders.services.importing import plan_orders, store_orders
from orders.states import OrderState

CHUNK = 100
FORMAT_NAMES = {"oms": "our own", "shopify": "Shopify's order export"}
CANCELLED_ALREADY = "It was cancelled already."


class OrderFile:
    """An order file of one channel account; an order is taken whole or not at all."""

    depends: bool = False

    def __init__(self, form: OrderFormat, table: Table, account: ChannelAccount) -> None:
        self.form = form
        self.table = table
        self.account = account
        self.most = CHUNK

    @property
    def unused(self) -> list[str]:
        """Return the columns that nobody expects in its format."""
        return unused_columns(self.table, [*self.form.required, *self.form.optional, *self.form.ignored])

    def entries(self, skip: int = 0) -> Iterator[Told]:
        """Yield the orders of the file, streaming."""
        return read_orders(self.form, self.table, skip)

    def plan(self, entries: Sequence[Told], earlier: Earlier) -> list[Plan]:
        """Return which orders would be captured."""
        return plan_orders(account=self.account, told=entries)

    def store(self, entries: Sequence[Told], actor: Actor, seen: Seen | None = None) -> list[Plan]:
        """Capture the orders that are new."""
        return store_orders(account=self.account, told=entries, actor=actor, seen=seen)


class Orders(ImportKind):
    """Order files."""

    code = "orders"
    title = "Orders"
    model = Order
    permissions = ("orders.add_order",)
    undo_permissions = ("orders.cancel_order",)
    undo_most = 1  # as with its button, each order is cancelled in a transaction of its own
    undo_words: ClassVar[Mapping[str, str]] = {Verb.CREATE: "cancels {} order{}"}
    columns = (*OmsOrders.required, *OmsOrders.optional)

    def open(
        self, source: Source, *, name: str, encoding: str = "", principal: Any = None, **options: Any
    ) -> OrderFile:
        """Open an order file of the channel that the options name, in the format they name or its heading tells."""
        account = account_named(str(options["channel"]), within(principal, ChannelAccount))
        form, table = open_orders(source, name=name, code=str(options.get("format", "")), encoding=encoding)
        return OrderFile(form, table, account)

    def fields(self, principal: Any) -> dict[str, forms.Field]:
        """Ask for the channel among those of the person, and for the format."""
        accounts = within(principal, ChannelAccount).filter(is_active=True, channel__is_active=True)
        codes = accounts.order_by("channel__name", "code").values_list("code", "channel__name")
        channels = [(code, name if code == name else f"{name} ({code})") for code, name in codes]
        formats = [("", "told by the heading"), *((code, FORMAT_NAMES.get(code, code)) for code in FORMATS)]
        return {
            "channel": forms.ChoiceField(choices=channels, help_text="Whose orders they are."),
            "format": forms.ChoiceField(choices=formats, required=False),
        }

    def plan_undo(self, rows: Sequence[ImportRow], *, principal: Any) -> list[Undo]:
        """Return which orders can still be cancelled."""
        ids = [row.object_id for row in rows if row.object_id]
        action = action_named(Order, "cancel")
        orders = {order.pk: order for order in with_answers(within(principal, Order)).filter(pk__in=ids)}
        against = objections(action.key, list(orders))
        return [_cancellable(row, orders.get(row.object_id or 0), action, principal, against) for row in rows]

    def undo(self, rows: Sequence[ImportRow], *, principal: Any, actor: Actor) -> list[Undo]:
        """Cancel each order as its button does."""
        return [_cancel(row, principal, actor) for row in rows]


def _cancellable(
    row: ImportRow, order: Order | None, action: Action, principal: Any, against: Mapping[int, Sequence[Reason]]
) -> Undo:
    """Return whether an imported order can be cancelled."""
    if order is None:
        return Undo(row.row, False, "There is no such order, or it is not one of yours.")
    if order.state == OrderState.CANCELLED:
        return Undo(row.row, True, CANCELLED_ALREADY)
    reasons = [*closed_reasons(action, order, principal, ask=False), *against.get(order.pk, ())]
    return Undo(row.row, not reasons, " ".join(reason.sentence for reason in reasons))


def _cancel(row: ImportRow, principal: Any, actor: Actor) -> Undo:
    """Cancel an imported order, or say why that is not possible."""
    action = action_named(Order, "cancel")
    if within(principal, Order).filter(pk=row.object_id or 0, state=OrderState.CANCELLED).exists():
        return Undo(row.row, True, CANCELLED_ALREADY)
    data, lookup = {"reason": "its import was taken back"}, {"pk": row.object_id}
    try:
        run_action(action, principal=principal, lookup=lookup, data=data, now=actor.now, actor=actor)
    except Refused as refusal:
        return Undo(row.row, False, refusal.sentence)
    return Undo(row.row, True)


register_kind(Orders())
