"""What goes wrong with phones, people and servers between saving and sending: nothing is lost, nothing twice."""

import json
import re
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from playwright.sync_api import expect

from asset_tracker.assets.rules import FIELD, RULES
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.state import State
from asset_tracker.ledger.tags import check_character
from factories.film import label
from factories.line import FACTS

# Two years and some: what a phone says whose battery was flat, or whose owner likes it so.
_WRONG_CLOCK = """
(() => {
    const real = Date, shift = %d;
    const now = () => real.now() + shift;
    globalThis.Date = class extends real {
        constructor(...given) { super(...(given.length ? given : [now()])); }
        static now() { return now(); }
    };
})();
"""


_MODULE = "document.querySelector('script[type=module]').src.replace('app.js', '%s')"
_UKRAINIAN_KEYS = str.maketrans("QWERTYUIOPASDFGHJKLZXCVBNM", "ЙЦУКЕНГШЩЗФІВАПРОЛДЯЧСМИТЬ")


def facts(phone, tag, kind):
    return [each for each in phone.events(tag) if each["kind"] == kind]


def note(phone, tag, text):
    phone.go(f"a/{tag}")
    phone.act("note")
    phone.page.fill("#f-note", text)
    phone.save()


def notes(phone, tag):
    return [each["payload"].get("note") for each in facts(phone, tag, "note")]


def test_typing_is_checked_and_put_right(phone, office):
    mine = phone().log_in().prepare()
    page = mine.page
    tag = office.tags[0]
    mine.go("scan")
    page.locator("#f-tag").wait_for()
    wrong = tag[:-1] + next(c for c in "0123456789" if c != tag[-1])
    page.fill("#f-tag", wrong)
    page.keyboard.press("Enter")
    expect(page.locator("#e-tag")).to_contain_text("звірте код із міткою")
    page.locator("#e-tag button", has_text=tag).click()
    expect(page.locator("li.scan")).to_have_count(1)
    # The same again at once is one scan; later it is listed as scanned already.
    mine.type_tags(tag.lower())
    expect(page.locator("li.scan")).to_have_count(1)
    page.wait_for_timeout(2100)
    mine.type_tags(f"https://elsewhere.example/a/{tag.lower()}")
    expect(page.locator("li.scan")).to_contain_text("уже скановано")
    # Cyrillic look-alikes, and a scanner that types while nothing is focused.
    look_alike = office.tags[1].translate(str.maketrans("ABCEHKMPTXY0", "АВСЕНКМРТХУО"))
    mine.type_tags(look_alike)
    expect(page.locator("li.scan")).to_have_count(2)
    page.locator("h1").click()
    page.keyboard.type(f"https://h.example/A/{office.tags[2]}")
    page.keyboard.press("Enter")
    expect(page.locator("li.scan")).to_have_count(3)
    # The same kind of scanner, into the field, while the keyboard is Ukrainian.
    mine.type_tags(f"реезіЖ..р.УЧФЬЗДУ.Ф.{office.tags[9].translate(_UKRAINIAN_KEYS)}")
    expect(page.locator("li.scan")).to_have_count(4)
    # Another's code and another's address are kept apart, and linked to an asset.
    mine.type_tags("SN: 4711/0815")
    expect(page.locator("li.scan.unknown")).to_have_count(1)
    page.locator("li.scan.unknown a").click()
    page.get_by_role("button", name=re.compile(office.tags[1])).click()
    expect(page.locator("h1")).to_contain_text("Записано")
    mine.until_sent()
    assert facts(mine, office.tags[1], "code_linked")[0]["payload"]["code"] == "SN: 4711/0815"


def test_the_rules_of_tags_and_assets_are_those_of_the_server(phone, office):
    """What the phone works out alone is what the server says."""
    mine = phone().log_in().open("/field")
    sevens = ["0000000", "7K3M9QX", "ZZZZZZZ", office.tags[0].replace("-", "")[:7]]
    got = mine.page.evaluate(
        f"(sevens) => import({_MODULE % 'tags.js'}).then((m) => sevens.map(m.checkCharacter))", sevens
    )
    assert got == [check_character(each) for each in sevens]
    cases = [(kind, state) for kind in FIELD for state in states()]
    told = mine.page.evaluate(
        f"(asked) => import({_MODULE % 'rules.js'})"
        ".then((m) => asked.map(([kind, stands]) => m.reason(kind, stands) === ''))",
        [
            (kind, {"stage": s.stage, "condition": s.condition, "gone": s.gone, "place": s.place})
            for kind, s in cases
        ],
    )
    assert [
        (kind, state.stage, state.condition, state.gone)
        for (kind, state), said in zip(cases, told, strict=True)
        if RULES[kind].allows(state) != said
    ] == []


