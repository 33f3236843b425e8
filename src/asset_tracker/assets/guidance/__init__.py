"""What comes next in a verification, a loss case and a disposal, and what rules of donors ask for in it [pure].

Each of them is a row of steps: done, now (at most one), later. A step says in words what to do, what the
rows of rules ask for there (by when, whose consent, whose approval, which papers, above which price) with
the source of each, and carries the one button that does it. Pages and the API show the same steps.

``verifications``, ``losses`` and ``disposals`` say which steps there are; ``things`` what rules ask for of assets;
``steps`` what a step is, and ``words`` how it is told.
"""
