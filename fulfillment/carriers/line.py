"""The line to a carrier's server: one request, one answer, and what silence, a busy sign or a refused key means."""

import base64
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Protocol
from urllib.parse import quote, urlencode

from fulfillment.carriers.circuit import Circuit
from fulfillment.carriers.gateway import CarrierNotAsked, CarrierRefused, CarrierUnreachable
from oms.foundation import http
from oms.foundation.refusals import Invalid

BUSY, UNAUTHORISED = 429, 401
BUSY_SECONDS = 60.0
EARLY_SECONDS = 60.0
JSON = {"Content-Type": "application/json", "Accept": "application/json"}


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of a carrier's server; the path is encoded and includes the query."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said."""

    status: int
    body: bytes

    @property
    def is_good(self) -> bool:
        """Return whether the server did what it was asked."""
        return 200 <= self.status < 300


class Send(Protocol):
    """Sends one request and returns status and body, as :func:`oms.foundation.http.call` does."""

    def __call__(
        self, method: str, url: str, *, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> tuple[int, bytes]: ...


def json_request(method: str, path: str, data: Any, headers: Mapping[str, str] | None = None) -> Request:
    """Return a request with a body of JSON; decimals are written as the numbers they are."""
    return Request(method, path, {**JSON, **(headers or {})}, json.dumps(data, default=_number).encode())


def get_request(
    path: str, query: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None, method: str = "GET"
) -> Request:
    """Return a request without a body."""
    asked = f"?{urlencode(query)}" if query else ""
    return Request(method, f"{path}{asked}", {"Accept": "application/json", **(headers or {})})


def segment(text: str) -> str:
    """Return a text as one segment of a path."""
    return quote(text, safe="")


def _number(value: Any) -> float | int:
    """Return a decimal as a number of JSON."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError(f"{type(value).__name__} is no part of a request")


def read_json(body: bytes) -> Any:
    """Return what a body of JSON says, numbers with a point as decimals; raises ValueError for anything else."""
    return json.loads(body.decode("utf-8-sig"), parse_float=Decimal)


def read_answer(answer: Answer, name: str) -> Any:
    """Return what a good answer says.

    :raises CarrierUnreachable: when it cannot be read: what became of the request is not known then.
    """
    try:
        return read_json(answer.body)
    except (ValueError, RecursionError):
        raise CarrierUnreachable(f"{name} answered something that cannot be read.") from None


def basic(user: str, password: str) -> dict[str, str]:
    """Return the header of HTTP Basic."""
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


class Line:
    """Asks one server under the name of one account."""

    def __init__(self, name: str, host: str, *, send: Send | None = None, circuit: Circuit | None = None) -> None:
        self.name, self.host = name, host
        self._send: Send = send or http.call
        self.circuit = circuit or Circuit(name)

    def ask(self, request: Request) -> Answer:
        """Return the server's answer, whatever it says short of “I am down”.

        :raises CarrierNotAsked: when surely nothing was done. :raises CarrierUnreachable: when nobody knows.
        """
        self.circuit.enter()
        try:
            status, body = self._send(
                request.method, self.host + request.path, body=request.body, headers=request.headers
            )
        except Invalid as no_target:
            self.circuit.was_silent()
            raise CarrierNotAsked(f"{self.name} cannot be called: {no_target.sentence}") from no_target
        except http.NotConnected as silence:
            self.circuit.was_silent()
            raise CarrierNotAsked(f"{self.name} cannot be reached ({silence}).") from silence
        except http.Unreachable as silence:
            self.circuit.was_silent()
            raise CarrierUnreachable(f"{self.name} did not answer ({silence}).") from silence
        return self._heard(Answer(status, body))

    def _heard(self, answer: Answer) -> Answer:
        """Return an answer that is one."""
        if answer.status == BUSY:
            self.circuit.rest(BUSY_SECONDS)
            sentence = f"{self.name} is asked too often and wants to be left alone for a minute."
            raise CarrierNotAsked(sentence, retry_after=BUSY_SECONDS, is_busy=True)
        if answer.status >= 500:
            self.circuit.was_silent()
            raise CarrierUnreachable(f"{self.name} answered that it is in trouble ({answer.status}).")
        self.circuit.answered()
        return answer


class SignedLine:
    """A line on which every request carries the same headers, such as HTTP Basic or a key."""

    def __init__(self, line: Line, headers: Mapping[str, str]) -> None:
        self.line, self.name, self._headers = line, line.name, headers

    def ask(self, request: Request) -> Answer:
        """Ask with the headers put on; raises :class:`CarrierRefused` when the server does not know them."""
        answer = self.line.ask(replace(request, headers={**request.headers, **self._headers}))
        if answer.status == UNAUTHORISED:
            raise CarrierRefused(bad_key(self.name))
        return answer


class TokenLine:
    """A line on which a short-lived token is fetched first (OAuth 2, client credentials) and kept until it ends."""

    def __init__(self, line: Line, login: Request, clock: Callable[[], float] = time.monotonic) -> None:
        self.line, self.name, self._login, self._clock = line, line.name, login, clock
        self._token, self._until = "", 0.0

    def ask(self, request: Request) -> Answer:
        """Ask with the token; one that the server knows no more is fetched anew, once: nothing was done without it."""
        answer = self.line.ask(self._signed(request))
        if answer.status == UNAUTHORISED:
            self._until = 0.0
            answer = self.line.ask(self._signed(request))
        if answer.status == UNAUTHORISED:
            raise CarrierRefused(bad_key(self.name))
        return answer

    def _signed(self, request: Request) -> Request:
        """Return the request with a token that is good for some time yet."""
        if self._clock() >= self._until:
            self._fetch()
        return replace(request, headers={**request.headers, "Authorization": f"Bearer {self._token}"})

    def _fetch(self) -> None:
        """Fetch a token.

        :raises CarrierRefused: when the key is not accepted. :raises CarrierNotAsked: for silence.
        """
        try:
            answer = self.line.ask(self._login)
        except CarrierNotAsked:
            raise
        except CarrierUnreachable as silence:
            raise CarrierNotAsked(str(silence)) from silence
        if not answer.is_good:
            raise CarrierRefused(bad_key(self.name))
        try:
            data = read_json(answer.body)
            self._token, seconds = str(data["access_token"]), float(data["expires_in"])
        except (ValueError, KeyError, TypeError):
            raise CarrierNotAsked(f"{self.name} gave no token.") from None
        self._until = self._clock() + max(seconds - EARLY_SECONDS, 0.0)


def bad_key(name: str) -> str:
    """Return the sentence about a key that is not accepted."""
    return (
        f"{name} does not accept the key of this account; an administrator enters a valid one under Carrier accounts."
    )
