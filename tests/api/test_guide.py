"""The walk of docs/guides/api.md is run command by command, as a shell and curl would."""

from __future__ import annotations

import re
import shlex
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from django.test import Client

from duecourse.config.embedded import PROJECT
from tests.api.desk import PREFIX, Caller, checked, key_of, key_of_all
from tests.bankfiles import Pay, camt
from tests.world import World

COMMAND = re.compile(r"<!-- run(?:: (\w+))? -->\n```sh\n(.*?)```", re.DOTALL)
API = "https://duecourse.example/api/v1"


def curl(command: str, files: dict[str, bytes]) -> Any:
    """The answer to a curl command, by the test's client; held against its description."""
    words = iter(shlex.split(command.replace("\\\n", " ")))
    assert next(words) == "curl"
    method, address, headers, data, file = "", "", {}, "", ""
    for word in words:
        if word == "-H":
            name, _, value = next(words).partition(": ")
            headers[name] = value
        elif word == "-X":
            method = next(words)
        elif word == "-d":
            data = next(words)
        elif word == "-F":
            file = next(words).removeprefix("file=@")
        elif word == "-o":
            next(words)
        else:
            assert not word.startswith("-"), word
            address = word
    parts = urlsplit(address)
    path = parts.path.removeprefix("/api/v1")
    assert address.startswith(API)
    if file:
        key = headers["Authorization"].removeprefix("Bearer ")
        return Caller(key).file(path, file, files[file], headers["Idempotency-Key"])
    if method == "POST" or data:
        answer = Client().post(PREFIX + path, data.encode(), content_type="application/json", headers=headers)
        return checked("POST", path, answer)
    return checked("GET", path, Client().get(PREFIX + path, dict(parse_qsl(parts.query)), headers=headers))


def test_the_walk_of_the_guide(world: World) -> None:
    text = (PROJECT / "docs" / "guides" / "api.md").read_text(encoding="utf-8")
    values = {
        "API": API, "KEY": key_of_all(world), "MANAGER_KEY": key_of(world, "credit-manager"),
        "ADMIN_KEY": key_of(world, "administrator"),
    }  # fmt: skip
    files: dict[str, bytes] = {}
    commands = COMMAND.findall(text)
    assert len(commands) >= 12
    for name, command in commands:
        filled = re.sub(r"\$([A-Z_]+)", lambda found: values[found.group(1)], command)
        answer = curl(filled, files)
        assert answer.status_code == 200, (command, answer.content)
        if name:
            data = answer.data
            values[name] = data.get("id") or (data["ids"][0] if "ids" in data else data["items"][0]["id"])
        if name == "INVOICE":  # its customer pays it, less the discount that the terms give
            invoice = Caller(values["KEY"]).get(f"/invoices/{values['INVOICE']}").data
            paid = (Decimal(invoice["gross"]["amount"]) * Decimal("0.98")).quantize(Decimal("0.01"))
            pay = Pay(str(paid), "Albrecht Anlagenbau GmbH", f"Rechnung {invoice['number']} abzgl. Skonto")
            files["2026-220.xml"] = camt(world.bank_numbers["EUR"], [pay])
