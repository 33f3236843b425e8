"""The scan of a signed paper, as a form sends it."""

from typing import Any
from uuid import UUID

import msgspec
from litestar.datastructures import UploadFile
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.errors import FieldError, InvalidError
from asset_tracker.files.service import store_scan
from asset_tracker.files.storage import Storage


async def keep_scan(storage: Storage, conn: AsyncConnection, by: UUID, upload: Any) -> str:
    """Store what was sent in the field ``scan``; gives its hash. Raises InvalidError that names the field."""
    if not isinstance(upload, UploadFile) or not upload.filename:
        raise InvalidError(errors=(FieldError("scan", "Choose the scan: a PDF or a photo."),))
    try:
        return (await store_scan(conn, storage, by, await upload.read())).sha256
    except InvalidError as wrong:
        errors = tuple(msgspec.structs.replace(error, field="scan") for error in wrong.errors)
        raise InvalidError(wrong.message, errors or (FieldError("scan", wrong.message),)) from wrong
