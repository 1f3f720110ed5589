"""The act on counts that may touch promises: putting the differences into the books."""

from fulfillment.services.counted import post_count
from inventory.conditions import IS_FOR_REVIEW
from inventory.forms import NoteForm
from inventory.models import CountSession
from inventory.states import CountState
from oms.foundation.actions import Action, register

register(
    Action(
        model=CountSession,
        name="post_count",
        label="Put into the books",
        permission="inventory.post_countsession",
        service=post_count,
        subject="count_session_id",
        conditions=(IS_FOR_REVIEW,),
        form=NoteForm,
        irreversible="Stock has moved by the differences; count the bin again to correct them.",
        help="Stock moves by what was found more or less; orders that lose a promised piece are sourced again.",
        primary=True,
        icon="done_all",
        shown=lambda row: row.state == CountState.REVIEW,
    )
)
