"""Ukrainian texts on English pages are marked, and nothing else of the page changes."""

import pytest

from asset_tracker.web.spoken import marked


@pytest.mark.parametrize(
    ("page", "read"),
    [
        ("<p>Оглянути й відремонтувати</p>", '<p><span lang="uk">Оглянути й відремонтувати</span></p>'),
        ("<p>\n  Не працює&#39; \n</p>", '<p>\n  <span lang="uk">Не працює&#39;</span> \n</p>'),
        (
            "<a>Планове обслуговування, ч. 2 · 5 days late</a>",
            '<a><span><span lang="uk">Планове обслуговування, ч</span>. 2 · 5 days late</span></a>',
        ),
        (
            '<option value="1">Ноутбуки</option><option>All</option>',
            '<option lang="uk" value="1">Ноутбуки</option><option>All</option>',
        ),
        ("<title>Акт</title><svg><text>Київ</text></svg>", "<title>Акт</title><svg><text>Київ</text></svg>"),
        ('<i title="Так">Yes</i> &amp; <b>no</b>', '<i title="Так">Yes</i> &amp; <b>no</b>'),
        ("<textarea>Нотатка</textarea>", "<textarea>Нотатка</textarea>"),
    ],
)
def test_what_is_ukrainian_is_marked(page, read):
    assert marked(page) == read
