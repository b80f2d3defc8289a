"""Reads of tailoring: reason codes, custom fields and their values, texts."""

from duecourse.tailoring.queries.fields import (
    asked,
    every_field,
    field_for_caller,
    field_view,
    fields,
    found_by,
    subjects_with,
    value_count,
    value_counts,
    values,
)
from duecourse.tailoring.queries.fields import texts as value_texts
from duecourse.tailoring.queries.reasons import (
    UseView,
    choices,
    codes_about,
    reason_for_caller,
    reasons,
    use_counts,
    uses,
)
from duecourse.tailoring.queries.texts import TextView, best, custom_placeholders, text_for, texts, versions

__all__ = [
    "TextView",
    "UseView",
    "asked",
    "best",
    "choices",
    "codes_about",
    "custom_placeholders",
    "every_field",
    "field_for_caller",
    "field_view",
    "fields",
    "found_by",
    "reason_for_caller",
    "reasons",
    "subjects_with",
    "text_for",
    "texts",
    "use_counts",
    "uses",
    "value_count",
    "value_counts",
    "value_texts",
    "values",
    "versions",
]
