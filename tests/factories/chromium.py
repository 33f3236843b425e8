"""How a Chromium is started for tests: what it is not to do by itself, nearly all of which costs more than the pages."""

# The list of Playwright, which a second one replaces, as far as it is about what a page meets or asks abroad.
_AS_PLAYWRIGHT = (
    "AvoidCorsURLLoaderRestartOnRedirect",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
    "ThirdPartyStoragePartitioning",
    "AimEnabled",
)
# The address bar's lists are pages in processes of their own, started anew for each window though nobody sees one:
# without them a window takes a third of the processor's time (0.3 s instead of 0.9 s with Chromium 156).
_ADDRESS_BAR = ("WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup")

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    f"--disable-features={','.join((*_AS_PLAYWRIGHT, *_ADDRESS_BAR))}",
]
