"""What the queue and the clock start. A job may run twice, after a kill; each says why that does no harm.

Every process reads this module to know the jobs' names; what a job needs is imported when it runs.
"""

from __future__ import annotations

from django.utils import timezone
from procrastinate import JobContext
from procrastinate.contrib.django import app

STALLED_SECONDS = 30  # a worker says every 10 s that it lives


@app.task(name="take_bank_file")
def take_bank_file(company_id: int, user_id: int, name: str, digest: str, task_id: int) -> None:
    """Import an uploaded file; a file is known by its digest, and the task by its end."""
    from duecourse.jobs import bank_files

    bank_files.take(company_id, user_id, name, digest, task_id, timezone.now())


@app.task(name="look_at_take_over")
def look_at_take_over(company_id: int, user_id: int, take_over_id: int, task_id: int) -> None:
    """Read a file that is to be taken over; its findings and the task's end are kept together."""
    from duecourse.jobs import take_overs

    take_overs.look(company_id, user_id, take_over_id, task_id, timezone.now())


@app.task(name="write_take_over")
def write_take_over(company_id: int, user_id: int, take_over_id: int, task_id: int) -> None:
    """Write the rows of a take-over that was confirmed, in the transaction of the task's end; what is known by its id stays as it is."""
    from duecourse.jobs import take_overs

    take_overs.write(company_id, user_id, take_over_id, task_id, timezone.now())


@app.periodic(cron="* * * * *")
@app.task(name="deliver_mails", queueing_lock="deliver_mails", pass_context=False)
def deliver_mails(timestamp: int) -> None:
    """Send what is due; whoever claims a mail has it for ten minutes, and its Message-ID stays the same."""
    from duecourse.jobs import deliver

    deliver.deliver_all()


@app.periodic(cron="*/10 * * * *")
@app.task(name="verify_books", queueing_lock="verify_books")
def verify_books(timestamp: int) -> None:
    """Recompute every invariant of every company; reads only, and its verdicts replace the last ones."""
    from duecourse.access import queries as access_facts
    from duecourse.kpis import actions as kpis

    for company in access_facts.companies():
        kpis.verify(access_facts.system_call(company.id, timezone.now(), "Verifier"))


@app.periodic(cron="* * * * * */5")
@app.task(name="read_journal", queueing_lock="read_journal", lock="read_journal")
def read_journal(timestamp: int) -> None:
    """Let every journal reader catch up; its cursor moves with what it does."""
    from duecourse.jobs import readers

    readers.read_all()


@app.periodic(cron="* * * * * */5")
@app.task(name="deliver_webhooks", queueing_lock="deliver_webhooks", lock="deliver_webhooks")
def deliver_webhooks(timestamp: int) -> None:
    """Tell endpoints what happened; a message that was taken and not marked is sent again, with the same webhook-id."""
    from duecourse.jobs import webhooks

    webhooks.deliver_all()


@app.periodic(cron="17 3 * * *")
@app.task(name="forget_webhook_messages", queueing_lock="forget_webhook_messages")
def forget_webhook_messages(timestamp: int) -> None:
    """Delete what endpoints were told over a month ago; the events stay."""
    from duecourse.jobs import webhooks

    webhooks.forget_all()


@app.task(name="rank_worklists")
def rank_worklists(company_id: int) -> None:
    """Rank a company's worklist; the list is made anew from the facts, so that once more changes nothing."""
    from duecourse.jobs import worklists

    worklists.rank(company_id, timezone.now())


@app.periodic(cron="*/5 * * * *")
@app.task(name="watch", queueing_lock="watch")
def watch(timestamp: int) -> None:
    """Rank lists that are of yesterday and tell people what waits for too long; each is told once."""
    from duecourse.jobs import watching, worklists

    worklists.rank_stale(timezone.now())
    watching.watch_all(timezone.now())


@app.periodic(cron="*/5 * * * *")
@app.task(name="age_sums", queueing_lock="age_sums")
def age_sums(timestamp: int) -> None:
    """See sums of an earlier day from today; each row is of today when it is done, and is then left alone."""
    from duecourse.jobs import sums

    sums.age_stale(timezone.now())


@app.periodic(cron="* * * * *")
@app.task(name="forecast_stale", queueing_lock="forecast_stale")
def forecast_stale(timestamp: int) -> None:
    """Ask for the forecast of each company whose newest one is of an earlier day; one that runs or failed today is not asked again."""
    from duecourse.jobs import forecasts

    forecasts.ask_stale(timezone.now())


@app.task(name="forecast_cash")
def forecast_cash(company_id: int, task_id: int) -> None:
    """Learn and forecast; estimates take the place of the last ones, and the task's end is written with them."""
    from duecourse.jobs import forecasts

    forecasts.make(company_id, task_id, timezone.now())


@app.periodic(cron="* * * * *")
@app.task(name="retry_stalled", queueing_lock="retry_stalled", pass_context=True)
async def retry_stalled(context: JobContext, timestamp: int) -> None:
    """Jobs whose worker was killed are taken up again."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS):
        await manager.retry_job(job)
