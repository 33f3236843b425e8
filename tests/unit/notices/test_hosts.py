from urllib.parse import urlsplit

import pytest

from asset_tracker.errors import InvalidError
from asset_tracker.notices.hosts import check_url, literal, public

ALLOWED = ("hooks.example.org", "n8n.example.org:8443", "10.0.0.5:8080", "[fd00::5]")


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.example.org/a?b=c",
        "https://HOOKS.example.org",
        "https://hooks.example.org./a",
        "https://n8n.example.org:8443/x",
        "http://10.0.0.5:8080/x",
        "https://[fd00::5]/x",
    ],
)
def test_hosts_that_the_operator_named(url):
    assert check_url(url, ALLOWED) == url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "hooks.example.org",
        "ftp://hooks.example.org/",
        "http://hooks.example.org/",
        "https://hooks.example.org:8443/",
        "https://n8n.example.org/",
        "https://hooks.example.org.evil.example/",
        "https://evil.example/hooks.example.org",
        "https://hooks.example.org@evil.example/",
        "https://user:pw@hooks.example.org/",
        "https://evil.example#@hooks.example.org",
        "https://evil.example\\@hooks.example.org/",
        "https://hooks.example.org/\nHost: evil",
        "https://10.0.0.5/",
        "https://0x0a000005:8080/",
        "https://hooks.example.org:99999/",
        "https://hooks.ехample.org/",
        "https://[::1",
        "file:///etc/passwd",
        "https://hooks.example.org/" + "a" * 500,
    ],
)
def test_what_webhooks_may_not_go_to(url):
    with pytest.raises(InvalidError) as refused:
        check_url(url, ALLOWED)
    assert refused.value.errors[0].field == "url"


def test_nothing_is_allowed_by_default():
    with pytest.raises(InvalidError):
        check_url("https://hooks.example.org/", ())


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",  # noqa: S104 - what must be refused
        "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1%eth0", "fd00::1", "ff02::1", "::ffff:10.0.0.1",
        "::ffff:8.8.8.8", "64:ff9b::a00:1", "64:ff9b:1::1", "2002:a00:1::", "2001:0:1::1", "2001:db8::1",
    ],
)  # fmt: skip
def test_a_name_that_leads_into_a_network_is_refused_whatever_else_it_leads_to(address):
    assert public([address]) is None
    assert public(["93.184.215.14", address]) is None


def test_public_addresses_are_spoken_to():
    assert public(["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"]) == "93.184.215.14"
    assert public([]) is None


def test_what_is_written_as_an_address():
    assert str(literal(urlsplit("http://10.0.0.5:8080/x"))) == "10.0.0.5"
    assert literal(urlsplit("https://hooks.example.org")) is None
