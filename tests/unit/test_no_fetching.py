"""No address that somebody gives us is fetched unless the settings name its host: few modules speak with the network at all."""

import ast
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src" / "asset_tracker"
CLIENTS = {
    "httpx",
    "requests",
    "aiohttp",
    "urllib3",
    "urllib.request",
    "http.client",
    "aiosmtplib",
    "smtplib",
    "ftplib",
}
# Each with the reason: whom it speaks with is an installation's setting, never a user's.
ALLOWED = {
    "access/oidc.py": "the organisation's log-in",
    "mail/outbox.py": "the mail server's answers",
    "mail/trying.py": "the mail server's answers to a trial",
    "mail/transport.py": "the mail server",
    "notices/sending.py": "webhooks: hosts that the settings name, public addresses only",
}


def imported(path):
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def test_who_speaks_with_the_network():
    speaking = {
        str(path.relative_to(SOURCE))
        for path in SOURCE.rglob("*.py")
        if any(name in CLIENTS or name.split(".")[0] in CLIENTS for name in imported(path))
    }
    assert speaking == set(ALLOWED)
