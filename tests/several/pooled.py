"""Two servers behind PgBouncer in transaction mode, with fewer sessions of PostgreSQL than there are clients.

usage: pooled.py        (``make pooled``; Debian: apt install pgbouncer)
"""

import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2] / "src")]

import httpx
from sqlalchemy import make_url

from asset_tracker.db.embedded import EmbeddedServer
from asset_tracker.db.placement import SYSTEM_USER
from asset_tracker.db.roles import APP
from several.stage import CLIENTS, Crowd, Machine, free_port, run, say

SESSIONS = 3
CONFIGURATION = """
[databases]
assets = host={sockets} port={port} dbname={database} user={user}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {listen}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = {sessions}
max_client_conn = 200
"""


def main():
    if shutil.which("pgbouncer") is None:
        raise SystemExit("pgbouncer is missing (Debian: apt install pgbouncer)")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="asset-tracker-pooled-")))
        folder.chmod(0o755)
        server = EmbeddedServer(folder / "database", options={"max_connections": "50"})
        url = server.start()
        stack.callback(server.leave)
        settings = {
            "database_url": make_url(url).set(username=APP).render_as_string(),
            "owner_database_url": url,
        }
        run("db", "upgrade", data_dir=folder / "upgrade", **settings)
        listen, parts = free_port(), make_url(url)
        configuration = folder / "pgbouncer.ini"
        configuration.write_text(
            CONFIGURATION.format(
                sockets=parts.query["host"],
                port=parts.query["port"],
                database=parts.database,
                user=APP,
                listen=listen,
                sessions=SESSIONS,
            )
        )
        user = ["runuser", "-u", SYSTEM_USER, "--"] if os.geteuid() == 0 else []
        with (folder / "pgbouncer.log").open("wb") as log:
            pooler = subprocess.Popen([*user, "pgbouncer", configuration], stderr=log, stdout=log, cwd="/")
        stack.callback(pooler.wait)
        stack.callback(pooler.terminate)
        settings["pool_url"] = f"postgresql://{APP}@127.0.0.1:{listen}/assets"
        machines = [Machine(folder / "server1", **settings).start()]
        stack.callback(machines[0].stop)
        machines.append(Machine(folder / "server2", keys=folder / "server1" / "keys", **settings).start())
        stack.callback(machines[1].stop)
        crowd = Crowd(url, [machine.address for machine in machines])
        headers = crowd.clients[0].headers
        for page in ("/api/v1/assets", "/api/v1/municipalities", "/api/v1/checkpoints/keys", "/metrics"):
            for _ in range(20):
                answer = httpx.get(machines[0].address + page, headers=headers, timeout=20)
                if answer.status_code != 200:
                    raise SystemExit(f"FAILED: {page}: {answer.status_code} {answer.text[:300]}")
        crowd.more(1000, 120)
        crowd.stop()
        say(f"{CLIENTS} clients over {SESSIONS} sessions of PostgreSQL")
        if any(client.answers[500] for client in crowd.clients):
            raise SystemExit("FAILED: a server had an error")
        crowd.check(url)


if __name__ == "__main__":
    main()
