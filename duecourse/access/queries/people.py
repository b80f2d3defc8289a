"""Who is calling, what they may do, and who else there is."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable

from django.db.models import QuerySet
from django.utils.translation import gettext

from duecourse.access import rules
from duecourse.access.models import ApiKey, Company, FoundingLink, Invitation, Membership, User
from duecourse.core import ids
from duecourse.core.call import Actor, Call, CompanyRef, require
from duecourse.core.errors import Refused


def _ref(company: Company) -> CompanyRef:
    return CompanyRef(
        id=company.id,
        organisation_id=company.organisation_id,
        name=company.name,
        currency=company.currency,
        country=company.country,
        time_zone=company.time_zone,
        language=company.language,
        is_live=company.live_at is not None,
        logo=company.logo_digest,
    )


def company_ref(company_id: int) -> CompanyRef:
    """A company as calls carry it. Errors: Refused('not-found')."""
    company = Company.objects.filter(pk=company_id).first()
    if company is None:
        raise ids.not_found("cmp")
    return _ref(company)


def companies() -> list[CompanyRef]:
    """Every company of this installation, for jobs that go through all of them."""
    return [_ref(company) for company in Company.objects.order_by("id")]


def has_demo() -> bool:
    """Whether a demo company is here, for the log-in page."""
    return Company.objects.filter(is_demo=True).exists()


def company_by_code(code: str) -> CompanyRef:
    """The company that a command names. Errors: Refused('access.unknown-company') when there is none or more than one."""
    found = [_ref(company) for company in Company.objects.filter(code__iexact=code)[:2]]
    if len(found) != 1:
        known = ", ".join(Company.objects.order_by("code").values_list("code", flat=True)) or "none yet"
        raise Refused("access.unknown-company", f"There is no single company with the code “{code}”. Known: {known}.")
    return found[0]


def company_profile(call: Call) -> rules.CompanyProfile:
    """What the company says about itself on invoices and in letters."""
    names = rules.CompanyProfile.__dataclass_fields__
    return rules.CompanyProfile(**Company.objects.values(*names).get(pk=call.company.id))


def companies_of(user_id: int) -> list[CompanyRef]:
    """The companies in which an active person holds a role, by name."""
    held = Membership.objects.filter(user_id=user_id, user__is_active=True).values("company_id")
    return [_ref(company) for company in Company.objects.filter(pk__in=held).order_by("name", "id")]


def call_for_user(user_id: int, company_id: int | None, at: dt.datetime) -> Call:
    """The call of a logged-in person, with the permissions of all their roles in the company.

    Without `company_id`: the company in which they first got a role. One query, so that a role taken away counts from the next
    request on. Errors: Refused('access.no-role'); Refused('not-found') for a company that is not theirs.
    """
    held = Membership.objects.filter(user_id=user_id, user__is_active=True).select_related("company", "user").order_by("id")
    if company_id is not None:
        held = held.filter(company_id=company_id)
    memberships = list(held)
    if not memberships:
        if company_id is not None:
            raise ids.not_found("cmp")
        raise Refused("access.no-role", "Your log-in has no role in any company. An administrator can give you one.")
    first = memberships[0]
    roles = [each.role for each in memberships if each.company_id == first.company_id]
    actor = Actor("user", first.user_id, first.user.name, rules.permissions_of(roles))
    return Call(by=actor, at=at, company=_ref(first.company))


def call_for_key(secret: str, at: dt.datetime) -> Call:
    """The call of a program with an API key.

    It may do what its scopes say and its creator still may. The actor's id is the creator's: what one of them did, the other
    cannot approve. Errors: Refused('access.key-not-valid'), the same for every way of not being valid.
    """
    return _call_for_key(secret, at)[0]


def key_id_and_call(secret: str, at: dt.datetime) -> tuple[int, Call]:
    """As `call_for_key`, with the key's id."""
    call, key_id = _call_for_key(secret, at)
    return key_id, call


