"""Every route of the API: who may ask it, and of whose things. See ``Route`` in ``walk``."""

from factories.house import event, jpeg
from factories.offices import STOCK, instant, new_event_id, today

from .walk import ALL, DESK, FIELD, PUBLIC, READERS, Route

ACTS = "ACSKU"
PICTURE = {"file": ("p.jpg", jpeg(seed=77), "image/jpeg")}
PERSON = {"name": "x", "email": "x@example.org", "password": "a long enough password", "role": "auditor"}
BORDERS = {
    "file": ("areas.geojson", b'{"type": "FeatureCollection", "features": []}', "application/geo+json")
}
SEALED = {
    "format": "asset-tracker-sealed",
    "v": 1,
    "key_id": "x",
    "device": new_event_id(),
    "boxes": [{"epk": "AA==", "iv": "AA==", "ct": "AA=="}],
}
RULE = {"rule": "verification", "number": 3, "source": "letter"}

ROUTES = {
    "GET /api": Route(PUBLIC),
    "GET /api/oauth2-redirect.html": Route(PUBLIC),
    "GET /api/openapi.json": Route(PUBLIC),
    "GET /api/swagger": Route(PUBLIC),
    "GET /api/{path}": Route(PUBLIC, {"path": "nothing"}, ok=(404,)),
    "GET /api/v1/events/kinds": Route(PUBLIC),
    "GET /healthz": Route(PUBLIC),
    "GET /readyz": Route(PUBLIC),
    "GET /metrics": Route(PUBLIC),
    # what is given, and its history
    "GET /api/v1/assets": Route(READERS),
    "GET /api/v1/municipalities/{code}/needs": Route(READERS, {"code": "{place}"}, whose="everybody"),
    "POST /api/v1/municipalities/{code}/needs": Route(
        DESK,
        {"code": "{place}"},
        json={"programme": "{programme}", "category": "laptop", "asked": 1, "applied_on": "2025-01-01"},
        things=True,
    ),
    "DELETE /api/v1/needs/{need}": Route(DESK, {"need": "{case}"}, whose="everybody", ok=(404,)),
    "GET /api/v1/me/notices": Route(ALL),
    "PUT /api/v1/me/notices": Route(READERS, json=[]),
    "GET /api/v1/webhooks": Route("A"),
    "POST /api/v1/webhooks": Route("A", json={"url": "https://nowhere.example"}),
    "DELETE /api/v1/webhooks/{hook}": Route("A", {"hook": "{case}"}, ok=(404,)),
    "GET /api/v1/webhooks/{hook}/messages": Route("A", {"hook": "{case}"}, ok=(404,)),
    "POST /api/v1/webhooks/{hook}/test": Route("A", {"hook": "{case}"}, ok=(404,)),
    "GET /api/v1/map": Route(READERS),
    "GET /api/v1/progress": Route(READERS),
    "GET /api/v1/areas": Route(ALL),
    "PUT /api/v1/areas": Route("A", form={"source": "nobody's"}, files=BORDERS),
    "DELETE /api/v1/areas/{level}": Route("A", {"level": "raion"}),
    "GET /api/v1/assets.xlsx": Route(READERS),
    "POST /api/v1/bulk": Route(
        FIELD, json={"fact": {"kind": "note", "note": "x"}, "assets": ["{tag}"]}, things=True
    ),
    "POST /api/v1/bulk/orders": Route(
        "ACST", json={"order": {"title": "x"}, "assets": ["{tag}"]}, things=True
    ),
    "GET /api/v1/bulk/{action}": Route(FIELD, whose="maker"),
    "GET /api/v1/bulk/{action}/assets": Route(FIELD, whose="maker"),
    "POST /api/v1/bulk/{action}/record": Route(FIELD, whose="maker"),
    "POST /api/v1/bulk/{action}/undo": Route(FIELD, whose="maker"),
    "DELETE /api/v1/bulk/{action}": Route(FIELD, whose="maker"),
    "POST /api/v1/operations/{operation}/undo": Route(DESK, json={"reason": "x"}),
    "GET /api/v1/views": Route(READERS),
    "GET /api/v1/views/{view_id}": Route("ACSU"),
    "POST /api/v1/views": Route(READERS, json={"name": "new"}),
    "PUT /api/v1/views/{view_id}": Route("ACS", json={"name": "other"}, whose="maker"),
    "DELETE /api/v1/views/{view_id}": Route("ACS", whose="maker"),
    "GET /api/v1/assets/{reference}": Route(READERS, {"reference": "{tag}"}),
    "GET /api/v1/fields": Route(ALL),
    "PUT /api/v1/fields/{key}": Route(
        "A", {"key": "walked"}, json={"kind": "text", "name_uk": "x", "name_en": "x"}
    ),
    "GET /api/v1/fields/{key}/versions": Route(ALL, {"key": "nothing"}, ok=(404,)),
    "GET /api/v1/own-categories": Route(ALL),
    "PUT /api/v1/own-categories/{code}": Route(
        "A", {"code": "walked"}, json={"base": "other", "name_uk": "x", "name_en": "x"}
    ),
    "POST /api/v1/assets/{reference}/fields": Route(
        DESK, {"reference": "{tag}"}, json={"fields": {"imei": "490154203237518"}}
    ),
    "GET /api/v1/assets/{reference}/disposal": Route(READERS),
    "GET /api/v1/assets/{reference}/upkeep": Route(READERS),
    "GET /api/v1/assets/{reference}/events": Route(READERS, {"reference": "{asset}"}),
    "GET /api/v1/assets/{reference}/state": Route(
        READERS, {"reference": "{tag}"}, query={"as_of": instant()}
    ),
    "POST /api/v1/assets/{reference}/codes": Route(
        "ACST", {"reference": "{tag}"}, json={"code": "another code"}
    ),
    "POST /api/v1/assets/{reference}/label": Route("ACST", {"reference": "{tag}"}, json={"tag": "{blank}"}),
    "POST /api/v1/tags/{written}/retire": Route(DESK, {"written": "{tag}"}, json={}),
    "GET /api/v1/codes": Route(READERS, query={"code": "{code}"}, things=True),
    "POST /api/v1/events": Route(FIELD, json=[event("note", "{tag}", note="x")]),
    "GET /api/v1/events/{event_id}/proof": Route(READERS, {"event_id": "{event}"}),
    "GET /api/v1/checkpoints/latest": Route(ALL),
    "GET /api/v1/checkpoints/keys": Route(ALL),
    "GET /api/v1/checkpoints/consistency": Route(ALL, query={"from": "1"}),
    "GET /api/v1/bundle": Route("ACSDU"),
    "POST /api/v1/assets/{reference}/events/{event_id}/strike-out": Route(
        DESK, {"reference": "{tag}"}, json={"reason": "x"}
    ),
    "POST /api/v1/assets/{reference}/events/{event_id}/replace": Route(
        DESK,
        {"reference": "{tag}"},
        json={"payload": {"kind": "note", "note": "x"}, "occurred_at": instant()},
        ok=(200, 403),
    ),
    "POST /api/v1/assets/{reference}/resolution": Route(
        DESK, {"reference": "{tag}"}, json={"events": ["{event}"], "reason": "x"}, ok=(200, 409)
    ),
    "GET /api/v1/quarantine": Route(DESK),
    "POST /api/v1/quarantine/{quarantined}/record": Route(DESK, json={}),
    "POST /api/v1/quarantine/{quarantined}/discard": Route(DESK, json={"reason": "x"}),
    # files
    "GET /api/v1/files/{sha256}": Route(READERS, {"sha256": "{photo}"}),
    # a folder has no links, which is told to those only who may ask
    "PUT /api/v1/files/{sha256}/consent": Route(
        DESK, {"sha256": "{photo}"}, json={"people": "nobody"}, ok=(204, 409)
    ),
    "DELETE /api/v1/files/{sha256}/consent": Route(DESK, {"sha256": "{photo}"}, ok=(204, 404)),
    "GET /api/v1/files/{sha256}/link": Route(READERS, {"sha256": "{photo}"}, ok=(409,)),
    "POST /api/v1/files/direct": Route(FIELD, json={"kind": "photo"}, ok=(409,)),
    "POST /api/v1/files/direct/{name}": Route(
        FIELD, {"name": new_event_id()}, json={"kind": "photo"}, ok=(409,)
    ),
    "POST /api/v1/photos": Route(FIELD, files=PICTURE),
    "POST /api/v1/scans": Route(DESK, files=PICTURE),
    "POST /api/v1/service-points/{point_id}/links": Route(DESK, json={"days": 7}, whose="everybody"),
    "GET /api/v1/service-points/{point_id}/links": Route(DESK, whose="everybody"),
    "DELETE /api/v1/centre-links/{link_id}": Route(DESK),
    "GET /api/v1/acts/{act_id}/glass": Route(ACTS),
    "POST /api/v1/acts/{act_id}/glass": Route(DESK, files=PICTURE),
    "GET /api/v1/acts/{act_id}/glass/{sha256}": Route("ACSKU", {"sha256": "{glass}"}),
    # phones
    "GET /api/v1/devices": Route(ALL),
    "POST /api/v1/devices": Route(ALL, json={"id": new_event_id(), "name": "x"}),
    "DELETE /api/v1/devices/{device_id}": Route("ACS", whose="maker"),
    "GET /api/v1/field/me": Route(ALL),
    "GET /api/v1/field/round": Route(FIELD, query={"consignment": "{consignment}"}, things=True),
    "GET /api/v1/run-sheet.pdf": Route(FIELD, query={"consignment": "{consignment}"}, things=True),
    "POST /api/v1/field/sealed": Route(ALL, json=SEALED),
    "HEAD /api/v1/photos/{sha256}": Route(FIELD, {"sha256": "ab" * 32}, ok=(404,)),
    "PUT /api/v1/photos/{sha256}": Route(FIELD, {"sha256": "ab" * 32}, headers={"Upload-Length": "9"}),
    "PATCH /api/v1/photos/{sha256}": Route(
        FIELD, {"sha256": "ab" * 32}, headers={"Upload-Offset": "0"}, ok=(404,)
    ),
    # consignments and acts
    "GET /api/v1/consignments": Route("ACSTKU"),
    "POST /api/v1/consignments": Route(
        DESK, json={"programme": "{programme}", "number": "NEW-1", "municipality": "{place}"}, things=True
    ),
    "GET /api/v1/consignments/{consignment_id}": Route("ACSTKU"),
    "GET /api/v1/consignments/{consignment_id}/acts": Route(ACTS),
    "POST /api/v1/consignments/{consignment_id}/acts": Route(DESK, json={}),
    "PUT /api/v1/consignments/{consignment_id}/customs": Route(DESK, json={}),
    "POST /api/v1/consignments/{consignment_id}/dispatch": Route(DESK, json={}),
    "GET /api/v1/run-sheet/driver.pdf": Route("ACSTKU", query={"consignment": "{consignment}"}, things=True),
    "GET /api/v1/acts/{act_id}": Route(ACTS),
    "GET /api/v1/acts/{act_id}/pdf": Route(ACTS),
    "POST /api/v1/acts/{act_id}/signature": Route(DESK, json={"signed_on": "2025-03-01", "scan": "{scan}"}),
    "POST /api/v1/acts/{act_id}/signatures": Route(DESK, json={"by": "giver", "signed_on": "2025-03-01"}),
    "POST /api/v1/acts/{act_id}/void": Route(DESK, json={"reason": "x"}),
    "GET /api/v1/consignments/{consignment_id}/discrepancies": Route("ACSTKU"),
    # losses and upkeep
    "GET /api/v1/losses": Route("ACSTKU"),
    "GET /api/v1/losses/{case_id}": Route("ACSTKU"),
    "PUT /api/v1/losses/{case_id}": Route(DESK, json={}),
    "POST /api/v1/losses/{case_id}/notes": Route(DESK, json={"text": "x"}),
    "POST /api/v1/losses/{case_id}/close": Route(DESK, json={"decision": "written_off", "reason": "x"}),
    "GET /api/v1/assets/{reference}/plans": Route(READERS),
    "POST /api/v1/assets/{reference}/plans": Route("ACST", json={"title": "x", "every_months": 3}),
    "DELETE /api/v1/plans/{plan_id}": Route("ACST"),
    "GET /api/v1/orders": Route(READERS, whose="everybody"),
    "GET /api/v1/orders/{order_id}": Route("ACSTKU"),
    "PUT /api/v1/orders/{order_id}": Route("ACST", json={}),
    "DELETE /api/v1/orders/{order_id}": Route("ACST"),
    "GET /api/v1/assets/{reference}/orders": Route(READERS),
    "POST /api/v1/assets/{reference}/orders": Route("ACST", json={"title": "x"}),
    # imports
    "GET /api/v1/imports": Route(DESK),
    "POST /api/v1/imports": Route(DESK, files={"file": ("l.csv", b"Name\nx\n", "text/csv")}),
    "GET /api/v1/imports/template.xlsx": Route(DESK),
    "GET /api/v1/lists/{name}": Route(READERS, {"name": "parties"}, whose="everybody"),
    "GET /api/v1/imports/{batch_id}": Route(DESK),
    "GET /api/v1/imports/{batch_id}/rows": Route(DESK),
    "GET /api/v1/imports/{batch_id}/problems.xlsx": Route(DESK),
    "POST /api/v1/imports/{batch_id}/plan": Route(DESK, json={}),
    "POST /api/v1/imports/{batch_id}/invitations": Route("A", ok=(403,)),  # done by people, not by tokens
    "POST /api/v1/imports/{batch_id}/commit": Route(DESK, json={}),
    "POST /api/v1/imports/{batch_id}/undo": Route(DESK),
    # labels
    "POST /api/v1/labels": Route("ACST", json={"tags": ["{tag}"], "stock": "L7160"}, things=True),
    "GET /api/v1/labels/prints": Route("ACST"),
    "POST /api/v1/labels/prints/{print_id}/again": Route("ACST", json={"stock": "L7160"}, whose="maker"),
    "GET /api/v1/labels/stock": Route(ALL),
    "POST /api/v1/labels/stock": Route("ACST", json=STOCK | {"name": "new"}),
    "DELETE /api/v1/labels/stock/{name}": Route("ACST", {"name": "{stock}"}, whose="everybody"),
    "GET /api/v1/labels/presets": Route(ALL),
    "POST /api/v1/labels/presets": Route("ACST", json={"name": "new", "paper": {"stock": "L7160"}}),
    "DELETE /api/v1/labels/presets/{name}": Route("ACST", {"name": "{preset}"}, whose="everybody"),
    # places
    "GET /api/v1/municipalities": Route(ALL),
    "GET /api/v1/municipalities/{code}": Route(READERS, {"code": "{place}"}, whose="everybody"),
    "POST /api/v1/service-points": Route(
        DESK,
        json={"municipality_code": "{place}", "kind": "asc", "name_uk": "x"},
        things=True,
        whose="everybody",
    ),
    "GET /api/v1/service-points/{point_id}": Route(READERS, whose="everybody"),
    "POST /api/v1/service-points/{point_id}/changes": Route(
        DESK, json={"change": "suspended", "with_assets": False}, whose="everybody"
    ),
    # programmes
    "GET /api/v1/programmes": Route(READERS),
    "POST /api/v1/programmes": Route(
        "A",
        json={
            "code": "NEW",
            "name_uk": "x",
            "name_en": "x",
            "implementer": "{implementer}",
            "shares": [{"donor": "{donor}", "percent": "100"}],
        },
    ),
    "GET /api/v1/programmes/{programme_id}": Route(READERS),
    "PUT /api/v1/programmes/{programme_id}": Route(
        "A",
        json={
            "name_uk": "x",
            "name_en": "x",
            "implementer": "{implementer}",
            "shares": [{"donor": "{donor}", "percent": "100"}],
        },
    ),
    "GET /api/v1/parties": Route(READERS),
    "PUT /api/v1/parties/{party_id}": Route(
        DESK,
        {"party_id": "{donor}"},
        json={"kind": "donor", "name_uk": "x", "name_en": "x"},
        whose="everybody",
    ),
    "POST /api/v1/parties": Route(DESK, json={"kind": "donor", "name_uk": "x", "name_en": "x"}),
    "GET /api/v1/programmes/{programme_id}/budgets": Route(READERS),
    "POST /api/v1/programmes/{programme_id}/budgets": Route(
        DESK, json={"amount": "1000", "currency": "EUR", "since": "2024-01-01"}
    ),
    "GET /api/v1/situations": Route("ACSDU", whose="everybody"),
    "POST /api/v1/situations": Route(
        "A",
        json=[{"municipality": "{place}", "situation": "active", "since": "2022-11-11", "source": "x"}],
        whose="everybody",
    ),
    "GET /api/v1/rates": Route("ACSDU", whose="everybody"),
    "POST /api/v1/rates": Route(
        DESK,
        json=[{"currency": "EUR", "day": "2024-11-01", "uah": "43.5", "source": "x"}],
        whose="everybody",
    ),
    "GET /api/v1/activities": Route(READERS),
    "POST /api/v1/activities": Route(
        DESK,
        json={
            "programme": "{programme}",
            "municipality": "{place}",
            "kind": "training",
            "title_uk": "x",
            "title_en": "x",
            "starts_on": "2025-01-01",
            "ends_on": "2025-01-02",
        },
        things=True,
    ),
    "GET /api/v1/rules": Route(READERS),
    "GET /api/v1/rules/presets": Route(ALL),
    "POST /api/v1/rules": Route(DESK, json={"rule": RULE, "programme": "{programme}"}, things=True),
    "POST /api/v1/rules/presets": Route(
        DESK, json={"preset": "us_2cfr200", "programme": "{programme}"}, things=True
    ),
    "DELETE /api/v1/rules/{rule_id}": Route(DESK),
    "GET /api/v1/due": Route(READERS),
    "GET /api/v1/due/counts": Route(READERS),
    # reports
    "GET /api/v1/reports/municipalities/{file}": Route("ACSDU", whose="everybody"),
    "GET /api/v1/reports/programmes/{file}": Route("ACSDU", {"file": "{programme_code}.json"}),
    # counting
    "GET /api/v1/verifications": Route("ACSTKU"),
    "POST /api/v1/verifications": Route(
        DESK,
        json={"programmes": ["{programme}"], "municipality": "{place}", "counter": "{user}"},
        things=True,
    ),
    "GET /api/v1/verifications/{campaign_id}": Route("ACSTKU"),
    "GET /api/v1/verifications/{campaign_id}/results": Route("ACSTKU"),
    "GET /api/v1/verifications/{campaign_id}/certificate.pdf": Route("ACSTKU", {"campaign_id": "{ended}"}),
    "POST /api/v1/verifications/{campaign_id}/cancel": Route(DESK),
    "POST /api/v1/verifications/{campaign_id}/end": Route(DESK),
    "POST /api/v1/verifications/{campaign_id}/scans": Route(
        FIELD, json={"scans": [{"id": new_event_id(), "code": "{tag}", "scanned_at": instant(minutes=1)}]}
    ),
    "PUT /api/v1/verifications/{campaign_id}/signed": Route(
        DESK, {"campaign_id": "{ended}"}, json={"signed_on": today(), "scan": "{scan}"}
    ),
    "GET /api/v1/verifications/{campaign_id}/signed": Route("ACSTKU", {"campaign_id": "{ended}"}),
    "POST /api/v1/verifications/{campaign_id}/losses": Route(
        DESK, {"campaign_id": "{ended}"}, json={"circumstances": "x"}
    ),
    # tokens
    "POST /api/v1/tokens": Route(ALL, json={"name": "new"}, ok=(403,)),
    "DELETE /api/v1/tokens/{token_id}": Route("ACS", whose="maker"),
}
