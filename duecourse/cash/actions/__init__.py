"""Writes of the cash room: take files, propose, apply, undo."""

from duecourse.cash.actions.apply import apply_payment, apply_payments, put_on_account, set_later, set_not_receivable
from duecourse.cash.actions.propose import keep_proposals, propose_payments
from duecourse.cash.actions.take import TakenFile, record_payment, take_file
from duecourse.cash.actions.undo import unapply, unapply_payments

__all__ = [
    "TakenFile",
    "apply_payment",
    "apply_payments",
    "keep_proposals",
    "propose_payments",
    "put_on_account",
    "record_payment",
    "set_later",
    "set_not_receivable",
    "take_file",
    "unapply",
    "unapply_payments",
]
