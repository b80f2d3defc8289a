"""Payment terms of customers that a take-over makes: the ones that were chosen, or 30 days net where the books have none yet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from duecourse.core.call import Call
from duecourse.customers import actions as customers
from duecourse.customers import queries as customer_facts
from duecourse.customers.rules import NewTerms

MADE = NewTerms("N30", "30 days net", 30)


def chosen_terms(call: Call, options: Mapping[str, Any]) -> str | None:
    """The code of the terms for new customers: the one chosen; else of the only terms there are; None when a person has to say.

    N30 may be chosen without being there: it is made.
    """
    codes = [terms.code for terms in customer_facts.terms(call)]
    wanted = str(options.get("terms", ""))
    if wanted:
        return wanted if wanted in codes or wanted == MADE.code else None
    return codes[0] if len(codes) == 1 else MADE.code if not codes else None


def make_terms(call: Call, options: Mapping[str, Any]) -> str:
    """The code as `chosen_terms` says, there from now on; some terms also where no new customer needs them."""
    codes = [terms.code for terms in customer_facts.terms(call)]
    code = chosen_terms(call, options) or next(iter(codes), MADE.code)
    if code not in codes:
        customers.create_terms(call, [MADE])
    return code
