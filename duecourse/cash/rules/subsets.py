"""Which sets of amounts add up to a target, and how many there are. Integers in minor units, so exact."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence


def subsets(amounts: Sequence[int], target: int, keep: int = 2) -> tuple[int, list[tuple[int, ...]]]:
    """How many non-empty sets of positions add up to `target`, and the first `keep` of them, smallest sets first.

    Meets in the middle (Horowitz and Sahni 1974): 2^(n/2) sums on each side, so keep n at 20 or below.
    """
    half = len(amounts) // 2
    left, right = _sums(amounts[:half]), _sums(amounts[half:])
    by_sum: dict[int, list[int]] = defaultdict(list)
    for mask, value in enumerate(right):
        by_sum[value].append(mask)
    count = 0
    found: list[tuple[int, ...]] = []
    for mask, value in enumerate(left):
        partners = by_sum.get(target - value)
        if partners is None:
            continue
        for partner in partners:
            whole = mask | partner << half
            if not whole:
                continue
            count += 1
            if count <= 64:
                found.append(tuple(place for place in range(len(amounts)) if whole >> place & 1))
    found.sort(key=lambda places: (len(places), places))
    return count, found[:keep]


def _sums(amounts: Sequence[int]) -> list[int]:
    sums = [0]
    for amount in amounts:
        sums += [value + amount for value in sums]
    return sums


def pairs(amounts: Sequence[int], target: int, keep: int = 2) -> tuple[int, list[tuple[int, ...]]]:
    """As `subsets`, but only sets of exactly two, for any number of amounts."""
    places: dict[int, list[int]] = defaultdict(list)
    count = 0
    found: list[tuple[int, ...]] = []
    for place, amount in enumerate(amounts):
        for partner in places.get(target - amount, ()):
            count += 1
            if count <= keep:
                found.append((partner, place))
        places[amount].append(place)
    return count, found


def run_from_start(amounts: Sequence[int], target: int) -> int:
    """How many of the first amounts add up to `target` (at least two), or 0. Amounts are all positive here."""
    total = 0
    sums: list[int] = []
    for amount in amounts:
        total += amount
        sums.append(total)
    place = bisect_left(sums, target)
    return place + 1 if place > 0 and place < len(sums) and sums[place] == target else 0
