"""Writes to tailoring: reason codes and where they are said, custom fields and their values, texts."""

from duecourse.tailoring.actions.fields import (
    NewValues,
    change_field,
    define_field,
    restore_field,
    retire_field,
    set_values,
    start_values,
)
from duecourse.tailoring.actions.reasons import (
    define_reason,
    restore_reason,
    retire_reason,
    reword_reason,
    say_reason,
    say_reasons,
)
from duecourse.tailoring.actions.texts import reset_text, write_text

__all__ = [
    "NewValues",
    "change_field",
    "define_field",
    "define_reason",
    "reset_text",
    "restore_field",
    "restore_reason",
    "retire_field",
    "retire_reason",
    "reword_reason",
    "say_reason",
    "say_reasons",
    "set_values",
    "start_values",
    "write_text",
]
