import re
import stat
from pathlib import Path

import pytest

from asset_tracker.settings import Settings, SettingsError, variable, with_secret_key

DOC = Path(__file__).parents[2] / "docs" / "settings.md"


def test_defaults_need_no_environment():
    settings = Settings.from_env({"HOME": "/nowhere"})
    assert settings.database_url is None
    assert settings.data_dir == Path.cwd() / ".data"
    assert settings.storage_url == (Path.cwd() / ".data" / "files").as_uri()
    assert settings.base_url == "http://127.0.0.1:8000"
    assert (settings.host, settings.port, settings.lang) == ("127.0.0.1", 8000, "uk")
    assert settings.secret_key is None


@pytest.mark.parametrize(
    ("name", "value", "field", "expected"),
    [
        ("DATABASE_URL", "postgresql://u:p@db/x", "database_url", "postgresql+asyncpg://u:p@db/x"),
        (
            "DATABASE_URL",
            "postgresql://u:p@one:5432,two:5433/x?target_session_attrs=read-write",
            "database_url",
            "postgresql+asyncpg://u:p@/x?host=one:5432&host=two:5433&target_session_attrs=read-write",
        ),
        ("DATABASE_URL", "postgresql+asyncpg://u@db/x", "database_url", "postgresql+asyncpg://u@db/x"),
        ("DATABASE_URL", "  ", "database_url", None),
        ("BASE_URL", "https://assets.example.org/", "base_url", "https://assets.example.org"),
        ("PORT", "8123", "port", 8123),
        ("PORT", "8123", "base_url", "http://127.0.0.1:8123"),
        ("LANG", "en", "lang", "en"),
        ("STORAGE_URL", "s3://bucket/prefix/", "storage_url", "s3://bucket/prefix"),
        (
            "LABEL_PRINTERS",
            "Zebra=socket://10.0.0.7:9100 office=cups:HP_4",
            "label_printers",
            {"zebra": "socket://10.0.0.7:9100", "office": "cups:HP_4"},
        ),
    ],
)
def test_reads(name, value, field, expected):
    assert getattr(Settings.from_env({f"ASSET_TRACKER_{name}": value}), field) == expected


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://u@db/x"),
        ("DATABASE_URL", "postgresql://"),
        ("BASE_URL", "assets.example.org"),
        ("BASE_URL", "https://assets.example.org/under/a/path"),
        ("BASE_URL", "https://assets.example.org:notaport"),
        ("PORT", "0"),
        ("PORT", "70000"),
        ("PORT", "٨٠٠٠"),
        ("LANG", "ru"),
        ("SECRET_KEY", "short"),
        ("STORAGE_URL", "ftp://x/y"),
        ("LABEL_PRINTERS", "10.0.0.7"),
        ("LABEL_PRINTERS", "zebra=ipp://10.0.0.7"),
        ("SMTP_URL", "http://mail.example.org"),
        ("SMTP_URL", "smtp://"),
        ("SMTP_URL", "smtp://u@mail.example.org"),
        ("SMTP_URL", "smtp://mail.example.org:notaport"),
        ("MAIL_FROM", "nobody"),
        ("SECOND_FACTOR_ROLES", "boss"),
        ("TRUSTED_PROXIES", "proxy.example.org"),
        ("ALLOWED_HOSTS", "https://a.example.org"),
        ("OIDC_ISSUER", "http://login.example.org"),
        ("OIDC_ISSUER", "login.example.org"),
        ("MAIL_FROM", "a@example.org\nBcc: b@example.org"),
        ("LABEL_PRINTERS", "office=cups:-o;rm"),
    ],
)
def test_refuses_and_names_the_variable(name, value):
    with pytest.raises(SettingsError) as caught:
        Settings.from_env({f"ASSET_TRACKER_{name}": value})
    assert str(caught.value).startswith(f"ASSET_TRACKER_{name}: ")


def test_a_misspelt_setting_names_the_nearest():
    with pytest.raises(SettingsError, match=r"DATABSE_URL: .* did you mean ASSET_TRACKER_DATABASE_URL\?"):
        Settings.from_env({"ASSET_TRACKER_DATABSE_URL": "postgresql://x"})
    with pytest.raises(SettingsError, match="known are ASSET_TRACKER_DATABASE_URL"):
        Settings.from_env({"ASSET_TRACKER_ZZZZ": "1"})


def test_the_secret_key_is_made_once_and_kept_private(tmp_path):
    settings = Settings.from_env({"ASSET_TRACKER_DATA_DIR": str(tmp_path / "new")})
    first = with_secret_key(settings)
    assert first.secret_key == with_secret_key(settings).secret_key
    kept = tmp_path / "new" / "secret-key"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert kept.parent.stat().st_mode & 0o066 == 0, "nobody else may look into the data folder"
    assert [path.name for path in kept.parent.iterdir()] == ["secret-key"]


def test_a_given_secret_key_is_used_and_nothing_written(tmp_path):
    key = "k" * 32
    settings = Settings.from_env(
        {"ASSET_TRACKER_DATA_DIR": str(tmp_path / "new"), "ASSET_TRACKER_SECRET_KEY": key}
    )
    assert with_secret_key(settings).secret_key == key
    assert not (tmp_path / "new").exists()


def test_the_document_lists_exactly_the_settings():
    listed = re.findall(r"^\| `(ASSET_TRACKER_\w+)`", DOC.read_text(), flags=re.MULTILINE)
    assert listed == [variable(field) for field in Settings.__struct_fields__]


def test_mail_needs_a_sender():
    with pytest.raises(SettingsError) as error:
        Settings.from_env(
            {"ASSET_TRACKER_SMTP_URL": "smtp://u:secret-word@mail.example.org"}  # secret-scan: an example
        )  # secret-scan: an example
    assert error.value.name == "ASSET_TRACKER_MAIL_FROM"
    assert "secret-word" not in str(error.value)
