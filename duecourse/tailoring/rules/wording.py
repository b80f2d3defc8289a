"""The texts that come with the product, in its three languages. Empty ones print nothing until a company writes its own."""

from __future__ import annotations

from duecourse.tailoring.rules.texts import TEXT_KINDS, Text

_MAILS: dict[tuple[str, str], Text] = {
    ("invoice-mail", "en"): Text(
        "Invoice {number}, {company name}",
        "Dear {customer name},\n\nattached you find invoice {number} over {amount} {currency}, due on {due date}. "
        "State the reference {reference} with your payment.\n\nKind regards\n{company name}",
    ),
    ("invoice-mail", "de"): Text(
        "Rechnung {number}, {company name}",
        "Guten Tag {customer name},\n\nanbei erhalten Sie die Rechnung {number} über {amount} {currency}, fällig am {due date}. "
        "Geben Sie bei der Zahlung die Referenz {reference} an.\n\nFreundliche Grüße\n{company name}",
    ),
    ("invoice-mail", "fr"): Text(
        "Facture {number}, {company name}",
        "Bonjour {customer name},\n\nveuillez trouver ci-joint la facture {number} de {amount} {currency}, échéance le {due date}. "
        "Indiquez la référence {reference} lors du paiement.\n\nCordialement\n{company name}",
    ),
    ("credit-note-mail", "en"): Text(
        "Credit note {number}, {company name}",
        "Dear {customer name},\n\nattached you find credit note {number} over {amount} {currency}.\n\nKind regards\n{company name}",
    ),
    ("credit-note-mail", "de"): Text(
        "Gutschrift {number}, {company name}",
        "Guten Tag {customer name},\n\nanbei erhalten Sie die Gutschrift {number} über {amount} {currency}.\n\n"
        "Freundliche Grüße\n{company name}",
    ),
    ("credit-note-mail", "fr"): Text(
        "Avoir {number}, {company name}",
        "Bonjour {customer name},\n\nveuillez trouver ci-joint l’avoir {number} de {amount} {currency}.\n\nCordialement\n{company name}",
    ),
    ("invitation-mail", "en"): Text(
        "Your log-in at {company name}",
        "You are invited to work with {company name} in Duecourse.\n\n"
        "Open this link within {days} days to choose a password:\n{link}\n\n"
        "If you did not expect this, do nothing: the invitation ends by itself.",
    ),
    ("invitation-mail", "de"): Text(
        "Ihr Zugang bei {company name}",
        "Sie sind eingeladen, mit {company name} in Duecourse zu arbeiten.\n\n"
        "Öffnen Sie innerhalb von {days} Tagen diesen Link und wählen Sie ein Passwort:\n{link}\n\n"
        "Falls Sie das nicht erwartet haben, tun Sie nichts: Die Einladung endet von selbst.",
    ),
    ("invitation-mail", "fr"): Text(
        "Votre accès chez {company name}",
        "Vous êtes invité à travailler avec {company name} dans Duecourse.\n\n"
        "Ouvrez ce lien dans les {days} jours pour choisir un mot de passe :\n{link}\n\n"
        "Si vous n’attendiez pas ce message, ne faites rien : l’invitation prend fin d’elle-même.",
    ),
}
NOTHING = Text("", "")


def shipped_text(kind: str, language: str) -> Text | None:
    """The text that comes with the product, None where it has none in that language; printed texts come empty."""
    if TEXT_KINDS[kind].place == "print":
        return NOTHING
    return _MAILS.get((kind, language))
