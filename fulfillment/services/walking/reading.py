"""A walk as its person sees it: the stop they stand at, what comes next, what lies in which tote."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from fulfillment.models import PickList, PickTask
from fulfillment.services.walking.totes import labels_of
from fulfillment.states import LIVE_TASKS, AllocationState, FulfillmentOrderState, PickTaskState

# each scan reads every stop of its walk: no more of each row than is told
PRODUCT = ("sku", "title", "barcode", "followed_by")
OF_STOPS = (
    *("pick_list", "position", "tote", "bin", "quantity", "picked", "state", "put_back_at", "version"),
    *(f"fulfillment_order__{name}" for name in ("state", "version", "order")),
    *(f"fulfillment_order__order__{name}" for name in ("number", "instructions", "state", "version")),
    *(f"allocation__{name}" for name in ("quantity", "state", "version", "order_line", "stock_level")),
    *(f"allocation__order_line__{name}" for name in ("sku", "title", "customization")),
    *(f"part__{name}" for name in ("per_kit", "stock_level")),
    *(f"{of}__stock_level__product" for of in ("allocation", "part")),
    *(f"{of}__stock_level__product__{name}" for of in ("allocation", "part") for name in PRODUCT),
)


@dataclass(frozen=True, slots=True)
class Stop:
    """One task in words; ``wanted`` tells whether its pieces are still to be picked for their order.

    ``asks`` is what has to be scanned after the product: its lot or serial number.
    """

    task: PickTask
    sku: str
    title: str
    barcode: str
    order: str
    note: str
    wanted: bool
    asks: str = ""


@dataclass(frozen=True, slots=True)
class Walk:
    """All stops of a list; ``now`` is the one to stand at, None when nothing is left to do."""

    pick_list: PickList
    stops: Sequence[Stop]
    now: Stop | None
    labels: Mapping[str, str] = field(default_factory=dict)
    """What stands on the totes with labels, by tote."""

    @property
    def label(self) -> str:
        """Return what stands on the tote of the stop."""
        return self.labels.get(self.now.task.tote, "") if self.now else ""

    @property
    def next(self) -> Stop | None:
        """Return the stop after this one."""
        return next((one for one in self.stops if _is_live(one) and one is not self.now), None)

    @property
    def left(self) -> list[PickTask]:
        """Return the stops that are still to be made, in their order."""
        return [one.task for one in self.stops if _is_live(one)]

    @property
    def to_packing(self) -> list[tuple[str, str]]:
        """Return the totes that go to packing, with their orders."""
        return self._totes(stopped=False)

    @property
    def to_put_back(self) -> list[tuple[str, str]]:
        """Return the totes whose pieces go back on the shelf, with the orders that the desk stopped or changed."""
        return self._totes(stopped=True)

    def _totes(self, *, stopped: bool) -> list[tuple[str, str]]:
        """Return the totes with pieces in them, whose order was stopped or not."""
        gone = PickTaskState.CANCELLED
        ended = {one.order for one in self.stops if one.task.state == gone or one.task.put_back_at}
        full = sorted({(one.task.tote, one.order) for one in self.stops if one.task.picked})
        return [(self._named(tote), order) for tote, order in full if (order in ended) is stopped]

    def _named(self, tote: str) -> str:
        """Return a tote with what stands on it."""
        return f"{tote}: {self.labels[tote]}" if tote in self.labels else tote

    @property
    def done(self) -> int:
        """Return how many stops are behind."""
        return sum(not _is_live(one) for one in self.stops)


def walk_of(pick_list: PickList) -> Walk:
    """Read a list in three statements; what was stopped at the desk is not wanted any more."""
    related = [name.rpartition("__")[0] for name in OF_STOPS if "__" in name]
    tasks = pick_list.tasks.select_related(*related).only(*OF_STOPS).order_by("position")
    stops = [_stop(one) for one in tasks]
    left = [one for one in stops if _is_live(one)]
    labels = {tote: ", ".join(codes) for (_, tote), codes in labels_of([pick_list.pk]).items()}
    return Walk(pick_list, stops, left[0] if left else None, labels)


def is_wanted(task: PickTask) -> bool:
    """Return whether just the pieces of a task, which has its work and allocation at hand, are still to be picked."""
    at_work: bool = task.fulfillment_order.state == FulfillmentOrderState.IN_PROGRESS
    pieces = task.allocation
    return at_work and pieces.state == AllocationState.ALLOCATED and task.wanted == task.quantity


def _is_live(stop: Stop) -> bool:
    """Return whether a stop is still to be made."""
    return stop.wanted and stop.task.state in LIVE_TASKS


def _stop(task: PickTask) -> Stop:
    """Return a task in words."""
    product, line = task.level.product, task.allocation.order_line
    order = task.fulfillment_order.order
    kit = f"For kit {line.sku}: assemble" if task.part is not None else ""
    notes = [kit, line.customization and f"Customize: {line.customization}", order.instructions]
    return Stop(
        task=task,
        sku=product.sku,
        title=product.title or (line.title if task.part is None else ""),
        barcode=product.barcode,
        order=order.number,
        note=" · ".join(note for note in notes if note),
        wanted=is_wanted(task) or task.state in (PickTaskState.PICKED, PickTaskState.SHORT),
        asks=product.followed_word if product.is_followed else "",
    )