def _call_for_key(secret: str, at: dt.datetime) -> tuple[Call, int]:
    text = rules.read_key(secret)
    key = ApiKey.objects.select_related("company", "created_by").filter(prefix=text.prefix).first() if text else None
    matches = rules.same(key.digest if key else "0" * 64, text.digest if text else "1" * 64)
    if key is None or not matches or key.revoked_at is not None or key.expires_at <= at or not key.created_by.is_active:
        raise Refused("access.key-not-valid", "This API key is not valid. It may have ended, been revoked or been mistyped.")
    roles = Membership.objects.filter(user_id=key.created_by_id, company_id=key.company_id).values_list("role", flat=True)
    permissions = frozenset(key.scopes) & rules.permissions_of(roles)
    actor = Actor("key", key.created_by_id, f"{key.name} (key {key.prefix} of {key.created_by.name})", permissions)
    return Call(by=actor, at=at, company=_ref(key.company)), key.id


def system_call(company_id: int, at: dt.datetime, name: str = "Duecourse") -> Call:
    """The call of a job, a command or a reader: it may do everything in one company and signs with its name."""
    return Call(by=Actor("job", 0, name, frozenset({"*"})), at=at, company=company_ref(company_id))


def user_view(user_id: int, company_id: int) -> rules.UserView:
    """A person with their roles in one company. Errors: Refused('not-found')."""
    user = User.objects.filter(pk=user_id).first()
    if user is None:
        raise ids.not_found("usr")
    return _user(user, Membership.objects.filter(user_id=user_id, company_id=company_id).values_list("role", flat=True))


def _user(user: User, roles: Iterable[str]) -> rules.UserView:
    return rules.UserView(
        id=user.id,
        email=user.email,
        name=user.name,
        language=user.language,
        is_active=user.is_active,
        keys_enabled=user.keys_enabled,
        roles=tuple(sorted(roles)),
        last_login=user.last_login,
    )


def members(call: Call) -> list[rules.UserView]:
    """Everybody who holds or held a role in the company, by name, with their roles. Two queries."""
    require(call, "access.read")
    held: defaultdict[int, list[str]] = defaultdict(list)
    for user_id, role in Membership.objects.filter(company_id=call.company.id).values_list("user_id", "role"):
        held[user_id].append(role)
    people = User.objects.filter(pk__in=held).order_by("name", "id")
    return [_user(user, held[user.id]) for user in people]


def role_words(call: Call) -> str:
    """The caller's roles in the company in the reader's language: “Order desk, Collector”; empty for keys and jobs. One query."""
    if call.by.kind != "user":
        return ""
    held = set(Membership.objects.filter(user_id=call.by.id, company_id=call.company.id).values_list("role", flat=True))
    return ", ".join(gettext(name) for role, name in rules.ROLE_NAMES.items() if role in held)


def names_who_may(call: Call, permission: str, but: int = 0) -> list[str]:
    """Active people of the company whose roles include `permission`, by name, without the one of id `but`. One query.

    “Not yours to release: Mats Lind can.”
    """
    return sorted(set(who_may(call, permission, but).values()))


def who_may(call: Call, permission: str, but: int = 0) -> dict[int, str]:
    """The same people as user id → name. One query."""
    roles = [role for role, may in rules.ROLES.items() if permission in may]
    held = Membership.objects.filter(company_id=call.company.id, role__in=roles, user__is_active=True).exclude(user_id=but)
    return dict(held.values_list("user_id", "user__name"))


def member_for_caller(call: Call, text_id: str) -> rules.UserView:
    """A person of the caller's company by outside id. Errors: Refused('not-found')."""
    user_id = ids.inner("usr", text_id)
    roles = list(Membership.objects.filter(company_id=call.company.id, user_id=user_id).values_list("role", flat=True))
    user = User.objects.filter(pk=user_id, organisation_id=call.company.organisation_id).first()
    if user is None or (not roles and not call.by.may("access.read")):
        raise ids.not_found("usr")
    return _user(user, roles)


def user_names(call: Call, user_ids: Iterable[int]) -> dict[int, str]:
    """Names of people of the organisation, for lists that show who did it."""
    found = User.objects.filter(pk__in=set(user_ids), organisation_id=call.company.organisation_id)
    return dict(found.values_list("id", "name"))


