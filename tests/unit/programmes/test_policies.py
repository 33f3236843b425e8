"""Rules that come ready made: readers of English learn who asks for them."""

import re

from asset_tracker.programmes.policies import PRESETS, source_in


def test_every_ukrainian_source_of_a_preset_is_known_in_english():
    sources = {rule.source for preset in PRESETS.values() for rule in preset.rules}
    assert [each for each in sources if re.search("[а-яіїє]", source_in("en", each))] == []
    assert all(source_in("uk", each) == each for each in sources)
    assert source_in("en", "Угода № 7") == "Угода № 7"
