"""Hold ``operations/dashboard.json`` against the model that Grafana publishes of its dashboards.

The file is put into TypeScript as it stands, and ``tsc`` compares it with the types of ``@grafana/schema``: names
that Grafana does not know, values that are none of its words, and what must be there and is not. Panels' options
and the fields' custom settings, which the model of a dashboard leaves open, are held against their own panels'.
Beyond what types can tell: no two panels have one id, none lies upon another or beyond the 24 columns.
"""

import json
import subprocess
import sys
import tempfile
from itertools import combinations
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
DASHBOARD = ROOT / "operations" / "dashboard.json"
COLUMNS = 24
PANELS = {"stat": "Stat", "timeseries": "TimeSeries", "table": "Table"}
# In JSON a word of an enumeration is a text, and whatever may be left out is.
TYPES = """import type { Dashboard } from "@grafana/schema";
{imports}
type Json<T> = T extends string ? `${T}` : T extends number | boolean | null | undefined ? T
  : T extends (infer Each)[] ? Json<Each>[] : {{ [Name in keyof T]: Json<T[Name]> }};
"""


def typed(dashboard: dict[str, Any]) -> str:
    """The dashboard as TypeScript."""
    kinds = {each["type"] for each in dashboard["panels"]} - {"row"}
    path = "@grafana/schema/dist/esm/raw/composable/{0}/panelcfg/x/{1}PanelCfg_types.gen"
    imports = "\n".join(
        f'import type * as {kind} from "{path.format(kind, PANELS[kind])}";' for kind in sorted(kinds)
    )
    lines = [TYPES.replace("{imports}", imports).replace("{{", "{").replace("}}", "}")]
    lines.append(f"export const dashboard: Json<Dashboard> = {json.dumps(dashboard, indent=1)};")
    for panel in dashboard["panels"]:
        kind, number = panel["type"], panel["id"]
        if "options" in panel:
            told = json.dumps(panel["options"])
            lines.append(f"export const options{number}: Partial<Json<{kind}.Options>> = {told};")
        if custom := panel.get("fieldConfig", {}).get("defaults", {}).get("custom"):
            told = json.dumps(custom)
            lines.append(f"export const custom{number}: Partial<Json<{kind}.FieldConfig>> = {told};")
    return "\n".join(lines)


def laid_out(dashboard: dict[str, Any]) -> list[str]:
    """What is wrong with where panels lie."""
    panels = dashboard["panels"]
    wrong = [
        f"panel {each['id']} reaches beyond the {COLUMNS} columns"
        for each in panels
        if each["gridPos"]["x"] + each["gridPos"]["w"] > COLUMNS
    ]
    for one, other in combinations(panels, 2):
        if one["id"] == other["id"]:
            wrong.append(f"two panels are number {one['id']}")
        if _meet(one["gridPos"], other["gridPos"]):
            wrong.append(f"panel {one['id']} lies upon panel {other['id']}")
    return wrong


def _meet(one: dict[str, int], other: dict[str, int]) -> bool:
    return all(
        one[at] < other[at] + other[size] and other[at] < one[at] + one[size]
        for at, size in (("x", "w"), ("y", "h"))
    )


def main() -> int:
    dashboard = json.loads(DASHBOARD.read_text("utf-8"))
    if wrong := laid_out(dashboard):
        print("\n".join(wrong), file=sys.stderr)
        return 1
    compiler = ROOT / "node_modules" / ".bin" / "tsc"
    # Beside node_modules, where the types are looked for.
    with tempfile.TemporaryDirectory(dir=ROOT / "node_modules", prefix="dashboard-") as folder:
        source = Path(folder) / "dashboard.ts"
        source.write_text(typed(dashboard), "utf-8")
        checks = (
            "--noEmit",
            "--strict",
            "--skipLibCheck",
            "--module",
            "esnext",
            "--moduleResolution",
            "bundler",
        )
        return subprocess.run([compiler, *checks, "--ignoreConfig", source], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
