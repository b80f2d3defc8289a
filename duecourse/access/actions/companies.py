"""Organisations and companies: founded, described, set up, gone live."""

from __future__ import annotations

import datetime as dt
import re
import secrets
from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.db import transaction

from duecourse.access import queries, rules
from duecourse.access.actions.people import make_user
from duecourse.access.models import Company, FoundingLink, Membership, Organisation
from duecourse.core import events, ids, sequences
from duecourse.core.call import Call, action, within
from duecourse.core.errors import Refused
from duecourse.core.money import minor_units


def bootstrap(name: str, company: rules.NewCompany, admin: rules.NewUser, at: dt.datetime) -> Call:
    """Set up an organisation with its first company and its first person, before anybody can call; the person's call.

    Errors: Refused('access.email-taken'), Refused('access.password-not-usable'), Refused('access.company-not-usable').
    """
    with transaction.atomic():
        organisation = Organisation.objects.create(name=name)
        made = _company(organisation.id, company, at)
        user = make_user(organisation.id, admin.email, admin.name, admin.password, admin.language)
        Membership.objects.bulk_create(
            [Membership(user=user, company=made, role=rules.known_role(role)) for role in dict.fromkeys(admin.roles)]
        )
        call = queries.call_for_user(user.id, made.id, at)
        with within(call):
            subjects = [ids.outer("cmp", made.id), ids.outer("usr", user.id)]
            events.record(call, "access.company-created", subjects, {"code": made.code, "roles": list(admin.roles)})
        return call


@action
def create_company(call: Call, company: rules.NewCompany, roles: Sequence[str] = ("administrator",)) -> int:
    """Another company of the same organisation, in which the caller gets `roles`; its id.

    Errors: Refused('access.company-not-usable'), Refused('access.demo-organisation').
    """
    if queries.company_profile(call).is_demo and not company.is_demo:
        raise Refused(
            "access.demo-organisation",
            "The demo's customers are shared by its companies. A company of your own starts beside it, with its own people.",
        )
    made = _company(call.company.organisation_id, company, call.at)
    if call.by.kind == "user":
        Membership.objects.bulk_create(
            [
                Membership(user_id=call.by.id, company=made, role=rules.known_role(role), granted_by_id=call.by.id)
                for role in roles
            ]
        )
    events.record(call, "access.company-created", [ids.outer("cmp", made.id)], {"code": made.code, "roles": list(roles)})
    return made.id


def _company(organisation_id: int, company: rules.NewCompany, at: dt.datetime) -> Company:
    _check_place(company.currency, company.country, company.time_zone)
    if not company.name.strip():
        raise Refused("access.company-not-usable", "A company needs a name.")
    if not re.fullmatch(r"[A-Z0-9][A-Z0-9-]{0,19}", company.code):
        raise Refused(
            "access.company-not-usable",
            f"“{company.code}” is not a code; expected up to twenty capitals and digits, like MAIN.",
        )
    if company.language not in dict(settings.LANGUAGES):
        raise _language(company.language)
    if Company.objects.filter(organisation_id=organisation_id, code=company.code).exists():
        raise Refused("access.company-not-usable", f"There is a company with the code {company.code} already.")
    values = {name: getattr(company, name) for name in rules.NewCompany.__dataclass_fields__ if name != "is_live"}
    return Company.objects.create(organisation_id=organisation_id, live_at=at if company.is_live else None, **values)


def _check_place(currency: str, country: str, time_zone: str) -> None:
    """Currency, country and time zone must be there. Errors: Refused('access.company-not-usable'), those of the currency."""
    minor_units(currency)
    try:
        ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise Refused(
            "access.company-not-usable", f"“{time_zone}” is not a time zone; expected a name like Europe/Berlin."
        ) from None
    if len(country) != 2 or not country.isascii() or not country.isupper():
        raise Refused("access.company-not-usable", f"“{country}” is not a country code; expected two letters like DE.")


def _language(language: str) -> Refused:
    known = ", ".join(dict(settings.LANGUAGES))
    return Refused("access.company-not-usable", f"The language is one of {known}, not “{language}”.")


COMPANY_FIELDS = frozenset(
    {"name", "tagline", "language", "street", "postal_code", "city", "tax_id", "register", "managing_director", "email", "phone"}
)


@action
def change_company(call: Call, changes: dict[str, str]) -> None:
    """Change what the company says about itself. Currency, country and time zone stay once the books have begun.

    Errors: Refused('access.company-not-usable'), Refused('access.tax-id-not-valid').
    """
    company = Company.objects.select_for_update(no_key=True).get(pk=call.company.id)
    free = company.live_at is None and company.opening_date is None
    wrong = sorted(set(changes) - (COMPANY_FIELDS | rules.BEFORE_BOOKS if free else COMPANY_FIELDS))
    if wrong:
        raise Refused("access.company-not-usable", f"These cannot be changed here: {', '.join(wrong)}.", fields=wrong)
    if not changes.get("name", "-").strip():
        raise Refused("access.company-not-usable", "A company needs a name.")
    if "language" in changes and changes["language"] not in dict(settings.LANGUAGES):
        raise _language(changes["language"])
    country = changes.get("country", company.country)
    if changes.keys() & rules.BEFORE_BOOKS:
        _check_place(changes.get("currency", company.currency), country, changes.get("time_zone", company.time_zone))
    if "tax_id" in changes:
        rules.check_tax_id(country, changes["tax_id"])
    before = {name: getattr(company, name) for name in changes}
    for name, value in changes.items():
        setattr(company, name, value)
    company.save(update_fields=list(changes) or None)
    events.record(call, "access.company-changed", [ids.outer("cmp", company.id)], {"before": before, "after": dict(changes)})


