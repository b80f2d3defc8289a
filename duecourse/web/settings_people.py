"""People and their roles, invitations and API keys; and the page behind an invitation's link, outside the frame."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.contrib.auth import authenticate, login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from duecourse.access import actions, queries, rules
from duecourse.core import ids
from duecourse.core.call import Call
from duecourse.core.errors import Refused
from duecourse.core.reasons import Reason
from duecourse.documents import actions as documents
from duecourse.web.door import done, page, refusal, screen
from duecourse.web.language import in_words


def role_words(role: str) -> str:
    """A role as people call it."""
    return {
        "order-desk": _("Order desk"), "credit-manager": _("Credit manager"), "billing": _("Billing clerk"),
        "cash-application": _("Cash-application clerk"), "collector": _("Collector"), "controller": _("Controller"), "cfo": _("CFO"),
        "administrator": _("Administrator"),
    }[role]  # fmt: skip


def role_purpose(role: str) -> str:
    """What a role is for, in one line."""
    return {
        "order-desk": _("writes and confirms orders, books deliveries"),
        "credit-manager": _("sets limits and decides about held orders"),
        "billing": _("posts and sends invoices and credit notes"),
        "cash-application": _("reads bank files and applies payments"),
        "collector": _("sees what is late and who owes it"),
        "controller": _("keeps the books: accounts, periods, rates, tax"),
        "cfo": _("reads everything, changes nothing"),
        "administrator": _("invites people and gives roles; sees no amounts"),
    }[role]


# -- people


@screen("access.read")
def people(request: HttpRequest, call: Call) -> HttpResponse:
    """Who works here, with their roles and the duties that should be apart."""
    members = queries.members(call)
    rows = [
        {
            "user": user,
            "ref": ids.outer("usr", user.id),
            "state": "active" if user.is_active else "stopped",
            "roles": [role_words(role) for role in user.roles],
            "conflicts": rules.conflicts(user.roles) if user.is_active else [],
        }
        for user in members
    ]
    waiting = [
        {"row": one, "ref": ids.outer("inn", one.id), "role": role_words(one.role), "conflicts": _conflicts_of(members, one)}
        for one in queries.invitations(call)
    ]
    context = {
        "rows": rows,
        "waiting": waiting,
        "role_options": [(role, f"{role_words(role)}: {role_purpose(role)}") for role in rules.ROLES],
        "may_invite": call.by.may("documents.send_invitation"),
        "may_change": call.by.may("access.grant_role"),
        "apart": [(role_words(one), role_words(other), Reason(code)) for one, other, code in rules.SEPARATED],
    }
    return page(request, call, "settings/people.html", context)


def _conflicts_of(members: list[rules.UserView], invitation: rules.InvitationView) -> list[Any]:
    held = next((user.roles for user in members if user.email == invitation.email), ())
    return rules.conflicts([*held, invitation.role])


@screen("documents.send_invitation")
def invite(request: HttpRequest, call: Call) -> HttpResponse:
    """POST email, name, role: the mail with the link is queued."""
    if request.method == "POST":
        email, name, role = (request.POST.get(field, "").strip() for field in ("email", "name", "role"))
        start = request.build_absolute_uri(reverse("invitation", args=["TOKEN"])).replace("TOKEN/", "")
        try:
            documents.send_invitation(call, email, name, role, start)
        except Refused as refused:
            return refusal(request, refused)
        done(request, _("%(email)s is invited as %(role)s for seven days.") % {"email": email, "role": role_words(role)})
    return HttpResponseRedirect(reverse("settings-people"))


@screen("access.withdraw_invitation")
def withdraw(request: HttpRequest, call: Call, ref: str) -> HttpResponse:
    """POST: take an invitation back."""
    if request.method == "POST":
        actions.withdraw_invitation(call, ids.inner("inn", ref))
        done(request, _("The invitation was withdrawn; its link no longer works."))
    return HttpResponseRedirect(reverse("settings-people"))


@screen("access.read")
def person(request: HttpRequest, call: Call, ref: str) -> HttpResponse:
    """One person: roles given and taken, the log-in ended or opened. POST `do` is grant, revoke, deactivate or activate."""
    user = queries.member_for_caller(call, ref)
    if request.method == "POST":
        role = request.POST.get("role", "")
        try:
            said = _change(call, user, request.POST.get("do", ""), role)
        except Refused as refused:
            return refusal(request, refused)
        done(request, said)
        return HttpResponseRedirect(reverse("settings-person", args=[ref]))
    rows = [
        {
            "role": role,
            "words": role_words(role),
            "purpose": role_purpose(role),
            "held": role in user.roles,
            "warns": [] if role in user.roles else [one for one in rules.conflicts([*user.roles, role]) if one not in rules.conflicts(user.roles)],
        }
        for role in rules.ROLES
    ]  # fmt: skip
    context = {
        "user": user,
        "ref": ref,
        "rows": rows,
        "conflicts": rules.conflicts(user.roles),
        "is_self": call.by.id == user.id,
        "may_change": call.by.may("access.grant_role") and call.by.id != user.id,
    }
    return page(request, call, "settings/person.html", context)


def _change(call: Call, user: rules.UserView, do: str, role: str) -> str:
    """One change of a person's rights, and what is said about it. Errors: Refused('web.unknown-step')."""
    if do == "grant":
        actions.grant_role(call, user.id, role)
        return _("%(name)s is now %(role)s.") % {"name": user.name, "role": role_words(role)}
    if do == "revoke":
        actions.revoke_role(call, user.id, rules.known_role(role))
        return _("%(name)s is no longer %(role)s.") % {"name": user.name, "role": role_words(role)}
    if do == "deactivate":
        actions.deactivate_user(call, user.id)
        return _("%(name)s can no longer log in, and their API keys have ended.") % {"name": user.name}
    if do == "activate":
        actions.activate_user(call, user.id)
        return _("%(name)s can log in again. Their old API keys stay ended.") % {"name": user.name}
    raise Refused("web.unknown-step", _("This cannot be done here."))


