import msgspec
import pypdfium2
import pytest
from sqlalchemy import func, select

from asset_tracker.access.actors import COMMAND_LINE, Actor, Grant
from asset_tracker.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from asset_tracker.labels import own, service, tagging
from asset_tracker.labels.choice import MOST, Choice, choose
from asset_tracker.labels.order import print_again
from asset_tracker.labels.paper import Look, Paper
from asset_tracker.labels.sheet import PrintOptions
from asset_tracker.labels.stock import STOCK
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.store import history
from asset_tracker.ledger.tables import asset, event, tag
from asset_tracker.ledger.tags import format_tag, new_tag
from asset_tracker.territory.points import NewServicePoint
from asset_tracker.territory.service import create_service_point, load_shipped
from factories.world import BARANIVKA, make_world

OPTIONS = PrintOptions(base_url="https://assets.example.org")
L7160 = STOCK["L7160"]
PLAIN = Look()


@pytest.fixture
async def world(conn):
    return await make_world(conn)


async def printed(conn, world, output="pdf", stock=L7160, look=PLAIN, actor=None, **choice):
    who = actor or world.coordinator
    return await service.print_labels(conn, who, Choice(**choice), look, stock, OPTIONS, output)


async def status_of(conn, code):
    return await conn.scalar(select(tag.c.status).where(tag.c.tag == code))


