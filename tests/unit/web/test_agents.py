import pytest

from asset_tracker.web.agents import device_name

MOZILLA = "Mozilla/5.0 "
KHTML = "AppleWebKit/537.36 (KHTML, like Gecko) "


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (None, ""),
        (
            MOZILLA + "(Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0",
            "Firefox 128, Windows",
        ),
        (
            MOZILLA + "(Linux; Android 14; Pixel 8) " + KHTML + "Chrome/126.0.0.0 Mobile Safari/537.36",
            "Chrome 126, Android",
        ),
        (
            MOZILLA + "(iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
            "Version/17.5 Mobile/15E148 Safari/604.1",
            "Safari 17, iPhone",
        ),
        (
            MOZILLA + "(Windows NT 10.0; Win64; x64) " + KHTML + "Chrome/126.0.0.0 Safari/537.36 Edg/126.0",
            "Edge 126, Windows",
        ),
        ("curl/8.5.0", "curl 8"),
        ("a program of ours", "a program of ours"),
        ("x" * 300, "x" * 40),
    ],
)
def test_a_device_is_named_as_people_would(agent, name):
    assert device_name(agent) == name
