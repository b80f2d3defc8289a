"""Which payment settles which open items, and why: the pure rules of matching. No database, no clock."""

from duecourse.cash.rules.applying import Applied, ApplyLine, ApplyRequest, DiscountTerms, Split, split_payment
from duecourse.cash.rules.certificate import CERTIFICATE, Evidence, lower_bound
from duecourse.cash.rules.propose import by_payment, propose
from duecourse.cash.rules.references import is_rf_reference, normalised
from duecourse.cash.rules.shapes import Hit, KnownAccount, MatchPolicy, OpenItem, Payment, Proposal, ProposalLine, SettledItem

__all__ = [
    "CERTIFICATE",
    "Applied",
    "ApplyLine",
    "ApplyRequest",
    "DiscountTerms",
    "Evidence",
    "Hit",
    "KnownAccount",
    "MatchPolicy",
    "OpenItem",
    "Payment",
    "Proposal",
    "ProposalLine",
    "SettledItem",
    "Split",
    "by_payment",
    "is_rf_reference",
    "lower_bound",
    "normalised",
    "propose",
    "split_payment",
]
