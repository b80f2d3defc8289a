"""People, roles and keys."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Sequence

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from duecourse.access import queries, rules
from duecourse.access.models import ApiKey, Company, Invitation, Membership, User
from duecourse.core import events, ids
from duecourse.core.call import Actor, Call, action, within
from duecourse.core.errors import Refused


def make_user(organisation_id: int, email: str, name: str, password: str, language: str = "en") -> User:
    """A person without a role yet; for the actions that give one. Errors: Refused('access.email-taken') and others."""
    user = User(organisation_id=organisation_id, email=rules.normal_email(email), name=name.strip(), language=language)
    if not user.name:
        raise Refused("access.name-missing", "A person needs a name.")
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Refused("access.password-not-usable", " ".join(error.messages)) from None
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError:
        raise _email_taken(email) from None
    return user


def _email_taken(email: str) -> Refused:
    return Refused("access.email-taken", f"{email} has a log-in already. Use another address.")


@action
def create_user(call: Call, email: str, name: str, password: str, roles: Sequence[str], language: str = "en") -> int:
    """A person with a password and roles in the caller's company; their id. For set-up; people are otherwise invited.

    Errors: Refused('access.email-taken'), Refused('access.password-not-usable'), Refused('access.unknown-role').
    """
    user = make_user(call.company.organisation_id, email, name, password, language)
    Membership.objects.bulk_create(
        [
            Membership(user=user, company_id=call.company.id, role=rules.known_role(role), granted_by_id=call.by.id)
            for role in dict.fromkeys(roles)
        ]
    )
    events.record(call, "access.user-created", [ids.outer("usr", user.id)], {"roles": sorted(set(roles))})
    return user.id


@action
def invite_user(call: Call, email: str, name: str, role: str) -> tuple[int, str]:
    """Offer a role to an address: the invitation's id and its token, which is not kept and goes into the mail.

    It is used once, within seven days; an earlier one for the same address and role is withdrawn. Errors:
    Refused('access.email-taken') when the address belongs to another organisation or holds the role already.
    """
    address = rules.normal_email(email)
    rules.known_role(role)
    known = User.objects.filter(email=address).first()
    if known and (
        known.organisation_id != call.company.organisation_id
        or Membership.objects.filter(user=known, company_id=call.company.id, role=role).exists()
    ):
        raise Refused(
            "access.email-taken", f"{address} cannot be invited: the address has a log-in that holds this role or is not yours."
        )
    queries.usable_invitations(call.at).filter(company_id=call.company.id, email=address, role=role).update(withdrawn_at=call.at)
    token = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        company_id=call.company.id,
        email=address,
        name=name.strip(),
        role=role,
        token_hash=rules.token_hash(token),
        invited_by_id=call.by.id,
        expires_at=call.at + dt.timedelta(days=rules.INVITATION_DAYS),
    )
    events.record(call, "access.user-invited", [ids.outer("inn", invitation.id)], {"role": role})
    return invitation.id, token


@action
def withdraw_invitation(call: Call, invitation_id: int) -> None:
    """Take an invitation back. Errors: Refused('not-found') when it is not there, used or over."""
    waiting = queries.usable_invitations(call.at).filter(company_id=call.company.id, pk=invitation_id)
    if not waiting.update(withdrawn_at=call.at):
        raise ids.not_found("inn")
    events.record(call, "access.invitation-withdrawn", [ids.outer("inn", invitation_id)])


def accept_invitation(token: str, password: str, at: dt.datetime, name: str = "") -> int:
    """Use an invitation up and give its role; the person's id. There is no caller yet: the token is the proof.

    Who has a log-in already keeps their password; `password` is then not looked at. Two at once: one gets it. Errors:
    Refused('access.invitation-not-valid'), Refused('access.password-not-usable').
    """
    with transaction.atomic():
        usable = queries.usable_invitations(at).filter(token_hash=rules.token_hash(token))
        invitation = usable.select_related("company").select_for_update(no_key=True, of=("self",)).first()
        if invitation is None:
            raise queries.invitation_not_valid()
        user = User.objects.filter(email=invitation.email, organisation_id=invitation.company.organisation_id).first()
        if user is None:
            user = make_user(invitation.company.organisation_id, invitation.email, name or invitation.name, password)
        elif not user.is_active:
            raise queries.invitation_not_valid()
        _, fresh = Membership.objects.get_or_create(
            user=user,
            company_id=invitation.company_id,
            role=invitation.role,
            defaults={"granted_by_id": invitation.invited_by_id},
        )
        invitation.accepted_at = at
        invitation.save(update_fields=["accepted_at"])
        by = Actor("user", user.id, user.name)
        call = Call(by=by, at=at, company=queries.company_ref(invitation.company_id))
        with within(call):
            subjects = [ids.outer("inn", invitation.id), ids.outer("usr", user.id)]
            events.record(call, "access.invitation-accepted", subjects, {"role": invitation.role, "new": fresh})
        return user.id


def _member(call: Call, user_id: int) -> User:
    """The person, locked, when they belong to the caller's organisation."""
    user = User.objects.select_for_update(no_key=True).filter(pk=user_id, organisation_id=call.company.organisation_id).first()
    if user is None:
        raise ids.not_found("usr")
    return user


