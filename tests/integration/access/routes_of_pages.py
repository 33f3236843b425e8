"""Every page and form: who may see and send it, and of whose things. See ``Route`` in ``walk``."""

from factories.offices import PLACES, today

from .routes_of_api import ACTS, BORDERS, PERSON, PICTURE
from .walk import ALL, DESK, FIELD, PUBLIC, READERS, Route

SHEET = {
    "consignment": "{consignment}",
    "scans": "{tag}",
    "first": "7",
    "occurred_at": "2026-03-01T10:00",
    "who": "x",
}
NOBODY = "01990000-0000-7000-8000-000000000000"
POINT = {"name_uk": "x", "kind": "asc"}

ROUTES = {
    "GET /{path}": Route(PUBLIC, {"path": "nowhere"}, ok=(404,)),
    "GET /static/{file_path}": Route(PUBLIC, {"file_path": "style.css"}),
    "HEAD /static/{file_path}": Route(PUBLIC, {"file_path": "style.css"}),
    "GET /fonts/{name}": Route(PUBLIC, {"name": "none.woff2"}, ok=(404,)),
    # the field app: nothing of anybody
    "GET /field": Route(PUBLIC),
    "GET /field/files/{version}/{name}": Route(PUBLIC, {"version": "none", "name": "app.js"}, ok=(404,)),
    "GET /field/icons/{name}": Route(PUBLIC, {"name": "192.png"}),
    "GET /sw.js": Route(PUBLIC),
    "GET /manifest.webmanifest": Route(PUBLIC),
    "GET /login": Route(PUBLIC),
    "POST /login": Route(PUBLIC, form={"email": "x@example.org", "password": "x"}, ok=(401,)),
    "POST /language": Route(PUBLIC, form={"lang": "uk"}),
    "POST /logout": Route(ALL),
    "GET /me": Route(ALL),
    "GET /login/code": Route(PUBLIC, ok=(303,)),
    "POST /login/code": Route(PUBLIC, form={"code": "123456"}, ok=(303,)),
    "GET /login/organisation": Route(PUBLIC, ok=(404,)),
    "GET /login/organisation/back": Route(PUBLIC, ok=(401,)),
    "GET /password/{token}/organisation": Route(PUBLIC, {"token": "unknown"}, ok=(404,)),
    "GET /password-forgotten": Route(PUBLIC),
    "POST /password-forgotten": Route(PUBLIC, form={"email": "x@example.org"}),
    # The walk comes with tokens, and these are done by people.
    "POST /me/password": Route(ALL, form={"old": "x", "password": "a long enough password"}, ok=(403,)),
    "GET /me/second-factor": Route(ALL, ok=(403,)),
    "POST /me/second-factor": Route(ALL, form={"code": "123456"}, ok=(403,)),
    "POST /me/second-factor/codes": Route(ALL, form={"code": "123456"}, ok=(403,)),
    "POST /me/second-factor/remove": Route(ALL, form={"code": "123456"}, ok=(403,)),
    "GET /sensitivity": Route(DESK),
    "POST /sensitivity": Route(DESK, form={"programme": "{programme}", "sensitivity": "secret"}, things=True),
    "POST /sensitivity/{rule_id}/end": Route(DESK, whose="maker", ok=(404,)),
    "GET /questions": Route("ACSU", whose="everybody"),
    "POST /questions": Route("ACSU", form={"sql": "SELECT 1 AS one"}, whose="everybody"),
    "POST /questions/answer/{form}": Route(
        "ACSU", {"form": "csv"}, form={"sql": "SELECT 1 AS one"}, whose="everybody"
    ),
    "POST /questions/saved": Route("ACSU", form={"sql": "SELECT 1 AS one", "name": "x"}, whose="everybody"),
    "POST /questions/saved/{saved_id}/forget": Route("ACSU", {"saved_id": "{rule}"}, ok=(404,)),
    "POST /questions/keys": Route("ACSU", form={"key_name": "x", "days": "7"}, whose="everybody", ok=(403,)),
    "POST /questions/keys/{key_id}/revoke": Route("ACSU", {"key_id": "{rule}"}, ok=(404,)),
    "GET /reports/shared": Route("ACSDU", whose="everybody"),
    "GET /reports/new-share": Route(
        "ACSDU", query={"subject": "programme", "code": "{programme_code}"}, things=True
    ),
    "POST /reports/subscriptions": Route(
        "ACSDU", form={"subject": "programme", "code": "{programme_code}", "pdf": "on"}, things=True
    ),
    "POST /reports/subscriptions/{subscription_id}/end": Route(
        "ACSDU", {"subscription_id": "{rule}"}, ok=(404,)
    ),
    "POST /reports/links": Route(
        "ACSDU",
        form={"subject": "programme", "code": "{programme_code}", "purpose": "an auditor", "days": "7"},
        ok=(403,),
    ),
    "POST /reports/links/{link_id}/revoke": Route("ACSDU", {"link_id": "{rule}"}, ok=(404,)),
    "GET /reports/proof": Route("ACSDU", whose="everybody"),
    "GET /shared/{token}": Route(PUBLIC, {"token": "unknown"}, ok=(404,)),
    "GET /shared/{token}/{form}": Route(PUBLIC, {"token": "unknown", "form": "pdf"}, ok=(404,)),
    "GET /reports/photos": Route(DESK, whose="everybody"),
    "POST /reports/photos/{sha256}": Route(DESK, {"sha256": "{photo}"}, form={"people": "nobody"}),
    "POST /reports/photos/{sha256}/withdraw": Route(DESK, {"sha256": "{photo}"}, ok=(303, 404)),
    "GET /situations": Route("ACSDU", whose="everybody"),
    "POST /situations": Route(
        "A", form={"lines": "{place} active 2022-11-11", "source": "x"}, whose="everybody", ok=(303, 422)
    ),
    "POST /programmes/{programme_id}/budgets": Route(
        DESK, form={"amount": "1000", "currency": "EUR", "since": "2024-01-01"}
    ),
    "GET /rates": Route("ACSDU", whose="everybody"),
    "POST /rates": Route(DESK, form={"lines": "EUR 2024-11-01 43.5", "source": "x"}, whose="everybody"),
    "GET /records": Route("AU", whose="everybody"),
    "POST /me/tokens": Route(ALL, form={"name": "x"}, ok=(403,)),
    "POST /me/tokens/{token_id}/revoke": Route("ACS", whose="maker"),
    "POST /me/sessions/{session_id}/end": Route(ALL, whose="maker", ok=(404,)),
    "GET /password/{token}": Route(PUBLIC, {"token": "unknown"}, ok=(404,)),
    "POST /password/{token}": Route(PUBLIC, {"token": "unknown"}, form={"password": "x"}, ok=(404,)),
    "POST /people/{user_id}/link": Route("A", ok=(403,)),
    "GET /run-sheets.pdf": Route(FIELD, query={"consignment": "{consignment}"}, things=True),
    "GET /run-sheets/enter": Route(FIELD, query={"verification": "{campaign}"}, things=True),
    "POST /run-sheets/preview": Route(FIELD, form=SHEET, things=True),
    "POST /run-sheets/record": Route(FIELD, form=SHEET, things=True),
    "POST /points/{point_id}/links": Route(DESK, form={"days": "7"}, whose="everybody"),
    "POST /centre-links/{link_id}/revoke": Route(DESK),
    "POST /centre-links/paper": Route(DESK, form={"token": "unknown"}, ok=(404,)),
    "GET /centre/{token}": Route(PUBLIC, {"token": "unknown"}, ok=(404,)),
    "POST /centre/{token}": Route(
        PUBLIC, {"token": "unknown"}, form={"tag": "x", "condition": "working"}, ok=(404,)
    ),
    "POST /centre/{token}/counts": Route(PUBLIC, {"token": "unknown"}, form={"trips": "1"}, ok=(404,)),
    "POST /acts/{act_id}/glass": Route(DESK, files=PICTURE),
    "GET /acts/{act_id}/glass/{sha256}": Route("ACSKU", {"sha256": "{glass}"}),
    "GET /devices": Route(ALL),
    "POST /devices/{device_id}/revoke": Route("ACS", whose="maker"),
    "POST /devices/queue": Route(ALL, files={"file": ("q.json", b"{}", "application/json")}),
    "GET /people": Route("A"),
    "GET /people/new": Route("A"),
    "GET /people/{user_id}": Route("A"),
    "GET /people/erase": Route("A"),
    # The walk comes with tokens, and these are done by people.
    "POST /people/erase/find": Route("A", form={"name": "xyz", "reason": "a reason"}, ok=(403,)),
    "POST /people/erase": Route("A", form={"name": "xyz"}, ok=(403,)),
    "GET /people/{user_id}/erase": Route("A"),
    "POST /people/{user_id}/erase": Route("A", form={"typed": "x"}, ok=(403,)),
    "POST /people/{user_id}/grants": Route("A", form={"role": "auditor"}, ok=(403,)),
    "POST /people/{user_id}/grants/{grant_id}/end": Route("A", {"grant_id": NOBODY}, ok=(404,)),
    "POST /people/{user_id}/sessions/end": Route("A"),
    "POST /people/{user_id}/tokens/{token_id}/revoke": Route("A", ok=(303, 404)),
    # help
    "GET /tour": Route(ALL),
    "GET /tour/{number}": Route(ALL, {"number": "3"}),
    "POST /tour/done": Route(ALL),
    "GET /words": Route(ALL),
    # settings
    "GET /settings": Route(DESK, whose="everybody"),
    "GET /settings/rules": Route(DESK),
    "GET /settings/mail": Route("A"),
    "POST /settings/mail/try": Route("A", ok=(403,)),
    "GET /settings/keys": Route("A"),
    "POST /settings/keys/rotate": Route("A", form={"reason": "walk"}, ok=(403,)),
    "GET /settings/fields": Route("A"),
    "GET /settings/fields/new": Route("A"),
    "POST /settings/fields": Route("A", form={"kind": "text", "name_uk": "Поле", "name_en": "A field"}),
    "POST /settings/fields/usual": Route("A"),
    "GET /settings/fields/{key}": Route("A", {"key": "nothing"}, ok=(404,)),
    "POST /settings/fields/{key}": Route("A", {"key": "nothing"}, form={"name_uk": "x"}, ok=(404,)),
    "GET /settings/categories/new": Route("A"),
    "POST /settings/categories": Route("A", form={"base": "other", "name_uk": "x", "name_en": "x"}),
    "GET /settings/categories/{code}": Route("A", {"code": "nothing"}, ok=(404,)),
    "POST /settings/categories/{code}": Route("A", {"code": "nothing"}, form={"name_uk": "x"}, ok=(404,)),
    "GET /a/{tag}/fields": Route(DESK),
    "POST /a/{tag}/fields": Route(DESK, form={}),
    "POST /people": Route("A", form=PERSON, ok=(403,)),
    "POST /people/{user_id}/second-factor/remove": Route("A", form={"reason": "a lost phone"}, ok=(403,)),
    "POST /people/{user_id}/disable": Route("A"),
    "POST /people/{user_id}/reopen": Route("A"),
    # today
    "GET /": Route(ALL),
    "GET /find": Route(READERS),
    "GET /find/suggestions": Route(READERS, query={"q": "WALK"}),
    "GET /due": Route(READERS),
    "GET /quarantine": Route(DESK),
    "POST /quarantine/{quarantined}/put-aside": Route(DESK, form={"reason": "x"}),
    "POST /quarantine/{quarantined}/record": Route(DESK),
    # assets
    "GET /assets": Route(READERS),
    "GET /assets.xlsx": Route(READERS),
    "GET /bulk/new": Route(FIELD, query={"kind": "note", "asset": "{asset}"}, ok=(200, 422)),
    "POST /bulk": Route(
        FIELD, form={"kind": "note", "note": "x", "asset": "{asset}", "occurred_at": "2026-03-01T10:00"}
    ),
    "GET /bulk/{action}": Route(FIELD, whose="maker"),
    "POST /bulk/{action}/record": Route(FIELD, whose="maker"),
    "POST /bulk/{action}/undo": Route(FIELD, whose="maker"),
    "POST /bulk/{action}/forget": Route(FIELD, whose="maker"),
    "POST /undo": Route(DESK, form={"what": "event {event}"}, things=True),
    "POST /views": Route(READERS, form={"name": "x"}),
    "POST /views/{view_id}/forget": Route("ACS", whose="maker"),
    "GET /a/{tag}": Route(READERS, stranger=200),
    "GET /A/{tag}": Route(READERS, stranger=200),
    "GET /a/{tag}/{kind}": Route(FIELD, {"kind": "note"}),
    "POST /a/{tag}/{kind}": Route(FIELD, {"kind": "note"}, form={"note": "x"}),
    "POST /a/{tag}/reveal": Route("ACSU", form={"reason": "a reason"}),
    "GET /a/{tag}/label": Route(READERS),
    "POST /a/{tag}/label": Route("ACST", form={"tag": "{blank}", "why": "damaged"}),
    "POST /a/{tag}/codes": Route("ACST", form={"code": "a code"}),
    "POST /a/{tag}/retire": Route(DESK, form={"old": "{tag}"}),
    "GET /a/{tag}/events/{event_id}/receipt": Route(READERS, {"event_id": "{event}"}),
    "GET /a/{tag}/events/{event_id}/strike-out": Route(DESK),
    "POST /a/{tag}/events/{event_id}/strike-out": Route(DESK, form={"reason": "x"}),
    "GET /a/{tag}/resolve": Route(DESK, ok=(404,)),
    "POST /a/{tag}/resolve": Route(DESK, form={"reason": "x"}, ok=(404,)),
    "GET /files/{sha256}": Route(READERS, {"sha256": "{photo}"}),
    # consignments and acts
    "GET /consignments": Route("ACSTKU"),
    "GET /consignments/{consignment_id}": Route("ACSTKU"),
    "POST /consignments/{consignment_id}/acts": Route(DESK),
    "POST /consignments/{consignment_id}/deliver": Route(DESK, form={}),
    "POST /consignments/{consignment_id}/dispatch": Route(DESK, form={}),
    "GET /run-sheets/driver": Route("ACSTKU", whose="everybody"),
    "GET /run-sheets/driver.pdf": Route("ACSTKU", query={"stop": "{consignment}"}, things=True),
    "GET /acts/{act_id}/act.pdf": Route(ACTS),
    "POST /acts/{act_id}/sign": Route(
        DESK, form={"signed_on": "2025-03-01"}, files={"scan": PICTURE["file"]}
    ),
    "POST /acts/{act_id}/scan": Route(DESK, files={"scan": PICTURE["file"]}),
    "POST /acts/{act_id}/signatures": Route(DESK, form={"by": "giver", "side_signed_on": "2025-03-01"}),
    "POST /acts/{act_id}/void": Route(DESK, form={"reason": "x"}),
    # losses and upkeep
    "GET /losses": Route("ACSTKU"),
    "GET /losses/{case_id}": Route("ACSTKU"),
    "POST /losses/{case_id}": Route(DESK, form={"report_number": "x"}),
    "POST /losses/{case_id}/notes": Route(DESK, form={"text": "x"}),
    "POST /losses/{case_id}/close": Route(DESK, form={"decision": "written_off", "reason": "x"}),
    "GET /a/{tag}/plans": Route(READERS),
    "POST /a/{tag}/plans": Route("ACST", form={"title": "x", "every_months": "3"}),
    "POST /a/{tag}/plans/{plan_id}/end": Route("ACST"),
    "GET /orders": Route(READERS, whose="everybody"),
    "GET /orders/new": Route("ACST", query={"asset": "{asset}"}, ok=(200, 422)),
    "POST /orders/many": Route("ACST", form={"title": "x", "asset": "{asset}"}),
    "GET /a/{tag}/orders": Route(READERS),
    "POST /a/{tag}/orders": Route("ACST", form={"title": "x"}),
    "POST /orders/{order_id}/hand-over": Route("ACST", form={}),
    "POST /orders/{order_id}/end": Route("ACST"),
    # imports
    "GET /imports": Route(DESK),
    "POST /imports": Route(DESK, files={"file": ("l.csv", b"Name\nx\n", "text/csv")}),
    "GET /imports/template.xlsx": Route(DESK),
    "GET /lists/{name}": Route(READERS, {"name": "parties.xlsx"}, whose="everybody"),
    "GET /imports/{batch_id}": Route(DESK),
    "GET /imports/{batch_id}/problems.xlsx": Route(DESK),
    "POST /imports/{batch_id}/plan": Route(DESK, form={"x": "y"}),
    "POST /imports/{batch_id}/mapping": Route(DESK, form={"name": "x"}),
    "POST /imports/{batch_id}/invitations": Route("A", ok=(403,)),
    "POST /imports/{batch_id}/commit": Route(DESK, form={"x": "y"}),
    "POST /imports/{batch_id}/undo": Route(DESK),
    # labels
    "GET /labels": Route("ACST"),
    "POST /labels": Route("ACST", form={"what": "tags", "tags": "{tag}"}, things=True),
    "GET /labels/alignment.pdf": Route("ACST", query={"stock": "L7160"}),
    "GET /labels/bind/{blank}": Route(FIELD, {"blank": "AAAA-AAAA"}),
    "POST /labels/bind/{blank}": Route("ACST", form={"asset": "{tag}"}),
    "POST /labels/presets": Route("ACST", form={"name": "new", "stock": "L7160"}),
    "POST /labels/presets/forget": Route("ACST", form={"preset": "{preset}"}),
    "POST /labels/prints/{print_id}/again": Route("ACST", whose="maker"),
    "GET /labels/stock": Route("ACST"),
    "POST /labels/stock": Route("ACST", form={"title": "new"}),
    "POST /labels/stock/{name}/delete": Route("ACST", {"name": "{stock}"}, whose="everybody"),
    # places
    "GET /municipalities": Route(READERS),
    "GET /municipalities/{code}": Route(READERS, {"code": "{place}"}, whose="everybody"),
    "POST /municipalities/{code}/points": Route(DESK, {"code": "{place}"}, form=POINT, whose="everybody"),
    "GET /points/{point_id}": Route(READERS, whose="everybody"),
    "GET /POINTS/{point_id}": Route(READERS, whose="everybody"),
    "POST /points/{point_id}/changes": Route(
        DESK, form={"change": "suspended", "occurred_at": "2025-03-01T10:00"}, whose="everybody"
    ),
    "POST /points/{point_id}/along": Route(DESK, form={"to_point": ""}, whose="everybody"),
    # the calendar, needs, and what goes onto a consignment
    "GET /calendar": Route(READERS),
    "POST /calendar/link": Route(READERS, ok=(403,)),
    "POST /calendar/link/end": Route(ALL),
    "GET /calendar/feed/{token}": Route(PUBLIC, {"token": "unknown"}, ok=(404,)),
    "POST /municipalities/{code}/needs": Route(DESK, {"code": "{place}"}, form={"x": "y"}, whose="everybody"),
    "POST /municipalities/{code}/needs/{need}/end": Route(
        DESK, {"code": "{place}", "need": "{case}"}, whose="everybody", ok=(404,)
    ),
    "GET /consignments/new": Route(DESK),
    "POST /consignments": Route(DESK, form={"number": "x"}),
    "POST /consignments/{consignment_id}/lines": Route(DESK, form={"tags": "{tag}"}),
    "GET /consignments/{consignment_id}/waybill.pdf": Route("ACSTKU"),
    # news
    "GET /me/notices": Route(READERS),
    "POST /me/notices": Route(READERS, form={"loss_pace": ""}),
    "GET /notices/stop/{token}": Route(PUBLIC, {"token": "unknown"}, ok=(404,)),
    "GET /reports/stop/{token}": Route(PUBLIC, {"token": "unknown"}, ok=(404,)),
    "POST /reports/stop/{token}": Route(PUBLIC, {"token": "unknown"}, form={"x": "y"}, ok=(404,)),
    "POST /notices/stop/{token}": Route(PUBLIC, {"token": "unknown"}, form={"x": "y"}, ok=(404,)),
    "GET /webhooks": Route("A"),
    # The walk comes with tokens, and a key is shown to people.
    "POST /webhooks": Route("A", form={"url": "https://nowhere.example"}, ok=(403,)),
    "GET /webhooks/{hook}": Route("A", {"hook": "{case}"}, ok=(404,)),
    "POST /webhooks/{hook}/test": Route("A", {"hook": "{case}"}, ok=(404,)),
    "POST /webhooks/{hook}/end": Route("A", {"hook": "{case}"}, ok=(404,)),
    "POST /webhooks/{hook}/messages/{message}/again": Route(
        "A", {"hook": "{case}", "message": "{case}"}, ok=(404,)
    ),
    # the map
    "GET /map": Route(READERS),
    "GET /map.pdf": Route(READERS),
    "POST /map/areas": Route("A", form={"source": "nobody's"}, files=BORDERS),
    "POST /map/areas/forget": Route("A", form={"level": "raion"}),
    # programmes
    "GET /parties": Route(READERS),
    "GET /parties/new": Route(DESK),
    "POST /parties": Route(DESK, form={"kind": "donor", "name_uk": "x", "name_en": "x"}),
    "GET /parties/{party_id}": Route(DESK, {"party_id": "{donor}"}, whose="everybody"),
    "POST /parties/{party_id}": Route(
        DESK,
        {"party_id": "{donor}"},
        form={"kind": "donor", "name_uk": "x", "name_en": "x"},
        whose="everybody",
    ),
    "GET /programmes/{programme_id}/edit": Route("A"),
    "POST /programmes/{programme_id}/edit": Route(
        "A",
        form={
            "name_uk": "x",
            "name_en": "x",
            "implementer": "{implementer}",
            "donor_0": "{donor}",
            "percent_0": "100",
        },
    ),
    "GET /programmes": Route(READERS),
    "GET /programmes/new": Route("A"),
    "POST /programmes": Route(
        "A",
        form={
            "code": "NEW",
            "name_uk": "x",
            "name_en": "x",
            "implementer": "{implementer}",
            "donor_0": "{donor}",
        },
    ),
    "GET /programmes/{programme_id}": Route(READERS),
    "GET /programmes/{programme_id}/activities/new": Route(DESK),
    "POST /programmes/{programme_id}/activities": Route(
        DESK,
        form={
            "municipality": "{place}",
            "kind": "training",
            "title_uk": "x",
            "title_en": "x",
            "starts_on": "2025-01-01",
        },
    ),
    "GET /programmes/{programme_id}/rules": Route(READERS),
    "POST /programmes/{programme_id}/rules": Route(
        DESK, form={"rule": "verification", "number": "3", "source": "x"}
    ),
    "POST /programmes/{programme_id}/rules/preset": Route(DESK, form={"preset": "us_2cfr200"}),
    "POST /programmes/{programme_id}/rules/{rule_id}/end": Route(DESK),
    # reports
    "GET /reports": Route("ACSDU"),
    "GET /reports/municipalities/{code}": Route("ACSDU", {"code": "{place}"}, whose="everybody"),
    "GET /reports/programmes/{code}": Route("ACSDU", {"code": "{programme_code}"}),
    "GET /reports/municipalities/{code}/files/{form}": Route(
        "ACSDU", {"code": "{place}", "form": "xlsx"}, whose="everybody", ok=(303,)
    ),
    "GET /reports/programmes/{code}/files/{form}": Route(
        "ACSDU", {"code": "{programme_code}", "form": "xlsx"}, ok=(303,)
    ),
    "GET /reports/files/{work}": Route("ACSDU", {"work": NOBODY}, ok=(404,)),
    "GET /reports/municipalities/{code}/figures/{figure}": Route(
        "ACSDU", {"code": "{place}", "figure": "planned"}, whose="everybody"
    ),
    "GET /reports/programmes/{code}/figures/{figure}": Route(
        "ACSDU", {"code": "{programme_code}", "figure": "delivered"}
    ),
    # counting
    "GET /verifications": Route("ACSTKU"),
    "GET /verifications/new": Route(DESK),
    "POST /verifications": Route(
        DESK,
        form={"municipality": PLACES[0], "programme": "{programme}", "counter": "{user}"},
        things=True,
    ),
    "GET /verifications/{campaign_id}": Route("ACSTKU"),
    "GET /verifications/{campaign_id}/certificate.pdf": Route("ACSTKU", {"campaign_id": "{ended}"}),
    "POST /verifications/{campaign_id}/cancel": Route(DESK),
    "POST /verifications/{campaign_id}/end": Route(DESK),
    "POST /verifications/{campaign_id}/scans": Route(FIELD, form={"code": "{tag}"}),
    "GET /verifications/{campaign_id}/signed": Route("ACSTKU", {"campaign_id": "{ended}"}),
    "POST /verifications/{campaign_id}/signed": Route(
        DESK, {"campaign_id": "{ended}"}, form={"signed_on": today()}, files={"scan": PICTURE["file"]}
    ),
    "POST /verifications/{campaign_id}/losses": Route(
        DESK, {"campaign_id": "{ended}"}, form={"circumstances": "x"}
    ),
}
