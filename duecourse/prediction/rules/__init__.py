"""Pure decisions of prediction. What learns stands in `answer` and below, and is imported where it runs: it loads slowly."""

from duecourse.prediction.rules.items import WEEKS, Answer, Estimate, GateRow, Item, PastSum, WeekCash

__all__ = ["WEEKS", "Answer", "Estimate", "GateRow", "Item", "PastSum", "WeekCash"]
