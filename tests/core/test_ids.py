"""Prefixed ids: there and back, and nothing else is let in."""

from __future__ import annotations

import contextlib
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duecourse.core import ids
from duecourse.core.errors import Refused

keys = st.integers(1, 2**59 - 1)


@given(keys, st.sampled_from(sorted(ids.PREFIXES)))
def test_an_id_leads_back_to_its_row_under_its_own_prefix_only(key: int, prefix: str) -> None:
    text = ids.outer(prefix, key)
    assert len(text) == 16
    assert ids.inner(prefix, text) == key
    for other in ("inv", "itm"):
        if other != prefix:
            with pytest.raises(Refused):
                ids.inner(other, text)


@given(st.text(max_size=20))
def test_any_other_text_is_not_found(text: str) -> None:
    key = None
    with contextlib.suppress(Refused):
        key = ids.inner("inv", text)
    assert key is None or ids.outer("inv", key) == text


def test_no_two_rows_share_an_id_and_neighbours_look_nothing_alike() -> None:
    made = [ids.outer("inv", key) for key in range(1, 20_001)]
    assert len(set(made)) == len(made)
    alike = [sum(a == b for a, b in zip(one[4:], other[4:], strict=True)) for one, other in itertools.pairwise(made)]
    assert max(alike) <= 8


@pytest.mark.parametrize(
    "text", ["", "inv_", "inv", "42", "inv_42", "INV_000000000000", "inv_00000000000I", "inv_0000000000000", "inv_ ٣0000000000"]
)
def test_what_is_nearly_an_id_is_not_found(text: str) -> None:
    with pytest.raises(Refused) as refusal:
        ids.inner("inv", text)
    assert refusal.value.code == "not-found"


@pytest.mark.parametrize(("prefix", "key"), [("xxx", 1), ("inv", 0), ("inv", -1), ("inv", 2**60)])
def test_there_is_no_id_of_what_is_no_row(prefix: str, key: int) -> None:
    with pytest.raises(ValueError, match="no id"):
        ids.outer(prefix, key)
