"""One PostgreSQL for a test run, one database for each xdist worker, one transaction for each test.

The database is migrated and given its municipalities once, in a template; each worker copies it. A server of your own is used
instead of the embedded one when ASSET_TRACKER_TEST_DATABASE_URL names it (its user may make databases).
"""

import asyncio
import fcntl
import gc
import os
import shutil
import tempfile
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from hypothesis import settings
from jinja2 import FileSystemBytecodeCache
from litestar.utils.signature import ParsedSignature
from sqlalchemy import make_url, text
from sqlalchemy.pool import NullPool

from asset_tracker.access import passwords
from asset_tracker.db import migrate
from asset_tracker.db.embedded import EmbeddedServer
from asset_tracker.db.engine import make_engine
from asset_tracker.db.roles import APP, SYSTEM
from asset_tracker.territory.service import load_shipped
from asset_tracker.web.rendering import environment

SERVER_FOR_TESTS = "ASSET_TRACKER_TEST_DATABASE_URL"
SPEED = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}
# Every worker's applications keep a pool each until the end.
ROOM = {"max_connections": "400"}

# How long an example takes says more about the machine, which others may use, than about the code.
settings.register_profile("shared machine", deadline=None)
settings.load_profile("shared machine")


def pytest_addoption(parser):
    parser.addoption(
        "--pictures", action="store_true", help="keep the pictures of docs/guide.md that journeys make"
    )


# What takes long while little of it is computing (browsers, processes that are started and killed, waits)
# comes first, so that no worker is left alone with it in the end; the many short ones fill the gaps.
FIRST = ("browser/", "integration/faults/", "integration/access/test_described", "integration/", "")


def pytest_collection_modifyitems(items):
    here = Path(__file__).parent

    def place(item):
        path = item.path.relative_to(here).as_posix()
        return next(n for n, beginning in enumerate(FIRST) if path.startswith(beginning))

    items.sort(key=place)


def pytest_collection_finish():
    """What was imported stays, and need not be looked through for rubbish again and again.

    Rubbish is looked for often enough that what a test leaves open is found soon, and in the end at the latest.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)


@pytest.fixture(scope="session")
def anyio_backend():
    return "asyncio"


@pytest.fixture(scope="session", autouse=True)
def cheap_passwords():
    """Passwords of test people are hashed in no time; tests/unit/access holds the product to its parameters."""
    with pytest.MonkeyPatch.context() as patch:
        cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        patch.setattr(passwords, "_hasher", cheap)
        patch.setattr(passwords, "_NOBODY", cheap.hash("nobody has this password"))
        yield


@pytest.fixture(scope="session", autouse=True)
def signatures_read_once():
    """Many files of tests build an application; half of that is reading the same handlers' signatures again."""
    read, known = ParsedSignature.from_fn, {}

    def from_fn(function, namespace):
        key = (function, frozenset((name, id(meant)) for name, meant in namespace.items()))
        if key not in known:
            known[key] = read(function, namespace)
        return known[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ParsedSignature, "from_fn", from_fn)
        yield


@pytest.fixture(scope="session", autouse=True)
def templates_compiled_once(tmp_path_factory):
    """A worker compiles a template if no other of this run has; for each language apart, as constants are folded."""
    mine = tmp_path_factory.getbasetemp()
    shared = (mine.parent if "PYTEST_XDIST_WORKER" in os.environ else mine) / "templates"
    shared.mkdir(exist_ok=True)
    for lang in ("uk", "en"):
        environment(lang).bytecode_cache = FileSystemBytecodeCache(str(shared), f"{lang}-%s")


@pytest.fixture(scope="session")
def run_id():
    """The same for all workers of one run, different for two runs."""
    return os.environ.get("PYTEST_XDIST_TESTRUNUID") or uuid.uuid4().hex


@pytest.fixture(scope="session")
def run_folder(run_id):
    """A folder that all workers of this run share; whoever leaves the server last removes it."""
    folder = Path(tempfile.gettempdir()) / f"asset-tracker-tests-{os.getuid()}-{run_id[:12]}"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def server_url(run_folder):
    """The address of a server in which the tests may make databases."""
    if url := os.environ.get(SERVER_FOR_TESTS):
        yield make_url(url).set(drivername="postgresql+asyncpg").render_as_string(hide_password=False)
        shutil.rmtree(run_folder, ignore_errors=True)
        return
    remove_leftovers(run_folder)
    server = EmbeddedServer(run_folder, options=SPEED | ROOM)
    yield server.start()
    if server.leave():
        shutil.rmtree(run_folder)


