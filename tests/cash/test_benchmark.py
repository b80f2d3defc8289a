"""The benchmark's own seeds: what posts alone is right, and the matcher is ahead of the plain rule."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

from duecourse.cash.rules import propose

_spec = importlib.util.spec_from_file_location("cash_bench", Path(__file__).parents[2] / "benchmarks" / "cash_bench.py")
assert _spec is not None
assert _spec.loader is not None
cash_bench = importlib.util.module_from_spec(_spec)
sys.modules["cash_bench"] = cash_bench
_spec.loader.exec_module(cash_bench)


class TestBenchmark:
    def test_what_posts_alone_is_right_and_most_first_proposals_are(self) -> None:
        made = cash_bench.world(seed=101, items=3000, payments=800)
        first = [proposal for proposal in propose(made.payments, made.items, made.known) if proposal.rank == 1]
        right = {proposal.payment_id: cash_bench.answer(proposal) == made.truth[str(proposal.payment_id)] for proposal in first}
        posted = [proposal.payment_id for proposal in first if proposal.decision == "post"]
        assert len(posted) > 250
        assert all(right[payment_id] for payment_id in posted)
        assert sum(right.values()) / len(right) > 0.9
        baseline = cash_bench.first_hit(made)
        assert sum(lines == made.truth[one] for one, lines in baseline.items()) < sum(right.values())

    def test_a_seed_gives_the_same_world_again(self) -> None:
        one, other = (cash_bench.world(seed=7, items=300, payments=50) for _ in range(2))
        assert (one.items, one.payments, one.truth) == (other.items, other.payments, other.truth)
