"""What may be done with lots: blocked, let go, given another best-before date."""

from inventory.conditions import IS_BLOCKED_LOT, IS_FREE_LOT
from inventory.forms import BlockLotForm, DateLotForm, NoteForm
from inventory.models import Lot
from inventory.services.lots import block_lot, date_lot, release_lot
from oms.foundation.actions import Action, register

BLOCK = "inventory.block_lot"

register(
    Action(
        model=Lot,
        name="block_lot",
        label="Block it",
        permission=BLOCK,
        service=block_lot,
        subject="lot_id",
        conditions=(IS_FREE_LOT,),
        form=BlockLotForm,
        inverse="release_lot",
        help="Nothing of it is promised or picked any more; handhelds refuse it and say why. Who got it stands below.",
        danger=True,
        icon="block",
        shown=lambda lot: lot.blocked_at is None,
    ),
    Action(
        model=Lot,
        name="release_lot",
        label="Let it go",
        permission=BLOCK,
        service=release_lot,
        subject="lot_id",
        conditions=(IS_BLOCKED_LOT,),
        form=NoteForm,
        irreversible="Block it again with a reason.",
        help="Its pieces may be promised and picked again.",
        icon="check_circle",
        shown=lambda lot: lot.blocked_at is not None,
    ),
    Action(
        model=Lot,
        name="date_lot",
        label="Best-before date",
        permission=BLOCK,
        service=date_lot,
        subject="lot_id",
        form=DateLotForm,
        irreversible="Set the former date with the same button; the timeline shows it.",
        bulk=False,
        icon="event",
    ),
)
