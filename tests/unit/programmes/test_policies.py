"""Rules that come ready made: readers of English learn who asks for them."""

import re

from asset_tracker.programmes.policies import PRESETS, source_in


def test_every_source_of_a_preset_is_told_in_both_languages():
    sources = {rule.source for preset in PRESETS.values() for rule in preset.rules}
    assert [each for each in sources if re.search("[а-яіїє]", source_in("en", each))] == []
    prose = re.compile(r"\b(the|from|for|if|not|of|on)\b")
    assert [each for each in sources if prose.search(source_in("uk", each))] == []
    assert source_in("en", "Угода № 7") == source_in("uk", "Угода № 7") == "Угода № 7"
