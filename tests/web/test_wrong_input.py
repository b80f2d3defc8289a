"""Nonsense typed into every form there is: never a fault, what was typed stays, and the page says what to do.

The forms are found on the pages themselves, so a new field is tried without being named here.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.db import IntegrityError, connection, transaction
from django.test import Client
from lxml import html

from duecourse.jobs import demo
from tests.databases import Fresh
from tests.web.desk import BACKEND

ROLES = {role: email for role, _, _, email in demo.PEOPLE}
# role, address or "list|pattern of an address on it|what follows it"
PAGES = [
    ("order-desk", "/orders/new/"),
    ("order-desk", "/orders/?tab=draft|/orders/ord_\\w+/|change/"),
    ("order-desk", "/orders/?tab=open|/orders/ord_\\w+/|deliver/"),
    ("order-desk", "/orders/?tab=draft|/orders/ord_\\w+/|cancel/"),
    ("credit-manager", "/customers/new/"),
    ("credit-manager", "/customers/|/customers/cus_\\w+/|"),
    ("credit-manager", "/customers/|/customers/cus_\\w+/|edit/"),
    ("credit-manager", "/customers/|/customers/cus_\\w+/|limit/"),
    ("billing", "/billing/"),
    ("billing", "/billing/new/"),
    ("billing", "/invoices/?tab=open|/invoices/inv_\\w+/|credit/"),
    ("cash-application", "/bank/record/"),
    ("cash-application", "/matching/|/matching/pay_\\w+/|"),
    ("controller", "/settings/accounts/"),
    ("controller", "/settings/bank-accounts/"),
    ("controller", "/settings/periods/"),
    ("controller", "/settings/rates/"),
    ("controller", "/settings/products/"),
    ("controller", "/settings/tax/"),
    ("controller", "/settings/terms/"),
    ("administrator", "/settings/company/"),
    ("administrator", "/settings/people/"),
    ("administrator", "/settings/people/|/settings/people/usr_\\w+/|"),
    ("administrator", "/settings/keys/"),
    ("cfo", "/settings/"),
]
NONSENSE = [
    "", "x", "NaN", "-1", "1e999", "1.234,56", "31 02", "9999-12-31", "0001-01-01", "+999", "9" * 15, "9" * 15 + ".999999", "0.0000001",
    "<b>x</b>", "' or 1=1 --", "cus_00000000", "é" * 1000, "\u202e\ufeff\U0001f600", "٣", "²",
]  # fmt: skip
EACH = ["", "x", "NaN", "-1", "1.234,56", "9999-12-31", "9" * 15 + ".999999", "é" * 1000]  # in one field, the others being right
FILLED = {  # what an empty field gets, so that a form is wrong in one place only
    "customer": "10004", "product": "10110", "quantity": "1", "reason": "Agreed with the customer", "number": "T-77001", "code": "T77",
    "name": "Testwerk", "amount": "10.00", "net_days": "30", "percent": "19", "email": "new@testwerk.example", "price": "3.50",
    "quantity-1": "1",
}  # fmt: skip
QUIET = {"csrfmiddlewaretoken", "next", "token", "gross_seen"}


@dataclass(frozen=True)
class Form:
    """A form as a browser would send it with each of its buttons."""

    address: str
    fields: dict[str, list[str]]
    buttons: tuple[tuple[str, str], ...]
    typed: frozenset[str]  # names of the fields one types into


def forms(client: Client, address: str) -> Iterator[Form]:
    """Every form on a page that writes."""
    answer = client.get(address)
    assert answer.status_code == 200, f"{address}: {answer.status_code}"
    for form in html.fromstring(answer.content.decode()).xpath("//main//form[@method='post'] | //dialog//form[@method='post']"):
        fields: dict[str, list[str]] = {}
        typed = set()
        outside = form.xpath("//*[@form=$id]", id=form.get("id")) if form.get("id") else []
        for one in [*form.xpath(".//input | .//textarea | .//select"), *outside]:
            name, sort = one.get("name"), one.get("type", "text")
            if not name or sort in ("file", "submit") or one.tag == "button":
                continue
            if sort in ("checkbox", "radio") and one.get("checked") is None:
                continue
            if one.tag == "select":
                chosen = one.xpath(".//option[@selected]") or one.xpath(".//option")
                value = chosen[0].get("value", "") if chosen else ""
            else:
                value = one.text or "" if one.tag == "textarea" else one.get("value", "on" if sort == "checkbox" else "")
                if sort not in ("hidden", "checkbox", "radio"):
                    typed.add(name)
            fields.setdefault(name, []).append(value or ("" if name in fields else FILLED.get(name, "")))
        buttons = {
            (one.get("name", ""), one.get("value", "")) for one in form.xpath(".//button[not(@type='button')]") if one.get("name")
        }
        yield Form(form.get("action") or address, fields, tuple(sorted(buttons)) or (("", ""),), frozenset(typed))


def post(client: Client, form: Form, data: dict[str, list[str]]) -> tuple[Any, str]:
    """The answer and what is wrong with it; nothing that was written stays."""
    try:
        with transaction.atomic():
            answer = client.post(form.address, {name: values for name, values in data.items() if name})
            try:
                connection.check_constraints()
            except IntegrityError as error:
                return answer, f"breaks a constraint: {error}"
            transaction.set_rollback(True)
    except Exception as error:
        return None, f"{type(error).__name__}: {error}"
    return answer, "" if answer.status_code < 500 else f"answers {answer.status_code}"


def open_page(demo_company: Fresh, role: str, page: str) -> tuple[Client, list[Form]]:
    from duecourse.access.models import User

    client = Client()
    client.force_login(User.objects.get(email=ROLES[role]), backend=BACKEND)
    address, *rest = page.split("|")
    if rest:
        pattern, after = rest
        found = re.search(pattern, client.get(address).content.decode())
        assert found, f"{address} leads to no {pattern}"
        address = found[0] + after
    return client, list(forms(client, address))


@pytest.mark.parametrize(("role", "page"), PAGES, ids=[f"{role} {page.replace('|', ' ')}" for role, page in PAGES])
def test_nonsense_is_no_fault(demo_company: Fresh, role: str, page: str) -> None:
    """One field at a time, and all at once, in every form of the page, with the button that goes furthest and the others once."""
    client, found = open_page(demo_company, role, page)
    assert found, f"{page} has no form"
    wrong = []
    for form in {(re.sub(r"_\w{12}", "", form.address), *sorted(form.fields)): form for form in found}.values():
        names = sorted(form.fields.keys() - QUIET)
        tries = [(name, text, form.buttons[0]) for name, text in itertools.product(names, EACH)]
        tries += [("", text, button) for place, button in enumerate(form.buttons) for text in (EACH if place else NONSENSE)]
        for name, text, (button, value) in tries:
            named = {name} if name else form.typed
            changed = {one: [text] * len(values) if one in named else values for one, values in form.fields.items()}
            answer, said = post(client, form, {**changed, button: [value]})
            if not said and answer.status_code in (200, 422):
                said = problem_of(answer, text if name in form.typed else "")
            if said:
                wrong.append(f"{form.address} {button} {name or 'all'}={text[:30]!r}: {said[:300]}")
    assert not wrong, "\n".join(wrong)


def problem_of(answer: Any, text: str) -> str:
    """A page that is shown again says why, and keeps what was typed."""
    page = unescape(answer.content.decode())
    if answer.status_code == 422 and not re.search(r'class="[^"]*form-errors|aria-invalid="true"|class="notice is-bad', page):
        return "does not say what is wrong"
    if text.strip()[:10] not in page:
        return "forgets what was typed"
    return ""


SAYS = [  # role, page, field, typed, words of the answer
    ("order-desk", "/orders/new/", "requested", "31 02", "is no day. Write it like"),
    ("order-desk", "/orders/new/", "customer", "nobody at all", "No customer has the number or name"),
    ("order-desk", "/orders/new/", "product", "P-0", "No product has the number or name"),
    ("order-desk", "/orders/new/", "quantity", "NaN", "is no number. Write it like"),
    ("credit-manager", "/customers/|/customers/cus_\\w+/|limit/", "amount", "a lot", "is no number. Write it like"),
    ("credit-manager", "/customers/|/customers/cus_\\w+/|limit/", "amount", "1,234", "can mean two numbers: write"),
    ("credit-manager", "/customers/|/customers/cus_\\w+/|limit/", "valid_from", "31 02", "is no day. Write it like"),
    ("credit-manager", "/customers/|/customers/cus_\\w+/|limit/", "reason", "", "Say why"),
    ("billing", "/billing/new/", "issued", "never", "is no day. Write it like"),
    ("billing", "/invoices/?tab=open|/invoices/inv_\\w+/|credit/", "quantity-1", "NaN", "is no number. Write it like"),
    ("cash-application", "/bank/record/", "amount", "0", "more than zero"),
    ("cash-application", "/bank/record/", "value_date", "+7", "still to come"),
    ("cash-application", "/bank/record/", "account", "bnk_00000000", "Choose the account"),
    ("controller", "/settings/terms/", "net_days", "soon", "is not a number of days"),
    ("controller", "/settings/tax/", "percent", "19 %", "is no number. Write it like"),
    ("administrator", "/settings/keys/", "days", "366", "1 to 365"),
]


@pytest.mark.parametrize(("role", "page", "name", "text", "words"), SAYS, ids=[f"{one[2]}={one[3]}" for one in SAYS])
def test_it_says_what_to_do(demo_company: Fresh, role: str, page: str, name: str, text: str, words: str) -> None:
    client, found = open_page(demo_company, role, page)
    form = next(form for form in found if name in form.fields)
    data = {**form.fields, name: [text, *form.fields[name][1:]]}
    if name in ("product", "quantity"):
        data["quantity"] = ["1" if name == "product" else text, *form.fields["quantity"][1:]]
        data["product"] = [text if name == "product" else "10110", *form.fields["product"][1:]]
    button, value = form.buttons[0]
    answer, said = post(client, form, {**data, button: [value]})
    assert not said
    heard = unescape(answer.content.decode()) + " ".join(str(one) for one in get_messages(answer.wsgi_request))
    assert words in heard
    assert answer.status_code in (200, 422)
