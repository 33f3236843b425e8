"""The primary dies under load: Patroni makes the standby the primary, and no acknowledged event is missing.

usage: failover.py        (``make failover``; Debian: apt install postgresql patroni etcd-server)

On this machine: etcd, two PostgreSQL under Patroni with ``synchronous_mode``, two servers, eight clients.
Everything of the primary's (Patroni, PostgreSQL) is killed at once, as when a machine loses its power; when the
other has taken over, the dead one comes back and follows it.
"""

import asyncio
import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import asyncpg
import httpx

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2] / "src")]

from several.stage import Crowd, Machine, free_port, run, say, wait_for

PASSWORD = "for-this-test-alone"
PROGRAMS = {"patroni": "patroni", "etcd": "etcd-server", "runuser": "util-linux"}


class Node:
    """One PostgreSQL and the Patroni that looks after it."""

    def __init__(self, name, folder, etcd):
        self.name, self.folder = name, folder
        self.port, self.api = free_port(), free_port()
        self.process = None
        login = {"password": PASSWORD}
        (folder / f"{name}.json").write_text(
            json.dumps(
                {
                    "scope": "asset-tracker",
                    "name": name,
                    "restapi": {
                        "listen": f"127.0.0.1:{self.api}",
                        "connect_address": f"127.0.0.1:{self.api}",
                    },
                    "etcd3": {"hosts": f"127.0.0.1:{etcd}"},
                    "bootstrap": {
                        "dcs": {
                            "ttl": 20,
                            "loop_wait": 2,
                            "retry_timeout": 3,
                            "synchronous_mode": True,
                            "postgresql": {"use_pg_rewind": True, "parameters": {"max_connections": 100}},
                        },
                        "initdb": [{"encoding": "UTF8"}, {"locale": "C.UTF-8"}, "data-checksums"],
                        "pg_hba": [
                            "host replication replicator 127.0.0.1/32 scram-sha-256",
                            "host all all 127.0.0.1/32 scram-sha-256",
                        ],
                    },
                    "postgresql": {
                        "listen": f"127.0.0.1:{self.port}",
                        "connect_address": f"127.0.0.1:{self.port}",
                        "data_dir": str(folder / name),
                        "bin_dir": str(max(Path("/usr/lib/postgresql").glob("*/bin"))),
                        "authentication": {
                            "superuser": {"username": "postgres", **login},
                            "replication": {"username": "replicator", **login},
                            "rewind": {"username": "rewinder", **login},
                        },
                        "parameters": {
                            "unix_socket_directories": str(folder),
                            "password_encryption": "scram-sha-256",
                        },
                    },
                }
            )
        )

    def start(self):
        log = (self.folder / f"{self.name}.log").open("ab")
        self.process = as_postgres("patroni", str(self.folder / f"{self.name}.json"), log=log)

    def stop(self):
        """In order: Patroni takes its PostgreSQL along."""
        self.process.terminate()
        self.process.wait()

    def kill(self):
        """As a power cut does it: Patroni, and every process of its PostgreSQL."""
        postmaster = int((self.folder / self.name / "postmaster.pid").read_text().split()[0])
        victims = [
            self.process.pid,
            *children(self.process.pid),
            postmaster,
            *children(postmaster),
        ]
        for pid in victims:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self.process.wait()


def children(pid):
    listed = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False
    )
    return [int(each) for each in listed.stdout.split()]


def as_postgres(*command, log):
    user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    return subprocess.Popen([*user, *command], stdout=log, stderr=log, cwd="/")


def cluster(nodes):
    """Role by name, as a Patroni that answers tells it."""
    for node in nodes:
        try:
            members = httpx.get(f"http://127.0.0.1:{node.api}/cluster", timeout=2).json()["members"]
        except httpx.HTTPError:
            continue
        return {each["name"]: (each["role"], each.get("state")) for each in members}
    return {}


def node_in(nodes, role):
    roles = cluster(nodes)
    return next((node for node in nodes if roles.get(node.name, ("", ""))[0] == role), None)


