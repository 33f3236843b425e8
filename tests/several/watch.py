"""A Prometheus watches a served demonstration: each panel and each rule is asked, and must have something to tell.

usage: watch.py        (``make watch-check``; Debian: apt install prometheus)

First the rules are checked and tried as ``operations/alerts_test.yaml`` says. Then the demonstration is served, a
phone sends good facts and bad ones, reports are asked for, a backup is made and tried, and Prometheus looks each
second. Whatever the dashboard shows and the rules go by must answer with series, but what ``EMPTY`` names.
"""

import json
import re
import shutil
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2] / "src")]

import httpx
import yaml

from asset_tracker.ledger.ids import uuid7
from several.stage import ROOT, Machine, free_port, run, said, say, wait_for

FOLDER = ROOT / "operations"
SELECTOR = re.compile(r"\b(?:up|asset_tracker_\w+)\b(?:\{[^}]*\})?(?: offset \w+)?")
# What has no series while all is well, and why.
EMPTY = {
    'asset_tracker_request_seconds_count{status="503"}': "until a request has to come back",
    "asset_tracker_database_up offset 10d": "until Prometheus has been there for ten days",
}
CONFIGURATION = {
    "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
    "rule_files": [str(FOLDER / "alerts.yaml")],
}


class Prometheus:
    """One that scrapes ``address``, asked over its API."""

    def __init__(self, folder, address):
        scraped = {"job_name": "asset-tracker", "static_configs": [{"targets": [address.split("//")[1]]}]}
        configuration = folder / "prometheus.yml"
        configuration.write_text(yaml.safe_dump(CONFIGURATION | {"scrape_configs": [scraped]}))
        promtool("check", "config", configuration)
        self.port = free_port()
        self.process = subprocess.Popen(
            [
                *("prometheus", f"--config.file={configuration}", f"--storage.tsdb.path={folder / 'series'}"),
                *(f"--web.listen-address=127.0.0.1:{self.port}", "--log.level=warn"),
            ]
        )
        self.instance = address.split("//")[1]
        wait_for("Prometheus", lambda: self.get("query", query="vector(1)"))

    def get(self, what, **asked):
        answer = httpx.get(f"http://127.0.0.1:{self.port}/api/v1/{what}", params=asked, timeout=20)
        if answer.status_code >= 500:
            raise OSError(answer.text)
        if answer.json()["status"] != "success":
            raise SystemExit(f"FAILED: {asked}: {answer.text}")
        return answer.json()["data"]

    def series(self, expression):
        """What it answers with, but what is no number."""
        return [each for each in self.get("query", query=expression)["result"] if each["value"][1] != "NaN"]

    def told(self):
        """Rules that have something to tell, whether or not they have waited long enough; all must be well."""
        rules = self.get("rules")["groups"][0]["rules"]
        if ill := [each for each in rules if each["health"] == "err"]:
            raise SystemExit(f"FAILED: {ill}")
        return {each["name"] for each in rules if each["state"] != "inactive"}

    def end(self):
        self.process.terminate()
        self.process.wait(20)


def promtool(*arguments):
    found = subprocess.run(["promtool", *arguments], capture_output=True, text=True, check=False)
    if found.returncode:
        raise SystemExit(f"FAILED: promtool {' '.join(map(str, arguments))}\n{found.stdout}{found.stderr}")
    say(f"promtool {' '.join(map(str, arguments[:2]))}: right")


def fact(tag, seq, **other):
    """A fact as a phone sends it; ``seq`` is its number on that phone."""
    return {
        "id": str(uuid7()),
        "asset": tag,
        "occurred_at": (datetime.now(UTC) - timedelta(hours=2)).isoformat(),
        "payload": {"kind": "verified", "method": "sight"},
        "device": {"id": PHONE, "seq": seq},
    } | other


PHONE = str(uuid4())


