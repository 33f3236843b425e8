"""What a column of a packing list can be, and what people call it. [pure]

The names in the exports of Snipe-IT, InvenTree, Shelf and Homebox are public; their columns that we do not keep
stand under ``SKIPPED``.
"""

from typing import Literal

from asset_tracker.imports import identifiers, values
from asset_tracker.imports.vocabulary import Field, Reader, Vocabulary, names_of

FieldKey = Literal[
    "tag",
    "programme",
    "consignment",
    "line",
    "municipality",
    "oblast",
    "raion",
    "service_point",
    "category",
    "name",
    "name_en",
    "manufacturer",
    "model",
    "serial",
    "quantity",
    "unit_price",
    "total_price",
    "currency",
    "kit",
    "year",
    "acquired_on",
    "warranty_until",
    "inventory_number",
    "vin",
    "plate",
    "imei",
    "mac",
    "part_number",
    "box",
    "notes",
]


FIELDS: tuple[Field, ...] = (
    Field(
        "municipality",
        "Municipality",
        "KATOTTH code, or the name with its oblast in the next column",
        names_of(
            "громада|територіальна громада|назва громади|назва тг|тг|отг|громада отримувач|код громади|код катоттг|катоттг|"
            "код катоттг громади|отримувач|бенефіціар|одержувач|реципієнт|назва отримувача|муніципалітет|"
            "municipality|municipality code|hromada|community|katotth|katottg|koatuu|katotth code|beneficiary|recipient|consignee|"
            "receiver|location code|hromada name|municipality name|territorial community"
        ),
        required=True,
    ),
    Field("oblast", "Oblast", "tells apart municipalities of one name", names_of("область|обл|регіон|oblast|region|province")),
    Field("raion", "Raion", "tells apart municipalities of one name", names_of("район|р-н|raion|district|rayon")),
    Field(
        "programme",
        "Programme",
        "the code of the programme",
        names_of(
            "програма|проєкт|проект|код програми|назва програми|код проєкту|грант|номер гранту|угода|"
            "programme|program|project|grant|award|programme code|project code|grant number|award number"
        ),
        required=True,
    ),
    Field(
        "consignment",
        "Consignment",
        "the number of the packing list or waybill",
        names_of(
            "партія|номер партії|партія поставки|накладна|номер накладної|пакувальний лист|номер пакувального листа|поставка|"
            "відвантаження|consignment|consignment number|consignment no|waybill|waybill number|packing list|packing list number|"
            "shipment|shipment number|batch|delivery|order number|delivery note"
        ),
    ),
    Field(
        "line",
        "Line",
        "the number of the line in the packing list",
        names_of("№|n|no|nr|№ з/п|номер з/п|з/п|п/п|№ п/п|номер рядка|рядок|line|line no|line number|item no|item number|row|pos|position|позиція|#|s/n no|sl no"),
    ),
    Field(
        "category",
        "Category",
        "laptop, desktop, monitor, mfd, printer, scanner, ups, router, vehicle, ...",
        names_of(
            "категорія|категорія обладнання|вид|тип|тип обладнання|вид обладнання|група|тип активу|"
            "category|type|asset type|equipment type|kind|item type|category name|asset category|product category"
        ),
    ),
    Field(
        "name",
        "Name",
        "what it is, in Ukrainian if there is a choice",
        names_of(
            "назва|найменування|назва обладнання|найменування обладнання|назва товару|найменування товару|предмет|опис|обладнання|"
            "назва українською|назва укр|найменування майна|назва активу|майно|товар|"
            "name|asset name|item|item name|description|title|product name|product|equipment|goods|asset|item description|part|part name"
        ),
    ),
    Field(
        "name_en",
        "Name in English",
        "for the donor's report",
        names_of("назва англійською|назва англ|найменування англійською|name en|english name|name in english|name english|description en|description english"),
    ),
    Field(
        "manufacturer",
        "Manufacturer",
        "Lenovo, HP, Canon, ...",
        names_of("виробник|марка|бренд|фірма|торгова марка|manufacturer|brand|make|maker|vendor|mfr|oem"),
    ),
    Field(
        "model",
        "Model",
        "as on the plate of the device",
        names_of("модель|назва моделі|модель обладнання|артикул моделі|model|model name|model number|model no|model no."),
    ),
    Field(
        "serial",
        "Serial number",
        "as text, exactly as on the device",
        names_of(
            "серійний номер|серійний|серійний №|с/н|сн|s/n|sn|заводський номер|зав номер|зав №|серійні номери|серійний номер обладнання|"
            "серійник|серія|serial|serial number|serial no|serial no.|serial #|lot/serial|serial numbers|factory number|lot serial"
        ),
    ),
    Field(
        "quantity",
        "Quantity",
        "a whole number; 1 where a serial number stands",
        names_of("кількість|к-сть|кіл-ть|к-ть|кіл|штук|шт|кількість шт|quantity|qty|count|amount of items|pcs|units|qnty|number of items"),
    ),
    Field(
        "unit_price",
        "Unit price",
        "1234.50 or 1 234,50",
        names_of(
            "ціна|ціна за одиницю|ціна за од|ціна за шт|ціна одиниці|вартість за одиницю|вартість одиниці|вартість за од|ціна без пдв|"
            "балансова вартість|первісна вартість|вартість|unit price|price|unit cost|cost|price per unit|unit value|purchase cost|"
            "purchase price|value|valuation|item price|price per item|cost per unit"
        ),
    ),
    Field(
        "total_price",
        "Total price",
        "only checked: quantity times unit price",
        names_of("сума|загальна вартість|вартість всього|загальна сума|всього вартість|сума без пдв|total|total price|total cost|total value|amount|sum|line total"),
    ),
    Field(
        "currency",
        "Currency",
        "UAH, EUR, USD, SEK",
        names_of("валюта|код валюти|currency|currency code|curr|purchase price currency|cost currency"),
    ),
    Field(
        "kit",
        "Kit",
        "the same name or number for all rows of one kit",
        names_of("комплект|номер комплекту|№ комплекту|у складі комплекту|набір|назва комплекту|кейс|kit|kit number|kit no|kit name|set|set no|set number|part of kit|bundle|parent"),
    ),
    Field(
        "tag",
        "Tag",
        "the code on our label, XXXX-XXXX",
        names_of("мітка|код мітки|тег|код активу|етикетка|tag|asset tag|label|label code|asset code|asset id|qr|qr code|qrid"),
    ),
    Field(
        "service_point",
        "Service point",
        "the centre it is meant for",
        names_of("цнап|назва цнап|точка надання послуг|місце встановлення|місце надання послуг|адреса|місцезнаходження|service point|asc|centre|center|site|location|default location|installation site"),
    ),
    Field("year", "Year of make", "such as 2023", names_of("рік випуску|рік|рік виготовлення|рік виробництва|year|year of manufacture|manufacture year|year of make|production year")),
    Field(
        "acquired_on",
        "Acquired on",
        "31.12.2024 or 2024-12-31",
        names_of("дата придбання|дата закупівлі|дата купівлі|придбано|дата|дата отримання|purchase date|acquisition date|acquired|acquired on|purchased|date of purchase|purchase time|date acquired|date"),
    ),
    Field(
        "warranty_until",
        "Warranty until",
        "31.12.2026 or 2026-12-31",
        names_of("гарантія до|гарантія|гарантійний термін до|кінець гарантії|термін гарантії|строк гарантії|warranty until|warranty|warranty expires|warranty end|warranty expiry|warranty expiration|warranty end date"),
    ),
    Field("inventory_number", "Inventory number", "the balance holder's own", names_of("інвентарний номер|інв номер|інв №|інвентарний №|номенклатурний номер|inventory number|inventory no|inv no")),
    Field("vin", "VIN", "17 letters and digits", names_of("vin|vin-код|vin код|номер кузова|номер шасі|vin number|vin code|chassis number|chassis no")),
    Field("plate", "Number plate", "AA1234BB", names_of("державний номер|держ номер|номерний знак|реєстраційний номер|держномер|license plate|licence plate|plate|plate number|registration number|reg no|number plate")),
    Field("imei", "IMEI", "15 digits", names_of("imei|imei код|imei номер")),
    Field("mac", "MAC address", "as on the device", names_of("mac|mac адреса|mac-адреса|mac address|мас адреса")),
    Field("part_number", "Part number", "the maker's order number", names_of("партномер|артикул|код товару|part number|part no|p/n|pn|product code|sku|ipn|product number")),
    Field("box", "Box", "where it is packed", names_of("коробка|ящик|палета|місце|№ місця|box|pallet|carton|package|box no|packaging")),
    Field("notes", "Notes", "anything else worth keeping; several columns may go here", names_of("примітка|примітки|прим|коментар|коментарі|додатково|зауваження|характеристики|технічні характеристики|комплектація|notes|note|comment|comments|remarks|remark|specification|specifications|details"), many=True),
)  # fmt: skip