def states():
    """Assets as they stand on their way, working or not, there or gone."""
    at = datetime(2026, 1, 1, tzinfo=UTC)
    for stage in ("expected", "received", "dispatched", "delivered", "accepted", "installed", "in_service"):
        for condition in ("working", "unserviceable"):
            for gone in (None, "lost", "destroyed"):
                over = stage not in ("expected", "received", "dispatched")
                yield State(
                    stage="gone" if gone else stage,
                    condition=condition,
                    gone=gone,
                    delivered_at=at if over else None,
                    commissioned_at=at if stage == "in_service" else None,
                )


@pytest.mark.parametrize(("wrong", "years"), [("always", 2), ("always", -2), ("since it was used", 2)])
def test_a_clock_two_years_off(phone, line, office, wrong, years):
    mine = phone()
    if wrong == "since it was used":
        mine.log_in().prepare()
        line.cut_off()
        mine.close()
        mine.open("/field")  # its context is a new one, and so are its scripts
        mine.context.add_init_script(_WRONG_CLOCK % (years * 365 * 86_400_000))
        mine.open("/field")
    else:
        mine.open("/login")
        mine.context.add_init_script(_WRONG_CLOCK % (years * 365 * 86_400_000))
        mine.log_in().prepare()
        line.cut_off()
    said = f"годинник {wrong} {years}"
    note(mine, office.tags[3], said)
    line.mend()
    held = mine.until_sent()
    assert not held["quarantined"]
    (told,) = [each for each in facts(mine, office.tags[3], "note") if each["payload"]["note"] == said]
    occurred, recorded = (datetime.fromisoformat(told[name]) for name in ("occurred_at", "recorded_at"))
    assert abs(recorded - occurred) < timedelta(hours=1)


def test_a_full_disk_is_told_and_nothing_typed_is_lost(phone, line, office):
    """The browser itself says that there is no room, then closes the store, then the log-in is gone."""
    mine = phone().log_in().prepare()
    tag = office.tags[0]
    line.cut_off()
    note(mine, tag, "ще було місце")
    mine.close()
    mine.open("/field")
    page = mine.page
    devtools = mine.context.new_cdp_session(page)
    devtools.send("Storage.overrideQuotaForOrigin", {"origin": mine.base, "quotaSize": 1})
    mine.go(f"a/{tag}")
    mine.act("note")
    page.fill("#f-note", "повний диск")
    page.locator("form.form button[type=submit]").click()
    expect(page.locator("form.form .flash.bad")).to_contain_text("Пам’ять телефону заповнена")
    expect(page.locator("#f-note")).to_have_value("повний диск")
    assert len(mine.held()["saved"]) == 1
    # What waits is sent all the same, and that makes room.
    line.mend()
    mine.until_sent()
    assert notes(mine, tag) == ["ще було місце"]
    devtools.send("Storage.overrideQuotaForOrigin", {"origin": mine.base})
    closed_by_the_browser(mine)
    devtools.send("Storage.clearDataForOrigin", {"origin": mine.base, "storageTypes": "cookies"})
    mine.save()
    assert len(mine.held()["saved"] + mine.held()["sent"]) == 1
    # The session went with the cookies: it is said, and sent after the next log-in.
    expect(page.locator(".notices")).to_contain_text("Термін входу минув")
    mine.log_in().open("/field")
    mine.until_sent()
    assert notes(mine, tag).count("повний диск") == 1


def closed_by_the_browser(mine):
    """It takes the store away from the app that has it open, as it does under pressure; what is in it stays."""
    internals = mine.context.new_page()
    internals.goto("chrome://indexeddb-internals")
    expect(internals.locator("body")).to_contain_text("Open connections: 1")
    internals.get_by_text("Force close").first.click()
    expect(internals.locator("body")).to_contain_text("Open connections: 0")
    internals.close()


