"""UPS behind the protocol of all carriers."""

from collections.abc import Sequence
from datetime import date, datetime

from fulfillment.carriers.account import CUSTOMS, PHONE, REGION, Account, Field
from fulfillment.carriers.gateway import (
    BoughtLabel,
    CarrierCannotTell,
    CarrierEvent,
    CarrierRefused,
    KeepsNoList,
    Parcel,
    Pickup,
    Rate,
)
from fulfillment.carriers.line import Line, Send, TokenLine, read_json
from fulfillment.carriers.pushing import TRACK_ALERT
from fulfillment.carriers.ups import answers, asking
from fulfillment.documents.papers import Address

NAME = answers.NAME
HOST, TEST_HOST = "https://onlinetools.ups.com", "https://wwwcie.ups.com"
FIELDS = (
    Field("client_id", "client ID", "From your app at developer.ups.com."),
    Field("client_secret", "client secret", is_secret=True),
    Field("account_number", "account number", "Six letters and digits; shipping is billed to it."),
    TRACK_ALERT,
    PHONE,
    REGION,
    *CUSTOMS,
)


class UpsGateway(KeepsNoList):
    """One account at UPS."""

    def __init__(self, account: Account, *, send: Send | None = None) -> None:
        self.code, self._account = account.code, account
        host = TEST_HOST if account.is_test else HOST
        self._line = TokenLine(Line(NAME, host, send=send), asking.login(account))

    def rates(self, parcel: Parcel, *, now: datetime) -> Sequence[Rate]:
        """Return the account's rates."""
        data = answers.told(self._line.ask(asking.rates(parcel, self._account, now=now)))
        return answers.rates_in(data, self.code)

    def buy_label(self, parcel: Parcel, service: str, *, now: datetime) -> BoughtLabel:
        """Buy a label; asked twice, UPS sells two."""
        data = answers.told(self._line.ask(asking.ship(parcel, service, self._account, now=now)))
        return answers.label_in(data, reference=parcel.reference, service=service)

    def void_label(self, carrier_reference: str, *, now: datetime) -> None:
        """Take a label back that was not used; UPS takes it for 28 days."""
        answer = self._line.ask(asking.void(carrier_reference))
        if not answer.is_good and answers.was_done_before(answer):
            return
        result = (answers.told(answer).get("VoidShipmentResponse") or {}).get("SummaryResult") or {}
        status = result.get("Status") or {}
        if status.get("Code") != "1":
            raise CarrierRefused(f"UPS keeps the label: {status.get('Description') or 'it gives no reason'}.")

    def find_by_reference(self, reference: str, *, now: datetime) -> BoughtLabel | None:
        """Recover the label that was sold under our reference.

        :raises CarrierCannotTell: when UPS recovers none: it does not say whether there is one.
        """
        try:
            data = answers.told(self._line.ask(asking.recover(reference, self._account)))
            found = answers.recovered_in(data, reference=reference)
        except (CarrierRefused, KeyError) as nothing:
            raise CarrierCannotTell(_look(reference, str(nothing))) from nothing
        if found is None:
            raise CarrierCannotTell(_look(reference, "UPS names more than one parcel."))
        return found

    def track(self, tracking_number: str) -> Sequence[CarrierEvent]:
        """Return every activity."""
        return answers.events_in(answers.told(self._line.ask(asking.track(tracking_number))))

    def parse_events(self, body: bytes) -> Sequence[CarrierEvent]:
        """Read a message of UPS Track Alert."""
        return [answers.message_in(read_json(body))]

    def pickup(self, ship_from: Address, day: date, *, parcels: int, weight_g: int = 1000) -> Pickup:
        """Order a driver."""
        request = asking.pickup(ship_from, day, self._account, parcels=parcels, weight_g=weight_g)
        return answers.pickup_in(answers.told(self._line.ask(request)), day)


def _look(reference: str, why: str) -> str:
    """Return what a person does when a lost answer cannot be found again."""
    return (
        f"UPS's answer was lost and no label came back for {asking.mark_of(reference)}. {why[:100]} Look for it in the"
        " shipping history at ups.com and void it there, then give the label up here and buy a new one."
    )
