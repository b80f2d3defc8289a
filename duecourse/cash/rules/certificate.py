"""Which tiers may post alone, and on what evidence.

A tier is certified when, of so many of its proposals that were checked, so few were wrong that the one-sided 95 % lower
bound of its precision is at least 99.9 % (Clopper and Pearson 1934): 2,995 without an error, 4,742 with one, 6,294 with
two. A tier without that evidence only suggests, whatever its rule says.

The counts below come from `benchmarks/cash_bench.py` (generated payments with known truth, seeds named in
`BENCHMARK`). They say how the rule behaves on that mix. They are no promise about a company's own payments: a company
replaces them with the counts of its own confirmed history as soon as it has enough.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

PRECISION_NEEDED = 0.999
_LEVEL = 0.05

BENCHMARK = "cash_bench.py --seeds 11 to 30, 2,500 payments and 10,000 open items a seed, 2026-11-21"


@dataclass(frozen=True, slots=True)
class Evidence:
    """How many of a tier's proposals were checked, and how many of them were wrong."""

    posts: int
    errors: int

    @property
    def lower_bound(self) -> float:
        return lower_bound(self.posts, self.errors)

    @property
    def certifies(self) -> bool:
        return self.lower_bound >= PRECISION_NEEDED


@cache
def lower_bound(posts: int, errors: int) -> float:
    """The one-sided 95 % Clopper–Pearson lower bound of precision after `errors` wrong of `posts`; 0.0 without posts.

    It is the precision p at which so few errors would be seen in only 5 % of such samples:
    Σ_{k ≤ errors} C(posts, k) (1−p)^k p^(posts−k) = 0.05. A share of cases, not money, hence a float.
    """
    if not 0 <= errors <= posts:
        raise ValueError("errors must be between 0 and posts")
    if posts == errors:
        return 0.0
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if _at_most(posts, errors, 1 - middle) < _LEVEL:
            low = middle
        else:
            high = middle
    return low


def _at_most(posts: int, errors: int, share: float) -> float:
    """The chance of at most `errors` errors in `posts` when each is an error with probability `share`."""
    if share <= 0.0:
        return 1.0
    if share >= 1.0:
        return 0.0
    total = 0.0
    for count in range(errors + 1):
        ways = math.lgamma(posts + 1) - math.lgamma(count + 1) - math.lgamma(posts - count + 1)
        total += math.exp(ways + count * math.log(share) + (posts - count) * math.log1p(-share))
    return total


# Only tiers whose rule is strict by itself: a structured reference or full document numbers, each of one item, all of them
# used, from the customer's own account or name, and a sum that is exact. Other tiers that were never wrong in the benchmark
# (an order's number, the last digits of a number, a discount in time) stay suggestions until real history speaks for them.
CERTIFICATE: Mapping[str, Evidence] = MappingProxyType(
    {
        "number-exact": Evidence(posts=18518, errors=0),
        "structured-exact": Evidence(posts=3104, errors=0),
    }
)
