"""What a new company is asked, and what is usual in its country. Pure: no database, no clock."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

import stdnum

from duecourse.core.errors import Refused
from duecourse.core.reasons import N_

FOUNDING_LINK_HOURS = 24
FOUNDERS_ROLES = ("administrator", "controller")  # who starts a company can do the whole set-up; others take over by invitation
BEFORE_BOOKS = frozenset({"currency", "country", "time_zone"})  # free until the books have a first day
_LEGAL = re.compile(r"\b(gmbh|mbh|ag|kg|se|ltd|limited|plc|llc|inc|sarl|sas|sa|srl|bv|nv|ab|oy|aps|co|company|und|and|the)\b")


@dataclass(frozen=True, slots=True)
class NewCompany:
    """A legal entity to be set up. `code` is its short name, unique in the organisation."""

    code: str
    name: str
    currency: str
    country: str
    time_zone: str
    language: str = "en"
    tagline: str = ""
    street: str = ""
    postal_code: str = ""
    city: str = ""
    tax_id: str = ""
    register: str = ""
    managing_director: str = ""
    email: str = ""
    phone: str = ""
    is_demo: bool = False
    is_live: bool = False  # a company that is set up on screen goes live at the end


@dataclass(frozen=True, slots=True)
class Country:
    """A country as the set-up offers it, with what is usual there."""

    code: str
    name: str
    currency: str
    time_zone: str


COUNTRIES = {
    one.code: one
    for one in (
        Country("AT", N_("Austria"), "EUR", "Europe/Vienna"),
        Country("BE", N_("Belgium"), "EUR", "Europe/Brussels"),
        Country("BG", N_("Bulgaria"), "EUR", "Europe/Sofia"),  # since 2026-01-01
        Country("HR", N_("Croatia"), "EUR", "Europe/Zagreb"),
        Country("CY", N_("Cyprus"), "EUR", "Asia/Nicosia"),
        Country("CZ", N_("Czechia"), "CZK", "Europe/Prague"),
        Country("DK", N_("Denmark"), "DKK", "Europe/Copenhagen"),
        Country("EE", N_("Estonia"), "EUR", "Europe/Tallinn"),
        Country("FI", N_("Finland"), "EUR", "Europe/Helsinki"),
        Country("FR", N_("France"), "EUR", "Europe/Paris"),
        Country("DE", N_("Germany"), "EUR", "Europe/Berlin"),
        Country("GR", N_("Greece"), "EUR", "Europe/Athens"),
        Country("HU", N_("Hungary"), "HUF", "Europe/Budapest"),
        Country("IE", N_("Ireland"), "EUR", "Europe/Dublin"),
        Country("IT", N_("Italy"), "EUR", "Europe/Rome"),
        Country("LV", N_("Latvia"), "EUR", "Europe/Riga"),
        Country("LT", N_("Lithuania"), "EUR", "Europe/Vilnius"),
        Country("LU", N_("Luxembourg"), "EUR", "Europe/Luxembourg"),
        Country("MT", N_("Malta"), "EUR", "Europe/Malta"),
        Country("NL", N_("Netherlands"), "EUR", "Europe/Amsterdam"),
        Country("NO", N_("Norway"), "NOK", "Europe/Oslo"),
        Country("PL", N_("Poland"), "PLN", "Europe/Warsaw"),
        Country("PT", N_("Portugal"), "EUR", "Europe/Lisbon"),
        Country("RO", N_("Romania"), "RON", "Europe/Bucharest"),
        Country("SK", N_("Slovakia"), "EUR", "Europe/Bratislava"),
        Country("SI", N_("Slovenia"), "EUR", "Europe/Ljubljana"),
        Country("ES", N_("Spain"), "EUR", "Europe/Madrid"),
        Country("SE", N_("Sweden"), "SEK", "Europe/Stockholm"),
        Country("CH", N_("Switzerland"), "CHF", "Europe/Zurich"),
        Country("GB", N_("United Kingdom"), "GBP", "Europe/London"),
        Country("US", N_("United States"), "USD", "America/New_York"),
    )
}


def code_of(name: str) -> str:
    """A short code from a company's name: “Müller & Söhne GmbH” → MULLER."""
    plain = unicodedata.normalize("NFKD", name.replace("ß", "ss")).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z0-9]+", _LEGAL.sub(" ", plain)) or re.findall(r"[a-z0-9]+", plain)
    return (words[0] if words else "main")[:12].upper()


def new_company(
    name: str, country: str, currency: str = "", time_zone: str = "", language: str = "en", code: str = ""
) -> NewCompany:
    """A company to be set up, with what is usual in its country where nothing else is said.

    Errors: Refused('access.company-not-usable') when the name is missing or nothing usual is known.
    """
    wanted = country.strip().upper()
    usual = COUNTRIES.get(wanted)
    if not name.strip():
        raise Refused("access.company-not-usable", "A company needs a name.")
    if usual is None and not (currency.strip() and time_zone.strip()):
        raise Refused(
            "access.company-not-usable",
            f"“{country}” is not a country whose currency and time zone are known here: say both (EUR, Europe/Berlin).",
        )
    return NewCompany(
        code=code.strip().upper() or code_of(name),
        name=name.strip(),
        currency=currency.strip().upper() or (usual.currency if usual else ""),
        country=wanted,
        time_zone=time_zone.strip() or (usual.time_zone if usual else ""),
        language=language,
    )


def check_tax_id(country: str, text: str) -> None:
    """A tax number must be one of its country: for VAT, or the national one, each with its check digits (python-stdnum).

    Countries whose numbers are not known here pass. Errors: Refused('access.tax-id-not-valid').
    """
    known = [
        module for kind in ("vat", "stnr", "uid", "tin", "ein", "utr") if (module := stdnum.get_cc_module(country.lower(), kind))
    ]
    if text and known and not any(module.is_valid(text) for module in known):
        raise Refused(
            "access.tax-id-not-valid",
            f"“{text[:40]}” is not a tax number of {country}: its form or its check digits are wrong. Look for a typing error.",
        )