def test_what_the_browser_erased_is_told(phone, line, office):
    """For want of room a browser may erase all of a store: nobody is left to think that it was sent."""
    mine = phone().log_in().prepare()
    devtools = mine.context.new_cdp_session(mine.page)
    line.cut_off()
    note(mine, office.tags[7], "до стирання")
    expect(mine.page.locator(".chips")).to_contain_text("1 збережено")
    devtools.send("Storage.clearDataForOrigin", {"origin": mine.base, "storageTypes": "indexeddb"})
    line.mend()
    mine.open("/field")
    expect(mine.page.locator(".notices")).to_contain_text("стер збережене на телефоні: 1 ненадісланий запис")
    mine.page.get_by_role("button", name="Зрозуміло").click()
    expect(mine.page.locator(".notices .flash")).to_have_count(0)
    note(mine, office.tags[7], "записано знову")
    mine.until_sent()
    assert notes(mine, office.tags[7]) == ["записано знову"]


def test_another_person_and_a_file_carried_by_them(phone, line, office, tmp_path):
    mine = phone().log_in().prepare()
    line.cut_off()
    note(mine, office.tags[4], "у файлі")
    mine.go("outbox")
    with mine.page.expect_download() as loaded:
        mine.page.get_by_role("button", name="Зберегти ненадіслане у файл").click()
    file = tmp_path / "outbox.json"
    loaded.value.save_as(file)
    assert "у файлі" not in file.read_text("utf-8")
    assert json.loads(file.read_text("utf-8"))["mode"] == "device"
    line.mend()
    # Another logs in on this phone: what waits is not sent in their name.
    mine.context.clear_cookies()
    mine.log_in("coordinator").open("/field#/outbox")
    mine.page.get_by_role("button", name="Надіслати зараз").click()
    expect(mine.page.locator("main")).to_contain_text("чекає на свого автора")
    assert len(mine.held()["saved"]) == 1
    # They hand the file in: it is recorded as the technician's. Sent again by the phone it is a duplicate.
    mine.page.set_input_files("#f-file", file)
    expect(mine.page.locator("main")).to_contain_text("Передано: 1 з 1")
    (told,) = [each for each in facts(mine, office.tags[4], "note") if each["payload"]["note"] == "у файлі"]
    assert told["actor"] == "Technician"
    mine.context.clear_cookies()
    mine.log_in().open("/field#/outbox")
    mine.until_sent()
    assert notes(mine, office.tags[4]).count("у файлі") == 1


def test_app_and_server_updated_between_saving_and_sending(phone, line, office):
    mine = phone().log_in().prepare()
    line.cut_off()
    note(mine, office.tags[5], "стара схема")
    # As the first version of the app left it: in the clear, without stamp and version.
    mine.page.evaluate(_OLDER, office.tags[5])
    line.server.kill()
    line.server.start(FIELD_VERSION="later0000000")
    line.mend()
    try:
        mine.open("/field")
        expect(mine.page.locator(".notices")).to_contain_text("Готова нова версія")
        mine.page.get_by_role("button", name="Оновити зараз").click()
        mine.until("document.querySelector('script[type=module]').src.includes('later0000000')")
        mine.until_sent()
        assert notes(mine, office.tags[5]).count("стара схема") == 1
        assert notes(mine, office.tags[5]).count("перша версія") == 1
    finally:
        line.server.kill()
        line.server.start()  # which seals the ledger when it starts
    (sent,) = [each for each in mine.held()["ledger"] if each["seq"] == 1]
    mine.go(f"outbox/{sent['id']}")
    page = mine.page
    page.get_by_text("Підписаний текст").click()
    expect(page.locator("main pre")).to_contain_text("/ledger\n")
    line.cut_off()
    mine.go("outbox")
    mine.go(f"outbox/{sent['id']}")
    expect(page.locator("main")).to_contain_text("Контрольна точка журналу")
    expect(page.locator("main code", has_text=sent["receipt"]["hash"][:16])).to_be_visible()
    expect(page.locator("main pre")).to_have_count(1)