def invitations(call: Call) -> list[rules.InvitationView]:
    """Invitations that wait to be accepted, newest first."""
    require(call, "access.read")
    waiting = Invitation.objects.filter(
        company_id=call.company.id, accepted_at__isnull=True, withdrawn_at__isnull=True, expires_at__gt=call.at
    )
    return [_invitation(row) for row in waiting.select_related("company", "invited_by").order_by("-id")]


def invitation_by_token(token: str, at: dt.datetime) -> rules.InvitationView:
    """What the page behind an invitation's link shows. Looking at it uses nothing up: mail scanners open links.

    Errors: Refused('access.invitation-not-valid').
    """
    row = usable_invitations(at).select_related("company", "invited_by").filter(token_hash=rules.token_hash(token)).first()
    if row is None:
        raise invitation_not_valid()
    return _invitation(row)


def usable_invitations(at: dt.datetime) -> QuerySet[Invitation]:
    """Invitations that are neither used, withdrawn nor over at an instant."""
    return Invitation.objects.filter(accepted_at__isnull=True, withdrawn_at__isnull=True, expires_at__gt=at)


def invitation_not_valid() -> Refused:
    """The one answer for an invitation that is unknown, used, withdrawn or over."""
    return Refused(
        "access.invitation-not-valid", "This invitation cannot be used: it is used, withdrawn or over. Ask for a new one."
    )


def has_log_in(email: str) -> bool:
    """Whether somebody with this address has a log-in already."""
    return User.objects.filter(email=rules.normal_email(email)).exists()


def _invitation(row: Invitation) -> rules.InvitationView:
    return rules.InvitationView(
        id=row.id,
        company_name=row.company.name,
        email=row.email,
        name=row.name,
        role=row.role,
        invited_by=row.invited_by.name,
        expires_at=row.expires_at,
    )


def api_keys(call: Call) -> list[rules.KeyView]:
    """The company's keys, newest first: all of them for an administrator, their own for everybody else."""
    keys = ApiKey.objects.filter(company_id=call.company.id).select_related("created_by").order_by("-id")
    if not call.by.may("access.revoke_api_key"):
        keys = keys.filter(created_by_id=call.by.id)
    return [_key(key) for key in keys]


def _key(key: ApiKey) -> rules.KeyView:
    return rules.KeyView(
        id=key.id,
        name=key.name,
        prefix=key.prefix,
        scopes=tuple(key.scopes),
        created_by=key.created_by.name,
        expires_at=key.expires_at,
        revoked_at=key.revoked_at,
        last_used_at=key.last_used_at,
    )


def key_view(call: Call, key_id: int) -> rules.KeyView:
    """One key of the company. Errors: Refused('not-found')."""
    key = ApiKey.objects.select_related("created_by").filter(company_id=call.company.id, pk=key_id).first()
    if key is None:
        raise ids.not_found("key")
    return _key(key)


def key_for_caller(call: Call, text_id: str) -> rules.KeyView:
    """A key by outside id: any of the company's for an administrator, else one's own. Errors: Refused('not-found')."""
    key_id = ids.inner("key", text_id)
    if not call.by.may("access.revoke_api_key") and not ApiKey.objects.filter(pk=key_id, created_by_id=call.by.id).exists():
        raise ids.not_found("key")
    return key_view(call, key_id)


def usable_founding_links(at: dt.datetime) -> QuerySet[FoundingLink]:
    """Founding links that are neither used, withdrawn nor over at an instant."""
    return FoundingLink.objects.filter(used_at__isnull=True, withdrawn_at__isnull=True, expires_at__gt=at)


def check_founding_link(token: str, at: dt.datetime) -> None:
    """Looking at the page behind a founding link uses nothing up. Errors: Refused('access.founding-link-not-valid')."""
    if not usable_founding_links(at).filter(token_hash=rules.token_hash(token)).exists():
        raise founding_link_not_valid()


def founding_link_not_valid() -> Refused:
    """The one answer for a founding link that is unknown, used, withdrawn or over."""
    return Refused(
        "access.founding-link-not-valid",
        "This set-up link cannot be used: it is used, replaced or over. `duecourse found` prints a new one.",
    )


def has_own() -> bool:
    """Whether a company that is not the demo is here."""
    return Company.objects.filter(is_demo=False).exists()
