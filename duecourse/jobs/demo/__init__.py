"""The demo company: twelve months played through the actions on a fixed seed. Everything in it is invented."""

from duecourse.jobs.demo.cast import PASSWORD, PEOPLE
from duecourse.jobs.demo.play import build

__all__ = ["PASSWORD", "PEOPLE", "build", "logins"]


def logins() -> list[tuple[str, str, str]]:
    """(role in words, e-mail, password) of the demo log-ins, one per role."""
    return [(words, email, PASSWORD) for _, words, _, email in PEOPLE]