_OLDER = """(tag) => new Promise((resolve, reject) => {
    const asked = indexedDB.open("field");
    asked.onsuccess = () => {
        const db = asked.result;
        const work = db.transaction(["outbox"], "readwrite");
        const store = work.objectStore("outbox");
        const all = store.getAll();
        all.onsuccess = () => {
            const id = all.result[0].id.slice(0, 24) + "abcdef012345";
            const { box, key_id, mode, alg, ...rest } = all.result[0];
            const at = rest.at;
            store.put({ ...rest, id, seq: 1000, schema: 1, body: { id, asset: tag, occurred_at: at, device: "old phone",
                payload: { kind: "note", note: "перша версія" } } });
        };
        work.oncomplete = () => { db.close(); resolve(); };
        work.onerror = () => reject(work.error);
    };
})"""


def test_a_count_of_twelve(phone, line, office):
    """Found so many of so many; not yet scanned is not missing; unknown codes are kept."""
    mine = phone().log_in("technician").prepare()
    for tag in office.tags[6:9]:
        mine.type_tags(tag)
    mine.act("delivered")
    mine.page.select_option("#f-service_point", index=1)
    mine.save()
    mine.until_sent()
    mine.context.clear_cookies()
    mine.log_in("coordinator")
    people = mine.context.request.get(f"{mine.base}/api/v1/field/me").json()
    started = mine.context.request.post(
        f"{mine.base}/api/v1/verifications",
        data={
            "programmes": [str(office.programme)],
            "municipality": "UA18080010000090720",
            "counter": people["id"],
        },
    )
    assert started.ok, started.text()
    campaign = started.json()
    new = {"municipality_code": "UA18080010000090720", "kind": "warehouse", "name_uk": "Склад громади"}
    warehouse = mine.context.request.post(f"{mine.base}/api/v1/service-points", data=new)
    assert warehouse.ok, warehouse.text()
    mine.prepare()
    line.cut_off()
    mine.go("")
    expect(mine.page.locator("main")).to_contain_text(re.compile(r"PL-7 · доставлено \d+ з \d+"))
    mine.page.get_by_role("link", name=re.compile(campaign["number"])).click()
    expect(mine.page.locator("main")).to_contain_text(f"знайдено 0 з {campaign['expected']}")
    mine.page.get_by_role("button", name="Рахувати скануванням").click()
    mine.type_tags(office.tags[6], "чужий код 12345678901")
    mine.type_tags(f"{mine.base}/POINTS/{warehouse.json()['id'].upper()}", office.tags[7])
    expect(mine.page.locator("li.scan")).to_have_count(3)
    mine.go(f"count/{campaign['id']}")
    expect(mine.page.locator("main")).to_contain_text(f"знайдено 2 з {campaign['expected']}")
    expect(mine.page.locator("main")).to_contain_text("Ще не скановано")
    amber = mine.page.locator("li", has=mine.page.locator(".badge.wait"), has_text=office.tags[7])
    expect(amber).to_contain_text("не те місце")
    line.mend()
    mine.until_sent()
    results = mine.context.request.get(f"{mine.base}/api/v1/verifications/{campaign['id']}/results").json()
    assert [each["code"] for each in results["unknown"]] == ["чужий код 12345678901"]
    findings = [each["finding"] for each in results["assets"]]
    assert (findings.count("found"), findings.count("wrong_place")) == (1, 1)


