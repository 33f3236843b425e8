"""What a browser calls itself, as people would say it [pure]."""

import re

# The first that is found counts: most browsers also say that they are somebody else's.
_BROWSERS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("YaBrowser/", "Yandex"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chromium/", "Chromium"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def device_name(agent: str | None) -> str:
    """``Firefox 128, Windows`` or ``Chrome 120, Android``; the beginning of what it says if it is none we know."""
    if not agent:
        return ""
    system = next((name for sign, name in _SYSTEMS if sign in agent), "")
    for sign, name in _BROWSERS:
        at = agent.find(sign)
        if at >= 0:
            version = re.match(r"\d+", agent[at + len(sign) :])
            if name == "Safari":  # its own number stands elsewhere
                version = re.match(r"\d+", agent.partition("Version/")[2])
            return ", ".join(filter(None, (f"{name} {version[0]}" if version else name, system)))
    return system or agent[:40]
