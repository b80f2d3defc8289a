"""Who and what the demo company has: people, customers with their habits, products. Invented names; a seed decides the rest."""

from __future__ import annotations

import random
from dataclasses import dataclass
from decimal import Decimal

SEED = 20261117
PASSWORD = "demo-Kranich-47"  # noqa: S105 - a demo log-in that is printed at every start
DOMAIN = "kranich-werkbedarf.example"

PEOPLE = [  # role, words, name, e-mail
    ("credit-manager", "Credit manager", "Ruth Adler", f"credit@{DOMAIN}"),
    ("order-desk", "Order desk", "Anna Wirth", f"orders@{DOMAIN}"),
    ("billing", "Billing clerk", "Paul Klee-Voss", f"billing@{DOMAIN}"),
    ("cash-application", "Cash-application clerk", "Dora Sommer", f"cash@{DOMAIN}"),
    ("collector", "Collector", "Lea Brandt", f"collections@{DOMAIN}"),
    ("controller", "Controller", "Jonas Krull", f"controller@{DOMAIN}"),
    ("cfo", "CFO", "Miriam Sander", f"cfo@{DOMAIN}"),
    ("administrator", "Administrator", "Tom Reiter", f"admin@{DOMAIN}"),
]

OWN_ACCOUNTS = [  # name, currency, ledger account, country, bank code and number
    ("Hansebank, euro", "EUR", "1200", "DE", "209000000012344471"),
    ("Hansebank, US dollar", "USD", "1210", "DE", "209000000012344480"),
    ("Merchant Bank London, sterling", "GBP", "1220", "GB", "MRCH40127612344499"),
]

TERMS = [  # code, name, net days, discount days, discount percent
    ("N30", "30 days net", 30, None, None),
    ("D10N30", "30 days net, 2 % in 10", 30, 10, Decimal(2)),
    ("N14", "14 days net", 14, None, None),
    ("N60", "60 days net", 60, None, None),
    ("D14N45", "45 days net, 3 % in 14", 45, 14, Decimal(3)),
]

PRODUCTS = [  # number, name, unit, tax category, price in EUR
    ("10110", "Workbench 2000 × 700 mm, beech top", "pc", "S", "648.00"),
    ("10125", "Tool cabinet, 7 drawers", "pc", "S", "512.50"),
    ("10140", "Heavy-duty shelf, 5 levels", "pc", "S", "236.40"),
    ("11020", "Cordless drill 18 V, two batteries", "pc", "S", "219.90"),
    ("11035", "Angle grinder 125 mm", "pc", "S", "134.50"),
    ("11210", "Bench vice 150 mm", "pc", "S", "189.00"),
    ("12005", "Screwdriver set, 12 parts", "set", "S", "48.75"),
    ("12018", "Spanner set 6–32 mm", "set", "S", "96.20"),
    ("12044", "Torque wrench 20–200 Nm", "pc", "S", "157.80"),
    ("13001", "Cutting disc 125 × 1 mm, box of 50", "box", "S", "37.50"),
    ("13012", "Flap disc K60, box of 10", "box", "S", "29.90"),
    ("13107", "HSS twist drill set 1–13 mm", "set", "S", "84.30"),
    ("14010", "Safety gloves, pair", "pr", "S", "3.85"),
    ("14022", "Safety glasses, clear", "pc", "S", "6.40"),
    ("14031", "Ear defenders SNR 32", "pc", "S", "18.90"),
    ("14045", "Safety shoes S3", "pr", "S", "74.90"),
    ("15003", "Cable reel 40 m, IP44", "pc", "S", "92.70"),
    ("15020", "LED work light 60 W", "pc", "S", "68.40"),
    ("16001", "Compressor 50 l, 10 bar", "pc", "S", "429.00"),
    ("16015", "Air hose 10 m with couplings", "pc", "S", "32.60"),
    ("17008", "Pallet truck 2.5 t", "pc", "S", "398.00"),
    ("17030", "Lashing strap 5 t, 8 m", "pc", "S", "14.80"),
    ("18002", "Hand cleaner, 3 l", "pc", "S", "16.90"),
    ("18011", "Cleaning cloths, roll of 500", "roll", "S", "24.50"),
    ("19001", "Workshop handbook, 2026 edition", "pc", "AA", "39.00"),
    ("90001", "Freight, pallet", "job", "S", "78.00"),
]

