import re
from decimal import Decimal

import pypdfium2

from asset_tracker.consignments.act_document import ActParty, totals
from asset_tracker.consignments.act_pdf import write_act
from asset_tracker.documents.names import Name
from factories.acts import act, line


def text_of(document):
    pdf = pypdfium2.PdfDocument(write_act(document))
    text = "\n".join(page.get_textpage().get_text_bounded() for page in pdf)
    pdf.close()
    return re.sub(r"\s+", " ", text)


def test_everything_that_the_form_asks_for_is_printed():
    text = text_of(act())
    for words in (
        "АКТ № VIDEO-2024/2024/007",
        "«20» листопада 2024 р.",
        "м. Баранівка",
        "04344327",
        "Грантова угода ESTDEV 2024/118",
        "PF4XQ0006",
        "7K06-9XQ6",
        "комплектність: вебкамера Logitech MeetUp",
        "Усього предметів: 8.",
        "двісті тридцять вісім тисяч чотириста двадцять дев’ять гривень 94 копійки",
        "одна тисяча дев’ятсот сімдесят дев’ять євро 33 центи",
        "2 (два) примірниках",
        "Title passes to the recipient",
        "Матеріально відповідальна особа",
        "ledger head 3f1c9a0be4d2",
    ):
        assert words in text


def test_totals_leave_out_what_has_no_price():
    lines = (line(1), line(2, unit_price=None), line(3, quantity=2, unit_price=Decimal("0.10")))
    assert totals(lines) == {"UAH": Decimal("38500.19")}


def test_without_prices_and_with_the_barest_parties_it_is_still_an_act():
    bare = ActParty(name=Name("Рада"))
    text = text_of(
        act(giver=bare, receiver=bare, lines=(line(1, unit_price=None, currency=None),), basis=(), donors=())
    )
    assert "Предмети без зазначеної ціни" in text
    assert "Загальна вартість" not in text


def test_markup_in_names_is_printed_not_run():
    text = text_of(act(lines=(line(1, name=Name("#panic() *x* <b>", "]")),)))
    assert "#panic() *x* <b>" in text
