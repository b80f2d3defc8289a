"""What a take-over is: its kinds, the fields that a column can be, its states, and who may confirm it. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from duecourse.core.errors import Refused
from duecourse.core.reasons import N_

OPEN = ("reading", "open", "sent", "taking")  # not at its end yet
ENDED = ("taken", "discarded", "refused")
STATES_OF_TAKE_OVER = (*OPEN, *ENDED)
SYSTEM_MAX = 20
TAKE_OVER = "take-over"  # the kind of the task that shows how far one is
# What a field holds decides how its cells are read: see duecourse/jobs/imports/values.py.
TYPES = ("text", "id", "amount", "price", "date", "currency", "country", "language", "email", "iban", "flag", "code")


@dataclass(frozen=True, slots=True)
class Field:
    """Something that a column can be; `names` are heads it goes by in other systems, folded (letters and digits only)."""

    name: str
    label: str
    type: str
    required: bool = False
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Kind:
    """What a file can hold. One of `either` must be there beside the required fields; `options` are asked for beside the columns."""

    name: str
    label: str
    fields: tuple[Field, ...]
    either: tuple[str, ...] = ()
    options: tuple[str, ...] = ()

    def field(self, name: str) -> Field:
        """Errors: Refused('documents.unknown-field')."""
        for each in self.fields:
            if each.name == name:
                return each
        raise Refused("documents.unknown-field", f"There is no field “{name}” in {self.label}.", field=name)


def _field(name: str, label: str, type_: str, names: str, required: bool = False) -> Field:
    return Field(name, label, type_, required, tuple(names.split()))


_CUSTOMER = (
    "customer custnumber customernumber customerno custno customerid kunnr debitor debitorennr debitorennummer debitornr kundennr "
    "kundennummer kdnr kunde account accountno accountnumber clientnumber numeroclient codeclient compteclient"
)
_NAME = (
    "name namecustomer customername name1 company companyname firma firmenname kundenname raisonsociale nomclient nom debitorname"
)
_CURRENCY = "currency invoicecurrency curr ccy waers waehrung wahrung waehr wahr devise monnaie currencycode"
_ISSUE = (
    "documentcreatedate1 documentdate invoicedate issuedate date bldat belegdat belegdatum rechnungsdatum redatum datum datefacture "
    "dated postingdate budat"
)
_DUE = "dueindate duedate due faedt faellig fallig faelligkeit falligkeit faelligam netduedate nettofaelligkeit dateecheance echeance zfbdt"
_NUMBER = (
    "invoicenumber invoiceno invoiceid invoice xblnr number rechnungsnummer rechnr rechnungsnr renr belegnummer belegnr numerofacture "
    "facture reference documentno"
)

CUSTOMERS = Kind(
    "customers",
    N_("Customers"),
    (
        _field("number", N_("Customer number"), "id", f"number nummer {_CUSTOMER}", required=True),
        _field("name", N_("Name"), "text", _NAME, required=True),
        _field("country", N_("Country"), "country", "country land countrycode landkz landkennzeichen laenderkennzeichen land1 pays codepays"),
        _field("language", N_("Language"), "language", "language sprache spras langue lang languagecode"),
        _field(
            "tax_id", N_("Tax id"), "text", "taxid vatid vatnumber vatno vat ustid ustidnr ustidentnr stceg numerotva tva umsatzsteuerid steuernummer"
        ),
        _field("terms", N_("Payment terms"), "code", "terms paymentterms zahlungsbedingung zahlungsziel zterm zahlbed conditions termsdays netdays"),
        _field("currency", N_("Currency"), "currency", _CURRENCY),
        _field("street", N_("Street"), "text", "street address address1 addressline1 strasse str stras adresse rue anschrift strassehausnr"),
        _field("postal_code", N_("Postal code"), "text", "postalcode postcode zip zipcode plz pstlz codepostal postleitzahl"),
        _field("city", N_("City"), "text", "city town ort ort01 stadt ville"),
        _field("contact", N_("Contact"), "text", "contact contactname contactperson ansprechpartner ansprechpartnerin interlocuteur"),
        _field("email", N_("E-mail"), "email", "email mail emailaddress smtpaddr courriel invoiceemail emailrechnung"),
        _field("phone", N_("Phone"), "text", "phone telephone telefon tel telf1 phonenumber"),
        _field("bank_account", N_("Bank account"), "iban", "iban bankaccount bankverbindung konto kontonummer bankn compte"),
        _field("parent", N_("Number of the parent"), "id", "parent parentnumber parentcustomer konzern konzernmutter groupnumber mutter societemere"),
    ),
    options=("terms",),
)  # fmt: skip

PRODUCTS = Kind(
    "products",
    N_("Products"),
    (
        _field(
            "number", N_("Product number"), "id",
            "number nummer productnumber product sku item itemnumber itemno articlenumber artikelnummer artikelnr artnr matnr material",
            required=True,
        ),
        _field("name", N_("Name"), "text", "name description productname bezeichnung maktx artikelbezeichnung libelle", required=True),
        _field("price", N_("Price"), "price", "price unitprice listprice preis listenpreis vkpreis verkaufspreis kbetr prix prixunitaire nettopreis"),
        _field("currency", N_("Currency"), "currency", _CURRENCY),
        _field("unit", N_("Unit"), "text", "unit uom einheit me meins mengeneinheit unite"),
        _field("tax", N_("Tax category"), "code", "tax taxcategory taxcode vat steuer steuersatz mwst mwstsatz ust taxrate tva taxm1"),
    ),
    options=("currency", "on"),
)  # fmt: skip

ITEMS = Kind(
    "open-items",
    N_("Open items"),
    (
        _field("customer", N_("Customer number"), "id", _CUSTOMER, required=True),
        _field("name", N_("Customer’s name"), "text", _NAME),
        _field("number", N_("Invoice number"), "id", _NUMBER),
        _field("document", N_("Document in the old system"), "id", "docid documentnumber belnr document voucher belegnummer documentid"),
        _field("issue", N_("Invoice date"), "date", _ISSUE, required=True),
        _field("due", N_("Due date"), "date", _DUE),
        _field("amount", N_("Open amount"), "amount",
               "totalopenamount openamount amountopen open offen offenerbetrag betrag amount betraghw betrhw betrfw saldo balance restbetrag "
               "dmbtr wrbtr montant montantouvert solde outstanding", required=True),
        _field("currency", N_("Currency"), "currency", _CURRENCY),
        _field("company", N_("Company in the old system"), "id", "businesscode companycode bukrs buchungskreis mandant"),
        _field("year", N_("Fiscal year"), "id", "businessyear buisnessyear fiscalyear gjahr geschaeftsjahr year"),
        _field("line", N_("Line of the document"), "id", "buzei line lineitem position pos posten"),
        _field("purchase_order", N_("Purchase order"), "text", "purchaseorder po ponumber bestellnummer bstkd bestellung"),
        _field("open", N_("Still open"), "flag", "isopen open1 isopen1"),
    ),
    either=("number", "document"),
    options=("currency", "terms", "on"),
)  # fmt: skip

BALANCES = Kind(
    "balances",
    N_("Opening balances"),
    (
        _field("account", N_("Ledger account"), "id",
               "account accountcode accountno accountnumber konto kontonummer kontonr sachkonto hkont saknr compte numerocompte code", required=True),
        _field("name", N_("Account’s name"), "text", "name accountname bezeichnung kontobezeichnung text libelle description"),
        _field("kind", N_("Kind of account"), "code", "kind type art kontoart accounttype nature"),
        _field("balance", N_("Balance, debit positive"), "amount", "balance saldo amount betrag solde closingbalance endsaldo"),
        _field("debit", N_("Debit"), "amount", "debit soll sollsaldo dr debitbalance solldebet"),
        _field("credit", N_("Credit"), "amount", "credit haben habensaldo cr creditbalance"),
    ),
    either=("balance", "debit", "credit"),
    options=("on", "difference"),
)  # fmt: skip

HISTORY = Kind(
    "history",
    N_("Paid history"),
    (
        _field("customer", N_("Customer number"), "id", _CUSTOMER, required=True),
        _field("name", N_("Customer’s name"), "text", _NAME),
        _field("number", N_("Invoice number"), "id", _NUMBER, required=True),
        _field("issue", N_("Invoice date"), "date", _ISSUE, required=True),
        _field("due", N_("Due date"), "date", _DUE, required=True),
        _field("settled", N_("Settled on"), "date",
               "settleddate settled paid paiddate paymentdate cleardate clearingdate augdt bezahlt bezahltam zahldatum ausgleichsdatum datepaiement"),
        _field("amount", N_("Amount"), "amount", "invoiceamount amount betrag total gross brutto montant rechnungsbetrag dmbtr", required=True),
        _field("currency", N_("Currency"), "currency", _CURRENCY),
        _field("disputed", N_("Was disputed"), "flag", "disputed dispute reklamiert strittig litige"),
    ),
    options=("currency", "terms"),
)  # fmt: skip

KINDS: Mapping[str, Kind] = {kind.name: kind for kind in (CUSTOMERS, PRODUCTS, ITEMS, BALANCES, HISTORY)}

OPTIONS: Mapping[str, str] = {
    "sheet": N_("Sheet"),
    "header": N_("Row of the heads"),
    "currency": N_("Currency where no column says it"),
    "terms": N_("Terms of new customers"),
    "on": N_("As of"),
    "difference": N_("Account for the difference"),
    "dates": N_("Dates such as 03/04/2026"),
    "decimals": N_("Amounts such as 1.234"),
}
DATE_ORDERS: Mapping[str, str] = {
    "": N_("Only if it is one day"),
    "day-first": N_("Day, month, year"),
    "month-first": N_("Month, day, year"),
}
DECIMAL_STYLES: Mapping[str, str] = {
    "": N_("As the column shows"),
    "comma": N_("1.234,56: comma before the cents"),
    "point": N_("1,234.56: point before the cents"),
}


def kind_of(name: str) -> Kind:
    """Errors: Refused('documents.unknown-kind')."""
    if name not in KINDS:
        raise Refused("documents.unknown-kind", f"There is no take-over of “{name}”; known are {', '.join(KINDS)}.", kind=name)
    return KINDS[name]


def checked_mapping(kind: Kind, mapping: Mapping[str, str]) -> dict[str, str]:
    """Column (its place from 0, as text) → field, without those left out. A field stands once.

    Errors: Refused('documents.mapping-not-usable') naming the field, Refused('documents.unknown-field').
    """
    result: dict[str, str] = {}
    for place, name in mapping.items():
        if not name:
            continue
        if not (place.isascii() and place.isdigit() and int(place) < 1000):
            raise Refused("documents.mapping-not-usable", f"“{place[:20]}” is not the place of a column.")
        found = kind.field(name)
        if name in result.values():
            raise Refused("documents.mapping-not-usable", f"Two columns are “{found.label}”. Leave one of them out.", field=name)
        result[place] = name
    return result


def checked_options(kind: Kind, options: Mapping[str, Any]) -> dict[str, Any]:
    """What was chosen beside the columns, without what is empty. Errors: Refused('documents.option-not-usable')."""
    result = {name: value for name, value in options.items() if value not in ("", None, {})}
    wrong = sorted(set(result) - {*kind.options, "sheet", "header", "dates", "decimals", "profile"})
    if wrong:
        raise Refused("documents.option-not-usable", f"{kind.label} has no choice of {', '.join(wrong)}.", options=wrong)
    for name, known in (("dates", DATE_ORDERS), ("decimals", DECIMAL_STYLES)):
        chosen = result.get(name, {})
        if not isinstance(chosen, Mapping) or any(value not in known for value in chosen.values()):
            raise Refused("documents.option-not-usable", f"The choice of {name} is one of {', '.join(filter(None, known))}.")
    if "on" in result:
        try:
            dt.date.fromisoformat(str(result["on"]))
        except ValueError:
            raise Refused("documents.option-not-usable", f"“{result['on']}” is not a day like 2026-10-31.") from None
    if not str(result.get("header", "1")).isdigit() or not 1 <= int(result.get("header", 1)) <= 100:
        raise Refused("documents.option-not-usable", "The row of the heads is a number from 1 to 100.")
    return result


@dataclass(frozen=True, slots=True)
class TakeOverView:
    """A take-over as values. `found` is what the file holds, `outcome` what taking it would do, or did."""

    id: int
    outer_id: str
    kind: str
    name: str
    digest: str
    size: int
    system: str
    state: str
    mapping: Mapping[str, str]
    options: Mapping[str, Any]
    found: Mapping[str, Any]
    outcome: Mapping[str, Any]
    error: Mapping[str, Any]
    rejects_digest: str
    task_id: int | None
    by_id: int
    by_name: str
    at: dt.datetime
    confirmed_by_name: str
    ended_at: dt.datetime | None
    earlier: tuple[str, dt.datetime] | None = field(default=None)  # the same file was taken over before: its id, and when

    @property
    def is_open(self) -> bool:
        return self.state in OPEN


def may_confirm(prepared_by: int, caller: int, others: Sequence[str]) -> bool:
    """Who prepared a take-over confirms it only while nobody else could: `others` are the other people who may."""
    return caller != prepared_by or not others or not caller  # 0: a command on the server, for which nobody else can be asked