# -- API keys


@screen("access.create_api_key")
def keys(request: HttpRequest, call: Call) -> HttpResponse:
    """One's own keys (an administrator: all). A new one's secret is on the answer to its making, and nowhere else."""
    values = {
        "name": request.POST.get("name", ""),
        "days": request.POST.get("days", "90"),
        "scopes": request.POST.getlist("scopes"),
    }
    errors: list[str] = []
    made: tuple[rules.KeyView, str] | None = None
    if request.method == "POST":
        try:
            days = str(values["days"]).strip()
            if not days.isascii() or not days.isdigit():
                raise Refused("access.key-days", _("A key lives 1 to 365 days; write a number."))
            made = actions.create_api_key(call, str(values["name"]), list(values["scopes"]), int(days))
        except Refused as refused:
            errors.append(in_words(refused))
    held = sorted(call.by.permissions - rules.OWN)
    grouped: defaultdict[str, list[str]] = defaultdict(list)
    for permission in held:
        grouped[permission.partition(".")[0]].append(permission)
    context = {
        "made": made,
        "errors": errors,
        "values": values,
        "groups": [(room.capitalize(), scopes) for room, scopes in sorted(grouped.items())],
        "keys": [{"key": key, "ref": ids.outer("key", key.id), "state": _key_state(call, key)} for key in queries.api_keys(call)],
        "now": call.at,
    }
    return page(request, call, "settings/keys.html", context, status=422 if errors else 200)


def _key_state(call: Call, key: rules.KeyView) -> str:
    return "revoked" if key.revoked_at else "over" if key.expires_at <= call.at else "live"


@screen("access.revoke_own_api_key")
def revoke_key(request: HttpRequest, call: Call, ref: str) -> HttpResponse:
    """POST: end a key at once; any by an administrator, one's own by everybody."""
    if request.method == "POST":
        key = queries.key_for_caller(call, ref)
        (actions.revoke_api_key if call.by.may("access.revoke_api_key") else actions.revoke_own_api_key)(call, key.id)
        done(request, _("The key %(name)s has ended.") % {"name": key.name})
    return HttpResponseRedirect(reverse("settings-keys"))


# -- the page behind an invitation's link


@never_cache
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Choose a password and come in. Looking uses nothing up, for mail scanners open links; only the POST does."""
    at = timezone.now()
    try:
        found = queries.invitation_by_token(token, at)
    except Refused as refused:
        return _private(render(request, "settings/invitation.html", {"refused": refused}, status=410))
    known, errors = queries.has_log_in(found.email), []
    name = request.POST.get("name", found.name)
    if request.method == "POST":
        password = request.POST.get("password", "")
        if not known and password != request.POST.get("again", ""):
            errors.append(_("The two passwords differ."))
        else:
            try:
                actions.accept_invitation(token, password, at, name)
            except Refused as refused:
                errors.append(in_words(refused))
            else:
                return _welcome(request, found, known, password)
    context = {"found": found, "known": known, "errors": errors, "role": role_words(found.role), "name": name}
    return _private(render(request, "settings/invitation.html", context, status=422 if errors else 200))


def _welcome(request: HttpRequest, found: rules.InvitationView, known: bool, password: str) -> HttpResponse:
    """Somebody new is logged in; who has a log-in already uses it."""
    if not known:
        user = authenticate(request, email=found.email, password=password)
        if user is not None:
            login(request, user)
            done(request, _("Welcome to %(company)s.") % {"company": found.company_name})
            return HttpResponseRedirect("/")
    done(request, _("You are now part of %(company)s. Log in with your password.") % {"company": found.company_name})
    return HttpResponseRedirect(reverse("account_login"))


def _private(response: HttpResponse) -> HttpResponse:
    """The address holds a secret: no other site learns it, and no search engine keeps it.

    Not `no-referrer`: browsers then send the form with the origin “null”, which the check against forged forms refuses.
    """
    response["Referrer-Policy"] = "same-origin"
    response["X-Robots-Tag"] = "noindex"
    return response


urlpatterns = [
    path("settings/people/", people, name="settings-people"),
    path("settings/people/invite/", invite, name="settings-invite"),
    path("settings/people/invitations/<str:ref>/withdraw/", withdraw, name="settings-withdraw"),
    path("settings/people/<str:ref>/", person, name="settings-person"),
    path("settings/keys/", keys, name="settings-keys"),
    path("settings/keys/<str:ref>/revoke/", revoke_key, name="settings-key-revoke"),
    path("invitation/<str:token>/", invitation, name="invitation"),
    path("invitation/<str:token>", invitation),  # as mails say it
]