def test_a_camera_that_is_refused(phone, line, office):
    """It is said, and a photo of the label or typing do as well."""
    mine = phone(camera=False).log_in("coordinator").prepare()
    page = mine.page
    mine.go("scan")
    page.get_by_role("button", name="Відкрити камеру").click()
    expect(page.locator(".said")).to_contain_text("Доступ до камери заборонено")
    # A place first, by the very label that is printed for it: what follows goes into it.
    place = page.locator("#f-place option").nth(1).get_attribute("value")
    order = {"places": [place], "output": "png", "stock": "L7160", "dpi": 300}
    printed = mine.context.request.post(f"{mine.base}/api/v1/labels", data=order)
    assert printed.ok, printed.text()
    page.set_input_files("#f-photo", {"name": "place.png", "mimeType": "image/png", "buffer": printed.body()})
    expect(page.locator(".said")).to_contain_text("Усе наступне йде в")
    expect(page.locator("#f-place")).to_have_value(place)
    photo = BytesIO()
    label(office.tags[8].replace("-", "")).convert("RGB").rotate(12, fillcolor="gray").save(photo, "JPEG")
    page.set_input_files(
        "#f-photo", {"name": "label.jpg", "mimeType": "image/jpeg", "buffer": photo.getvalue()}
    )
    expect(page.locator("li.scan")).to_contain_text(office.tags[8])
    mine.type_tags(office.tags[9])
    expect(page.locator("li.scan")).to_have_count(2)
    mine.act("delivered")
    expect(page.locator("#f-service_point")).to_have_value(place)
    # The phone's own camera opens its address, with no network too.
    line.cut_off()
    page.goto("about:blank")
    mine.open(f"/POINTS/{place.upper()}")
    expect(page.locator("#f-place")).to_have_value(place)


def tab_to(page, selector):
    """Go there by the keyboard alone, once it is there."""
    expect(page.locator(selector).first).to_be_visible()
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("(wanted) => document.activeElement.matches(wanted)", selector):
            return
    raise AssertionError(selector)


def test_by_keyboard_alone_while_another_tab_is_open(phone, line, office):
    """Everything can be done without a mouse; of two tabs one sends, and the other sees it."""
    mine = phone().log_in().prepare()
    page = mine.page
    other = mine.context.new_page()
    other.goto(f"{mine.base}/field#/outbox")
    expect(other.locator(".tiles")).to_be_visible()
    line.cut_off()
    page.bring_to_front()
    mine.go("scan")
    tab_to(page, "#f-tag")
    page.keyboard.type(office.tags[10])
    page.keyboard.press("Enter")
    expect(page.locator("li.scan")).to_have_count(1)
    tab_to(page, "a[href='#/do/verified']")
    page.keyboard.press("Enter")
    tab_to(page, "input[name=condition]")
    page.keyboard.press("Space")
    tab_to(page, "form.form button[type=submit]")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("Записано")
    expect(other.locator(".tile.info b")).to_have_text("1")
    line.requests.clear()
    line.mend()
    for tab in (page, other):
        tab.evaluate("window.dispatchEvent(new Event('online'))")
    mine.until_sent()
    assert sum(each.encode().startswith(FACTS) for each in line.requests) == 1
    assert len(facts(mine, office.tags[10], "verified")) == 1
    expect(other.locator(".tile.good b")).to_have_text("1")


def test_logging_out_takes_along_what_is_not_needed(phone, line, office):
    mine = phone().log_in().prepare()
    line.cut_off()
    note(mine, office.tags[2], "не надіслано")
    mine.page.goto("about:blank")
    line.mend()
    mine.open("/")
    mine.page.locator(".top-tools summary").click()
    with mine.page.expect_navigation():
        mine.page.locator("form[action='/logout'] button").click()
    expect(mine.page).to_have_url(re.compile("/login$"))
    assert len(mine.held()["saved"]) == 1
    left = mine.page.evaluate(
        """() => new Promise((resolve) => { const asked = indexedDB.open("field"); asked.onsuccess = () => {
            const work = asked.result.transaction(["assets", "rounds", "meta"]);
            const got = ["assets", "rounds", "meta"].map((name) => work.objectStore(name).getAllKeys());
            work.oncomplete = () => { asked.result.close(); resolve(got.map((each) => each.result)); }; }; })"""
    )
    assert left[:2] == [[], []]
    assert "me" not in left[2]
    mine.log_in().open("/field")
    mine.until_sent()
    assert notes(mine, office.tags[2]) == ["не надіслано"]


def test_a_phone_that_was_revoked_and_found_again(phone, line, office):
    """What it recorded waits in quarantine; after a new log-in it goes on under a new identity."""
    mine = phone().log_in().prepare()
    line.cut_off()
    note(mine, office.tags[1], "до скасування")
    known = mine.held()["saved"][0]["device"]
    past_the_line = f"http://127.0.0.1:{line.target}/api/v1/devices"
    assert mine.context.request.delete(f"{past_the_line}/{known}").ok
    line.mend()
    mine.context.clear_cookies()
    mine.log_in().open("/field")
    held = mine.until_held(lambda held: held["quarantined"])
    assert len(held["quarantined"]) == 1
    note(mine, office.tags[1], "після")
    mine.until_sent()
    assert notes(mine, office.tags[1]) == ["після"]


