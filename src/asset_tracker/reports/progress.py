"""Pictures of how far things have come: the funnel, the age of verifications, conditions, value over time [pure]."""

from datetime import date
from typing import Final

from asset_tracker.assets.progress import Progress
from asset_tracker.documents.display import SIGNS
from asset_tracker.i18n import Lang, gettext
from asset_tracker.pictures import charts
from asset_tracker.pictures.charts import Series
from asset_tracker.pictures.drawing import Picture
from asset_tracker.reports.words import CATEGORY

STEPS: Final[dict[str, str]] = {
    "listed": "On packing lists",
    "sent": "Sent",
    "delivered": "Delivered",
    "accepted": "Accepted by act",
    "installed": "Installed",
    "in_service": "In service",
}


def pictures(progress: Progress, as_of: date, lang: Lang) -> tuple[Picture, ...]:
    """Those that there is something to draw for: funnel, ages, value over time by currency, and conditions."""
    categories = [(gettext(lang, CATEGORY[key]), found) for key, found in progress.conditions.items()]
    worth = [
        charts.over_time(
            gettext(
                lang, "Value of what was delivered, %(currency)s", currency=SIGNS.get(currency, currency)
            ),
            [
                Series(
                    label=gettext(lang, "Delivered"),
                    tone="brand",
                    points=[(line.day, line.value) for line in lines],
                )
            ],
            as_of,
            lang,
            currency=currency,
        )
        for currency, lines in progress.worth.items()
    ]
    found = (
        charts.funnel([(gettext(lang, STEPS[key]), count) for key, count in progress.steps], lang),
        charts.ages(dict(progress.ages), lang),
        *worth,
        charts.conditions(categories, lang),
    )
    return tuple(each for each in found if each.svg)
