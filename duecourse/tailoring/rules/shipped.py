"""The reason codes that come with the product, in its three languages. A company rewords and retires them, and adds its own."""

from __future__ import annotations

from duecourse.tailoring.rules.reasons import ReasonCode

_TABLE: tuple[tuple[str, str, str, str, str], ...] = (
    ("credit-note", "damaged", "Goods damaged", "Ware beschädigt", "Marchandise endommagée"),
    ("credit-note", "returned", "Goods returned", "Ware zurückgegeben", "Marchandise retournée"),
    ("credit-note", "not-delivered", "Not delivered", "Nicht geliefert", "Non livré"),
    ("credit-note", "wrong-price", "Wrong price", "Falscher Preis", "Prix erroné"),
    ("credit-note", "wrong-quantity", "Wrong quantity", "Falsche Menge", "Quantité erronée"),
    ("credit-note", "wrong-address", "Wrong particulars on the invoice", "Falsche Angaben auf der Rechnung", "Mentions erronées"),
    ("credit-note", "allowance", "Allowance agreed", "Nachlass vereinbart", "Remise convenue"),
    ("hold-release", "promise-trusted", "Promise trusted", "Zusage vertraut", "Promesse jugée fiable"),
    ("hold-release", "payment-on-its-way", "Payment on its way", "Zahlung unterwegs", "Paiement en route"),
    ("hold-release", "limit-being-raised", "Limit being raised", "Limit wird erhöht", "Limite en cours de relèvement"),
    ("hold-release", "agreed", "Agreed with the customer", "Mit dem Kunden abgestimmt", "Convenu avec le client"),
    ("hold-rejection", "overdue-too-long", "Overdue for too long", "Zu lange überfällig", "Retard trop long"),
    ("hold-rejection", "limit-not-raised", "Limit is not raised", "Limit wird nicht erhöht", "Limite maintenue"),
    ("hold-rejection", "prepayment-wanted", "Only against prepayment", "Nur gegen Vorkasse", "Seulement contre prépaiement"),
    ("order-end", "customer-cancelled", "Cancelled by the customer", "Vom Kunden storniert", "Annulée par le client"),
    ("order-end", "not-available", "Goods are not available", "Ware nicht lieferbar", "Marchandise indisponible"),
    ("order-end", "entered-twice", "Entered twice", "Doppelt erfasst", "Saisie en double"),
    ("account-stop", "insolvency", "Insolvency", "Insolvenz", "Insolvabilité"),
    ("account-stop", "unpaid", "Too much unpaid", "Zu viel unbezahlt", "Trop d’impayés"),
    ("account-stop", "fraud-suspected", "Fraud suspected", "Betrugsverdacht", "Soupçon de fraude"),
    ("account-stop", "settled", "Settled, may go on", "Geklärt, geht weiter", "Réglé, peut continuer"),
    ("limit", "review", "Regular review", "Turnusmäßige Prüfung", "Revue périodique"),
    ("limit", "higher-demand", "Higher demand", "Höherer Bedarf", "Besoin plus élevé"),
    ("limit", "worse-payer", "Pays worse than before", "Zahlt schlechter als zuvor", "Paie moins bien"),
    ("limit", "insured", "Cover of the credit insurer", "Deckung der Kreditversicherung", "Couverture de l’assureur-crédit"),
    ("payment-undo", "wrong-customer", "Applied to the wrong customer", "Falscher Kunde", "Mauvais client"),
    ("payment-undo", "wrong-items", "Applied to the wrong items", "Falsche Posten", "Mauvais postes"),
    ("payment-undo", "returned-debit", "Debit returned by the bank", "Rücklastschrift", "Prélèvement rejeté"),
    ("payment-undo", "at-once", "Undone at once", "Sofort zurückgenommen", "Annulé aussitôt"),
    ("payment-difference", "bank-charge", "Bank charge", "Bankgebühr", "Frais bancaires"),
    ("payment-difference", "late-discount", "Discount taken late", "Skonto verspätet gezogen", "Escompte pris en retard"),
    ("payment-difference", "small-difference", "Small difference", "Kleindifferenz", "Petite différence"),
    ("payment-difference", "deduction", "Deducted by the customer", "Vom Kunden abgezogen", "Déduit par le client"),
    ("write-off", "uncollectible", "Uncollectible", "Uneinbringlich", "Irrécouvrable"),
    ("write-off", "too-small", "Too small to pursue", "Zu klein zum Verfolgen", "Trop petit pour être poursuivi"),
    ("write-off", "goodwill", "Goodwill", "Kulanz", "Geste commercial"),
    ("dispute", "price", "Price", "Preis", "Prix"),
    ("dispute", "quantity", "Quantity", "Menge", "Quantité"),
    ("dispute", "quality", "Quality or damage", "Qualität oder Schaden", "Qualité ou dommage"),
    ("dispute", "delivery", "Delivery", "Lieferung", "Livraison"),
    ("dispute", "duplicate", "Billed twice", "Doppelt berechnet", "Facturé deux fois"),
)  # fmt: skip

SHIPPED_REASONS: tuple[ReasonCode, ...] = tuple(
    ReasonCode(kind, code, {"en": english, "de": german, "fr": french}) for kind, code, english, german, french in _TABLE
)
