"""The worst of the workbooks, put right on the page by somebody who is tired, on a desk and on a phone."""

import io
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from openpyxl import load_workbook
from playwright.sync_api import expect

import workbooks
from factories.office import furnish
from factories.served import served

UK = [
    "№ з/п", "Громада", "Партія", "Категорія", "Найменування обладнання", "Виробник", "Серійний номер", "К-сть",
    "Ціна за од., грн", "Комплект", "Колір",
]  # fmt: skip


def worst(folder):
    rows = [["Додаток 1 до договору № 12/2023"], [], [None, None, "ПАКУВАЛЬНИЙ ЛИСТ"], UK, list(range(1, 12))]
    rows += [
        [
            n,
            "Баранівська",
            "П-77",
            "ноутбук",
            "Ноутбук <b>15,6″</b>",
            "Lenovo",
            f"PF4X{n:04d}",
            1,
            "28 999,50",
            None,
            "сірий",
        ]
        for n in range(1, 9)
    ]
    rows[6][1] = rows[7][1] = "Миколаївська"
    rows[8][8] = "дорого"
    rows[9][6] = "1.23457E+11"
    rows[10][6] = "РF4X0001"
    rows.append(
        [9, "Овруцька", "П-77", None, "Комплект відеоконсультування", None, None, 1, None, "ВК-1", None]
    )
    rows.append([10, "Овруцька", "П-77", "камера", "Камера", "Logitech", "2103", 1, "45 000", "ВК-1", None])
    rows += [["Разом", None, None, None, None, None, None, 10], [], ["Склав: Іваненко І. І."]]
    return workbooks.save(folder / "лист.xlsx", rows)


def drop(page, path):
    page.set_input_files("#f-file", path)
    if page.locator("#f-programme option").count() > 1:
        page.select_option("#f-programme", index=1)
    page.get_by_role("button", name="Переглянути список").click()
    page.wait_for_url("**/imports/*-*")


def fill(page, words, text):
    page.locator(".problems tr", has_text=words).locator("input.fix").fill(text)


def test_the_worst_list_is_put_right_recorded_and_taken_back(somebody, office, tmp_path):
    coordinator = somebody().log_in("coordinator")
    page = coordinator.page
    coordinator.open("/imports")
    drop(page, worst(tmp_path))
    expect(page.locator(".flash.bad")).to_contain_text("5 рядків мають помилки")
    expect(page.locator(".problems tr", has_text="Миколаївська").first).to_contain_text("рядки 7, 8")
    assert coordinator.width_is_kept()
    marked = coordinator.context.request.get(f"{page.url}/problems.xlsx".split("?")[0])
    assert "Очікується" in load_workbook(io.BytesIO(marked.body())).worksheets[0]["I9"].comment.text

    page.locator(".question select").select_option("-")
    page.locator(".problems tr", has_text="більш ніж одна").locator("select.fix").select_option(index=1)
    fill(page, "дорого", "28 999,50")
    fill(page, "1.23457E+11", "PF4X0005")
    page.locator(".problems tr.bad", has_text="стоїть також").locator("input.fix").fill("PF4X0006")
    page.locator(".after-table").get_by_role("button", name="Скласти план ще раз").click()
    expect(page.locator(".flash.good")).to_contain_text("У файлі все гаразд")

    page.get_by_role("button", name="Записати", exact=True).click()
    expect(page.locator(".flash.good")).to_contain_text("нових – 10")
    page.locator("summary", has_text="Скасувати імпорт").click()
    page.locator(".sheet").get_by_role("button", name="Скасувати імпорт").click()
    expect(page.locator(".flash.info")).to_contain_text("Цей імпорт скасовано")


def test_the_same_on_a_phone_in_english(somebody, office, tmp_path):
    coordinator = somebody(width=390, lang="en").log_in("coordinator")
    page = coordinator.page
    coordinator.open("/imports")
    coordinator.press(page.get_by_role("button", name="English"))
    page.set_input_files("#f-file", worst(tmp_path))
    if page.locator("#f-programme option").count() > 1:
        page.select_option("#f-programme", index=1)
    page.get_by_role("button", name="Check the list").click()
    page.wait_for_url("**/imports/*-*")
    expect(page.locator(".flash.bad")).to_contain_text("5 rows have problems")
    assert coordinator.width_is_kept()
    page.locator("summary", has_text="Record only the good rows").click()
    page.locator(".sheet").get_by_role("button", name="Record only the good rows").click()
    expect(page.locator(".flash.good")).to_contain_text("Recorded: 5 new")
    assert coordinator.width_is_kept()


# A server on a busy machine answers when it can.
PATIENCE = 60  # seconds


@pytest.fixture
def busy(new_database, tmp_path):
    """The product served with a worker that is held up, and the worker's process to let it go on."""
    url, data = new_database(), tmp_path / "data"
    data.mkdir()
    with served(url, data, furnish) as (base, _):
        env = {
            "PYTHONPATH": str(Path(__file__).parents[2] / "src"),
            "ASSET_TRACKER_DATABASE_URL": url,
            "ASSET_TRACKER_DATA_DIR": str(data),
            "ASSET_TRACKER_SECRET_KEY": "t" * 40,
        }
        worker = subprocess.Popen([sys.executable, "-m", "asset_tracker", "worker"], env=os.environ | env)
        try:
            while "asset_tracker_workers 1.0" not in httpx.get(f"{base}/metrics", timeout=PATIENCE).text:
                assert worker.poll() is None, "the worker ended"
                time.sleep(0.1)
            worker.send_signal(signal.SIGSTOP)
            yield base, worker
        finally:
            worker.kill()
            worker.wait()


def refused_once(page):
    """A server that is busy for a moment does not end the waiting: the page asks again."""
    page.route("**/imports/*", lambda route: route.fulfill(status=503, body="<p>busy</p>"), times=1)
    with page.expect_response(lambda answer: answer.status == 503):
        pass


@pytest.mark.parametrize("script", [True, False])
def test_a_page_that_waits_for_the_worker_turns_into_the_plan(somebody, busy, tmp_path, script):
    base, worker = busy
    desk = somebody(java_script_enabled=script)
    desk.base = base
    desk.log_in("coordinator")
    desk.open("/imports")
    page = desk.page
    drop(page, worst(tmp_path))
    expect(page.locator("#work")).to_contain_text("Чекає на свою чергу")
    if script:
        refused_once(page)
    worker.send_signal(signal.SIGCONT)
    expect(page.locator(".flash.bad")).to_contain_text("5 рядків мають помилки")
    expect(page.locator("#work")).to_have_count(0)
