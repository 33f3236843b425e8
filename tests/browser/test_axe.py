"""What axe-core, a checker of accessibility rules (WCAG 2.2 A and AA), finds on every kind of page: nothing."""

from pathlib import Path

import pytest

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

HERE = "UA18080010000090720"
PAGES = {
    None: ("/login", "/password-forgotten", "/a/{laptop}", "/nowhere"),
    "administrator": (
        "/people",
        "/people/new",
        "/me",
        "/me/second-factor",
        "/me/notices",
        "/webhooks",
        "/records",
        "/sensitivity",
        "/rates",
        "/situations",
        "/questions",
        "/devices",
        "/programmes/new",
        "/parties/new",
        "/settings",
        "/tour",
        "/tour/2",
        "/words",
        "/settings/fields",
        "/settings/fields/new",
        "/settings/categories/new",
        "/settings/mail",
        "/settings/keys",
        "/settings/rules",
        "/a/{laptop}/fields",
        "/programmes/{programme}/activities/new",
        "/programmes/{programme}/rules",
        "/programmes/{programme}/edit",
    ),
    "coordinator": (
        "/",
        "/assets",
        "/assets?q=nothing",
        "/assets?sort=-name&columns=name,tag,donors,value,warranty_until",
        "/bulk/new?kind=use_changed&all=yes",
        "/a/{laptop}",
        "/a/{kit}",
        "/a/{laptop}/label",
        "/a/{laptop}/maintained",
        "/a/{laptop}/stolen",
        "/a/{laptop}/disposed",
        "/losses",
        "/verifications",
        f"/verifications/new?municipality={HERE}",
        "/consignments",
        "/consignments/{consignment}",
        "/run-sheets/driver",
        "/municipalities",
        "/map",
        "/calendar",
        "/consignments/new",
        "/map?oblast=UA18000000000041385&colour=overdue",
        f"/municipalities/{HERE}",
        f"/reports/photos?municipality={HERE}",
        f"/reports/municipalities/{HERE}",
        "/reports",
        "/reports/programmes/PROSTO",
        "/reports/programmes/PROSTO/figures/planned",
        "/reports/shared",
        "/reports/new-share?subject=programme&code=PROSTO",
        "/reports/proof",
        "/programmes",
        "/programmes/{programme}",
        "/parties",
        "/imports",
        "/labels",
        "/labels?consignment={consignment}",
        "/labels/stock",
        "/due",
        "/orders",
        "/a/{laptop}/orders",
        "/a/{laptop}/events/{event}/receipt",
        "/quarantine",
        "/losses",
        "/verifications",
        f"/verifications/new?municipality={HERE}",
        "/find?q=Баранівка",
        "/me",
        "/devices",
        "/run-sheets/enter?consignment={consignment}",
        "/nowhere",
    ),
    "technician": ("/a/{laptop}/delivered", "/a/{laptop}/found_inaccessible", "/a/{laptop}/note"),
    "custodian": ("/", "/a/{laptop}"),
    "donor": ("/", "/assets", "/a/{laptop}"),
}


@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (1280, "dark")])
def test_axe_finds_nothing(somebody, office, width, scheme):
    # What the page itself may load is another test's; here a checker is put into it.
    if not AXE.is_file():
        pytest.skip("there is no axe-core here (npm ci)")
    found = []
    for who, paths in PAGES.items():
        desk = somebody(width=width, lang="uk", color_scheme=scheme, bypass_csp=True)
        # As high as the page, or what is under the bar at the bottom would be taken for out of reach.
        desk.page.set_viewport_size({"width": width, "height": 8000})
        if who:
            desk.log_in(who)
        for path in paths:
            event = registration(desk, office) if "{event}" in path else ""
            desk.open(path.format(event=event, **office._asdict()))
            found += [f"{who} {path}: {each}" for each in trouble(desk.page)]
    assert found == []


def registration(desk, office):
    told = desk.page.request.get(f"{desk.base}/api/v1/assets/{office.laptop}/events")
    return told.json()[-1]["id"]


def trouble(page):
    page.evaluate(AXE.read_text(encoding="utf-8"))
    told = page.evaluate("rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})", RULES)
    return [
        f"{rule['impact']} {rule['id']} {node['target']} {node['failureSummary'][:160]}"
        for rule in told["violations"]
        if rule["impact"] in ("serious", "critical", "moderate")
        for node in rule["nodes"][:2]
    ]