_FIRST = [
    "Ahlers",
    "Bachmann",
    "Carstens",
    "Dierks",
    "Eckhoff",
    "Falkner",
    "Gerdes",
    "Harmsen",
    "Ibsen",
    "Jansen",
    "Kloppe",
    "Lorenz",
    "Mertens",
    "Nissen",
    "Oltmann",
    "Petersen",
    "Quast",
    "Reimann",
    "Schütte",
    "Thiemann",
    "Ullrich",
    "Vollmer",
    "Wessels",
    "Ziegler",
    "Bergmann",
    "Drescher",
    "Engels",
    "Fröhlich",
    "Grote",
    "Hollmann",
]
_TRADE = [
    "Metallbau",
    "Maschinenbau",
    "Werkzeugbau",
    "Stahlbau",
    "Montage",
    "Anlagentechnik",
    "Fahrzeugbau",
    "Tischlerei",
    "Schlosserei",
]
_FORM = ["GmbH", "GmbH & Co. KG", "KG", "AG", "e. K."]
_ABROAD = [  # name, country, currency, treatment, tax id prefix
    ("Vermeulen Metaalbouw B.V.", "NL", "EUR", "eu", "NL"),
    ("Ateliers Garnier SAS", "FR", "EUR", "eu", "FR"),
    ("Officine Bellandi S.r.l.", "IT", "EUR", "eu", "IT"),
    ("Talleres Iruña S.L.", "ES", "EUR", "eu", "ES"),
    ("Dvořák Kovovýroba s.r.o.", "CZ", "EUR", "eu", "CZ"),
    ("Zakład Mechaniczny Wrona Sp. z o.o.", "PL", "EUR", "eu", "PL"),
    ("Brunner Werkzeuge AG", "CH", "EUR", "export", ""),
    ("Thornbury Mechanical Ltd", "GB", "GBP", "export", "GB"),
    ("Harrow Fabrication Ltd", "GB", "GBP", "export", "GB"),
    ("Wexcombe Tooling Ltd", "GB", "GBP", "export", "GB"),
    ("Pennine Plant Hire Ltd", "GB", "GBP", "export", "GB"),
    ("Cascadia Machine Works Inc.", "US", "USD", "export", ""),
    ("Great Lakes Fabricators LLC", "US", "USD", "export", ""),
    ("Tidewater Industrial Supply Inc.", "US", "USD", "export", ""),
    ("Lone Star Tool Company", "US", "USD", "export", ""),
    ("Halvorsen Mekaniske AS", "NO", "EUR", "export", ""),
]
_CITIES = [
    ("Hamburg", "20457"), ("Bremen", "28217"), ("Hannover", "30163"), ("Leipzig", "04109"), ("Dortmund", "44137"), ("Kassel", "34117"),
    ("Nürnberg", "90402"), ("Rostock", "18055"), ("Münster", "48143"), ("Ulm", "89073"),
]  # fmt: skip
_STREETS = ["Werftstraße", "Am Hafen", "Industrieweg", "Lindenallee", "Bahnhofstraße", "Gewerbepark", "Mühlenweg", "Ringstraße"]


@dataclass(frozen=True)
class Habit:
    """How a customer pays: days late around a mean, and what it does beside."""

    late_mean: int
    late_spread: int
    takes_discount: Decimal = Decimal("0.3")
    partial: Decimal = Decimal(0)
    bundles: bool = False  # several invoices in one payment
    silent: Decimal = Decimal("0.05")  # writes nothing usable into the transfer
    stops_after: int | None = None  # has paid nothing for the last so many weeks


@dataclass(frozen=True)
class Customer:
    """One invented customer."""

    number: str
    name: str
    country: str
    currency: str
    treatment: str
    terms: str
    limit: int | None
    size: Decimal
    habit: Habit
    account: str
    street: str
    postal_code: str
    city: str
    tax_id: str
    language: str
    parent: str = ""
    disputes: bool = False
    risk_class: str = "B"


def iban(country: str, rest: str) -> str:
    """An account number with right check digits for an invented bank (ISO 13616)."""
    digits = "".join(str(int(letter, 36)) for letter in rest + country + "00")
    return f"{country}{98 - int(digits) % 97:02d}{rest}"


_PROMPT = Habit(-2, 3, Decimal("0.75"))
_ON_TIME = Habit(1, 4, Decimal("0.2"))
_BUNDLER = Habit(4, 5, Decimal("0.1"), bundles=True)
_LATE = Habit(16, 9, Decimal("0.05"), silent=Decimal("0.12"))
_VERY_LATE = Habit(36, 9, Decimal(0), partial=Decimal("0.1"), silent=Decimal("0.2"))
_IN_PARTS = Habit(10, 8, Decimal(0), partial=Decimal("0.6"))
_STOPPED = Habit(20, 10, Decimal(0), stops_after=10)


