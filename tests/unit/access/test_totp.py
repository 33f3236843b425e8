"""The published vectors of RFC 4226 (appendix D) and RFC 6238 (appendix B), and what a code may be."""

import pytest

from asset_tracker.access import totp

KEY = b"12345678901234567890"
HOTP = ["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"]
TOTP = [
    (59, "94287082"),
    (1111111109, "07081804"),
    (1111111111, "14050471"),
    (1234567890, "89005924"),
    (2000000000, "69279037"),
    (20000000000, "65353130"),
]


@pytest.mark.parametrize(("step", "code"), list(enumerate(HOTP)))
def test_vectors_of_rfc_4226(step, code):
    assert totp.code_at(KEY, step) == code


@pytest.mark.parametrize(("moment", "code"), TOTP)
def test_vectors_of_rfc_6238(moment, code):
    assert totp.code_at(KEY, moment // totp.STEP, 8) == code


NOW = 1_700_000_010
HERE = NOW // 30


@pytest.mark.parametrize(("away", "taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_half_a_minute_off(away, taken):
    found = totp.matching_step(KEY, totp.code_at(KEY, HERE + away), NOW)
    assert found == (HERE + away if taken else None)


def test_a_code_is_taken_once_and_those_before_it_never_again():
    code = totp.code_at(KEY, HERE)
    assert totp.matching_step(KEY, code, NOW, after=HERE - 1) == HERE
    assert totp.matching_step(KEY, code, NOW, after=HERE) is None
    assert totp.matching_step(KEY, totp.code_at(KEY, HERE - 1), NOW, after=HERE) is None
    assert totp.matching_step(KEY, totp.code_at(KEY, HERE + 1), NOW, after=HERE) == HERE + 1


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "１２３４５６", "\x00"])
def test_what_is_no_code_is_wrong(code):
    assert totp.matching_step(KEY, code, NOW) is None


def test_blanks_within_a_code_do_not_matter():
    code = totp.code_at(KEY, HERE)
    assert totp.matching_step(KEY, f" {code[:3]} {code[3:]} ", NOW) == HERE


def test_the_address_is_what_apps_read():
    address = totp.address(KEY, "olha@example.org", "Облік майна")
    assert address.startswith("otpauth://totp/%D0%9E")
    assert "secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&" in address
    assert "digits=6&period=30" in address
    assert totp.key_text(KEY) == "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ"
