"""Questions in SQL over the documented views: asked, saved, taken along; and keys for tools that ask by themselves."""

from typing import Any
from uuid import UUID

import msgspec
from anyio import to_thread
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, URLEncodedBody
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import reading_keys
from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import require
from asset_tracker.db.engine import transaction
from asset_tracker.db.views import VIEWS
from asset_tracker.edge.who import AnyRequest, lang_of, require_session
from asset_tracker.errors import InvalidError
from asset_tracker.i18n import gettext
from asset_tracker.reports import questions, tabular
from asset_tracker.reports.prepared import PREPARED
from asset_tracker.reports.questions import Answer
from asset_tracker.web.chrome import Flash
from asset_tracker.web.forms import read_number
from asset_tracker.web.pages import Instead, error_texts, page, see_other


class Question(msgspec.Struct, frozen=True):
    """What was typed, and the name to save it by."""

    sql: str = ""
    name: str = ""


class NewKey(msgspec.Struct, frozen=True):
    """What a key is for, and for how many days."""

    key_name: str = ""
    days: str = "30"


@get("/questions")
async def show(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    prepared: FromQuery[str] = "",
    saved: FromQuery[UUID | None] = None,
) -> Response[str]:
    require(actor, "query.read")
    sql = PREPARED[prepared][1] if prepared in PREPARED else ""
    if saved is not None:
        sql = next((each.sql for each in await questions.list_saved(conn, actor) if each.id == saved), "")
    return await _page(request, conn, actor, Question(sql=sql))


@post("/questions", status_code=200)
async def ask(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    data: URLEncodedBody[Question],
) -> Response[str]:
    answer, wrong = None, {}
    try:
        answer = await _answer(request, actor, data.sql, questions.SHOWN)
    except InvalidError as error:
        wrong = error_texts(lang_of(request), error.errors)
    return await _page(request, conn, actor, data, answer=answer, wrong=wrong)


@post("/questions/answer/{form:str}", status_code=200)
async def take_along(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    form: FromPath[str],
    data: URLEncodedBody[Question],
) -> Response[bytes]:
    """The whole answer as CSV, XLSX or Parquet."""
    chosen = tabular.form_named(form)
    try:
        answer = await _answer(request, actor, data.sql, questions.MOST)
    except InvalidError as error:
        texts = error_texts(lang_of(request), error.errors)
        raise Instead(await _page(request, conn, actor, data, wrong=texts)) from error
    body = await to_thread.run_sync(chosen.write, answer)
    headers = {
        "Content-Disposition": f'attachment; filename="answer.{form}"',
        "Cache-Control": "private, no-store",
    }
    return Response(body, media_type=chosen.media_type, headers=headers)


@post("/questions/saved", status_code=303)
async def save(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    data: URLEncodedBody[Question],
) -> Redirect:
    try:
        made = await questions.save(conn, actor, data.name, data.sql)
    except InvalidError as error:
        texts = error_texts(lang_of(request), error.errors)
        raise Instead(await _page(request, conn, actor, data, wrong=texts)) from error
    return see_other(request, f"/questions?saved={made}", Flash("good", "The question was saved."))


@post("/questions/saved/{saved_id:uuid}/forget", status_code=303)
async def forget(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    saved_id: FromPath[UUID],
) -> Redirect:
    await questions.forget(conn, actor, saved_id)
    return see_other(request, "/questions", Flash("good", "The question was removed."))


@post("/questions/keys", status_code=200)
async def make_key(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    data: URLEncodedBody[NewKey],
) -> Response[str]:
    """The key is shown on this page and never again."""
    require_session(request)
    days = read_number(data.days) or 0
    try:
        key = await reading_keys.make(conn, actor, data.key_name, days)
    except InvalidError as error:
        texts = error_texts(lang_of(request), error.errors, {"name": "key_name"})
        raise Instead(await _page(request, conn, actor, Question(), wrong=texts)) from error
    return await _page(request, conn, actor, Question(), key=key)


@post("/questions/keys/{key_id:uuid}/revoke", status_code=303)
async def revoke_key(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    key_id: FromPath[UUID],
) -> Redirect:
    await reading_keys.revoke(conn, actor, key_id)
    return see_other(request, "/questions", Flash("good", "The key no longer opens anything."))


async def _answer(request: AnyRequest, actor: Actor, sql: str, most: int) -> Answer:
    """Over a connection of the reader's, which must be able to see the key: so the key is committed first."""
    state = request.app.state
    async with transaction(state.engine) as conn:
        key = await reading_keys.for_one_question(conn, actor)
    engine = questions.reader_engine(state.settings, state.engine)
    try:
        return await questions.ask(engine, key, sql, most=most)
    finally:
        await engine.dispose()


async def _page(
    request: AnyRequest,
    conn: AsyncConnection,
    actor: Actor,
    question: Question,
    *,
    answer: Answer | None = None,
    wrong: dict[str, str] | None = None,
    key: str = "",
) -> Response[str]:
    lang = lang_of(request)
    context: dict[str, Any] = {
        "question": question,
        "answer": answer,
        "cells": [[tabular.shown(cell, lang) for cell in row] for row in answer.rows] if answer else [],
        "wrong": wrong or {},
        "new_key": key,
        "keys": await reading_keys.list_own(conn, actor),
        "saved": await questions.list_saved(conn, actor),
        "prepared": [(name, gettext(lang, title)) for name, (title, _) in PREPARED.items()],
        "views": VIEWS,
        "forms": list(tabular.FORMS),
        "most": questions.MOST,
    }
    return page(
        request, "reports/questions.html", section="questions", status=422 if wrong else 200, **context
    )


ROUTES = (show, ask, take_along, save, forget, make_key, revoke_key)
