"""What may be done with counts: planned for bins and levels, called off, made anew."""

from inventory.conditions import IS_COUNTED, IS_LIVE_COUNT
from inventory.forms import NoteForm
from inventory.models import Bin, CountSession, StockLevel
from inventory.services.bin_counts import cancel_count, count_again, plan_count, plan_level_count
from inventory.states import LIVE_COUNTS, CountState
from oms.foundation.actions import Action, register

PLAN = "inventory.plan_countsession"

register(
    Action(
        model=Bin,
        name="plan_count",
        label="Count it",
        permission=PLAN,
        service=plan_count,
        subject="bin_id",
        form=NoteForm,
        irreversible="Call the count off on its own page, as long as it is not in the books.",
        help="It stands on every handheld under Count; what the book expects is not shown there.",
        icon="fact_check",
    ),
    Action(
        model=StockLevel,
        name="plan_level_count",
        label="Count what is in no bin",
        permission=PLAN,
        service=plan_level_count,
        subject="stock_level_id",
        form=NoteForm,
        irreversible="Call the count off on its own page, as long as it is not in the books.",
        help="It stands on every handheld under Count; what lies in bins is counted bin by bin.",
        icon="fact_check",
    ),
    Action(
        model=CountSession,
        name="count_again",
        label="Count again",
        permission=PLAN,
        service=count_again,
        subject="count_session_id",
        conditions=(IS_COUNTED,),
        form=NoteForm,
        irreversible="What was counted stands on its timeline.",
        help="What was counted changes nothing; somebody counts it once more.",
        icon="replay",
        shown=lambda row: row.state in (CountState.COUNTING, CountState.REVIEW),
    ),
    Action(
        model=CountSession,
        name="cancel_count",
        label="Call it off",
        permission=PLAN,
        service=cancel_count,
        subject="count_session_id",
        conditions=(IS_LIVE_COUNT,),
        form=NoteForm,
        irreversible="Plan the bin again on its page.",
        danger=True,
        icon="event_busy",
        shown=lambda row: row.state in LIVE_COUNTS,
    ),
)