# -- founding


def make_founding_link(at: dt.datetime) -> str:
    """A token that lets its bearer found an organisation, once, within a day; earlier ones end. For the shell: no caller yet.

    Only its hash is kept; it has 256 random bits.
    """
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        queries.usable_founding_links(at).update(withdrawn_at=at)
        FoundingLink.objects.create(
            token_hash=rules.token_hash(token), made_at=at, expires_at=at + dt.timedelta(hours=rules.FOUNDING_LINK_HOURS)
        )
    return token


@action
def create_founding_link(call: Call) -> str:
    """The same, asked for beside the demo by who looks after it. Errors: Refused('access.not-the-demo')."""
    if not queries.company_profile(call).is_demo:
        raise Refused("access.not-the-demo", "Start another company of your organisation instead.")
    token = make_founding_link(call.at)
    events.record(call, "access.founding-link-created", [ids.outer("cmp", call.company.id)])
    return token


def found_organisation(token: str, company: rules.NewCompany, admin: rules.NewUser, at: dt.datetime, name: str = "") -> Call:
    """Use a founding link up: an organisation, its first company and its first person; that person's call.

    Two at once: one gets it. When anything is refused the link stays usable. Errors: Refused('access.founding-link-not-valid'),
    those of `bootstrap`.
    """
    with transaction.atomic():
        link = queries.usable_founding_links(at).filter(token_hash=rules.token_hash(token)).select_for_update(no_key=True).first()
        if link is None:
            raise queries.founding_link_not_valid()
        link.used_at = at
        link.save(update_fields=["used_at"])
        return bootstrap(name.strip() or company.name, company, admin, at)


# -- set-up


@action
def set_opening(call: Call, opening_date: dt.date, fiscal_year_month: int = 1) -> None:
    """The first day that the books here tell of, and the month in which a fiscal year starts. Fixed once the company is live.

    Errors: Refused('access.live-already'), Refused('access.opening-not-usable').
    """
    company = Company.objects.select_for_update(no_key=True).get(pk=call.company.id)
    if company.live_at is not None:
        raise _live_already(company)
    if not dt.date(1990, 1, 1) <= opening_date <= call.today + dt.timedelta(days=366):
        raise Refused(
            "access.opening-not-usable",
            f"The books cannot begin on {opening_date.isoformat()}: expected a day up to a year ahead.",
        )
    if not 1 <= fiscal_year_month <= 12:
        raise Refused("access.opening-not-usable", "A fiscal year starts in a month from 1 to 12.")
    company.opening_date, company.fiscal_year_month = opening_date, fiscal_year_month
    company.save(update_fields=["opening_date", "fiscal_year_month"])
    facts = {"opening_date": opening_date.isoformat(), "fiscal_year_month": fiscal_year_month}
    events.record(call, "access.opening-set", [ids.outer("cmp", company.id)], facts)


@action
def set_number_series(call: Call, wanted: Mapping[str, tuple[str, int]]) -> list[sequences.Series]:
    """Prefix and next number of kinds of document, as `core.sequences.set_own`; how all of them stand then."""
    after = sequences.set_own(call, wanted)
    facts = {"series": {one.series: one.example for one in after}}
    events.record(call, "access.number-series-set", [ids.outer("cmp", call.company.id)], facts)
    return after


@action
def change_mail(call: Call, sender_name: str, sender: str, reply_to: str) -> None:
    """Who the company's mails come from and where answers go; empty is the company's name, the server's address, its e-mail.

    Errors: Refused('access.not-an-email'), Refused('access.mail-not-usable').
    """
    name = sender_name.strip()
    if not name.isprintable() or len(name) > 100 or any(character in name for character in '<>"'):
        raise Refused("access.mail-not-usable", "A sender's name is one line of up to 100 characters, without < > and quotes.")
    addresses = [rules.normal_email(text) if text.strip() else "" for text in (sender, reply_to)]
    values = {"mail_sender_name": name, "mail_sender": addresses[0], "mail_reply_to": addresses[1]}
    Company.objects.filter(pk=call.company.id).update(**values)
    events.record(call, "access.mail-changed", [ids.outer("cmp", call.company.id)], values)


@action
def note_logo(call: Call, digest: str, media_type: str) -> None:
    """Remember which kept picture is the company's; empty for none. For documents.set_logo, which looks at it."""
    Company.objects.filter(pk=call.company.id).update(logo_digest=digest, logo_media_type=media_type)


@action
def go_live(call: Call) -> None:
    """From now on mail leaves the house. For invoicing.go_live, which knows whether all is there.

    Errors: Refused('access.live-already').
    """
    company = Company.objects.select_for_update(no_key=True).get(pk=call.company.id)
    if company.live_at is not None:
        raise _live_already(company)
    company.live_at = call.at
    company.save(update_fields=["live_at"])
    events.record(call, "access.company-went-live", [ids.outer("cmp", company.id)], {"code": company.code})


def _live_already(company: Company) -> Refused:
    return Refused("access.live-already", f"{company.name} is live already.")