def _not_oneself(call: Call, user_id: int) -> None:
    """Nobody changes their own rights, whether they come themselves or by a key of theirs."""
    if call.by.kind in ("user", "key") and call.by.id == user_id:
        raise Refused("access.own-rights", "You cannot change your own roles. Another administrator can.")


def _administrators_left(user_id: int, company_ids: Sequence[int]) -> None:
    """Refuse to leave one of these companies without anybody who can give out roles; locks them against a second look-alike."""
    list(Company.objects.filter(pk__in=company_ids).order_by("id").select_for_update(no_key=True).values_list("id", flat=True))
    administrators = Membership.objects.filter(company_id__in=company_ids, role="administrator", user__is_active=True)
    led = set(administrators.exclude(user_id=user_id).values_list("company_id", flat=True))
    if set(administrators.filter(user_id=user_id).values_list("company_id", flat=True)) - led:
        raise Refused("access.last-administrator", "This is a company's last administrator. Give somebody else the role first.")


@action
def grant_role(call: Call, user_id: int, role: str) -> None:
    """Give a person a role in the company; nothing changes when they hold it. Errors: Refused('access.own-rights')."""
    _not_oneself(call, user_id)
    user = _member(call, user_id)
    _, fresh = Membership.objects.get_or_create(
        user=user, company_id=call.company.id, role=rules.known_role(role), defaults={"granted_by_id": call.by.id}
    )
    if fresh:
        events.record(call, "access.role-granted", [ids.outer("usr", user_id)], {"role": role})


@action
def revoke_role(call: Call, user_id: int, role: str) -> None:
    """Take a role away, from the next request on. Errors: Refused('access.own-rights'), Refused('access.last-administrator')."""
    _not_oneself(call, user_id)
    if role == "administrator":
        _administrators_left(user_id, [call.company.id])
    user = _member(call, user_id)
    gone, _ = Membership.objects.filter(user=user, company_id=call.company.id, role=role).delete()
    if not gone:
        raise Refused("access.role-not-held", f"{user.name} does not hold this role.", role=role)
    events.record(call, "access.role-revoked", [ids.outer("usr", user_id)], {"role": role})


@action
def deactivate_user(call: Call, user_id: int) -> None:
    """End a person's log-in and the keys they made, in every company and at once; what they did stays.

    Errors: Refused('access.own-rights'), Refused('access.last-administrator'); Refused('not-found') without a role in this company.
    """
    _not_oneself(call, user_id)
    companies = list(Membership.objects.filter(user_id=user_id).values_list("company_id", flat=True))
    if call.company.id not in companies:
        raise ids.not_found("usr")
    _administrators_left(user_id, companies)
    user = _member(call, user_id)
    if not user.is_active:
        return
    user.is_active = False
    user.save(update_fields=["is_active"])
    revoked = ApiKey.objects.filter(created_by=user, revoked_at__isnull=True).update(revoked_at=call.at)
    events.record(call, "access.user-deactivated", [ids.outer("usr", user_id)], {"keys_revoked": revoked})


@action
def activate_user(call: Call, user_id: int) -> None:
    """Let a person log in again; revoked keys stay revoked."""
    _not_oneself(call, user_id)
    user = _member(call, user_id)
    if user.is_active:
        return
    user.is_active = True
    user.save(update_fields=["is_active"])
    events.record(call, "access.user-activated", [ids.outer("usr", user_id)])


@action
def change_language(call: Call, language: str) -> None:
    """The language in which the caller reads."""
    _own(call, "language", language)


