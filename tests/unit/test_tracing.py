"""Traces: nothing without being asked, and no value of a statement in them."""

import sys

import pytest

from asset_tracker import tracing
from asset_tracker.settings import Settings, SettingsError


def test_without_a_collector_nothing_is_loaded():
    with tracing.sending(None, "serve", None), tracing.span("a", b=1) as found:
        assert found is None
        tracing.tell(found, "c", d=2)
    assert tracing.span("a") is tracing.span("b")


def test_asked_for_without_the_packages_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http", None)
    tracing.must_be_installed(None)
    with pytest.raises(SettingsError, match=r"pip install 'asset-tracker\[otel\]'"):
        tracing.must_be_installed("http://127.0.0.1:4318")


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("SELECT a FROM b WHERE c = $1::uuid", "SELECT a FROM b WHERE c = $1::uuid"),
        ("SELECT 'Марія''s' || x1, 42, 1.5 FROM t2", "SELECT ? || x1, ?, ? FROM t2"),
    ],
)
def test_values_are_left_out_of_statements(statement, told):
    assert tracing.without_values(statement) == told


@pytest.mark.parametrize("value", ["4318", "grpc://x:4317", "http://", "http://who:secret@x:4318"])
def test_an_address_that_is_none(value):
    with pytest.raises(SettingsError, match="OTLP_URL") as caught:
        Settings.from_env({"ASSET_TRACKER_OTLP_URL": value})
    assert "secret" not in str(caught.value)


def test_the_address_as_other_programs_take_it():
    given = {"ASSET_TRACKER_OTLP_URL": "http://localhost:4318/v1/traces"}
    assert Settings.from_env(given).otlp_url == "http://localhost:4318"
    with pytest.raises(SettingsError, match="did you mean ASSET_TRACKER_OTLP_URL"):
        Settings.from_env({"ASSET_TRACKER_OTPL_URL": "http://localhost:4318"})
