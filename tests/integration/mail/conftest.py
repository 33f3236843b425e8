"""A real SMTP server in this process, with a certificate of its own."""

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class Inbox:
    """What the server took; ``say`` is what it answers to a letter's content or recipient instead."""

    def __init__(self):
        self.letters, self.say, self.refuse, self.spoke_tls = [], None, None, []
        self.logins = []

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 - aiosmtpd's name
        if self.refuse:
            return self.refuse
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - aiosmtpd's name
        if self.say:
            return self.say
        self.letters.append(envelope)
        self.spoke_tls.append(server.transport.get_extra_info("ssl_object") is not None)
        return "250 taken"


class OnAnyPort(Controller):
    """Its own first visit goes to the port that the system gave it."""

    def _trigger_server(self):
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@pytest.fixture
def certificate(tmp_path):
    """PEM files of a certificate for 127.0.0.1 and 127.0.0.2, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address(f"127.0.0.{n}")) for n in (1, 2)]), False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    (tmp_path / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (tmp_path / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return tmp_path / "cert.pem", tmp_path / "key.pem"


@pytest.fixture
def mail_server(certificate):
    """Starts a server: ``mail_server(host=..., tls="none" | "starttls" | "smtps", user=...)``."""
    running = []

    def start(host="127.0.0.1", tls="none", login=None):
        inbox = Inbox()
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*certificate)

        def check(server, session, envelope, mechanism, data):
            inbox.logins.append((data.login.decode(), data.password.decode()))
            return AuthResult(success=inbox.logins[-1] == login)

        # It takes TLS from the start for none at all, and would offer no log-in over it.
        more = {"authenticator": check, "auth_require_tls": tls != "smtps"} if login else {}
        server = OnAnyPort(
            inbox,
            hostname=host,
            port=0,
            ssl_context=context if tls == "smtps" else None,
            tls_context=context if tls == "starttls" else None,
            **more,
        )
        server.start()
        running.append(server)
        inbox.port = server.port
        return inbox

    yield start
    for server in running:
        server.stop()
