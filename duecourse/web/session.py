"""What belongs to the person at the screen: the day one looks at, the company, the language, the keys, and leaving."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from duecourse.access import actions, queries
from duecourse.core.call import within
from duecourse.core.errors import Refused
from duecourse.web.door import back, call_of, done, refusal


@require_POST
@login_required
def look_back(request: HttpRequest) -> HttpResponse:
    """POST `as_of`: a past day to look at, kept for the session; empty, today or later goes back to today."""
    text = request.POST.get("as_of", "").strip()
    try:
        call = call_of(request)
        day = dt.date.fromisoformat(text) if text else call.today
    except Refused as refused:
        return refusal(request, refused)
    except ValueError:
        return refusal(
            request, Refused("web.not-a-day", _("“%(text)s” is not a day; expected one like 2026-11-17.") % {"text": text[:40]})
        )
    if day < call.today:
        request.session["as_of"] = day.isoformat()
    else:
        request.session.pop("as_of", None)
    return HttpResponseRedirect(back(request))


@require_POST
@login_required
def choose_company(request: HttpRequest) -> HttpResponse:
    """POST `company`: work in another company where one holds a role. Pages of the old one are left for the home page."""
    text = request.POST.get("company", "")
    user_id = request.user.pk
    assert isinstance(user_id, int)
    wanted = {str(company.id): company for company in queries.companies_of(user_id)}.get(text)
    if wanted is None:
        return refusal(request, Refused("web.not-your-company", _("You hold no role in this company.")))
    request.session["company"] = wanted.id
    request.session.pop("as_of", None)
    return HttpResponseRedirect("/")


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    logout(request)
    return HttpResponseRedirect(settings.LOGOUT_REDIRECT_URL or "/")


@require_POST
@login_required
def choose_language(request: HttpRequest) -> HttpResponse:
    """POST `language`: the language in which one reads, kept with the person and for pages before log-in."""
    language = request.POST.get("language", "")
    if language not in dict(settings.LANGUAGES):
        return refusal(request, Refused("web.unknown-language", _("This language is not there.")))
    try:
        call = call_of(request)
        with within(call):
            actions.change_language(call, language)
    except Refused as refused:
        return refusal(request, refused)
    with translation.override(language):
        done(request, _("Pages are in English from now on."))
    response = HttpResponseRedirect(back(request))
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=365 * 24 * 60 * 60,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite="Lax",
    )
    return response


@require_POST
@login_required
def choose_keys(request: HttpRequest) -> HttpResponse:
    """POST `enabled` 1 or 0: single-letter keys on or off for the person (WCAG 2.1.4)."""
    enabled = request.POST.get("enabled") == "1"
    try:
        call = call_of(request)
        with within(call):
            actions.change_keys(call, enabled)
    except Refused as refused:
        return refusal(request, refused)
    if request.headers.get("X-Requested-With") == "fetch":
        return HttpResponse(status=204)
    done(request, _("Letter keys are on.") if enabled else _("Letter keys are off."))
    return HttpResponseRedirect(back(request))


urlpatterns = [
    path("session/as-of/", look_back, name="as-of"),
    path("session/company/", choose_company, name="choose-company"),
    path("session/sign-out/", sign_out, name="sign-out"),
    path("session/language/", choose_language, name="language"),
    path("session/keys/", choose_keys, name="keys"),
]
