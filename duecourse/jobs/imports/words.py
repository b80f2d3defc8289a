"""Words of other systems for what has a code here: countries, languages, yes and no, kinds of accounts. Pure."""

from __future__ import annotations

import unicodedata

YES = frozenset(["1", "1.0", "y", "yes", "j", "ja", "o", "oui", "true", "wahr", "vrai", "x", "open", "offen", "ouvert"])
NO = frozenset(["0", "0.0", "n", "no", "nein", "non", "false", "falsch", "faux", "closed", "zu", "paid", "bezahlt"])


def folded(text: str) -> str:
    """Small letters and digits without accents: "Fällig am" → "falligam"."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in plain if letter.isalnum())


_COUNTRIES = """
AT austria osterreich oesterreich autriche; AU australia australien; BE belgium belgien belgique; BG bulgaria bulgarien bulgarie;
BR brazil brasilien bresil; CA canada kanada; CH switzerland schweiz suisse; CN china chine; CY cyprus zypern chypre;
CZ czechia czechrepublic tschechien tchequie; DE germany deutschland allemagne; DK denmark danemark; EE estonia estland estonie;
ES spain spanien espagne espana; FI finland finnland finlande; FR france frankreich; GB unitedkingdom greatbritain uk england
grossbritannien vereinigteskonigreich royaumeuni; GR greece griechenland grece; HR croatia kroatien croatie; HU hungary ungarn hongrie;
IE ireland irland irlande; IN india indien inde; IS iceland island islande; IT italy italien italie italia; JP japan japon;
KR korea southkorea sudkorea; LI liechtenstein; LT lithuania litauen lituanie; LU luxembourg luxemburg; LV latvia lettland lettonie;
MC monaco; MT malta malte; MX mexico mexiko mexique; NL netherlands niederlande paysbas holland; NO norway norwegen norvege;
NZ newzealand neuseeland; PL poland polen pologne polska; PT portugal; RO romania rumanien rumaenien roumanie; RS serbia serbien serbie;
RU russia russland russie; SE sweden schweden suede; SG singapore singapur singapour; SI slovenia slowenien slovenie;
SK slovakia slowakei slovaquie; TR turkey turkei tuerkei turquie; UA ukraine; US usa unitedstates unitedstatesofamerica vereinigtestaaten
etatsunis; ZA southafrica sudafrika; AE unitedarabemirates; IL israel; TH thailand; VN vietnam; TW taiwan; HK hongkong
"""
COUNTRIES: dict[str, str] = {
    name: words.split()[0] for words in _COUNTRIES.split(";") for name in words.split()[1:]
}  # folded name → ISO 3166-1 code
_LANGUAGES = (
    "de german deutsch allemand d; en english englisch anglais e; fr french franzosisch francais f; it italian italienisch italien i; "
    "es spanish spanisch espagnol s; nl dutch niederlandisch neerlandais n; pl polish polnisch polonais; pt portuguese portugiesisch portugais; "
    "cs czech tschechisch tcheque; da danish danisch danois; sv swedish schwedisch suedois"
)
LANGUAGES: dict[str, str] = {name: words.split()[0] for words in _LANGUAGES.split(";") for name in words.split()[1:]}
_ACCOUNT_KINDS = (
    "asset assets aktiv aktiva vermogen actif a; liability liabilities passiv passiva verbindlichkeit schulden passif fremdkapital l p; "
    "equity eigenkapital capital capitauxpropres e q; income revenue ertrag ertrage erlos erlose produit produits r i; "
    "expense expenses aufwand aufwendungen kosten charge charges x"
)
ACCOUNT_KINDS: dict[str, str] = {
    name: words.split()[0] for words in _ACCOUNT_KINDS.split(";") for name in words.split()
}  # folded word → kind of a ledger account


def country(text: str) -> str | None:
    """The ISO 3166-1 code of a country by code or name, None when it is not known."""
    if len(text) == 2 and text.isascii() and text.isalpha():
        return text.upper()
    return COUNTRIES.get(folded(text))


def language(text: str) -> str | None:
    """The code of a language by code or name, None when it is not known."""
    plain = text.strip()
    if len(plain) == 2 and plain.isascii() and plain.isalpha():
        return plain.lower()
    return LANGUAGES.get(folded(plain))
