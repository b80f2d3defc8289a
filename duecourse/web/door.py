"""How every screen is entered: who asks, for which company and day, in one transaction; refusals become pages and messages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from duecourse.access import queries as access_facts
from duecourse.core.call import Call, require, retrying, within
from duecourse.core.errors import Refused
from duecourse.web import navigation, viewed
from duecourse.web.language import in_words

View = Callable[..., HttpResponseBase]


def call_of(request: HttpRequest) -> Call:
    """The call behind a request; the clock is read here and nowhere below. Errors: Refused('access.no-role')."""
    user_id = request.user.pk
    assert isinstance(user_id, int)
    company = request.session.get("company")
    try:
        return access_facts.call_for_user(user_id, company, timezone.now())
    except Refused:
        if company is None:
            raise
        del request.session["company"]  # the role there was taken away
        return access_facts.call_for_user(user_id, None, timezone.now())


def as_of(request: HttpRequest, call: Call) -> dt.date:
    """The business day that the screen shows: a past one when looking back, today otherwise."""
    chosen = request.GET.get("on") or request.session.get("as_of")
    try:
        day = dt.date.fromisoformat(chosen) if chosen else call.today
    except ValueError:
        return call.today
    return min(day, call.today)


def screen(permission: str) -> Callable[[View], View]:
    """A staff page: `view(request, call, …)` for those who hold `permission`, inside the caller's company and transaction.

    The transaction is tried again on deadlock. A Refused that the view does not handle becomes “not found” or “you cannot”
    page, or for a POST a message on the page it came from. While looking back nothing can be posted.
    """

    def decorate(view: View) -> View:
        @login_required
        @wraps(view)
        def run(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if any("\0" in value for sent in (request.GET, request.POST) for _name, values in sent.lists() for value in values):
                raise BadRequest("a NUL character, which no text holds")
            try:
                call = call_of(request)
                if request.method == "POST" and as_of(request, call) < call.today:
                    raise Refused("web.looking-back", _("You are looking back; nothing can be posted. Go back to today first."))

                def once() -> HttpResponseBase:
                    with within(call):
                        require(call, permission)
                        with timezone.override(ZoneInfo(call.company.time_zone)):
                            return viewed.first(request, call) or view(request, call, *args, **kwargs)

                return retrying(once)
            except Refused as refused:
                return refusal(request, refused)

        run.permission = permission  # type: ignore[attr-defined]
        return run

    return decorate


def refusal(request: HttpRequest, refused: Refused) -> HttpResponse:
    """What the person sees when nothing was done."""
    if refused.code == "not-found":
        return render(request, "404.html", {"refused": refused}, status=404)
    if request.method == "POST" and refused.code != "access.no-role":
        messages.error(request, in_words(refused))
        return HttpResponseRedirect(back(request))
    return render(request, "403.html", {"refused": refused}, status=403)


def back(request: HttpRequest, default: str = "/") -> str:
    """Where a form wants to return to: its `next`, the page it stood on, or `default`; never another site."""
    for address in (request.POST.get("next"), request.headers.get("Referer")):
        if address and url_has_allowed_host_and_scheme(address, {request.get_host()}):
            return address
    return default


def page(request: HttpRequest, call: Call, template: str, context: Mapping[str, Any], status: int = 200) -> HttpResponse:
    """Render a staff page inside the frame; `call`, `on` and `frame` are there for every template."""
    on = as_of(request, call)
    full = {"call": call, "on": on, "today": call.today, "looking_back": on < call.today, **context}
    full["saved_views"] = viewed.bar(request, call)
    full["frame"] = navigation.frame(request, call, on)
    return render(request, template, full, status=status)


def done(request: HttpRequest, text: str, undo: str = "") -> None:
    """Say what happened, on the next page, with the address that undoes it."""
    messages.success(request, text, extra_tags=undo)


def speak(language: str) -> None:
    """Use a person's language for this request."""
    translation.activate(language)
