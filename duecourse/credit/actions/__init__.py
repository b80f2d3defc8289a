"""What happens in credit: accounts and limits, checks and reservations, releases and rejections."""

from duecourse.credit.actions.accounts import NewCreditAccount, NewLimit, create_credit_accounts, set_limits, set_policy
from duecourse.credit.actions.checks import check_orders
from duecourse.credit.actions.holds import end_holds, reject_hold, release_hold
from duecourse.credit.actions.reservations import Movement, end_reservations, move_reservations
from duecourse.credit.rules import OrderRequest

__all__ = [
    "Movement",
    "NewCreditAccount",
    "NewLimit",
    "OrderRequest",
    "check_orders",
    "create_credit_accounts",
    "end_holds",
    "end_reservations",
    "move_reservations",
    "reject_hold",
    "release_hold",
    "set_limits",
    "set_policy",
]
