"""What is asked of every carrier and what it answers: frozen values, no models, no decisions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from fulfillment.documents.papers import Address


class CarrierRefused(Exception):
    """The carrier understood and says no; asking again will not help.

    ``about`` is a word of :class:`fulfillment.states_parcels.RefusedFor` where it is known, and otherwise read off the
    sentence by :func:`fulfillment.carriers.refusals.about`.
    """

    def __init__(self, sentence: str, *, about: str = "") -> None:
        super().__init__(sentence)
        self.about = about


class CarrierUnreachable(Exception):
    """No answer came: the carrier may or may not have done what it was asked."""


class CarrierNotAsked(CarrierUnreachable):
    """The carrier was not reached, is left alone for a while, or turned the call away unread: surely nothing was done.

    ``retry_after`` is in seconds; one that ``is_busy`` is there and wants to be left alone for a while.
    """

    def __init__(self, sentence: str, *, retry_after: float = 30.0, is_busy: bool = False) -> None:
        super().__init__(sentence)
        self.retry_after, self.is_busy = retry_after, is_busy


class CarrierCannotTell(CarrierUnreachable):
    """The carrier has no way to say what became of a label whose answer was lost: a person has to look there."""


@dataclass(frozen=True, slots=True)
class Goods:
    """Pieces of one kind in a parcel, as a customs officer wants to know them: value of one piece in minor units.

    ``tariff_number`` and ``origin`` (ISO 3166 of the country they were made in) are empty where nobody keeps them.
    """

    description: str
    quantity: int
    unit_value: int
    currency: str
    weight_g: int = 0
    sku: str = ""
    tariff_number: str = ""
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Parcel:
    """One parcel to send: our reference, from where to where, weight in grams, sizes in millimetres.

    ``is_return`` asks for a label with which a customer sends it back: ``ship_from`` is the customer then.
    """

    reference: str
    ship_from: Address
    ship_to: Address
    weight_g: int
    length_mm: int = 0
    width_mm: int = 0
    height_mm: int = 0
    distance_km: int | None = None
    position: tuple[int, int] = (1, 1)
    order_number: str = ""
    goods: tuple[Goods, ...] = ()
    email: str = ""
    is_return: bool = False


@dataclass(frozen=True, slots=True)
class Rate:
    """What one service costs for a parcel, in minor units, and in how many days it arrives."""

    carrier: str
    service: str
    name: str
    level: str
    amount: int
    currency: str
    days: int


@dataclass(frozen=True, slots=True)
class BoughtLabel:
    """A label as the carrier sold it, with what it says about the parcel, to be compared with what was asked.

    None stands for what the carrier's answer does not repeat.
    """

    carrier_reference: str
    reference: str
    tracking_number: str
    service: str
    amount: int | None
    currency: str
    weight_g: int | None
    postal_code: str | None
    country: str | None
    document: bytes
    zpl: str = ""


@dataclass(frozen=True, slots=True)
class DeliveryProof:
    """Who took a delivered parcel, where it was left, and the signature's picture where the carrier sends one."""

    signed_by: str = ""
    place: str = ""
    picture: bytes = b""


@dataclass(frozen=True, slots=True)
class CarrierEvent:
    """One thing that happened to a parcel, in our words for its status; a delivery may bring its proof."""

    event_id: str
    tracking_number: str
    status: str
    raw_code: str
    description: str
    place: str
    occurred_at: datetime
    expected_on: date | None = None
    proof: DeliveryProof | None = None


@dataclass(frozen=True, slots=True)
class Manifest:
    """The list of parcels that a driver takes along, as the carrier confirmed it; no number where it keeps no list."""

    number: str
    tracking_numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pickup:
    """A visit of the carrier's driver, as confirmed."""

    number: str
    day: date
    window: str


class KeepsNoList:
    """A carrier that knows every parcel since its label was bought: its driver takes what is there, nobody is told."""

    closes_day = False

    def manifest(self, tracking_numbers: Sequence[str], *, now: datetime) -> Manifest:
        """Confirm the list; nobody is asked."""
        return Manifest("", tuple(tracking_numbers))

    def manifested(self, tracking_numbers: Sequence[str], *, now: datetime) -> Manifest | None:
        """Confirm the list as :meth:`manifest` does."""
        return self.manifest(tracking_numbers, now=now)


class CarrierGateway(Protocol):
    """A carrier. Every method may raise :class:`CarrierRefused` or :class:`CarrierUnreachable`.

    ``now`` is the moment by the clock of the place where the parcel lies: its date is the day on which it leaves.
    """

    code: str
    closes_day: bool
    """Whether the carrier wants to be told which parcels its driver takes, before he comes."""

    def rates(self, parcel: Parcel, *, now: datetime) -> Sequence[Rate]:
        """Return what each service that reaches the parcel's address costs."""

    def buy_label(self, parcel: Parcel, service: str, *, now: datetime) -> BoughtLabel:
        """Buy a label; the carrier need not notice that a reference was used before."""

    def void_label(self, carrier_reference: str, *, now: datetime) -> None:
        """Take a label back that was not used; one taken back before counts as done."""

    def find_by_reference(self, reference: str, *, now: datetime) -> BoughtLabel | None:
        """Return the label bought with our reference and not taken back, or None when there is none.

        :raises CarrierCannotTell: when this carrier offers no such search, or its answer proves nothing.
        """

    def track(self, tracking_number: str) -> Sequence[CarrierEvent]:
        """Return everything known about a parcel, oldest first."""

    def parse_events(self, body: bytes) -> Sequence[CarrierEvent]:
        """Read one message that the carrier has sent; raises ValueError or KeyError when it makes no sense."""

    def manifest(self, tracking_numbers: Sequence[str], *, now: datetime) -> Manifest:
        """Tell the carrier which parcels its driver will take; those that it refuses are not on its list."""

    def manifested(self, tracking_numbers: Sequence[str], *, now: datetime) -> Manifest | None:
        """Return which of these parcels are on the carrier's list of the day already, or None when none is.

        :raises CarrierCannotTell: when this carrier does not say.
        """

    def pickup(self, ship_from: Address, day: date, *, parcels: int, weight_g: int = 1000) -> Pickup:
        """Order a driver for so many parcels of that weight together."""
