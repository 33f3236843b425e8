"""What a list of past events calls its columns, the kinds of events, and their words. [pure]"""

from asset_tracker.imports import identifiers, values
from asset_tracker.imports.fields import ASSETS
from asset_tracker.imports.kinds.places import PLACE_FIELDS
from asset_tracker.imports.vocabulary import Field, Vocabulary, names_of
from asset_tracker.imports.words import Words

# A column for each kind of event, with its day in it, as registers in spreadsheets often have.
DAY_COLUMNS: dict[str, str] = {
    "on_received": "received",
    "on_dispatched": "dispatched",
    "on_delivered": "delivered",
    "on_installed": "installed",
    "on_commissioned": "commissioned",
    "on_verified": "verified",
    "on_maintained": "maintained",
    "on_repaired": "repaired",
}

FIELDS: tuple[Field, ...] = (
    ASSETS.by_key["tag"],
    ASSETS.by_key["serial"],
    ASSETS.by_key["manufacturer"],
    ASSETS.by_key["programme"],
    ASSETS.by_key["consignment"],
    ASSETS.by_key["line"],
    Field("kind", "Event", "delivered, installed, maintained, verified, fault, repaired, moved, ...", names_of("подія|вид події|тип події|що сталося|операція|вид робіт|тип робіт|захід|дія|рух|event|event type|what happened|action|activity|operation|work type|type"), required=True),
    Field("occurred_on", "Happened on", "31.12.2024 or 2024-12-31", names_of("дата|дата події|коли|дата виконання|дата робіт|дата операції|день|date|event date|happened on|occurred on|when|occurred"), required=True),
    Field("description", "What was done or found", "the work, the fault, the circumstances, the reason", names_of("опис|опис робіт|зміст робіт|що зроблено|виконані роботи|несправність|опис несправності|обставини|причина|суть|description|work|work done|details|fault|reason|circumstances|subject")),
    Field("service_point", "Service point", "by its name; where it was installed or moved to", names_of("цнап|точка надання послуг|місце встановлення|куди|місце|локація|підрозділ|service point|asc|centre|location|site|to|place|installed at")),
    *PLACE_FIELDS,
    Field("room", "Room", "where in the centre", names_of("кабінет|кімната|приміщення|room|office")),
    Field("condition", "Condition", "working, needs attention, does not work", names_of("технічний стан|стан|стан обладнання|справність|condition|state|working")),
    Field("use", "Use", "in use, on standby, stored, not in use", names_of("використання|використовується|чи використовується|use|usage|in use")),
    Field("person", "Person or firm", "who took it, or where it was sent", names_of("отримав|прийняв|кому|виконавець|підрядник|сервісний центр|майстер|хто отримав|received by|person|contractor|sent to|service centre|technician")),
    Field("cost", "Cost", "1234.50 or 1 234,50", names_of("вартість|вартість робіт|сума|ціна|витрати|cost|price|amount|expense")),
    ASSETS.by_key["currency"],
    Field("parts", "Parts", "what was put in", names_of("запчастини|деталі|матеріали|витратні матеріали|parts|spare parts|materials")),
    Field("meter", "Meter reading", "kilometres, hours or pages: 15 200 км", names_of("пробіг|показник лічильника|лічильник|напрацювання|кілометраж|meter|mileage|odometer|hours|counter")),
    Field("since", "Counted since", "the first day that trips or consultations were counted; the last is the day of the event", names_of("з якого дня|рахували з|початок періоду|період з|з дати|перший день|since|counted since|from|from day|period start|start of period")),
    Field("trips", "Outreach trips", "how many; 0 is allowed", names_of("виїзди|виїзди до мешканців|кількість виїздів|виїздів|к-сть виїздів|trips|outreach trips|number of trips")),
    Field("consultations", "Video consultations held", "how many; 0 is allowed", names_of("відеоконсультації|проведено відеоконсультацій|кількість відеоконсультацій|к-сть відеоконсультацій|відеоконсультацій|консультації|кількість консультацій|video consultations|consultations|consultations held|number of consultations")),
    ASSETS.by_key["inventory_number"],
    ASSETS.by_key["notes"],
    Field("on_received", "Received on", "a day", names_of("дата надходження на склад|надійшло на склад|received on|received at warehouse")),
    Field("on_dispatched", "Dispatched on", "a day", names_of("дата відправлення|відправлено|дата відвантаження|dispatched on|shipped on|dispatch date|ship date")),
    Field("on_delivered", "Delivered on", "a day", names_of("дата доставки|доставлено|дата передачі|передано|дата отримання|отримано|дата поставки|delivered on|delivery date|date delivered|handed over on")),
    Field("on_installed", "Installed on", "a day", names_of("дата встановлення|встановлено|дата монтажу|змонтовано|installed on|installation date|date installed")),
    Field("on_commissioned", "Went live on", "a day", names_of("дата введення в експлуатацію|введено в експлуатацію|дата запуску|запущено|commissioned on|went live on|go live date")),
    Field("on_verified", "Verified on", "a day", names_of("дата перевірки|перевірено|дата інвентаризації|остання перевірка|verified on|last verified|inspection date|checked on")),
    Field("on_maintained", "Maintained on", "a day", names_of("дата то|дата обслуговування|останнє то|дата техобслуговування|обслуговано|maintained on|maintenance date|last service|serviced on")),
    Field("on_repaired", "Repaired on", "a day", names_of("дата ремонту|відремонтовано|repaired on|repair date")),
)  # fmt: skip
SKIPPED = names_of(
    "№ з/п|з/п|п/п|№ п/п|назва|найменування|назва обладнання|модель|категорія|name|model|category|asset|обладнання|item|"
    "записано|recorded on|recorded at|recorded by|хто записав|підпис|signature|id|identifier|ідентифікатор"
)
KINDS = Words(
    {
        "received": "надійшло на склад|received|надходження на склад|на склад*|оприбутк*|warehouse",
        "dispatched": "відправлено|dispatched|відправ*|відвантаж*|dispatch*|ship*|sent out",
        "delivered": "доставлено|delivered|доставк*|доставлен*|передано|передач*|поставк*|вручен*|отриман*|deliver*|hand* over|handover",
        "refused": "відмова|refused|відмов*|не прийнят*|refus*|reject*",
        "installed": "встановлено|installed|встановл*|монтаж*|змонтован*|інсталяц*|підключен*|install*|set up|setup",
        "commissioned": "введено в експлуатацію|commissioned|введен*|запуск*|запущен*|commission*|go live|went live",
        "training_given": "навчання|training given|навчан*|тренінг*|інструктаж*|train*",
        "verified": "перевірено|verified|перевір*|інвентаризац*|огляд*|звірк*|verif*|inspect*|inventory|check*",
        "use_changed": "зміна використання|use changed|використання",
        "fault_reported": "несправність|fault reported|несправн*|поломк*|зламан*|збій|дефект*|відмова в роботі|fault*|breakdown|defect*|broken|failure",
        "sent_for_repair": "передано в ремонт|sent for repair|в ремонт|на ремонт|у ремонт|до сервісу|sent to repair",
        "returned": "повернуто|returned|поверн*|з ремонту|return*|came back",
        "repaired": "відремонтовано|repaired|ремонт*|відремонтован*|полагоджен*|repair*|fixed",
        "maintained": "обслуговано|maintained|то|техобслуг*|техобслуговування|обслуг*|технічн* обслуг*|профілакт*|чищенн*|заміна*|оновленн*|maint*|servic*|cleaning|replacement|upgrade",
        "service_counted": "виїзди й консультації|trips and consultations|виїзд*|консультац*|відеоконсультац*|облік виїзд*|trip*|outreach*|consultation*|video consult*|served",
        "moved": "переміщено|moved|перемі*|перенес*|move*|relocat*|transfer*",
        "evacuated": "евакуйовано|evacuated|евак*|evacuat*",
        "damaged": "пошкоджено|damaged|пошкодж*|damag*",
        "destroyed": "знищено|destroyed|знищ*|зруйнов*|destroy*",
        "lost": "втрачено|lost|втра*|загублен*|loss",
        "stolen": "викрадено|stolen|викрад*|крад*|вкраден*|theft",
        "found": "знайдено|found|знайден*|відшукан*",
        "approved": "схвалено|approved|заявку схвален*|схвален*|approv*",
        "balance_recorded": "взято на баланс|put on balance|баланс*|оприбуткован*|balance*",
        "note": "примітка|note|приміт*|нотат*|комент*|comment*|remark*",
    }
)
CONDITIONS = Words(
    {
        "unserviceable": "не працює|does not work|несправн*|непридатн*|зламан*|unserviceable|broken|not working",
        "needs_attention": "потребує уваги|needs attention|потребує*|частково*|задовільн*|дрібн*|needs*|fair|partly",
        "working": "справний|working|справн*|працює|добр*|новий|нова|відмінн*|ok|ок|good|new|works",
        "unknown": "невідомо|unknown|невідом*|not known",
    }
)
USES = Words(
    {
        "not_in_use": "не використовується|not in use|не використ*|ні|no|unused",
        "standby": "у резерві|on standby|резерв*|standby",
        "stored": "на зберіганні|stored|зберіг*|на складі|stored*|storage",
        "in_use": "використовується|in use|використ*|так|експлуат*|yes|used",
    }
)
VOCABULARY = Vocabulary(
    FIELDS,
    skipped=SKIPPED,
    readers={
        "line": values.whole,
        "trips": values.counted,
        "consultations": values.counted,
        "serial": identifiers.serial,
        "cost": values.money,
        "currency": values.currency,
        "description": lambda cell: values.text(cell, 4000),
        "notes": lambda cell: values.text(cell, 4000),
    },
    days=("occurred_on", "since", *DAY_COLUMNS),
)