SKIPPED: frozenset[str] = frozenset(
    names_of(
        # Homebox
        "import ref|labels|archived|url|insured|purchase from|lifetime warranty|warranty details|sold to|sold price|sold time|sold notes|"
        # Shelf
        "id|createdat|created at|updatedat|updated at|status|custodian|tags|imageurl|image url|bookable|"
        # Snipe-IT
        "company|checked out to|checked out|checkout date|supplier|eol|eol date|depreciation|current value|username|employee number|"
        "image|requestable|byod|last audit|next audit date|created by|checkout expected|"
        # InvenTree
        "stock item|batch code|link|supplier part|build order|sales order|customer|allocated|review needed|owner|"
        # packing lists
        "what is due|due on|що треба|що потрібно|треба до|строк|"
        "uom|unit|unit of measure|одиниця виміру|од виміру|од вим|одиниця|expiry|expiry date|підпис|signature"
    )
)

READERS: dict[str, Reader] = {
    "line": values.whole,
    "quantity": values.quantity,
    "unit_price": values.money,
    "total_price": values.money,
    "currency": values.currency,
    "serial": identifiers.serial,
    "year": values.year,
    "vin": identifiers.vin,
    "plate": identifiers.plate,
    "notes": lambda cell: values.text(cell, 4000),
}

ASSETS = Vocabulary(FIELDS, skipped=SKIPPED, readers=READERS, days=("acquired_on", "warranty_until"))
