"""Help: a tour of five steps for each kind of work, and the words of the product."""

from typing import Final, NamedTuple

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from asset_tracker.access.actors import Actor
from asset_tracker.edge.who import AnyRequest, lang_of
from asset_tracker.errors import NotFoundError
from asset_tracker.i18n import gettext
from asset_tracker.territory.collation import sort_key
from asset_tracker.web.chrome import STEPS
from asset_tracker.web.cookies import cookie
from asset_tracker.web.glossary import TERMS
from asset_tracker.web.pages import page, see_other, seen_of_tour


class Step(NamedTuple):
    """One step: what it is, what to know, and where it is done. Texts are msgids; ``words`` of the glossary."""

    title: str
    text: str
    href: str
    button: str
    icon: str
    words: tuple[str, ...] = ()


_DESK: Final = (
    Step(
        "Set up what is given and by whom",
        "Add the donors and the implementer, then the programme with its funding shares and the rules of its donor.",
        "/programmes", "Programmes", "programme", ("party", "programme", "funding_share", "rule"),
    ),
    Step(
        "Import the packing list",
        "Use the supplier’s workbook as it is. You see what it would do, correct what does not fit, and record it. Each line becomes an asset with a tag of its own.",
        "/imports", "Import", "import", ("asset", "tag", "kit"),
    ),
    Step(
        "Print the labels",
        "Labels can be printed on any sheet or roll. Scanning one with a phone opens the asset’s page.",
        "/labels", "Labels", "label", ("tag",),
    ),
    Step(
        "Send it and get the signed act back",
        "The page of a consignment has buttons for the waybill and the act. Attach the scan of the signed act, and the assets are accepted.",
        "/consignments", "Consignments", "consignment", ("consignment", "waybill", "act", "title"),
    ),
    Step(
        "See what needs doing each day",
        "Today shows what is late, disputed or broken, each with the button that puts it right. A report shows the donor what became of it all.",
        "/", "Today", "today", ("disputed", "verification", "loss_case"),
    ),
)  # fmt: skip
_FIELD: Final = (
    Step("Open Scan on your phone", "Open it once with network and put it on the home screen: it then works without network.", "/field", "Scan", "verify", ("tag",)),
    Step("Scan a label", "Point the camera at the label, or type the code. You see the asset and what can be done with it.", "/field", "Scan", "find", ("asset", "kit")),
    Step("Record what happened", "Delivery, installation, a repair or a loss, with a photo. It is kept on the phone at once and sent when there is network.", "/field", "Scan", "hand", ("event", "occurred")),
    Step("Count what is there", "During a verification scan everything you see; it then shows what is missing and what is unexpected.", "/verifications", "Verification", "check", ("verification",)),
    Step("Look at what is due", "What must be verified, maintained or filled in is in one list, the oldest first.", "/due", "Due", "clock", ("rule", "disputed")),
)  # fmt: skip
_READER: Final = (
    Step("Find a municipality", "Type its name in either language; spelling mistakes do not matter.", "/municipalities", "Municipalities", "municipality", ("municipality", "service_point")),
    Step("Look at one asset", "Four questions are answered at the top: where it is, how far along, whether it works, whose it is. Below is its whole history.", "/assets", "Assets", "asset", ("asset", "event", "title")),
    Step("Ask how it was on a day", "Every page of an asset and every report answers as of a day, and by what was known on another.", "/reports", "Reports", "clock", ("occurred",)),
    Step("Download a report", "As a page, PDF, workbook or file for programs, in Ukrainian or English.", "/reports", "Reports", "report", ("funding_share", "support")),
    Step("Check that nobody rewrote it", "The head of the journal is on every report. A bundle of your events can be checked without us.", "/reports", "Reports", "key", ("journal",)),
)  # fmt: skip


def steps_for(actor: Actor) -> tuple[Step, ...]:
    """The five steps for the work that somebody does."""
    if actor.has("administrator", "coordinator"):
        return _DESK
    return _FIELD if actor.has("technician", "custodian") else _READER


@get("/tour")
async def begin(request: AnyRequest, actor: NamedDependency[Actor]) -> Response[str]:
    """All five steps, and where one stopped."""
    return page(
        request,
        "help/tour.html",
        section="help",
        steps=steps_for(actor),
    )


@get("/tour/{number:int}")
async def step(request: AnyRequest, actor: NamedDependency[Actor], number: FromPath[int]) -> Response[str]:
    if not 1 <= number <= STEPS:
        raise NotFoundError
    answer = page(
        request,
        "help/step.html",
        section="help",
        number=number,
        of=STEPS,
        step=steps_for(actor)[number - 1],
    )
    if number > seen_of_tour(request):
        answer.set_cookie(cookie(request, "tour", str(number)))
    return answer


@post("/tour/done", status_code=303)
async def done(request: AnyRequest, actor: NamedDependency[Actor]) -> Redirect:
    """Seen, or not wanted: Today offers it no more. It stays in the menu."""
    del actor
    answer = see_other(request, "/")
    answer.set_cookie(cookie(request, "tour", str(STEPS + 1)))
    return answer


@get("/words")
async def words(request: AnyRequest, actor: NamedDependency[Actor]) -> Response[str]:
    """The words of the product, in the order of the language's alphabet."""
    del actor
    lang = lang_of(request)
    listed = [(key, gettext(lang, term.word), gettext(lang, term.means)) for key, term in TERMS.items()]
    listed.sort(key=lambda each: sort_key(each[1]) if lang == "uk" else each[1].casefold())
    return page(request, "help/words.html", section="help", terms=listed)


ROUTES = (begin, step, done, words)
