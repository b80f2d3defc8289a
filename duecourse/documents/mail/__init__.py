"""Mails as values: what is to be sent in, an EmailMessage out; pure, nothing is sent here."""
