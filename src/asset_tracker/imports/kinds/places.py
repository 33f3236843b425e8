"""What several kinds of tables ask: which municipality, who it is by identifier. [pure]"""

from asset_tracker.imports.fields import FIELDS
from asset_tracker.imports.vocabulary import Field, names_of

# The names of places are the same in every list.
PLACE_FIELDS = tuple(field for field in FIELDS if field.key in {"municipality", "oblast", "raion"})
MUNICIPALITY = PLACE_FIELDS[0]
ID = Field("id", "Identifier", "as our own list gives it; leave it empty for what is new", names_of("ідентифікатор|ід|id|identifier|uuid"))  # fmt: skip
NUMBERING = names_of("№|№ з/п|з/п|п/п|№ п/п|n|no|nr|#")
CONTACTS = names_of(
    "телефон|phone|email|e-mail|електронна пошта|сайт|website|керівник|контактна особа|contact|примітка|notes"
)
