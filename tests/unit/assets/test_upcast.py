import pytest

from asset_tracker.assets.upcast import CURRENT, TooNewError, upcast

ID = "0198c0de-0000-7000-8000-000000000001"
SAID = {"id": ID, "asset": "7KQ29M4X", "payload": {"kind": "note", "note": "x"}}
CASES = {
    "the present version": ({**SAID, "v": CURRENT, "device": {"id": ID, "seq": 1}}, {"id": ID, "seq": 1}),
    "version 1, a name": ({**SAID, "v": 1, "device": "phone-1"}, "phone-1"),
    "no version": ({**SAID, "device": "phone-1"}, "phone-1"),
    "version 1, its number beside": (
        {**SAID, "v": 1, "device": ID, "device_seq": 7, "device_clock": {"wall": "x"}},
        {"id": ID, "seq": 7, "clock": {"wall": "x"}},
    ),
    "version 1, a number of no phone": ({**SAID, "v": 1, "device_seq": 7}, None),
}


@pytest.mark.parametrize("name", CASES)
def test_an_older_event_is_brought_to_today(name):
    said, device = CASES[name]
    brought = upcast(said)
    assert brought.get("device") == device
    assert "v" not in brought
    assert {key: brought[key] for key in SAID} == SAID


@pytest.mark.parametrize("version", [0, -1, "1", None, 1.5, True, []])
def test_a_version_that_is_none_is_left_to_the_decoder(version):
    assert upcast({**SAID, "v": version})["v"] is version


def test_a_newer_event_is_told():
    with pytest.raises(TooNewError):
        upcast({**SAID, "v": CURRENT + 1})
