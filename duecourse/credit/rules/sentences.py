"""What the rules say, in words: one title per rule and one sentence per finding."""

from __future__ import annotations

from duecourse.core.reasons import N_, define

TITLES: dict[str, str] = {  # the short name of a rule when it speaks, as badges and headings show it
    "limit": N_("Over limit"),
    "near-limit": N_("Near limit"),
    "no-limit": N_("No limit set"),
    "oldest-item": N_("Oldest item"),
    "overdue-share": N_("Overdue share"),
    "account-stopped": N_("Account stopped"),
    "release": N_("Released"),
}

define(
    {
        "credit.within-limit": N_("Exposure with this order is {exposure}, within the limit of {limit}."),
        "credit.within-group-limit": N_(
            "Exposure of {group} with this order is {exposure}, within the group's limit of {limit}."
        ),
        "credit.over-limit": N_("Exposure with this order is {exposure}: {excess} more than the limit of {limit}."),
        "credit.over-group-limit": N_(
            "Exposure of {group} with this order is {exposure}: {excess} more than the group's limit of {limit}."
        ),
        "credit.near-limit": N_("Exposure with this order is {exposure}, {percent} % of the limit of {limit}."),
        "credit.near-group-limit": N_(
            "Exposure of {group} with this order is {exposure}, {percent} % of the group's limit of {limit}."
        ),
        "credit.no-limit": N_("No limit is set for {account}. Exposure with this order is {exposure}."),
        "credit.not-late": N_("No item is overdue."),
        "credit.oldest-item-allowed": N_("The oldest item is {days} days late; the policy allows {days_max}."),
        "credit.late-within-tolerance": N_("What is late is not more than {tolerance} per item, which the policy overlooks."),
        "credit.oldest-item-late": N_("{item} is {days} days late; the policy allows {days_max}. Counted: {open}."),
        "credit.overdue-share-allowed": N_("{percent} % of the open items are overdue; the policy allows {percent_max} %."),
        "credit.overdue-share-high": N_(
            "{percent} % of the open items are overdue ({overdue}); the policy allows {percent_max} %."
        ),
        "credit.account-stopped": N_("{account} is stopped: nothing goes out on credit."),
        "credit.released": N_("A release up to {amount} covers this order."),
        "credit.released-until": N_("A release up to {amount}, valid until {until}, covers this order."),
        "credit.free-by-payment": N_("A payment of {amount} frees it in full"),
        "credit.free-by-payment-of-item": N_("A payment of {amount} frees it in full, of it {part} on {item}"),
        "credit.free-part-by-payment": N_("A payment of {amount} brings it within the limit; another rule still holds it"),
        "credit.free-by-part-delivery": N_("A part delivery up to {amount} fits the limit"),
        "credit.free-part-by-part-delivery": N_("A part delivery up to {amount} fits the limit; another rule still holds it"),
        "credit.free-by-limit": N_("A limit of {limit} for {account} makes room for it"),
        "credit.free-by-item": N_("Payment of {item} ({amount}) ends the stop by its age"),
        "credit.free-by-overdue": N_("A payment of {amount} on overdue items ends the stop by their share"),
        "credit.free-by-resuming": N_("Taking the stop off {account} ends it"),
    }
)
