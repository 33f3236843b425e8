"""How often a process of ours looks for garbage that counting references leaves."""

import gc


def seldom() -> None:
    """Leave alone what is loaded so far, and look through the rest a hundred times less often.

    A report, an import or a verification makes very many short-lived objects; looking through everything that the
    program has loaded meanwhile took up to half of its time.
    """
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)
