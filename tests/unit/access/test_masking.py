import pytest

from asset_tracker.access.masking import mask_name, mask_phone, mask_text


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Олена Прийнялова", "О. П."),
        ("Прийнялова Олена Петрівна", "П. О. П."),
        ("м’який Знак-Подвійний", "М. З."),
        ("Олена", "О."),
        ("O'Brien", "O."),
        ("", "•••"),
        ("12345", "•••"),
    ],
)
def test_a_name_becomes_initials(name, shown):
    assert mask_name(name) == shown


@pytest.mark.parametrize(
    ("phone", "shown"),
    [
        ("+380 67 123 45 45", "+380 •• ••• 45"),
        ("380671234545", "+380 •• ••• 45"),
        ("(067) 123-45-45", "0 •• ••• 45"),
        ("+46 70 123 45 67", "+46 •• ••• 67"),
    ],
)
def test_a_phone_keeps_its_country_and_its_end(phone, shown):
    assert mask_phone(phone) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Дзвонити 067 123 45 45 після обіду", "Дзвонити 0 •• ••• 45 після обіду"),
        ("+380671234545, olha@example.org", "+380 •• ••• 45, o•••@example.org"),
        ("Серійний 5CD2381XYZ, 2025-03-01, 31250,50 грн", "Серійний 5CD2381XYZ, 2025-03-01, 31250,50 грн"),
        ("IMEI 356938035643809", "IMEI 356938035643809"),
        ("нічого особистого", "нічого особистого"),
    ],
)
def test_phones_and_addresses_in_a_text_are_masked_and_numbers_are_not(text, shown):
    assert mask_text(text) == shown


def test_a_long_word_takes_no_longer_than_a_long_text():
    word = "a." * 200_000  # by the square of its length this would take an hour
    assert mask_text(word) == word
    assert mask_text(f"{word[:50]}x@example.org") == "a•••@example.org"
