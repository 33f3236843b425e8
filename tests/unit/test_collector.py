"""Memory that a process of ours gives back, tried in one of its own: here it would be everybody's."""

import os
import subprocess
import sys

# Large pieces, freed among small ones that stay, and objects in a circle: what photos and jobs leave behind.
WORK = """
import gc, sys
from asset_tracker import collector
def anonymous():
    return next(int(line.split()[1]) // 1024 for line in open("/proc/self/status") if line.startswith("RssAnon:"))
if "give_back" in sys.argv:
    collector.give_back()
collector.seldom()
before = anonymous()
large = b"x" * (24 << 20)
del large
large = b"x" * (16 << 20)
kept = [bytes(600) for _ in range(1000)]
del large
class Circle: pass
for _ in range(1000):
    each = Circle(); each.each = each
if "tidy" in sys.argv:
    collector.tidy()
print(anonymous() - before, sum(isinstance(each, Circle) for each in gc.get_objects()))
"""


def after_work(*how):
    """MB that the process holds more than before, and how many objects that nobody can reach."""
    env = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", WORK, *how], env=env, capture_output=True, text=True, check=True
    )
    return list(map(int, done.stdout.split()))


def test_large_pieces_are_given_back_as_they_are_freed():
    assert after_work("give_back")[0] < 8 < after_work()[0]


def test_a_process_that_is_done_looks_for_what_it_left():
    assert after_work("tidy")[1] < 10 < after_work()[1]
