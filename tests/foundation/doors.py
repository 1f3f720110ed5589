"""Servers on this machine that answer as told."""

import ssl
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


@dataclass
class Door:
    """A server on this machine: its port, and the requests it got as (path, host, body)."""

    port: int
    seen: list[tuple[str, str, bytes]]


@contextmanager
def serving(status: int = 200, body: bytes = b"ok", location: str = "", drip: float = 0, certificate: str = ""):
    """Serve one answer to every POST, dripping a byte at a time if told, with TLS if given a certificate."""
    seen: list[tuple[str, str, bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        """Answers every POST alike."""

        def do_POST(self):
            """Note the request and answer it."""
            length = int(self.headers["Content-Length"] or 0)
            seen.append((self.path, self.headers["Host"], self.rfile.read(length)))
            self.send_response(status)
            if location:
                self.send_header("Location", location)
            self.end_headers()
            with suppress(OSError):
                for i in range(0, len(body), 1 if drip else 65_536):
                    time.sleep(drip)
                    self.wfile.write(body[i : i + (1 if drip else 65_536)])
                    self.wfile.flush()

        def log_message(self, *args):
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    server.handle_error = lambda *details: None
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield Door(server.server_port, seen)
    finally:
        server.shutdown()
        server.server_close()


def make_certificate(folder: Path, name: str) -> str:
    """Write a self-signed certificate for a host, with its key, and return the file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file = folder / f"{name}.pem"
    file.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return str(file)
