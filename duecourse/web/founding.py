"""The first company: the page behind a set-up link, outside the frame; and another company, for who looks after the first."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from duecourse.access import actions, queries, rules
from duecourse.core.call import Call
from duecourse.core.errors import Refused
from duecourse.core.money import MINOR_UNITS
from duecourse.web.door import done, page, refusal, screen
from duecourse.web.language import in_words

COMPANY = ("name", "country", "currency", "time_zone", "language", "code")
TRIED_MOST = 200  # characters of what was typed that a form shows again


def countries() -> list[tuple[str, str]]:
    """Country codes with their names in the reader's language, by name."""
    return sorted(((one.code, _(one.name)) for one in rules.COUNTRIES.values()), key=lambda pair: pair[1])


def usual(shown: str = "") -> list[tuple[str, str]]:
    """Currencies to choose from; first “as usual in the country”."""
    return [("", shown or _("As usual in the country")), *((code, code) for code in sorted(MINOR_UNITS))]


def time_zones() -> list[tuple[str, str]]:
    """The time zones of the countries that are offered."""
    names = sorted({one.time_zone for one in rules.COUNTRIES.values()})
    return [("", _("As usual in the country")), *((name, name.replace("_", " ")) for name in names)]


def typed_company(post: QueryDict) -> rules.NewCompany:
    """The company that a form describes. Errors: Refused('access.company-not-usable')."""
    said = {name: post.get(name, "").strip() for name in COMPANY}
    return rules.new_company(
        said["name"], said["country"], said["currency"], said["time_zone"], said["language"] or "en", said["code"]
    )


def _choices() -> dict[str, Any]:
    return {
        "countries": [("", _("Choose …")), *countries()],
        "currencies": usual(),
        "time_zones": time_zones(),
        "languages": list(settings.LANGUAGES),
    }


@never_cache
def found(request: HttpRequest, token: str) -> HttpResponse:
    """Found an organisation with its first company and administrator. Looking uses nothing up; only the POST that works does."""
    at = timezone.now()
    errors: list[str] = []
    try:
        queries.check_founding_link(token, at)
    except Refused as refused:
        return _private(render(request, "setup/found.html", {"refused": refused}, status=410))
    values = {name: request.POST.get(name, "")[:TRIED_MOST] for name in (*COMPANY, "organisation", "person", "email")}
    values["language"] = values["language"] or request.LANGUAGE_CODE[:2]
    if request.method == "POST":
        password = request.POST.get("password", "")
        try:
            if any("\0" in text for text in (*values.values(), password)):
                raise Refused("web.not-text", _("A character that no text holds was typed. Type it again."))
            if password != request.POST.get("again", ""):
                raise Refused("web.passwords-differ", _("The two passwords differ."))
            admin = rules.NewUser(values["email"], values["person"], password, rules.FOUNDERS_ROLES, values["language"])
            call = actions.found_organisation(token, typed_company(request.POST), admin, at, values["organisation"])
        except Refused as refused:
            errors.append(in_words(refused))
        else:
            return _enter(request, call, values["email"], password)
    context = {"values": values, "errors": errors, **_choices()}
    return _private(render(request, "setup/found.html", context, status=422 if errors else 200))


def _enter(request: HttpRequest, call: Call, email: str, password: str) -> HttpResponse:
    """The founder is logged in, whoever was before, and stands before the set-up."""
    logout(request)
    user = authenticate(request, email=rules.normal_email(email), password=password)
    if user is None:
        return HttpResponseRedirect(reverse("account_login"))
    login(request, user)
    done(request, _("%(company)s is founded. Nothing leaves the house before you go live.") % {"company": call.company.name})
    return HttpResponseRedirect(reverse("setup"))


def _private(response: HttpResponse) -> HttpResponse:
    """The address holds a secret: no other site learns it, and no search engine keeps it."""
    response["Referrer-Policy"] = "same-origin"
    response["X-Robots-Tag"] = "noindex"
    return response


@screen("access.create_company")
def another(request: HttpRequest, call: Call) -> HttpResponse:
    """Another company of the same organisation; beside the demo, an organisation of one's own."""
    is_demo = queries.company_profile(call).is_demo
    errors: list[str] = []
    if request.method == "POST":
        try:
            if is_demo:
                token = actions.create_founding_link(call)
                return HttpResponseRedirect(reverse("found", args=[token]))
            roles = rules.FOUNDERS_ROLES if request.POST.get("books") else rules.FOUNDERS_ROLES[:1]
            new = typed_company(request.POST)
            company_id = actions.create_company(call, new, roles)
        except Refused as refused:
            if is_demo:
                return refusal(request, refused)
            errors.append(in_words(refused))
        else:
            request.session["company"] = company_id
            request.session.pop("as_of", None)
            done(request, _("%(company)s is founded. Nothing leaves the house before you go live.") % {"company": new.name})
            return HttpResponseRedirect(reverse("setup"))
    values = {name: request.POST.get(name, "")[:TRIED_MOST] for name in COMPANY}
    values["language"] = values["language"] or call.company.language
    context = {"is_demo": is_demo, "values": values, "errors": errors, **_choices()}
    return page(request, call, "setup/another.html", context, status=422 if errors else 200)


urlpatterns = [
    path("found/<str:token>/", found, name="found"),
    path("found/<str:token>", found),  # as a terminal prints it
    path("setup/new/", another, name="setup-new"),
]