def happenings(http):
    """What a day brings: facts of all outcomes, a phone that holds one back, reports, lists."""

    def asked(method, path, **body):
        return http.request(method, path, **body).raise_for_status().json()

    found = asked("GET", "/api/v1/assets?limit=100")["items"]
    tag = found[0]["tag"]
    asked("POST", "/api/v1/devices", json={"id": PHONE, "name": "watch"})
    good = fact(tag, 1)
    outcomes = [
        each["outcome"]
        for each in asked(
            "POST", "/api/v1/events", json=[good, good, fact("ZZZZ-ZZZZ", 3), fact(tag, 5, asset=7)]
        )
    ]
    say(f"a phone was told {', '.join(outcomes)}")
    code = next(each["municipality"] for each in found if each.get("municipality"))
    for form in ("json", "csv"):
        http.get(f"/api/v1/reports/municipalities/{code}.{form}").raise_for_status()


def expressions():
    """Title and expression of each panel's questions, then those that each rule is made of."""
    for panel in json.loads((FOLDER / "dashboard.json").read_text("utf-8"))["panels"]:
        for target in panel.get("targets", ()):
            yield panel["title"], target["expr"].replace("$instance", ".*")
    for rule in yaml.safe_load((FOLDER / "alerts.yaml").read_text("utf-8"))["groups"][0]["rules"]:
        for part in SELECTOR.findall(rule["expr"]):
            yield rule["alert"], part


def main():
    if shutil.which("promtool") is None:
        raise SystemExit("prometheus is missing (Debian: apt install prometheus)")
    promtool("check", "rules", FOLDER / "alerts.yaml")
    promtool("test", "rules", FOLDER / "alerts_test.yaml")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="asset-tracker-watch-")))
        folder.chmod(0o755)
        machine = Machine(folder / "data", worker="yes")
        run("demo", data_dir=folder / "data")
        machine.start()
        stack.callback(machine.process.kill)
        told = said("user", "token", "coordinator@demo.example", "--name", "watch", data_dir=folder / "data")
        token = re.search(r"at_\S+", told)[0]
        prometheus = Prometheus(folder, machine.address)
        stack.callback(prometheus.end)
        wait_for("a first look", lambda: prometheus.series("asset_tracker_database_up == 1"))
        wait_for("the rule of backups", lambda: "AssetTrackerNoBackup" in prometheus.told())
        with httpx.Client(
            base_url=machine.address, headers={"Authorization": f"Bearer {token}"}, timeout=60
        ) as http:
            happenings(http)
        backups = folder / "backups"
        backups.mkdir()
        for command in (["db", "backup", "-o", backups], ["db", "drill", backups], ["ledger", "verify"]):
            run(*map(str, command), data_dir=folder / "data")
        wait_for(
            "a look at all of it",
            lambda: prometheus.series('asset_tracker_upkeep_age_seconds{what="verify"}'),
        )
        judge(prometheus)
        machine.stop()
        wait_for("the rule of a server that is gone", lambda: prometheus.told() == {"AssetTrackerDown"})
        say("the rule of a server that is gone has noticed")


def judge(prometheus):
    """Ask all; ends the script where one has nothing to tell that should."""
    wait_for(
        "the last increase", lambda: prometheus.series("sum(increase(asset_tracker_events_total[1h])) > 0")
    )
    if prometheus.get("label/instance/values", **{"match[]": "asset_tracker_database_up"}) != [
        prometheus.instance
    ]:
        raise SystemExit("FAILED: the dashboard's list of servers")
    count = 0
    for title, expression in expressions():
        found = prometheus.series(expression)
        why = EMPTY.get(expression)
        if bool(found) == bool(why):
            raise SystemExit(
                f"FAILED: {title}: {expression}: {len(found)} series{', though ' + why if why else ''}"
            )
        count += 1
        say(f"{title}: {len(found)} series" if found else f"{title}: nothing {why}")
    wait_for("rules that are content", lambda: not prometheus.told())
    say(f"{count} questions of panels and rules answered")


if __name__ == "__main__":
    main()
