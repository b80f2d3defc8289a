"""What looks like the same customer twice, circles in a hierarchy, and values that make no sense. Pure: no database, no clock."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence

from duecourse.core.errors import Refused
from duecourse.core.reasons import N_, Reason, define
from duecourse.customers.rules.names import fold_name, normal_bank_account, normal_tax_id, usable_email
from duecourse.customers.rules.values import ALIAS_KINDS, DUTIES, TREATMENTS, Known, Likeness, NewCustomer, NewTerms

define(
    {
        "customers.same-tax-id": N_("{number} {name} has the same tax id, {tax_id}."),
        "customers.same-name": N_("{number} {name} has the same name but for spelling and legal form."),
        "customers.same-bank-account": N_("{number} {name} pays from the same bank account, {account}."),
    }
)


def likenesses(new: Sequence[Known], known: Sequence[Known]) -> list[list[Likeness]]:
    """For each new customer the existing ones that it may be: same tax id, folded name or bank account; most reasons first."""
    by_tax_id, by_name, by_account = (defaultdict[str, list[Known]](list) for _ in range(3))
    for other in known:
        by_tax_id[normal_tax_id(other.tax_id)].append(other)
        by_name[fold_name(other.name)].append(other)
        for account in other.bank_accounts:
            by_account[normal_bank_account(account)].append(other)
    for index in (by_tax_id, by_name, by_account):
        index.pop("", None)  # two that are missing are not alike
    found = []
    for each in new:
        reasons: defaultdict[int, list[Reason]] = defaultdict(list)
        like: dict[int, Known] = {}
        for other in by_tax_id.get(normal_tax_id(each.tax_id), ()):
            like[other.customer_id] = other
            reasons[other.customer_id].append(Reason("customers.same-tax-id", _said(other) | {"tax_id": other.tax_id}))
        for other in by_name.get(fold_name(each.name), ()):
            like[other.customer_id] = other
            reasons[other.customer_id].append(Reason("customers.same-name", _said(other)))
        for account in sorted({normal_bank_account(account) for account in each.bank_accounts}):
            for other in by_account.get(account, ()):
                like[other.customer_id] = other
                reasons[other.customer_id].append(Reason("customers.same-bank-account", _said(other) | {"account": account}))
        rows = [Likeness(key, other.number, other.name, tuple(reasons[key])) for key, other in like.items()]
        found.append(sorted(rows, key=lambda row: (-len(row.reasons), row.number)))
    return found


def _said(other: Known) -> dict[str, object]:
    return {"number": other.number, "name": other.name}


def cycle(parents: Mapping[int, int | None]) -> list[int]:
    """The members of one circle among `parents` (child → parent), in order; empty when every line ends."""
    ended: set[int] = set()
    for start in parents:
        path: list[int] = []
        here: int | None = start
        while here is not None and here not in ended and here not in path:
            path.append(here)
            here = parents.get(here)
        if here is not None and here in path:
            return path[path.index(here) :]
        ended.update(path)
    return []


def checked_terms(new: NewTerms) -> NewTerms:
    """`new` when it makes sense. Errors: Refused('customers.terms-not-usable')."""
    both = (new.discount_days is None) == (new.discount_percent is None)
    if not new.code.strip() or not 0 <= new.net_days <= 3650:
        raise Refused("customers.terms-not-usable", f"Terms “{new.code}” need a code and 0 to 3650 net days.")
    if not both:
        raise Refused("customers.terms-not-usable", f"Terms “{new.code}”: a cash discount has both days and a percentage.")
    days, percent = new.discount_days, new.discount_percent
    if days is not None and percent is not None and not (0 <= days <= new.net_days and 0 < percent < 100):
        raise Refused(
            "customers.terms-not-usable",
            f"Terms “{new.code}”: the discount ends within the net days and is above 0 and below 100 %.",
        )
    return new


def checked_customer(new: NewCustomer) -> NewCustomer:
    """`new` when its own values are usable. Errors: Refused('customers.not-usable') naming the number and what is wrong."""
    wrong = []
    if not new.name.strip() or len(new.name) > 200:
        wrong.append("the name has 1 to 200 characters")
    wrong += [
        f"the {what} has at most {longest} characters"
        for what, text, longest in (
            ("VAT number", new.tax_id, 40),
            ("register number", new.register_number, 60),
            ("risk class", new.risk_class, 2),
        )
        if len(text) > longest
    ]
    if new.language and not re.fullmatch(r"[a-z]{2}(-[A-Za-z]{2})?", new.language):
        wrong.append(f"the language is two small letters like de, not “{new.language}”")
    for what, code in (("country", new.country), *(("address country", each.country) for each in new.addresses)):
        if code and (len(code) != 2 or not code.isascii() or not code.isupper()):
            wrong.append(f"the {what} is two capitals like DE, not “{code}”")
    if new.tax_treatment not in TREATMENTS:
        wrong.append(f"the tax treatment is one of {', '.join(TREATMENTS)}, not “{new.tax_treatment}”")
    if new.delivery not in ("email", "post"):
        wrong.append(f"invoices go by email or post, not by “{new.delivery}”")
    mails = (new.invoice_email, *(each.email for each in new.contacts))
    wrong += [f"“{mail}” is not an e-mail address" for mail in mails if mail and not usable_email(mail)]
    wrong += [f"a contact's duty is one of {', '.join(DUTIES)}" for each in new.contacts if each.duty not in DUTIES]
    wrong += [f"an alias is one of {', '.join(ALIAS_KINDS)}" for each in new.aliases if each.kind not in ALIAS_KINDS]
    if wrong:
        raise Refused("customers.not-usable", f"Customer {new.number} was not made: {'; '.join(wrong)}.", number=new.number)
    return new
