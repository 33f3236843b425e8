"""How often a process of ours looks for garbage that counting references leaves."""

import gc


def collect_seldom() -> None:
    """Leave alone what is loaded so far, and look through the rest a hundred times less often.

    A report or an import makes a hundred thousand short-lived objects; looking through everything that the
    program has loaded meanwhile took up to half of its time.
    """
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)
