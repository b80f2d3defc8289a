"""Whether orders may go out on credit, why, and what would free those that may not. Pure: no database, no clock."""

from duecourse.credit.rules.evidence import decide_again, decision_from_json, decision_to_json, facts_to_json
from duecourse.credit.rules.orders import (
    Decision,
    Finding,
    OrderRequest,
    Release,
    Standing,
    consume,
    convert,
    decide_order,
    decide_orders,
)
from duecourse.credit.rules.policy import OrderPolicy, policy_from_json, policy_to_json
from duecourse.credit.rules.sentences import TITLES

__all__ = [
    "TITLES",
    "Decision",
    "Finding",
    "OrderPolicy",
    "OrderRequest",
    "Release",
    "Standing",
    "consume",
    "convert",
    "decide_again",
    "decide_order",
    "decide_orders",
    "decision_from_json",
    "decision_to_json",
    "facts_to_json",
    "policy_from_json",
    "policy_to_json",
]
