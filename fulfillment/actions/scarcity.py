"""The acts on scarcity fees: learning them, putting them into force, switching them off, capping a location's."""

from fulfillment.models import ScarcityRun, SourcingRuleSet
from fulfillment.rule_forms import Note
from fulfillment.scarcity_forms import CapForm, DayForm, WhyForm
from fulfillment.services.scarcity import asking, switching
from fulfillment.states import RuleSetState
from fulfillment.states import ScarcityState as S
from oms.foundation.actions import Action, register

PERMISSION = "fulfillment.switch_scarcityrun"

register(
    Action(
        model=SourcingRuleSet,
        subject="rule_set_id",
        name="learn_fees",
        label="Learn scarcity fees",
        permission="fulfillment.add_scarcityrun",
        service=asking.learn_fees_of_day,
        conditions=asking.CAN_LEARN,
        form=DayForm,
        shown=lambda row: row.state == RuleSetState.ACTIVE,
        irreversible="What is learned weighs in nothing before it is put into force.",
        bulk=False,
        icon="school",
        help="A worker learns from the orders of a day which stock and whose parcels were scarce; see “Scarcity fees”.",
    ),
    Action(
        model=ScarcityRun,
        subject="run_id",
        name="put_into_force",
        label="Put into force",
        permission=PERMISSION,
        service=switching.put_fees_into_force,
        conditions=switching.CAN_ACTIVATE,
        form=Note,
        shown=lambda row: row.state != S.ACTIVE,
        inverse="switch_off",
        bulk=False,
        primary=True,
        icon="play_arrow",
        help="The fees weigh in new decisions until their horizon; nobody pays them. Each night renews them.",
    ),
    Action(
        model=ScarcityRun,
        subject="run_id",
        name="switch_off",
        label="Switch off",
        permission=PERMISSION,
        service=switching.switch_fees_off,
        conditions=switching.CAN_SWITCH_OFF,
        form=WhyForm,
        shown=lambda row: row.state == S.ACTIVE,
        inverse="put_into_force",
        bulk=False,
        danger=True,
        icon="toggle_off",
        help="From this moment no decision weighs a scarcity fee; what is learned at night waits for you.",
    ),
    Action(
        model=ScarcityRun,
        subject="run_id",
        name="cap",
        label="Cap a location",
        permission=PERMISSION,
        service=switching.cap_fees,
        conditions=switching.CAN_CAP,
        form=CapForm,
        shown=lambda row: row.state in (S.LEARNED, S.ACTIVE, S.OFF),
        irreversible="Cap the location again with its former amount, or with none.",
        bulk=False,
        icon="vertical_align_top",
        help="Fees of the location above the amount are cut to it, here and in what is learned later.",
    ),
)
