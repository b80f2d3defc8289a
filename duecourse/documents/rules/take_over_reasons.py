"""Why a row of a take-over stays out and what to do, and why a column is guessed to be what it is: sentences for every code."""

from __future__ import annotations

from duecourse.core.reasons import N_, define

define(
    {
        # rows
        "take-over.empty": N_("Nothing is there. Fill the cell, or choose another column."),
        "take-over.not-a-date": N_("“{value}” is no day. Write it like 2026-10-31."),
        "take-over.two-dates": N_(
            "“{value}” can be {one} or {other}. Say which comes first in this column, or write it like 2026-10-31."
        ),
        "take-over.not-an-amount": N_("“{value}” is no amount. Write digits with one decimal mark, such as 1234.56."),
        "take-over.two-amounts": N_("“{value}” can be {one} or {other}. Say which mark stands before the cents in this column."),
        "take-over.mixed-amounts": N_(
            "“{value}”: this column has both points and commas before the cents. Say which one is right."
        ),
        "take-over.other-mark": N_("“{value}” does not fit what was said of its column. Mend the value, or say it otherwise."),
        "take-over.decimals": N_("{value} has more decimals than {currency} has. Mend the amount or its currency."),
        "take-over.too-large": N_("“{value}” is larger than can be kept. Mend the amount."),
        "take-over.currency": N_("“{value}” is no currency code of ISO 4217, such as EUR. Mend it."),
        "take-over.other-currency": N_("The amount says {found}, its currency column {currency}. Mend one of them."),
        "take-over.no-rate": N_(
            "There is no exchange rate of {currency} for {on}. Load the ECB’s reference rates in the settings, then try again."
        ),
        "take-over.zero": N_("Nothing is open. Leave the row out."),
        "take-over.twice": N_("The same stands in row {line} already. Leave one of them out."),
        "take-over.fields": N_("The row has {found} fields, the heads have {expected}. Look for a missing quote or delimiter."),
        "take-over.merged-amount": N_("One amount is merged over several rows. Part the cells and write each row’s own amount."),
        "take-over.no-value": N_(
            "The cell holds a formula or an error in place of a value. Open the file in a spreadsheet program, mend and save it, and upload it again."
        ),
        "take-over.too-long": N_("The text has {found} characters; {longest} are kept. Shorten it, or look for a missing quote."),
        "take-over.far-due": N_("This is far from the document’s date, {issue}: day and month may be swapped. Mend one of them."),
        "take-over.before-issue": N_("This is before the invoice’s date, {issue}. Mend one of them."),
        "take-over.spreadsheet-number": N_(
            "“{value}” was made a number by a spreadsheet. Format the column as text and export it again."
        ),
        "take-over.unknown-customer": N_(
            "Customer {number} is not here, and no column has its name. Take over customers first, or choose the column of the name."
        ),
        "take-over.no-due": N_(
            "There is no due date, and customer {number} is not here with terms. Fill it in, or take over customers first."
        ),
        "take-over.unknown-terms": N_(
            "There are no payment terms “{value}”. Make them in the settings, or leave this column out."
        ),
        "take-over.unknown-country": N_("“{value}” is no country code such as DE, and no country’s name that is known here."),
        "take-over.unknown-language": N_("“{value}” is no language code such as de, and no language’s name that is known here."),
        "take-over.not-an-email": N_("“{value}” is no e-mail address. Mend or empty it."),
        "take-over.not-an-iban": N_("“{value}” is no IBAN: its check digits are wrong. Mend or empty it."),
        "take-over.unknown-parent": N_(
            "There is no customer {value}, neither here nor among the ready rows of the file. Mend it, or add the row."
        ),
        "take-over.circle": N_("The parents lead back to this customer. Take one of them out."),
        "take-over.unknown-tax": N_(
            "“{value}” is no tax category: S, AA or Z, or a rate that the tax rates of your country hold."
        ),
        "take-over.no-currency": N_("The price has no currency. Choose a column or one currency for all rows."),
        "take-over.unknown-account": N_(
            "There is no ledger account {value}. Make it in the settings, or give its name and kind in columns of their own."
        ),
        "take-over.unknown-account-kind": N_("“{value}” is no kind of account: asset, liability, equity, income or expense."),
        "take-over.receivables-account": N_(
            "What customers owe is taken over as open items, which book it. Leave this account out."
        ),
        "take-over.debit-and-credit": N_("Debit and credit are both filled. One account has one balance."),
        "take-over.not-a-flag": N_("“{value}” is neither yes nor no. Write 1 or 0, yes or no."),
        "take-over.not-usable": N_("{said}"),
        # what holds for the file as a whole
        "take-over.missing-field": N_("No column is “{field}” yet. Choose it among the columns."),
        "take-over.missing-one-of": N_("One of these must be a column: {fields}."),
        "take-over.missing-currency": N_("No column is the currency. Choose one, or one currency for all rows."),
        "take-over.missing-terms": N_("New customers need payment terms. Choose them, or make some in the settings."),
        "take-over.period-closed": N_("Nothing can be booked on {on}: {said}"),
        "take-over.not-balanced": N_(
            "Debits exceed credits by {money}. Mend the balances, or name an account that takes up the difference."
        ),
        "take-over.not-balanced-credit": N_(
            "Credits exceed debits by {money}. Mend the balances, or name an account that takes up the difference."
        ),
        "take-over.unknown-difference": N_(
            "There is no ledger account {code} to take up the difference. Choose one of the chart."
        ),
        "take-over.nothing-ready": N_("No row is ready and new."),
        # what was seen in the file
        "take-over.note-encoding": N_("Letters are read as {encoding}: look whether names are right."),
        "take-over.note-mojibake": N_(
            "Letters such as “{sample}” look as if they were converted twice before. Export the file again as UTF-8."
        ),
        "take-over.note-hidden": N_("Hidden rows are read like the others: {count}."),
        "take-over.note-merged": N_("Merged cells: {count}. A text counts for each of their rows, an amount for none."),
        "take-over.note-formulas": N_("Formulas without results: {count}. Rows that need them stay out."),
        "take-over.note-sheets": N_("The file has {count} sheets; this is “{sheet}”."),
        "take-over.note-terms": N_("Due dates reckoned from the customer’s terms, as they are empty in the file: {count}."),
        "take-over.note-serial": N_("Dates kept as a spreadsheet’s day numbers: {count}."),
        "take-over.note-changed": N_("Since you looked, something changed: {said} Look at the figures again."),
        # columns
        "take-over.guess-remembered": N_("as in your take-over of {day}"),
        "take-over.guess-chosen": N_("you chose it; {fits} of {filled} fit"),
        "take-over.guess-head": N_("the head says so; {fits} of {filled} fit"),
        "take-over.guess-values": N_("the head says nothing; {fits} of {filled} values look like it"),
        "take-over.guess-doubt": N_("the head says so, but only {fits} of {filled} fit"),
        "take-over.guess-second": N_("another column fits better: {head}"),
        "take-over.guess-none": N_("no field fits"),
        "take-over.guess-empty": N_("it is empty"),
        "take-over.guess-days": N_("values with a day over 12: {count}"),
        "take-over.guess-orders": N_("values that can be two days: {count}; say which comes first"),
        "take-over.guess-marks": N_("values that can be two amounts: {count}; say which mark stands before the cents"),
        "take-over.guess-both-marks": N_(
            "values with a comma before the cents: {comma}, with a point: {point}; say which is right"
        ),
        "take-over.guess-comma": N_("a comma stands before the cents"),
        "take-over.guess-point": N_("a point stands before the cents"),
    }
)