def test_the_answer_to_a_phone_that_makes_itself_known_is_lost(phone, office):
    """It is asked again by the same key: what it records opens at the server."""
    answers = []

    def lose_the_first(route):
        answer = route.fetch()
        answers.append(answer.status)
        if len(answers) == 1:
            route.abort()
        else:
            route.fulfill(response=answer)

    mine = phone().log_in()
    mine.context.route("**/api/v1/devices", lose_the_first)
    mine.open("/field").until("performance.getEntriesByName('field-usable').length > 0")
    mine.until_held(lambda _: len(answers) >= 2)
    assert answers == [200, 200]
    mine.prepare()
    note(mine, office.tags[11], "після втраченої відповіді")
    mine.until_sent()
    assert notes(mine, office.tags[11]) == ["після втраченої відповіді"]


def test_what_a_desk_asks_for_is_done_with_no_network(phone, line, office):
    """A work order comes along, stands in a list, opens its asset and the form, and is closed by what is recorded."""
    tag = office.tags[3]
    mine = phone().log_in("coordinator").open()
    tell = mine.context.request.post
    fact = {
        "id": str(uuid7()),
        "asset": tag,
        "occurred_at": "2026-01-01T09:00:00Z",
        "payload": {"kind": "delivered"},
    }
    assert tell(f"{mine.base}/api/v1/events", data=[fact]).ok
    asked = {"title": "Почистити вентилятор", "work": "Щіткою, не водою.", "due_on": "2026-02-01"}
    order = tell(f"{mine.base}/api/v1/assets/{tag}/orders", data=asked).json()
    mine.context.clear_cookies()
    mine.log_in("technician").prepare()
    line.cut_off()
    mine.go("")
    mine.page.get_by_role("link", name="Що мені зробити 1 завдання 1 прострочене").click()
    expect(mine.page.locator("main")).to_contain_text("прострочено з 01.02.2026")
    mine.snap("field-work")
    mine.page.get_by_role("link", name="Почистити вентилятор").click()
    expect(mine.page.locator("h1")).to_contain_text("Ноутбук 3")
    mine.page.get_by_role("link", name="Зробити").click()
    expect(mine.page.locator("#f-work")).to_have_value("Почистити вентилятор")
    expect(mine.page.locator("main")).to_contain_text("Щіткою, не водою.")
    mine.page.fill("#f-parts", "Щітка")
    mine.save()
    mine.go("work")
    expect(mine.page.locator("main")).to_contain_text("усе зроблено")
    line.mend()
    mine.until_sent()
    (done,) = facts(mine, tag, "maintained")
    assert (done["payload"]["order"], done["payload"]["parts"]) == (order["id"], "Щітка")
    mine.prepare()
    mine.go("work")
    expect(mine.page.locator("main")).to_contain_text("нарядів немає")


def test_how_residents_were_served_is_counted_without_network(phone, line, office):
    mine = phone().log_in().prepare()
    kit, laptop = office.kit, office.tags[0]
    page = mine.page
    line.cut_off()
    mine.type_tags(kit)
    mine.act("delivered")
    mine.save()
    mine.go(f"a/{kit}")
    mine.act("service_counted")
    page.fill("#f-since", "2026-01-01")
    page.fill("#f-when", "2026-01-31T18:00")
    page.locator("form.form button[type=submit]").click()
    expect(page.locator("#e-trips")).to_contain_text("0 – теж відповідь")
    page.fill("#f-consultations", "31")
    mine.save()
    mine.go(f"a/{laptop}")
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator("a[href='#/do/service_counted']")).to_have_count(0)
    line.mend()
    held = mine.until_sent()
    assert not held["quarantined"] + held["rejected"]
    (told,) = [each for each in mine.events(kit) if each["kind"] == "service_counted"]
    assert told["payload"]["since"] == "2026-01-01"
    assert told["payload"]["consultations"] == 31
    assert told["occurred_at"].startswith("2026-01-31")
