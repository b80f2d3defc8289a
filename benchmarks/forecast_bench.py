"""forecast-bench: weekly cash from open items against what came, beside two plain rules, on real invoices.

    python -m benchmarks forecast

From the day at which seven tenths of the invoices are issued, every week is an origin: the items open then are forecast with what
was known that day, for as many of four weeks ahead as lie within the file. The model is learnt anew every fourth origin, and the
others use it with the facts of their day. WAPE = Σ|came − expected| ÷ Σ came.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Sequence

import numpy as np

from benchmarks.pay_bench import SEED, load
from benchmarks.stage import Figure, tell
from duecourse.prediction.rules import Item

LIMITS = (0.15, 0.15, 0.18, 0.25)
RULES = ("expected", "due date", "median")


def judge(items: Sequence[Item], share: float = 0.7) -> tuple[dict[str, list[float]], list[float]]:
    """WAPE by rule and weeks ahead, and the share of bands that held by weeks ahead."""
    from dataclasses import replace

    from duecourse.prediction.rules import curves, weeks
    from duecourse.prediction.rules import history as past
    from duecourse.prediction.rules.book import NEVER, books
    from duecourse.prediction.rules.candidates import all_curves
    from duecourse.prediction.rules.learn import by_week, estimate, learn

    book, _none = books(items, [])
    end = int(book.paid[book.paid < NEVER].max())
    known, model = past.history(book), None
    told: dict[str, list[list[tuple[float, float]]]] = {name: [[] for _ in LIMITS] for name in RULES}
    held: list[list[bool]] = [[] for _ in LIMITS]
    origins = range(int(np.quantile(book.issued, share)), end - 6, 7)
    for place, origin in enumerate(origins):
        if model is None or place % 4 == 0:
            model = learn(book, origin, SEED)
        now = replace(model, day=origin, known=known)
        rows = np.flatnonzero((book.issued <= origin) & (book.paid > origin))
        items_open = book.taken(rows)
        found = estimate(now, items_open)
        sums = by_week(now, items_open, found)[0]
        medians = curves.quantile(
            all_curves(("median",), model.some, items_open, np.full(len(rows), origin, dtype=np.int64), known)["median"], 0.5
        )
        for ahead in range(min(len(LIMITS), (end - origin) // 7)):
            came = float(items_open.amount[(items_open.paid - origin - 1) // 7 == ahead].sum())
            by_median = float(items_open.amount[(medians - 1) // 7 == ahead].sum())
            for name, value in zip(RULES, (sums.expected[ahead], sums.on_due[ahead], by_median), strict=True):
                told[name][ahead].append((came, float(value)))
            held[ahead].append(bool(sums.low[ahead] <= came <= sums.high[ahead]))
    tell(
        f"  {len(origins)} origins from {dt.date.fromordinal(origins[0])}; chances of {len(weeks.chances(found.curves)):,} items at the last"
    )
    wapes = {
        name: [sum(abs(came - said) for came, said in pairs) / sum(came for came, _ in pairs) for pairs in by_ahead]
        for name, by_ahead in told.items()
    }
    return wapes, [float(np.mean(one)) for one in held]


def run() -> list[Figure]:
    """Both sets."""
    figures = []
    for name, items, _share in load():
        began = time.perf_counter()
        wapes, held = judge(items)
        tell(f"  {'weeks ahead':12} " + " ".join(f"{ahead + 1:>8}" for ahead in range(4)))
        for rule, values in wapes.items():
            tell(f"  {rule:12} " + " ".join(f"{value:8.1%}" for value in values))
        tell(f"  {'80 % held':12} " + " ".join(f"{value:8.1%}" for value in held) + f"   {time.perf_counter() - began:.0f} s")
        if name == "ibm_invoices":
            for ahead, limit in enumerate(LIMITS):
                value = wapes["expected"][ahead]
                figures.append(Figure(f"IBM, WAPE {ahead + 1} weeks ahead", f"{value:.1%}", f"≤ {limit:.0%}", value <= limit))
        mean = float(np.mean(held))
        figures.append(Figure(f"{name}, 80 % weekly bands that held", f"{mean:.1%}", "76 to 84 %", 0.76 <= mean <= 0.84))
    return figures
