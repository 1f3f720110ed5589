"""DHL Parcel Germany behind the protocol of all carriers."""

from collections.abc import Sequence
from datetime import date, datetime

from fulfillment.carriers.account import CUSTOMS, PHONE, Account, Field
from fulfillment.carriers.dhl_parcel_de import answers, asking
from fulfillment.carriers.dhl_parcel_de.contract import CURRENCY, HOW, RETURN, Product, rates, reaches, read_contract
from fulfillment.carriers.gateway import (
    BoughtLabel,
    CarrierCannotTell,
    CarrierEvent,
    CarrierRefused,
    Manifest,
    Parcel,
    Pickup,
    Rate,
)
from fulfillment.carriers.line import Line, Send, SignedLine, TokenLine
from fulfillment.documents.papers import Address

NAME = answers.NAME
NOT_THERE = 404
HOST, TEST_HOST = "https://api-eu.dhl.com", "https://api-sandbox.dhl.com"
FIELDS = (
    Field(
        "api_key",
        "API key",
        "From your app at developer.dhl.com, with Parcel DE Shipping, Returns, Pickup and Tracking.",
    ),
    Field("api_secret", "API secret", is_secret=True),
    Field("username", "user name", "Of a system user of the business customer portal."),
    Field("password", "password", is_secret=True),
    Field(
        "contract",
        "products and prices",
        f"{HOW}: up to 2, 5 and 31.5 kg. For RETURN write your receiver ID instead of the billing number.",
        check=read_contract,
    ),
    PHONE,
    *CUSTOMS,
)


class DhlParcelDeGateway:
    """One contract with DHL Parcel Germany."""

    closes_day = True

    def __init__(self, account: Account, *, send: Send | None = None) -> None:
        self.code, self._account = account.code, account
        line = Line(NAME, TEST_HOST if account.is_test else HOST, send=send)
        self._line = TokenLine(line, asking.login(account))
        self._tracking = SignedLine(line, {"DHL-API-Key": account["api_key"]})

    def rates(self, parcel: Parcel, *, now: datetime) -> Sequence[Rate]:
        """Return the contract's prices: nobody is asked."""
        return rates(self._products(), parcel, self.code)

    def buy_label(self, parcel: Parcel, service: str, *, now: datetime) -> BoughtLabel:
        """Buy a label; asked twice, DHL sells two."""
        product = next((one for one in self._products() if one.code == service and reaches(one, parcel)), None)
        price = product.price(parcel.weight_g) if product is not None else None
        if product is None or price is None:
            why = f"{service} is not in your contract with DHL for this address and weight."
            raise CarrierRefused(why, about="carrier")
        data = answers.told(self._line.ask(asking.ship(parcel, product, self._account, now=now)))
        return answers.label_in(data, reference=parcel.reference, service=service, price=price, currency=CURRENCY)

    def void_label(self, carrier_reference: str, *, now: datetime) -> None:
        """Take a label back; DHL takes it until the day is closed, and once taken back it is unknown."""
        if carrier_reference.startswith(answers.RETURNED):
            raise CarrierRefused(
                "DHL takes no return label back and bills only those that are used; destroy the label."
            )
        answers.check_voided(self._line.ask(asking.void(carrier_reference)), carrier_reference)

    def find_by_reference(self, reference: str, *, now: datetime) -> BoughtLabel | None:
        """Say that nothing can be found: DHL finds parcels by their own numbers only.

        :raises CarrierCannotTell: always.
        """
        raise CarrierCannotTell(
            f"DHL's answer was lost, and DHL finds no parcel by our reference. Look for {asking.mark_of(reference)} in"
            " the business customer portal and delete it there, then give the label up here and buy a new one."
        )

    def track(self, tracking_number: str) -> Sequence[CarrierEvent]:
        """Return what happened."""
        return answers.events_in(answers.told(self._tracking.ask(asking.track(tracking_number))), tracking_number)

    def parse_events(self, body: bytes) -> Sequence[CarrierEvent]:
        """Refuse messages: DHL is asked."""
        raise ValueError("DHL sends no messages to this door; it is asked for tracking")

    def manifest(self, tracking_numbers: Sequence[str], *, now: datetime) -> Manifest:
        """Close the day: DHL takes thirty parcels at a time; those that it refuses are not on the list."""
        closed: list[str] = []
        refusals: list[CarrierRefused] = []
        for begin in range(0, len(tracking_numbers), asking.MOST_TOGETHER):
            part = tracking_numbers[begin : begin + asking.MOST_TOGETHER]
            try:
                closed += answers.manifested_in(answers.told(self._line.ask(asking.manifest(part))))
            except CarrierRefused as refusal:
                refusals.append(refusal)
        if refusals and not closed:
            raise refusals[0]
        return Manifest(f"{now:%Y-%m-%d}", tuple(closed))

    def manifested(self, tracking_numbers: Sequence[str], *, now: datetime) -> Manifest | None:
        """Look the parcels up on the list of the day."""
        answer = self._line.ask(asking.list_of_day(now.date()))
        listed = set() if answer.status == NOT_THERE else answers.listed_in(answers.told(answer))
        found = tuple(one for one in tracking_numbers if one in listed)
        return Manifest(f"{now:%Y-%m-%d}", found) if found else None

    def pickup(self, ship_from: Address, day: date, *, parcels: int, weight_g: int = 1000) -> Pickup:
        """Order a driver under the first billing number of the contract."""
        product = next((one for one in self._products() if one.code != RETURN), None)
        if product is None:
            raise CarrierRefused("The account names no product of DHL; an administrator completes it.")
        request = asking.pickup(ship_from, day, self._account, product, parcels=parcels, weight_g=weight_g)
        return answers.pickup_in(answers.told(self._line.ask(request)))

    def _products(self) -> tuple[Product, ...]:
        """Return the contract; raises :class:`CarrierRefused` when it cannot be read."""
        try:
            return read_contract(self._account["contract"])
        except ValueError as fault:
            raise CarrierRefused(str(fault)) from fault
