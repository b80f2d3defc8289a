"""What looks like the same customer twice, circles in a hierarchy, and values that make no sense. Pure: no database, no clock."""

from __future__ import annotations

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


def likenesses(new: Known, known: Sequence[Known]) -> list[Likeness]:
    """Existing customers that `new` may be: same tax id, same folded name or same bank account; the most reasons first."""
    tax_id, name = normal_tax_id(new.tax_id), fold_name(new.name)
    accounts = {normal_bank_account(account) for account in new.bank_accounts}
    found = []
    for other in known:
        reasons = []
        said = {"number": other.number, "name": other.name}
        if tax_id and tax_id == normal_tax_id(other.tax_id):
            reasons.append(Reason("customers.same-tax-id", said | {"tax_id": other.tax_id}))
        if name and name == fold_name(other.name):
            reasons.append(Reason("customers.same-name", said))
        shared = sorted(accounts & {normal_bank_account(account) for account in other.bank_accounts})
        if shared:
            reasons.append(Reason("customers.same-bank-account", said | {"account": shared[0]}))
        if reasons:
            found.append(Likeness(other.customer_id, other.number, other.name, tuple(reasons)))
    return sorted(found, key=lambda likeness: (-len(likeness.reasons), likeness.number))


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
