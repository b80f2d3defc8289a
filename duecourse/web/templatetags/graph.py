"""Small drawings made of SVG attributes (the policy allows no inline style): sparklines, meters, stacked bars; and search marks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from duecourse.core.money import Money
from duecourse.web.templatetags.show import amount, money

register = template.Library()


def _plain(value: object) -> Decimal:
    if isinstance(value, Money):
        return value.amount
    if isinstance(value, tuple):
        return Decimal(value[0])
    return Decimal(str(value)) if value not in (None, "") else Decimal(0)


def _percent(part: Decimal, whole: Decimal) -> str:
    share = part * 100 / whole if whole > 0 else Decimal(0)
    return f"{min(max(share, Decimal(0)), Decimal(100)).quantize(Decimal('0.01'))}%"


@register.simple_tag
def width_of(value: object, most: object) -> str:
    """`value` of `most` as a width, kept between 0 and 100 %."""
    return _percent(_plain(value), _plain(most))


@register.simple_tag
def spark_of(points: Sequence[Any] | str) -> dict[str, str] | None:
    """A polyline of at least two points in a box of 76 x 26; None when there are fewer."""
    values = [_plain(point) for point in (points if not isinstance(points, str) else points.replace(",", " ").split())]
    if len(values) < 2:
        return None
    low, high = min(values), max(values)
    span = (high - low) or Decimal(1)
    places = [
        (Decimal(74) * step / (len(values) - 1), Decimal(23) - (value - low) * 20 / span) for step, value in enumerate(values)
    ]
    path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
    return {"path": path, "x": f"{places[-1][0]:.1f}", "y": f"{places[-1][1]:.1f}"}


@register.simple_tag
def stack_of(parts: Sequence[dict[str, Any]], limit: object = "", most: object = "", insured: object = "") -> dict[str, Any]:
    """Where each part of a stacked bar lies.

    `parts`: dicts with label, value (Money or Decimal), fill (kind-1 … kind-4, age-0 … age-4), hatched. The bar is as wide as
    `most`, or the greater of the sum and 1.1 times the limit.
    """
    whole = sum((_plain(part["value"]) for part in parts), Decimal(0))
    bound = _plain(limit) if limit not in ("", None) else Decimal(0)
    width = _plain(most) if most not in ("", None) else max(whole, bound * Decimal("1.1"))
    done, placed = Decimal(0), []
    for number, part in enumerate(parts):
        value = max(_plain(part["value"]), Decimal(0))
        placed.append(
            {
                "x": _percent(done, width),
                "width": _percent(value, width),
                "label": part["label"],
                "fill": part.get("fill") or f"kind-{min(number + 1, 4)}",
                "hatched": bool(part.get("hatched")),
                "shown": money(part["value"]) if isinstance(part["value"], (Money, tuple)) else amount(_plain(part["value"])),
            }
        )
        done += value
    share = bound / width if width else Decimal(0)
    return {
        "parts": placed,
        "limit": _percent(bound, width) if bound else "",
        "limit_anchor": "end" if share > Decimal("0.85") else "middle" if share > Decimal("0.15") else "start",
        "insured": _percent(_plain(insured), width) if insured not in ("", None) else "",
        "said": "; ".join(f"{part['label']} {part['shown']}" for part in placed),
    }


@register.simple_tag
def marked(text: object, query: str) -> SafeString:
    """`text` with what matches the words of `query` marked."""
    safe = str(conditional_escape(str(text)))
    words = [re.escape(str(conditional_escape(word))) for word in str(query).split() if word]
    if words:
        safe = re.sub(f"({'|'.join(words)})", r"<mark>\1</mark>", safe, flags=re.IGNORECASE)
    return mark_safe(safe)  # noqa: S308 — text and words are escaped above


@register.simple_tag
def marked_spans(text: str, spans: Sequence[tuple[int, int]]) -> SafeString:
    """Raw bank text with the parts [(start, end), …] that a proposal rests on marked; spans in order, not overlapping."""
    pieces, here = [], 0
    for start, end in sorted(spans):
        if start < here:
            continue
        pieces += [str(conditional_escape(text[here:start])), f"<mark>{conditional_escape(text[start:end])}</mark>"]
        here = end
    pieces.append(str(conditional_escape(text[here:])))
    return mark_safe("".join(pieces))  # noqa: S308 — each piece is escaped above
