"""Two servers go from one version to the next, one after the other, while eight clients write.

usage: rolling.py REVISION        (``make rolling FROM=REVISION``: a tag or commit of an earlier version)

The database is migrated under the old servers; then each is stopped in order and its successor started. Nothing
acknowledged may be missing, and no answer may be an error of ours.
"""

import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2] / "src")]

from sqlalchemy import make_url

from asset_tracker.db import migrate
from asset_tracker.db.embedded import EmbeddedServer
from asset_tracker.db.roles import APP
from several.stage import ROOT, Crowd, Machine, run, say


def main(revision):
    with ExitStack() as stack:
        folder = Path(
            stack.enter_context(
                tempfile.TemporaryDirectory(prefix="asset-tracker-rolling-", ignore_cleanup_errors=True)
            )
        )
        folder.chmod(0o755)
        (folder / "earlier").mkdir()
        archive = folder / "earlier.tar"
        subprocess.run(["git", "archive", "--output", archive, revision, "src"], cwd=ROOT, check=True)
        subprocess.run(["tar", "xf", archive, "-C", folder / "earlier"], check=True)
        earlier = folder / "earlier" / "src"
        server = EmbeddedServer(folder / "database", options={"max_connections": "100"})
        url = server.start()
        stack.callback(server.leave)
        settings = {
            "database_url": make_url(url).set(username=APP).render_as_string(),
            "owner_database_url": url,
        }
        run("db", "upgrade", sources=earlier, data_dir=folder / "upgrade", **settings)
        machines = [Machine(folder / "server1", sources=earlier, **settings).start()]
        stack.callback(machines[0].stop)
        keys = folder / "server1" / "keys"
        machines.append(Machine(folder / "server2", keys=keys, sources=earlier, **settings).start())
        stack.callback(machines[1].stop)
        crowd = Crowd(url, [machine.address for machine in machines], earlier)
        crowd.more(200)
        say(f"two servers of {revision} serve; the database is migrated under them")
        run("db", "upgrade", data_dir=folder / "upgrade", **settings)
        say(f"it is at {migrate.head()}")
        crowd.more(200)
        for machine in machines:
            machine.stop()
            machine.sources = ROOT / "src"
            machine.start()
            say(f"{machine.address} is of this version")
            crowd.more(200)
        crowd.stop()
        if any(client.answers[500] for client in crowd.clients):
            raise SystemExit("FAILED: a server had an error")
        crowd.check(url)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    main(sys.argv[1])