class TestChoosing:
    async def test_places_by_their_municipality_or_one_by_one_and_again(self, conn, world):
        await load_shipped(conn)
        new = NewServicePoint(
            municipality_code=BARANIVKA, kind="asc", name_uk="ЦНАП Баранівки", name_en="ASC Baranivka"
        )
        await create_service_point(conn, COMMAND_LINE, new)
        job = await printed(conn, world, places=(BARANIVKA,))
        names = [item.label.name for item in job.items]
        assert names
        assert {item.label.title for item in job.items} == {"Місце"}
        (first, *_) = job.items
        assert first.asset is None
        view = await service.get_print(conn, world.coordinator, job.id)
        assert (view.tags, len(view.settings.places)) == ((), len(names))
        again = await print_again(conn, world.coordinator, job.id, OPTIONS.base_url)
        assert [item.label for item in again.items] == [item.label for item in job.items]
        (alone,) = await choose(conn, world.coordinator, Choice(places=(str(first.label.place),)), PLAIN)
        assert alone.label == first.label
        for wrong in (str(uuid7()), "UA99999999999999999"):
            with pytest.raises(InvalidError, match="no such service point"):
                await choose(conn, world.coordinator, Choice(places=(wrong,)), PLAIN)

    async def test_a_consignment_in_the_order_of_its_lines(self, conn, world):
        items = await choose(conn, world.coordinator, Choice(consignment=world.consignment), Look())
        assert [item.label.tag for item in items] == list(world.tags)
        assert [item.label.name for item in items] == [
            "Ноутбук Lenovo E14",
            "Автомобіль Renault Duster",
            "Маршрутизатор",
        ]
        assert [item.label.copies for item in items] == [1, 2, 1]
        assert items[0].label.serial == "PF3K0001"
        assert {item.label.line2 for item in items} == {""}

    @pytest.mark.parametrize(
        ("look", "line2", "name"),
        [
            (Look(line2="programme"), "Відеоконсультації", "Маршрутизатор"),
            (Look(line2="programme", lang="en"), "Video", "Router"),
            (Look(line2="donors", copies=3), "Sida", "Маршрутизатор"),
        ],
    )
    async def test_what_stands_on_them(self, conn, world, look, line2, name):
        items = await choose(conn, world.coordinator, Choice(municipality=BARANIVKA), look)
        assert {item.label.line2 for item in items} == {line2}
        assert items[2].label.name == name
        assert {item.label.copies for item in items} == ({3} if look.copies else {1, 2})

    async def test_tags_in_any_form_in_their_order_once(self, conn, world):
        written = (
            format_tag(world.tags[2]).lower(),
            world.tags[0],
            f"https://assets.example.org/a/{world.tags[2]}",
        )
        items = await choose(conn, world.coordinator, Choice(tags=written), Look())
        assert [item.label.tag for item in items] == [world.tags[2], world.tags[0]]

    async def test_every_wrong_tag_is_named(self, conn, world):
        unknown = new_tag()
        written = (world.tags[0], "7K3M-9QXD", unknown, world.stranger)
        with pytest.raises(InvalidError) as caught:
            await choose(conn, world.coordinator, Choice(tags=written), Look())
        assert [error.field for error in caught.value.errors] == ["tags[1]", "tags[2]", "tags[3]"]
        # somebody else's asset and none at all look alike
        assert caught.value.errors[1].message == caught.value.errors[2].message

    @pytest.mark.parametrize(
        "choice",
        [
            Choice(),
            Choice(tags=("7K3M9QXV",), blank=3),
            Choice(blank=MOST + 1),
            Choice(tags=("7K3M9QXV",) * (MOST + 1)),
            Choice(municipality="UA05"),
        ],
    )
    async def test_a_choice_that_makes_no_sense(self, conn, world, choice):
        with pytest.raises(InvalidError) as caught:
            await choose(conn, world.coordinator, choice, Look())
        assert caught.value.errors

    async def test_copies_count(self, conn, world):
        with pytest.raises(InvalidError) as caught:
            await choose(conn, world.coordinator, Choice(blank=MOST // 2), Look(copies=3), sample=True)
        assert caught.value.errors[0].field == "copies"

    async def test_who_may_not_print(self, conn, world):
        donor = Actor(id=uuid7(), name="D", grants=(Grant(role="donor", donor=uuid7()),))
        with pytest.raises(ForbiddenError):
            await choose(conn, donor, Choice(blank=1), Look())

    async def test_one_of_another_programme_is_nothing(self, conn, world):
        other = Actor(id=uuid7(), name="К", grants=(Grant(role="coordinator", programme=world.other),))
        with pytest.raises(InvalidError, match="Nothing to print"):
            await choose(conn, other, Choice(consignment=world.consignment), Look())


class TestPrinting:
    async def test_each_asset_gets_an_event_and_the_print_a_line_in_the_log(self, conn, world):
        job = await printed(conn, world, consignment=world.consignment)
        pages = pypdfium2.PdfDocument(b"".join(service.render(job)))
        text = pages[0].get_textpage().get_text_bounded()
        assert all(format_tag(code) in text for code in world.tags)
        for asset_id, events in (await history(conn, world.assets)).items():
            (last,) = [each for each in events if each.kind == "label_printed"]
            assert (last.payload.stock, last.payload.output, last.operation) == ("Avery L7160", "pdf", job.id)
            assert last.payload.copies == (2 if asset_id == world.assets[1] else 1)
        (line,) = await service.list_prints(conn, world.coordinator)
        assert (line.id, line.labels, line.tags) == (job.id, 4, world.tags)

    async def test_a_print_can_be_done_again(self, conn, world):
        first = await printed(conn, world, consignment=world.consignment)
        line = await service.get_print(conn, world.coordinator, first.id)
        again = await printed(conn, world, look=line.settings.look, tags=line.tags)
        assert [item.label for item in again.items] == [item.label for item in first.items]
        assert again.id != first.id

    async def test_the_log_is_one_s_own(self, conn, world):
        job = await printed(conn, world, blank=1)
        other = msgspec.structs.replace(world.coordinator, id=uuid7())
        assert await service.list_prints(conn, other) == []
        with pytest.raises(NotFoundError):
            await service.get_print(conn, other, job.id)
        assert job.id in {line.id for line in await service.list_prints(conn, COMMAND_LINE)}

    @pytest.mark.parametrize("output", ["svg", "png"])
    async def test_a_picture_of_one(self, conn, world, output):
        job = await printed(conn, world, output=output, tags=(world.tags[0],))
        assert b"".join(service.render(job))[:4] in (b"<svg", b"\x89PNG")
        with pytest.raises(InvalidError, match="A picture shows one label; 3 were chosen"):
            await printed(conn, world, output=output, consignment=world.consignment)

    async def test_nothing_is_recorded_where_something_is_wrong(self, conn, world):
        before = await conn.scalar(select(func.count()).select_from(event))
        with pytest.raises(InvalidError):
            await printed(conn, world, output="zpl", consignment=world.consignment)
        assert await conn.scalar(select(func.count()).select_from(event)) == before

    async def test_zpl_for_a_roll(self, conn, world):
        job = await printed(
            conn, world, output="zpl", stock=STOCK["ZEBRA-2X1"], consignment=world.consignment
        )
        assert b"".join(service.render(job)).count(b"^XA") == 3


class TestBlank:
    async def test_tags_exist_before_assets(self, conn, world):
        job = await printed(conn, world, blank=40)
        tags = {item.label.tag for item in job.items}
        assert len(tags) == 40
        rows = (await conn.execute(select(tag).where(tag.c.tag.in_(tags)))).all()
        assert {(row.status, row.programme_id, row.asset_id) for row in rows} == {
            ("blank", world.programme, None)
        }
        again = await printed(conn, world, tags=tuple(sorted(tags)))
        assert {item.label.tag for item in again.items} == tags

    async def test_blank_tags_of_another_programme(self, conn, world):
        with pytest.raises(ForbiddenError):
            await printed(conn, world, blank=1, programme=world.other)
        theirs = await printed(conn, world, actor=COMMAND_LINE, blank=1, programme=world.other)
        with pytest.raises(InvalidError):
            await printed(conn, world, tags=(theirs.items[0].label.tag,))


class TestTagging:
    async def test_a_blank_label_is_bound(self, conn, world):
        code = (await printed(conn, world, blank=1)).items[0].label.tag
        await tagging.bind_label(conn, world.coordinator, world.assets[0], format_tag(code))
        assert await conn.scalar(select(asset.c.tag).where(asset.c.id == world.assets[0])) == code
        assert await status_of(conn, code) == "bound"
        assert await status_of(conn, world.tags[0]) == "replaced"

    async def test_a_damaged_label_is_replaced_and_the_old_one_is_history(self, conn, world):
        new = new_tag()
        await tagging.replace_label(conn, world.coordinator, world.assets[0], new, "стерлася")
        with pytest.raises(ConflictError, match="was retired and is not used again"):
            await tagging.bind_label(conn, world.coordinator, world.assets[0], world.tags[0])
        with pytest.raises(ConflictError, match="on another asset"):
            await tagging.bind_label(conn, world.coordinator, world.assets[1], new)
        with pytest.raises(InvalidError) as caught:
            await printed(conn, world, tags=(world.tags[0],))
        assert caught.value.errors[0].params["now"] == format_tag(new)

    async def test_tags_are_retired_for_ever(self, conn, world):
        code = (await printed(conn, world, blank=1)).items[0].label.tag
        await tagging.retire_tag(conn, world.coordinator, code)
        with pytest.raises(ConflictError):
            await tagging.bind_label(conn, world.coordinator, world.assets[0], code)
        with pytest.raises(ConflictError, match="replace it first"):
            await tagging.retire_tag(conn, world.coordinator, world.tags[0])
        with pytest.raises(NotFoundError):
            await tagging.retire_tag(conn, world.coordinator, new_tag())
        await tagging.replace_label(conn, world.coordinator, world.assets[0], new_tag())
        await tagging.retire_tag(conn, world.coordinator, world.tags[0], "знищено")
        assert await status_of(conn, world.tags[0]) == "retired"

    async def test_a_foreign_code_stands_for_the_asset(self, conn, world):
        code = "https://maker.example.com/id?sn=PF3K0001"
        await tagging.link_code(conn, world.coordinator, world.assets[0], f" {code}\n")
        assert await tagging.find_by_code(conn, world.coordinator, code) == world.assets[0]
        with pytest.raises(ConflictError):
            await tagging.link_code(conn, world.coordinator, world.assets[1], code)
        stranger = Actor(id=uuid7(), name="К", grants=(Grant(role="coordinator", programme=world.other),))
        with pytest.raises(NotFoundError):
            await tagging.find_by_code(conn, stranger, code)

    @pytest.mark.parametrize("code", ["", " \x00", "x" * 201, "7K3M-9QXV"])
    async def test_codes_that_cannot_be_linked(self, conn, world, code):
        with pytest.raises(InvalidError):
            await tagging.link_code(conn, world.coordinator, world.assets[0], code)


class TestOwn:
    async def test_stock_of_one_s_own(self, conn, world):
        mine = msgspec.structs.replace(L7160, name="my sheet", title="Наш аркуш", columns=2)
        saved = await own.save_stock(conn, world.coordinator, mine)
        assert await own.get_stock(conn, "My Sheet") == saved
        assert saved in await own.list_stock(conn)
        await own.delete_stock(conn, world.coordinator, "my sheet")
        with pytest.raises(NotFoundError, match="L7160"):
            await own.get_stock(conn, "my sheet")

    async def test_stock_that_does_not_fit_and_names_that_are_taken(self, conn, world):
        with pytest.raises(InvalidError):
            await own.save_stock(conn, world.coordinator, msgspec.structs.replace(L7160, name="x", columns=9))
        with pytest.raises(ConflictError):
            await own.save_stock(conn, world.coordinator, L7160)

    async def test_presets(self, conn, world):
        preset = own.Preset(name="Лазерний, 2 поверх", paper=Paper(stock="L7160", offset_x=0.7))
        await own.save_preset(conn, world.coordinator, preset, OPTIONS.base_url)
        assert preset in await own.list_presets(conn)
        await own.delete_preset(conn, world.coordinator, preset.name)
        with pytest.raises(NotFoundError):
            await own.delete_preset(conn, world.coordinator, preset.name)