@pytest.fixture(scope="session")
def template(server_url, run_folder, run_id):
    """The name of the migrated database that all others are copied from."""
    name = f"at_{run_id[:12]}_template"
    done = run_folder / "template-is-made"
    with locked(run_folder / "template.lock"):
        if not done.exists():
            run(make_template(server_url, name))
            done.touch()
    return name


@pytest.fixture(scope="session")
def new_database(server_url, template, run_id):
    """A function that makes one more migrated database (some 50 ms) and gives its address.

    For tests that need commits of their own or more than one connection; gone at the end of the run.
    Its log-in is the server's, not the owner's. What a test does of itself is seen by the system, while a
    request still sees what its actor may; with ``seen=False`` nobody sees anything who does not say who.
    """
    made = []

    def make(*, seen=True):
        name = f"at_{run_id[:12]}_{uuid.uuid4().hex[:12]}"
        run(administrate(server_url, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy"))
        if seen:
            run(administrate(server_url, f"ALTER ROLE {APP} IN DATABASE {name} SET role TO '{SYSTEM}'"))
        made.append(name)
        return address(server_url, name, APP)

    yield make
    if SERVER_FOR_TESTS in os.environ:  # Else they go with the server, which takes no time for each.
        for name in made:
            run(administrate(server_url, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture(scope="session")
def database_url(new_database):
    """The address of this worker's own database."""
    return new_database()


@pytest.fixture(scope="session")
async def engine(database_url, anyio_backend):
    """An engine on this worker's database; what a test commits through it stays for the next test."""
    made = make_engine(database_url)
    yield made
    await made.dispose()


@pytest.fixture
async def conn(engine):
    """A connection in a transaction that is rolled back after the test."""
    async with engine.connect() as connection:
        outer = await connection.begin()
        yield connection
        await outer.rollback()


@pytest.fixture
async def superuser(database_url, as_owner):
    """The same for one whom no privilege and no policy keeps from anything, so that only triggers do."""
    engine = make_engine(as_owner(database_url), poolclass=NullPool)
    async with engine.connect() as connection:
        outer = await connection.begin()
        yield connection
        await outer.rollback()
    await engine.dispose()


@pytest.fixture
def folder():
    """A folder that a system user can reach, as pytest's own are not; for embedded servers."""
    path = Path(tempfile.gettempdir()) / f"at-{os.getpid()}-{time.monotonic_ns()}"
    path.mkdir(mode=0o755)
    yield path
    EmbeddedServer(path).stop()
    shutil.rmtree(path)


def run(coroutine):
    """Run to the end in a thread of its own, since an async test holds this thread's loop."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result()


def address(url, database, role=None):
    made = make_url(url).set(database=database)
    return (made.set(username=role) if role else made).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def as_owner(server_url):
    """A function: the address of a test's database for its superuser, who may migrate it and tamper with it."""
    return lambda url: address(server_url, make_url(url).database)


@asynccontextmanager
async def administrator(url):
    engine = make_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    try:
        async with engine.connect() as connection:
            yield connection
    finally:
        await engine.dispose()


async def administrate(url, statement):
    async with administrator(url) as connection:
        await connection.execute(text(statement))


async def make_template(server_url, name):
    """As the first start of the product leaves it: its tables, and the municipalities that it comes with."""
    await administrate(server_url, f"CREATE DATABASE {name}")
    await migrate.upgrade(address(server_url, name))
    engine = make_engine(address(server_url, name), poolclass=NullPool)
    async with engine.begin() as connection:
        await load_shipped(connection)
    await engine.dispose()
    if password := make_url(server_url).password:
        await administrate(server_url, f"ALTER ROLE {APP} PASSWORD '{password}'")


@contextmanager
def locked(path):
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def remove_leftovers(own):
    """Stop and remove the servers of runs that were killed; those of living runs are in use, and stay."""
    for folder in own.parent.glob(f"asset-tracker-tests-{os.getuid()}-*"):
        # An hour, because a run that is just starting does not count as a user yet.
        if folder == own or time.time() - folder.stat().st_mtime < 3600:
            continue
        server = EmbeddedServer(folder)
        server._join()
        if server.leave():
            shutil.rmtree(folder, ignore_errors=True)
