"""Providers of OpenID Connect for tests: a real one in a process of its own, and one that lies as it is told."""

import json
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import httpx
from joserfc import jwk, jwt

from factories.ports import free_port

CLIENT = "asset-tracker"


@contextmanager
def real_provider():
    """``oidc-provider-mock`` (on Authlib's server) in its own process; answers its issuer."""
    port = free_port()
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), "--require-nonce", "true"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    issuer = f"http://127.0.0.1:{port}"
    try:
        while process.poll() is None:
            try:
                httpx.get(f"{issuer}/.well-known/openid-configuration", timeout=60)
                break
            except httpx.TransportError:
                time.sleep(0.1)
        assert process.poll() is None, "the provider ended"
        yield issuer
    finally:
        process.terminate()
        process.wait()


class Liar:
    """A provider whose answers a test decides: ``claims`` changes an ID token, ``sign`` makes it of claims."""

    def __init__(self):
        self.key = jwk.RSAKey.generate_key(2048, {"kid": "one", "use": "sig"}, private=True)
        self.reset()

    def reset(self):
        self.published = [self.key]
        self.metadata, self.claims, self.header, self.sign = {}, {}, {}, None
        self.nonce, self.asked, self.codes = "", [], {"good"}

    def document(self):
        ends = {
            "authorization_endpoint": "authorize",
            "token_endpoint": "token",
            "jwks_uri": "jwks",
        }
        return (
            {"issuer": self.issuer, "id_token_signing_alg_values_supported": ["RS256"]}
            | {name: f"{self.issuer}/{path}" for name, path in ends.items()}
            | self.metadata
        )

    def token(self):
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "sub": "somebody",
            "aud": CLIENT,
            "exp": now + 300,
            "iat": now,
            "nonce": self.nonce,
        } | self.claims
        claims = {name: value for name, value in claims.items() if value is not None}
        if self.sign:
            return self.sign(claims)
        return jwt.encode({"alg": "RS256", "kid": "one"} | self.header, claims, self.published[-1])

    def answer(self, method, path, body):
        self.asked.append(path)
        if path == "/.well-known/openid-configuration":
            return 200, self.document()
        if path == "/jwks":
            return 200, {"keys": [key.as_dict(private=False) for key in self.published]}
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        if path == "/token" and form.get("code") in self.codes:
            self.codes.discard(form["code"])
            return 200, {"access_token": "x", "token_type": "Bearer", "id_token": self.token()}
        return 400, {"error": "invalid_grant"}


@contextmanager
def lying_provider():
    liar = Liar()

    class Handler(BaseHTTPRequestHandler):
        def respond(self):
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            status, said = liar.answer(self.command, self.path, body)
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(said).encode())

        def log_message(self, *args):
            pass

    Handler.do_GET = Handler.do_POST = Handler.respond
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    liar.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield liar
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
