"""What a company sets up about its papers: the logo, a test mail, and what happens to the mails that waited for go-live."""

from __future__ import annotations

from django.utils import translation
from django.utils.translation import gettext as _

from duecourse.access import actions as access
from duecourse.access import queries as access_facts
from duecourse.core import events, ids
from duecourse.core.call import Call, action
from duecourse.core.errors import Refused
from duecourse.documents import rules
from duecourse.documents.actions.kept import keep_document, queue_dispatches
from duecourse.documents.models import Dispatch
from duecourse.documents.pdf import check_printable


@action
def set_logo(call: Call, name: str, digest: str, picture: rules.Logo) -> None:
    """Make a picture the company's: on the screens' head and on documents from now on. Its bytes are in the store already.

    Errors: Refused('documents.logo-not-usable') when it cannot be printed.
    """
    check_printable(picture)
    company = ids.outer("cmp", call.company.id)
    keep_document(call, "logo", company, name, picture.media_type, digest, len(picture.data))
    access.note_logo(call, digest, picture.media_type)
    events.record(call, "documents.logo-set", [company], {"name": rules.safe_name(name), "digest": digest})


@action
def remove_logo(call: Call) -> None:
    """The company has no picture any more; the file stays kept."""
    access.note_logo(call, "", "")
    events.record(call, "documents.logo-removed", [ids.outer("cmp", call.company.id)])


@action
def send_test_mail(call: Call) -> int:
    """Queue a mail to the caller's own address; the dispatch's id. It goes out before go-live: it stays in the house.

    Errors: Refused('access.not-a-person').
    """
    if call.by.kind != "user":
        raise Refused("access.not-a-person", "A test mail goes to the person who asks for it.")
    person = access_facts.user_view(call.by.id, call.company.id)
    company = " ".join(call.company.name.split())
    with translation.override(person.language):
        title = _("Test mail of %(company)s") % {"company": company}
        body = _(
            "Mail from %(company)s arrives. Look at the sender, and answer this mail to see where answers go.\n"
        ) % {"company": company}  # fmt: skip
    new = rules.NewDispatch(ids.outer("cmp", call.company.id), rules.TEST_MAIL, (person.email,), title[:200], body)
    return queue_dispatches(call, [new])[0]


@action
def release_held(call: Call, send: bool) -> int:
    """Let the mails that waited for go-live be sent, or end them unsent; how many they were."""
    held = Dispatch.objects.filter(company_id=call.company.id, state="held")
    rows = list(held.order_by("id").select_for_update(no_key=True, of=("self",)).values_list("id", "subject_ref"))
    if send:
        held.update(state="queued", next_attempt_at=call.at)
    else:
        held.update(state="dropped")
    what = "documents.dispatch-released" if send else "documents.dispatch-dropped"
    events.record_many(call, [(what, [ids.outer("dsp", key), subject], {}, None) for key, subject in rows])
    return len(rows)