def customers(luck: random.Random) -> list[Customer]:
    """Eighty customers: most good, some late, one in parts, one disputing, one that stopped paying, one group of three."""
    made = [_domestic(luck, place) for place in range(64)]
    made += [_abroad(luck, 64 + place, row) for place, row in enumerate(_ABROAD)]
    return made


def _habit(luck: random.Random, place: int) -> tuple[Habit, str]:
    fixed = {3: (_IN_PARTS, "C"), 7: (_STOPPED, "D"), 11: (_LATE, "C"), 5: (_BUNDLER, "B")}
    if place in fixed:
        return fixed[place]
    kinds = [(_PROMPT, "A"), (_ON_TIME, "B"), (_BUNDLER, "B"), (_LATE, "C"), (_VERY_LATE, "D")]
    return luck.choices(kinds, [30, 40, 8, 17, 5])[0]


def _limit(luck: random.Random, size: Decimal) -> int:
    """About what a customer of this size buys in three months; big ones order more often, and more at a time."""
    return int(size * size * luck.choice([18, 24, 32, 40]) + 10) * 1000


def _domestic(luck: random.Random, place: int) -> Customer:
    city, postal_code = luck.choice(_CITIES)
    habit, risk = _habit(luck, place)
    size = Decimal(luck.choice(["0.4", "0.6", "0.8", "1", "1", "1.5", "2.5"]))
    size = Decimal("0.1") if place == 40 else size  # the one without a limit orders little
    first = _FIRST[place % len(_FIRST)]
    name = f"{first} {luck.choice(_TRADE)} {luck.choice(_FORM)}"
    group = {20: "", 21: "10020", 22: "10020"}
    if place in group:
        name = ["Nordwall Holding AG", "Nordwall Fertigung GmbH", "Nordwall Service GmbH"][place - 20]
    return Customer(
        number=str(10000 + place),
        name=name if place < len(_FIRST) or place in group else f"{first} & {luck.choice(_FIRST)} {luck.choice(_TRADE)} GmbH",
        country="DE",
        currency="EUR",
        treatment="domestic",
        terms=luck.choice(["N30", "D10N30", "D10N30", "N14", "N60", "D14N45"]),
        limit=None if place == 40 else _limit(luck, size),
        size=size,
        habit=habit,
        account=iban("DE", f"{luck.randrange(10**7, 10**8)}{luck.randrange(10**9, 10**10)}"),
        street=f"{luck.choice(_STREETS)} {luck.randrange(1, 120)}",
        postal_code=postal_code,
        city=city,
        tax_id=f"DE{luck.randrange(10**8, 10**9)}",
        language="de",
        parent=group.get(place, ""),
        disputes=place == 9,
        risk_class=risk,
    )


def _abroad(luck: random.Random, place: int, row: tuple[str, str, str, str, str]) -> Customer:
    name, country, currency, treatment, prefix = row
    habit, risk = _habit(luck, place)
    size = Decimal(luck.choice(["0.8", "1.2", "2"]))
    return Customer(
        number=str(10000 + place),
        name=name,
        country=country,
        currency=currency,
        treatment=treatment,
        terms=luck.choice(["N30", "N60", "D10N30"]),
        limit=_limit(luck, size),
        size=size,
        habit=habit,
        account=iban(country, "QQQQ" + str(luck.randrange(10**13, 10**14)))
        if country not in ("US",)
        else str(luck.randrange(10**9, 10**10)),
        street=f"{luck.randrange(1, 300)} {luck.choice(['Mill Road', 'Dock Street', 'Station Road', 'Harbour Lane'])}",
        postal_code=str(luck.randrange(10000, 99999)),
        city={
            "NL": "Arnhem",
            "FR": "Lyon",
            "IT": "Brescia",
            "ES": "Pamplona",
            "CZ": "Brno",
            "PL": "Poznań",
            "CH": "Winterthur",
        }.get(country, {"GB": "Leeds", "US": "Tacoma", "NO": "Bergen"}.get(country, "")),
        tax_id=f"{prefix}{luck.randrange(10**8, 10**9)}" if prefix else "",
        language="fr" if country == "FR" else "en",
        risk_class=risk,
    )