async def set_up(url):
    admin = await asyncpg.connect(url)
    await admin.execute("CREATE DATABASE assets")
    await admin.close()


async def give_password(url):
    admin = await asyncpg.connect(url)
    await admin.execute(f"ALTER ROLE asset_tracker_app PASSWORD '{PASSWORD}'")
    await admin.close()


def main():
    for program, package in PROGRAMS.items():
        if shutil.which(program) is None:
            raise SystemExit(f"{program} is missing (Debian: apt install {package})")
    with ExitStack() as stack:
        folder = Path(
            stack.enter_context(
                tempfile.TemporaryDirectory(prefix="asset-tracker-failover-", ignore_cleanup_errors=True)
            )
        )
        folder.chmod(0o755)
        store = folder / "database"
        store.mkdir(mode=0o750)
        if os.geteuid() == 0:
            owner = pwd.getpwnam("postgres")
            os.chown(store, owner.pw_uid, owner.pw_gid)
        etcd, peer = free_port(), free_port()
        keeper = as_postgres(
            *("etcd", "--data-dir", str(store / "etcd"), "--listen-client-urls", f"http://127.0.0.1:{etcd}"),
            *(
                "--advertise-client-urls",
                f"http://127.0.0.1:{etcd}",
                "--listen-peer-urls",
                f"http://127.0.0.1:{peer}",
            ),
            log=(store / "etcd.log").open("wb"),
        )
        stack.callback(keeper.wait)
        stack.callback(keeper.terminate)
        nodes = [Node(name, store, etcd) for name in ("one", "two")]
        for node in nodes:
            node.start()
            stack.callback(node.stop)
            wait_for(f"PostgreSQL {node.name}", lambda: cluster(nodes), 60)
            if node is nodes[0]:
                wait_for("a leader", lambda: node_in(nodes, "leader"), 60)
        wait_for("a synchronous standby", lambda: node_in(nodes, "sync_standby"), 90)
        say(f"cluster: {cluster(nodes)}")
        hosts = ",".join(f"127.0.0.1:{node.port}" for node in nodes)
        primary = "target_session_attrs=read-write"
        owner = f"postgresql://postgres:{PASSWORD}@{hosts}"
        asyncio.run(set_up(f"{owner}/postgres?{primary}"))
        settings = {
            "database_url": f"postgresql://asset_tracker_app:{PASSWORD}@{hosts}/assets?{primary}",
            "owner_database_url": f"{owner}/assets?{primary}",
        }
        run("db", "upgrade", data_dir=folder / "upgrade", **settings)
        asyncio.run(give_password(f"{owner}/assets?{primary}"))
        machines = [Machine(folder / "server1", **settings).start()]
        stack.callback(machines[0].stop)
        machines.append(Machine(folder / "server2", keys=folder / "server1" / "keys", **settings).start())
        stack.callback(machines[1].stop)
        say("two servers serve; eight clients begin")
        url = (
            f"postgresql+asyncpg://postgres:{PASSWORD}@/assets?host={hosts.replace(',', '&host=')}&{primary}"
        )
        crowd = Crowd(url, [machine.address for machine in machines])
        crowd.more(400)
        victim = node_in(nodes, "leader")
        killed_at = time.monotonic()
        victim.kill()
        say(f"killed {victim.name}, the primary, after {crowd.acknowledged()} acknowledgements")
        other = next(node for node in nodes if node is not victim)
        wait_for("the standby to take over", lambda: cluster([other])[other.name][0] == "leader", 90)
        say(f"{other.name} is the primary after {time.monotonic() - killed_at:.1f} s")
        crowd.more(400, 120)
        say(f"400 more were acknowledged after {time.monotonic() - killed_at:.1f} s")
        victim.start()
        wait_for("the dead one to follow", lambda: node_in(nodes, "sync_standby") is victim, 120)
        say(f"{victim.name} is back and follows: {cluster(nodes)}")
        crowd.more(200, 120)
        crowd.stop()
        crowd.check(url)


if __name__ == "__main__":
    main()
