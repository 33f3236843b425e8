from datetime import UTC, datetime

import pytest

from asset_tracker.errors import InvalidError
from asset_tracker.mail.letters import Item, Letter, check_address, compose


def letter(**more):
    given = {
        "kind": "test",
        "to": "olha@example.org",
        "lang": "uk",
        "subject": "Запрошення",
        "paragraphs": ("Вітаємо, <Ольго>!",),
        "button": Item("Обрати пароль", "/password/abc"),
    }
    return Letter(**given | more)


def composed(made):
    return compose(
        made,
        sender="Облік <assets@example.org>",
        base_url="https://assets.example.org/",
        message_id="1",
        sent_at=datetime(2025, 1, 2, 3, 4, tzinfo=UTC),
    )


def test_a_letter_says_the_same_in_both_its_forms():
    message = composed(letter(items=(Item("Ноутбук", "/a/X"), Item("без адреси"))))
    text, html = [part.get_content() for part in message.iter_parts()]
    for said in ("Вітаємо", "https://assets.example.org/password/abc", "Ноутбук", "без адреси"):
        assert said in text
        assert said in html
    assert "<Ольго>" in text
    assert "&lt;Ольго&gt;" in html
    assert message["From"] == "Облік <assets@example.org>"
    assert message["Message-ID"] == "<1@example.org>"
    assert "відповідей на нього ніхто не читає" in text


def test_a_letter_in_english_frames_itself_in_english():
    text = next(composed(letter(lang="en")).iter_parts()).get_content()
    assert "nobody reads replies" in text


def test_a_subject_of_two_lines_makes_no_header():
    message = composed(letter(subject="x\r\nBcc: eve@example.org"))
    assert message["Bcc"] is None
    assert "\n" not in message["Subject"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nobody",
        "a@b@c",
        "a b@example.org",
        "a@example.org\nBcc: b@example.org",
        "a@example.org, b@example.org",
        "Olha <olha@example.org>",
        "@example.org",
        "x" * 200 + "@example.org",
        "a@example.org\x00",
    ],
)
def test_what_is_no_address_gets_no_letter(text):
    with pytest.raises(InvalidError):
        check_address(text)


def test_an_address_is_taken_without_the_blanks_around_it():
    assert check_address(" olha@example.org ") == "olha@example.org"