@action
def change_keys(call: Call, enabled: bool) -> None:
    """Switch the single-letter keys on or off for the caller (WCAG 2.1.4)."""
    _own(call, "keys_enabled", enabled)


def _own(call: Call, field: str, value: object) -> None:
    if call.by.kind != "user":
        raise Refused("access.not-a-person", "Only a person has settings of their own.")
    User.objects.filter(pk=call.by.id).update(**{field: value})
    events.record(call, "access.settings-changed", [ids.outer("usr", call.by.id)], {field: value})


@action
def create_api_key(
    call: Call, name: str, scopes: Sequence[str], days: int = 90, requests_max: int = rules.KEY_REQUESTS_MAX
) -> tuple[rules.KeyView, str]:
    """A key for a program, and its text, which is shown once and not kept.

    Scopes are permissions that the caller holds; it ends after `days` (1 to 365). To rotate, make the next one before the first
    is revoked: both are live. `requests_max` is how many requests a minute it may make. Errors: Refused('access.key-days'),
    Refused('access.scope-not-held').
    """
    if call.by.kind != "user":
        raise Refused("access.not-a-person", "Only a person can make an API key.")
    if not name.strip():
        raise Refused("access.name-missing", "A key needs a name that says which program uses it.")
    if not 1 <= days <= rules.KEY_DAYS_MAX:
        raise Refused("access.key-days", f"A key lives 1 to {rules.KEY_DAYS_MAX} days, not {days}.")
    prefix = secrets.token_hex(rules.KEY_PREFIX_LENGTH // 2)
    text = rules.key_text(prefix, secrets.token_urlsafe(32))
    key = ApiKey.objects.create(
        company_id=call.company.id,
        name=name.strip(),
        prefix=prefix,
        digest=rules.token_hash(text),
        scopes=rules.checked_scopes(scopes, call.by.permissions),
        created_by_id=call.by.id,
        expires_at=call.at + dt.timedelta(days=days),
        requests_max=requests_max,
    )
    facts = {"name": key.name, "scopes": key.scopes, "expires_at": key.expires_at.isoformat()}
    events.record(call, "access.api-key-created", [ids.outer("key", key.id)], facts)
    return queries.key_view(call, key.id), text


@action
def revoke_api_key(call: Call, key_id: int) -> None:
    """End any key of the company at once. Errors: Refused('not-found')."""
    _revoke(call, key_id)


@action
def revoke_own_api_key(call: Call, key_id: int) -> None:
    """End a key that the caller made. Errors: Refused('not-found')."""
    if not ApiKey.objects.filter(company_id=call.company.id, pk=key_id, created_by_id=call.by.id).exists():
        raise ids.not_found("key")
    _revoke(call, key_id)


def _revoke(call: Call, key_id: int) -> None:
    keys = ApiKey.objects.filter(company_id=call.company.id, pk=key_id)
    if not keys.exists():
        raise ids.not_found("key")
    if keys.filter(revoked_at__isnull=True).update(revoked_at=call.at):
        events.record(call, "access.api-key-revoked", [ids.outer("key", key_id)])


def enter_with_key(secret: str, at: dt.datetime) -> Call:
    """A program comes in: its call, as `queries.call_for_key`; the request is counted and the key's use noted.

    Requests are counted for each key and minute, in one statement, so that every process counts together. Errors:
    Refused('access.key-not-valid'), Refused('access.too-many-requests') with `retry_after` in seconds.
    """
    key_id, call = queries.key_id_and_call(secret, at)
    minute = at.replace(second=0, microsecond=0)
    with connection.cursor() as cursor:
        cursor.execute(COUNT_REQUEST, {"key": key_id, "minute": minute, "at": at, "noted": at - rules.KEY_USE_NOTED_EVERY})
        requests, most = cursor.fetchone()
    if requests > most:
        raise Refused(
            "access.too-many-requests",
            f"This key may make {most} requests a minute. Wait for the next minute.",
            retry_after=60 - at.second,
            limit=most,
        )
    return call


COUNT_REQUEST = """
update access_apikey
set requests = case when minute = %(minute)s then requests + 1 else 1 end,
    minute = %(minute)s,
    last_used_at = case when last_used_at > %(noted)s then last_used_at else %(at)s end
where id = %(key)s
returning requests, requests_max
"""
