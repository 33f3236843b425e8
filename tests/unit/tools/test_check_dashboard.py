"""What types cannot tell of the dashboard: where its panels lie."""

import importlib.util
import json
from pathlib import Path

ROOT = Path(__file__).parents[3]
spec = importlib.util.spec_from_file_location("check_dashboard", ROOT / "tools" / "check_dashboard.py")
tool = importlib.util.module_from_spec(spec)
spec.loader.exec_module(tool)
laid_out, typed, DASHBOARD = tool.laid_out, tool.typed, tool.DASHBOARD


def panel(number, x, y, w=8, h=4):
    return {"id": number, "gridPos": {"x": x, "y": y, "w": w, "h": h}}


def test_panels_lie_beside_each_other_and_within_the_columns():
    assert laid_out({"panels": [panel(1, 0, 0), panel(2, 8, 0), panel(3, 16, 0), panel(4, 0, 4)]}) == []
    assert laid_out({"panels": [panel(1, 0, 0), panel(2, 7, 3)]}) == ["panel 1 lies upon panel 2"]
    assert laid_out({"panels": [panel(1, 17, 0)]}) == ["panel 1 reaches beyond the 24 columns"]
    assert laid_out({"panels": [panel(1, 0, 0), panel(1, 8, 0)]}) == ["two panels are number 1"]


def test_each_panel_with_options_is_held_against_its_own_type():
    dashboard = json.loads(DASHBOARD.read_text("utf-8"))
    assert laid_out(dashboard) == []
    told = typed(dashboard)
    for each in dashboard["panels"]:
        assert (f"options{each['id']}: Partial<Json<{each['type']}.Options>>" in told) == ("options" in each)
