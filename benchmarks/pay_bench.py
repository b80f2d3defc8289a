"""pay-bench: how near the estimated payment dates come, beside the plain rules, on real invoices that nobody here wrote.

    python -m benchmarks pay

Time-honest: candidates learn from what was known the day before a cut; the facts of a test invoice are those of the day before
its issue; test invoices are those issued from the cut on. An invoice still open at the end of the file is left out of the test
when it is younger than nine in ten payments take (it has not had its time), else it counts as paid on the file's last day.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import platform
import time
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.stage import Figure, tell
from duecourse.prediction.rules import Item

SHARED = Path(__file__).resolve().parent.parent.parent / "shared" / "data" / "receivables"
SEED = 20260101


def _american(text: str) -> dt.date | None:
    return dt.datetime.strptime(text, "%m/%d/%Y").date() if text else None


def ibm(path: Path) -> list[Item]:
    """Invoices of 30 days; neither the dispute flag nor the paperless date is known at issue, so neither is used."""
    with path.open(encoding="utf-8") as file:
        return [
            Item(
                row["invoiceNumber"], row["customerID"], _american(row["InvoiceDate"]) or dt.date.min,
                _american(row["DueDate"]) or dt.date.min, "USD", Decimal(row["InvoiceAmount"]), _american(row["SettledDate"]),
            )
            for row in csv.DictReader(file)
        ]  # fmt: skip


def supplier(path: Path) -> list[Item]:
    """Invoices seen from the payer's side, turned round: each vendor is a payer."""

    def day(text: str) -> dt.date:
        return dt.datetime.strptime(text, "%d-%b-%y").date()

    with path.open(encoding="utf-8") as file:
        items = []
        for number, row in enumerate(csv.DictReader(file)):
            issued, took = day(row["Invoice_Date"]), row["Number_of_Days_until_Payment"]
            paid = issued + dt.timedelta(days=int(float(took))) if took else None
            items.append(
                Item(f"{number:05}", row["Vendor_Name"], issued, day(row["Due_Date"]), "GBP", Decimal(row["Amount"]), paid)
            )
        return items


# name, reader, share of invoices issued before the cut
SETS: tuple[tuple[str, Callable[[Path], list[Item]], float], ...] = (
    ("ibm_invoices", ibm, 0.75),
    ("supplier_invoices", supplier, 0.8),
)


def load() -> list[tuple[str, list[Item], float]]:
    """The sets that are there, with their hashes told."""
    import sklearn

    tell(f"numpy {np.__version__}, scikit-learn {sklearn.__version__}, Python {platform.python_version()}, seed {SEED}")
    found = []
    for name, read, share in SETS:
        path = SHARED / name / "invoices.csv"
        if not path.exists():
            tell(f"{name}: not there ({path.parent.name}/invoices.csv beside the project), left out")
            continue
        digest = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
        items = read(path)
        tell(f"{name}: {len(items):,} invoices, sha256 {digest}…")
        found.append((name, items, share))
    return found


def auc(truth: Any, score: Any) -> float:
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(truth, score)) if 0 < truth.mean() < 1 else float("nan")


def judge(items: Sequence[Item], share: float) -> dict[str, tuple[float, ...]]:
    """Per candidate: days off, within 3 and 7 days, AUC and Brier of late, pinball loss, share of 80 % bands that held, their width."""
    from duecourse.prediction.rules import curves, gate
    from duecourse.prediction.rules import history as past
    from duecourse.prediction.rules.book import NEVER, books
    from duecourse.prediction.rules.candidates import all_curves
    from duecourse.prediction.rules.learn import learn

    book, _none = books(items, [])
    cut = int(np.quantile(book.issued, share))
    end = int(max(book.issued.max(), book.paid[book.paid < NEVER].max()))
    model = learn(book, cut - 1, SEED)
    ripe = gate.ripe_days(book)
    test = book.taken(np.flatnonzero((book.issued >= cut) & ((book.paid < NEVER) | (book.issued <= end - ripe))))
    known = past.history(book)
    anchor = test.issued - 1
    came = np.minimum(test.paid, end) - anchor
    late = test.paid > test.due
    made = all_curves(model.some.names, model.some, test, anchor, known)
    champion = model.verdict.champion
    made[f"= gate: {champion}"] = gate.corrected(made[champion], model.verdict)
    tell(
        f"  cut {dt.date.fromordinal(cut)}, learnt from {model.payments:,} payments, tested on {len(test):,}, late {late.mean():.0%}"
    )
    tell(
        f"  {'candidate':18} {'MAE d':>6} {'±3 d':>6} {'±7 d':>6} {'AUC':>6} {'Brier':>6} {'pinball':>8} {'80 % held':>10} {'width':>6}"
    )
    result = {}
    for name, some in made.items():
        points = {level: curves.quantile(some, level) for level in np.arange(1, 20) / 20}
        off = np.abs(points[0.5] - came)
        chance = 1 - curves.at(some, test.due - anchor)
        loss = np.mean([np.maximum(level * (came - at), (level - 1) * (came - at)).mean() for level, at in points.items()])
        low, high = curves.quantile(some, 0.1), curves.quantile(some, 0.9)
        held = (came >= low) & (came <= high)
        row = (
            off.mean(), (off <= 3).mean(), (off <= 7).mean(), auc(late, chance), np.mean((chance - late) ** 2), loss, held.mean(),
            np.mean(high - low),
        )  # fmt: skip
        result[name] = tuple(float(value) for value in row)
        tell(
            f"  {name:18} {row[0]:6.2f} {row[1]:6.1%} {row[2]:6.1%} {row[3]:6.3f} {row[4]:6.3f} {row[5]:8.2f} {row[6]:10.1%} {row[7]:6.1f}"
        )
    return result


def run() -> list[Figure]:
    """Both sets; the limits are those of the published baselines on the whole IBM set, of which this file is a part."""
    figures = []
    for name, items, share in load():
        began = time.perf_counter()
        found = judge(items, share)
        tell(f"  {time.perf_counter() - began:.0f} s")
        ours = next(row for label, row in found.items() if label.startswith("="))
        plain = min(row[0] for label, row in found.items() if label in ("due-date", "median", "average", "record"))
        if name == "ibm_invoices":
            figures += [
                Figure("IBM, days off (MAE)", f"{ours[0]:.2f}", "≤ 5.75", ours[0] <= 5.75),
                Figure("IBM, within 7 days", f"{ours[2]:.1%}", "≥ 71 %", ours[2] >= 0.71),
                Figure("IBM, AUC of late", f"{ours[3]:.3f}", "≥ 0.865", ours[3] >= 0.865),
            ]
        figures.append(
            Figure(
                f"{name}, days off against the best plain rule", f"{ours[0]:.2f} : {plain:.2f}", "≤ 1.02", ours[0] <= 1.02 * plain
            )
        )
        figures.append(Figure(f"{name}, 80 % bands that held", f"{ours[6]:.1%}", "78 to 82 %", 0.78 <= ours[6] <= 0.82))
    return figures
