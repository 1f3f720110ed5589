"""The acts on claims at carriers, and the button on a parcel that begins one."""

from functools import partial

from fulfillment import claim_forms as forms
from fulfillment.actions import parcels  # noqa: F401  its acts on parcels stand before this one
from fulfillment.models import CarrierClaim, Package
from fulfillment.services import claiming
from fulfillment.states import TrackingStatus
from fulfillment.states_parcels import LIVE_CLAIMS, ClaimState
from oms.foundation.actions import Action, register

TROUBLED = (TrackingStatus.LOST, TrackingStatus.EXCEPTION, TrackingStatus.DELAYED, TrackingStatus.DELIVERED)
act = partial(Action, model=CarrierClaim, subject="claim_id", permission="fulfillment.handle_carrierclaim", bulk=False)
HERE = "The carrier knows of it; withdraw it to end it."

register(
    Action(
        model=Package,
        subject="package_id",
        name="open_claim",
        label="Claim from the carrier",
        permission="fulfillment.handle_carrierclaim",
        service=claiming.open_claim,
        conditions=claiming.CAN_CLAIM,
        form=forms.Open,
        bulk=False,
        shown=lambda row: row.tracking_status in TROUBLED,
        irreversible="Withdraw the claim to end it.",
        icon="request_quote",
        help="For a parcel that is lost or came broken. The customer is helped as always: refund or a new order.",
    ),
    act(
        name="submit_claim",
        label="Handed in",
        service=claiming.submit_claim,
        conditions=claiming.CAN_SUBMIT,
        form=forms.Submit,
        shown=lambda row: row.state == ClaimState.DRAFT,
        irreversible=HERE,
        primary=True,
        icon="send",
        help="You have sent it to the carrier, on its own pages or by mail.",
    ),
    act(
        name="accept_claim",
        label="Accepted",
        service=claiming.accept_claim,
        conditions=claiming.CAN_ANSWER,
        form=forms.Answer,
        shown=lambda row: row.state == ClaimState.SUBMITTED,
        irreversible=HERE,
        primary=True,
        icon="thumb_up",
    ),
    act(
        name="decline_claim",
        label="Declined",
        service=claiming.decline_claim,
        conditions=claiming.CAN_ANSWER,
        form=forms.Decline,
        shown=lambda row: row.state == ClaimState.SUBMITTED,
        inverse="appeal_claim",
        icon="thumb_down",
    ),
    act(
        name="appeal_claim",
        label="Claim again",
        service=claiming.appeal_claim,
        conditions=claiming.CAN_APPEAL,
        form=forms.Why,
        shown=lambda row: row.state == ClaimState.DECLINED,
        inverse="decline_claim",
        icon="undo",
        help="The carrier is asked again, with better papers.",
    ),
    act(
        name="pay_claim",
        label="Paid",
        service=claiming.pay_claim,
        conditions=claiming.CAN_PAY,
        form=forms.Pay,
        shown=lambda row: row.state in (ClaimState.SUBMITTED, ClaimState.ACCEPTED),
        irreversible="The carrier's money is here.",
        primary=True,
        icon="payments",
    ),
    act(
        name="withdraw_claim",
        label="Withdraw",
        service=claiming.withdraw_claim,
        conditions=claiming.CAN_END,
        form=forms.Why,
        shown=lambda row: row.state in LIVE_CLAIMS,
        irreversible="Begin another claim on the parcel.",
        danger=True,
        icon="cancel",
    ),
)
