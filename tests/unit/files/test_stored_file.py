from datetime import UTC, datetime

import pytest

from asset_tracker.files.service import StoredFile

NOW = datetime(2025, 2, 1, tzinfo=UTC)


def stored(media_type):
    return StoredFile(sha256="a" * 64, kind="scan", media_type=media_type, size=10, stored_at=NOW)


def test_a_pdf_is_only_ever_downloaded():
    headers = stored("application/pdf").headers("Акт 7/2025\r\nX: y")
    assert headers["Content-Disposition"].startswith("attachment; ")
    assert "\r" not in headers["Content-Disposition"]
    assert headers["Content-Disposition"].endswith(".pdf")
    assert "sandbox" in headers["Content-Security-Policy"]


@pytest.mark.parametrize("media_type", ["application/pdf", "image/jpeg"])
def test_no_browser_guesses_a_type(media_type):
    assert stored(media_type).headers()["X-Content-Type-Options"] == "nosniff"
