"""The matcher's reasons in plain words."""

from __future__ import annotations

from duecourse.core.reasons import N_, define

define(
    {
        "cash.reference-structured": N_("The structured reference {reference} belongs to {numbers}."),
        "cash.number-in-text": N_("The text names {numbers}."),
        "cash.number-end-in-text": N_(
            "The text has the last digits of {numbers}, and only this customer's items were looked at."
        ),
        "cash.number-short": N_("The text has {numbers}, a number too short to be sure of by itself."),
        "cash.number-misspelt": N_("The text has the number of {numbers} with one digit wrong or two swapped."),
        "cash.order-in-text": N_("The text names an order or purchase order of {numbers}."),
        "cash.payer-account-known": N_("The payer's account {account} is known: customer {customer}."),
        "cash.payer-name-known": N_("The payer's name is that of customer {customer}, and of no other."),
        "cash.payer-in-group": N_("The payer is customer {payer}, of the same group as customer {customer}."),
        "cash.payer-differs": N_("The payer is known as customer {payer}, but the items are customer {customer}'s."),
        "cash.payer-ambiguous": N_("The payer's account or name belongs to {count} customers."),
        "cash.payer-unknown": N_("Neither the payer's account nor the payer's name is known."),
        "cash.amount-exact": N_("The sum is exact: {amount} is open and {amount} was paid."),
        "cash.amount-unique": N_("No other open item of this customer has this amount."),
        "cash.amount-unique-everywhere": N_("Only one open item in {currency} has this amount."),
        "cash.set-unique": N_("Of all sets of the customer's {count} open items only this one adds up to the payment."),
        "cash.two-sets-fit": N_("{count} sets of open items add up to the payment, so a person decides."),
        "cash.all-due": N_("It is the sum of all that was due on {day}."),
        "cash.all-open": N_("It is the sum of all that is open."),
        "cash.due-run": N_("It is the sum of the customer's {count} oldest items by due date."),
        "cash.only-item": N_("The customer has only this one open item in {currency}."),
        "cash.completed": N_("With {numbers}, which the text does not name, the sum is exact."),
        "cash.number-left-out": N_("The text names {numbers} too, but the sum is exact without."),
        "cash.discount-in-time": N_("A cash discount of {discount} is in time: paid on {paid}, allowed until {until}."),
        "cash.discount-too-late": N_("{discount} was taken as cash discount on {paid}, but it was allowed until {until}."),
        "cash.rounding": N_("A difference of {difference} is read as rounding."),
        "cash.bank-charge": N_("{difference} is missing. It is read as a bank's charge."),
        "cash.bank-charge-in-text": N_("{difference} is missing, and the text says “{word}”."),
        "cash.deducted": N_("{difference} is missing. This reads it as a deduction."),
        "cash.deducted-in-text": N_("{difference} was deducted: the text says “{word}”."),
        "cash.paid-in-part": N_("{paid} of {amount} was paid, and {left} stays open."),
        "cash.overpaid": N_("{difference} more was paid than is open."),
        "cash.on-account": N_("The customer is known, but no open item fits, so the money is kept on account."),
        "cash.paid-already": N_("{numbers} is named, but it is paid already. This may be paid twice."),
        "cash.currency-differs": N_("{numbers} is in {currency}, the payment is in {paid}."),
        "cash.nothing-identified": N_("Nothing in this payment names a customer or an item."),
        "cash.not-from-customer": N_("The text says “{word}”, which is not a customer's payment."),
        "cash.paid-out": N_("Money went out, and no credit note of this amount is named."),
        "cash.certified": N_("Of {posts} checked cases like this {errors} were wrong: right in at least {bound} %."),
        "cash.not-certified": N_("A person confirms cases like this."),
        "cash.not-certified-yet": N_("A person confirms cases like this until more than the {posts} so far were checked."),
    }
)
