"""The one outbound HTTP client: time-outs, no redirects, and never an address inside our own network."""

import contextlib
import ipaddress
import os
import socket
import threading
from collections.abc import Mapping
from typing import Any
from urllib.parse import SplitResult, urlsplit

import requests
import urllib3
from django.conf import settings
from django.db import connection
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.poolmanager import PoolManager

from oms.foundation.refusals import Invalid

CONNECT_SECONDS, READ_SECONDS, WHOLE_SECONDS = 3, 10, 20
ANSWER_LIMIT = 1_048_576
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
# IPv6 networks that lead to the IPv4 address in their last 32 bits: IPv4-compatible, mapped, translated and NAT64.
CARRIERS = [ipaddress.ip_network(net) for net in ("::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96")]
LOCAL_NAT64 = ipaddress.ip_network("64:ff9b:1::/48")


class Unreachable(Exception):
    """No answer came: nothing is known about the effect at the other side."""


class NotConnected(Unreachable):
    """No connection came about, so nothing was asked: there is no effect at the other side."""


class _Deadline:
    """Shuts the sockets of one call down when its time is over, however slowly the other side drips."""

    def __init__(self, seconds: float) -> None:
        self._sockets: list[socket.socket] = []
        self.is_over = False
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True

    def __enter__(self) -> "_Deadline":
        self._timer.start()
        return self

    def __exit__(self, *details: object) -> None:
        self._timer.cancel()
        for twin in self._sockets:
            twin.close()

    def watch(self, sock: socket.socket) -> socket.socket:
        """Keep a twin of the socket: TLS takes the original over."""
        self._sockets.append(socket.socket(fileno=os.dup(sock.fileno())))
        return sock

    def _end(self) -> None:
        """Cut the connections; the caller's read ends with an error."""
        self.is_over = True
        for twin in self._sockets:
            with contextlib.suppress(OSError):
                twin.shutdown(socket.SHUT_RDWR)


class _Pinned(HTTPAdapter):
    """Connects to the address that was checked, while TLS still asks for the host's name."""

    def __init__(self, host: str, deadline: _Deadline) -> None:
        self._host, self._deadline = host, deadline
        super().__init__()

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **kwargs: Any) -> None:
        """Make pools whose connections are watched, and that ask TLS for the certificate of the named host."""
        deadline = self._deadline

        class Plain(HTTPConnection):
            """A watched connection."""

            def _new_conn(self) -> socket.socket:
                return deadline.watch(super()._new_conn())

        class Secure(HTTPSConnection):
            """A watched connection with TLS."""

            def _new_conn(self) -> socket.socket:
                return deadline.watch(super()._new_conn())

        named: dict[str, Any] = {"assert_hostname": self._host, "server_hostname": self._host}
        self.poolmanager = PoolManager(num_pools=connections, maxsize=maxsize, block=block, **kwargs, **named)
        self.poolmanager.pool_classes_by_scheme = {
            "http": type("PlainPool", (HTTPConnectionPool,), {"ConnectionCls": Plain}),
            "https": type("SecurePool", (HTTPSConnectionPool,), {"ConnectionCls": Secure}),
        }


def check_target(url: str) -> tuple[str, str]:
    """Return the host's ASCII name and one checked address of a target.

    :raises Invalid: unless it is https on port 443 without credentials and every address it has is public.
    """
    parts, port = _split(url)
    host = parts.hostname or ""
    inside_allowed = settings.ALLOW_INSIDE_TARGETS
    plain = bool(host) and "@" not in parts.netloc and "\\" not in url
    schemes = ("http", "https") if inside_allowed else ("https",)
    if not plain or parts.scheme not in schemes or (not inside_allowed and port != 443):
        raise Invalid("The address must begin with https:// and name a host.", code="bad_target", field="url")
    addresses = _resolve(host, port)
    if not inside_allowed and not all(is_public(address) for address in addresses):
        raise Invalid("The address points inside a private network.", code="inside_target", field="url")
    return _ascii(host), addresses[0]


def _ascii(host: str) -> str:
    """Return the name that DNS and certificates know a host by."""
    try:
        return host if ":" in host else host.encode("idna").decode()
    except UnicodeError:
        raise Invalid("This is not a web address.", code="bad_target", field="url") from None


def _split(url: str) -> tuple[SplitResult, int]:
    """Return the parts and the port of an address; raises :class:`Invalid` for what is none."""
    try:
        parts = urlsplit(url)
        return parts, parts.port or (80 if parts.scheme == "http" else 443)
    except ValueError:
        raise Invalid("This is not a web address.", code="bad_target", field="url") from None


def _resolve(host: str, port: int) -> list[str]:
    """Return every address of a host; raises :class:`Invalid` when it has none."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, ValueError):
        raise Invalid(f"The host “{host[:100]}” cannot be found.", code="unknown_host", field="url") from None
    if not found:
        raise Invalid(f"The host “{host[:100]}” has no address.", code="unknown_host", field="url")
    return [str(entry[4][0]) for entry in found]


def is_public(address: str) -> bool:
    """Return whether an address, and every IPv4 address it carries inside, is one of the public internet."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return ip not in LOCAL_NAT64 and all(map(_is_open, _leads_to(ip)))


def _is_open(ip: Address) -> bool:
    """Return whether an address is one host of the public internet."""
    inside = isinstance(ip, ipaddress.IPv6Address) and ip.is_site_local
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or inside)


def _leads_to(ip: Address) -> list[Address]:
    """Return the addresses that are reached through an address: its own, or the IPv4 one that it carries."""
    if isinstance(ip, ipaddress.IPv4Address):
        return [ip]
    if any(ip in net for net in CARRIERS):
        return [ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)]
    return [ip, *([ip.sixtofour] if ip.sixtofour else []), *(ip.teredo or ())]


def call(method: str, url: str, *, body: bytes = b"", headers: Mapping[str, str] | None = None) -> tuple[int, bytes]:
    """Send one request and return status and body (at most 1 MiB), within twenty seconds.

    A redirect is an answer like any other and is not followed.

    :raises Invalid: for a target that may not be called. :raises Unreachable: when no whole answer came;
    :class:`NotConnected` of these when the request never left.
    """
    if any(not getattr(block, "_from_testcase", False) for block in connection.atomic_blocks):
        raise RuntimeError("a network call may not be made inside a transaction")
    host, address = check_target(url)
    parts = urlsplit(url)
    target = parts._replace(netloc=_netloc(address, parts.port)).geturl()
    named = {**(headers or {}), "Host": _netloc(host, parts.port)}
    with requests.Session() as session, _Deadline(WHOLE_SECONDS) as deadline:
        session.trust_env = False
        session.mount(f"{parts.scheme}://", _Pinned(host, deadline))
        try:
            with session.request(
                method,
                target,
                data=body,
                headers=named,
                timeout=(CONNECT_SECONDS, READ_SECONDS),
                allow_redirects=False,
                stream=True,
            ) as answer:
                content = answer.raw.read(ANSWER_LIMIT, decode_content=True)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            raise (NotConnected if _never_left(error) else Unreachable)(type(error).__name__) from error
    if deadline.is_over:
        raise Unreachable("the answer took too long")
    return answer.status_code, content


def _never_left(error: Exception) -> bool:
    """Return whether the connection itself failed, before anything was sent."""
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    return isinstance(error, requests.ConnectTimeout) or isinstance(reason, urllib3.exceptions.NewConnectionError)


def _netloc(host: str, port: int | None) -> str:
    """Return host and port as they stand in an address."""
    named = f"[{host}]" if ":" in host else host
    return f"{named}:{port}" if port else named
