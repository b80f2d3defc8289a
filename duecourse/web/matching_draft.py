"""What a person is about to post of a payment: which items it pays, with which differences, and what is left over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duecourse.cash import rules
from duecourse.cash.queries import ProposalView, Workbench, WorkItem
from duecourse.core.errors import Refused
from duecourse.core.money import Money, minor_units
from duecourse.customers.rules import AccountView
from duecourse.receivables.queries import ItemView
from duecourse.web import typed
from duecourse.web.language import in_words

OPEN = "open"  # a part payment: the difference stays open, and nobody said why
KINDS = {
    OPEN: gettext_lazy("Part payment, stays open"),
    "short_payment": gettext_lazy("Deduction, stays open as claimed"),
    "bank_charge": gettext_lazy("Bank charge"),
    "rounding": gettext_lazy("Rounding"),
    "write_off": gettext_lazy("Write off"),
}
DISCOUNTS = ("discount", "unearned_discount")


@dataclass(slots=True)
class Row:
    """An open item on the workbench. Off its `open` go a discount and a difference; what is left of it is `paid`."""

    item: ItemView
    allowed: Money | None  # the discount of its terms on what is open
    in_time: bool
    ticked: bool = False
    discount: Money | None = None
    difference: Money | None = None
    typed_discount: str = ""
    typed_difference: str = ""
    error: str = ""

    @property
    def ref(self) -> str:
        return self.item.outer_id

    @property
    def zero(self) -> Money:
        return Money.zero(self.item.open.currency)

    @property
    def paid(self) -> Money:
        if not self.ticked:
            return self.zero
        return self.item.open - (self.discount or self.zero) - (self.difference or self.zero)

    def set(self, discount: Money, difference: Money) -> None:
        self.ticked, self.discount, self.difference = True, discount, difference
        self.typed_discount = _written(discount)
        self.typed_difference = _written(difference)


@dataclass(slots=True)
class Draft:
    """The whole of it: `left` is what of the payment is neither applied nor said to stay on account."""

    rest: Money
    account: AccountView | None
    rows: list[Row]
    rank: int = 0  # of the proposal it began with; 0 = by hand
    kind: str = OPEN
    accept_late: bool = False
    keep: bool = False  # what is left over stays on the customer's account
    errors: list[str] = field(default_factory=list)

    @property
    def ticked(self) -> list[Row]:
        return [row for row in self.rows if row.ticked]

    @property
    def paid(self) -> Money:
        return self._sum(row.paid for row in self.rows)

    @property
    def left(self) -> Money:
        return self.rest - self.paid

    @property
    def discount(self) -> Money:
        return self._sum(row.discount or row.zero for row in self.ticked)

    @property
    def difference(self) -> Money:
        return self._sum(row.difference or row.zero for row in self.ticked)

    @property
    def open(self) -> Money:
        return self._sum(row.item.open for row in self.ticked)

    @property
    def has_late(self) -> bool:
        return any(row.discount and not row.in_time for row in self.ticked)

    @property
    def offers_late(self) -> bool:
        """Whether any item has a discount that has run out: only then is there something to accept."""
        return any(row.allowed and not row.in_time for row in self.rows)

    @property
    def is_explained(self) -> bool:
        """Whether it may be posted: items are ticked, and nothing of the payment is left without a word."""
        zero = Money.zero(self.rest.currency)
        return bool(self.ticked) and not self.errors and self.paid > zero and (not self.left or (self.keep and self.left > zero))

    def _sum(self, parts: Iterable[Money]) -> Money:
        return Money.total(parts, self.rest.currency)

    def lines(self) -> list[rules.ApplyLine]:
        """As `cash.apply_payment` takes them. Errors: Refused('cash.line-not-usable')."""
        return [self._line(row) for row in self.ticked]

    def _line(self, row: Row) -> rules.ApplyLine:
        whole, zero = row.item.open, row.zero
        discount, difference = row.discount or zero, row.difference or zero
        if difference.amount * whole.amount < 0 and self.kind != "rounding":
            raise Refused(
                "cash.line-not-usable",
                _("%(number)s would be paid more than is open of it. Leave what is too much on account.")
                % {"number": row.item.number},
            )
        discount_kind = "discount" if row.in_time else "unearned_discount"
        if not difference:
            return (
                rules.ApplyLine(row.item.id, whole, discount_kind, -discount) if discount else rules.ApplyLine(row.item.id, whole)
            )
        if not discount:
            if self.kind == OPEN:
                return rules.ApplyLine(row.item.id, whole - difference)
            return rules.ApplyLine(row.item.id, whole, self.kind, -difference)
        if self.kind in (OPEN, "short_payment"):
            return rules.ApplyLine(row.item.id, whole - difference, discount_kind, -discount)
        raise Refused(
            "cash.line-not-usable",
            _("%(number)s has a discount and a difference of another kind. Put the difference to another item.")
            % {"number": row.item.number},
        )


def _written(money: Money) -> str:
    """An amount for a field, so that it is read back as it was; nothing for zero."""
    if not money:
        return ""
    return typed.plain(money.amount) if minor_units(money.currency) > 2 else f"{money.amount:f}"


def of_proposal(work: Workbench, rest: Money, proposal: ProposalView | None) -> Draft:
    """What a proposal suggests; without one nothing is ticked."""
    by_item = {line.item.id: line for line in proposal.lines if line.item} if proposal else {}
    draft = Draft(
        rest, work.account, _rows(work, [line.item for line in by_item.values() if line.item]), proposal.rank if proposal else 0
    )
    for row in draft.rows:
        line = by_item.get(row.item.id)
        if line is None:
            continue
        short = row.item.open - line.applied
        if line.residual_kind in DISCOUNTS:
            row.set(-line.residual, short)
        elif line.residual_kind in KINDS:
            draft.kind = line.residual_kind
            row.set(row.zero, short - line.residual)
        else:
            row.set(row.zero, short)
    draft.rows.sort(key=lambda row: not row.ticked)  # what is proposed stands first, the rest by due date
    if proposal is not None:
        draft.keep = any(line.residual_kind in ("overpayment", "on_account") for line in proposal.lines)
    return draft


def of_form(work: Workbench, rest: Money, form: Mapping[str, str], ticked: Sequence[str], proposal: ProposalView | None) -> Draft:
    """What was typed, kept as it was; what cannot be read stands in `errors` and beside its row."""
    cited = [line.item for line in proposal.lines if line.item] if proposal else []
    kind = form.get("kind", OPEN)
    draft = Draft(rest, work.account, _rows(work, cited), proposal.rank if proposal else 0, kind if kind in KINDS else OPEN)
    draft.accept_late, draft.keep = "accept_late" in form, "keep" in form
    chosen = set(ticked)
    for row in draft.rows:
        row.ticked = row.ref in chosen
        row.typed_discount, row.typed_difference = form.get(f"discount_{row.ref}", ""), form.get(f"difference_{row.ref}", "")
        if not row.ticked:
            continue
        row.discount = _amount(row, row.typed_discount, draft)
        row.difference = _amount(row, row.typed_difference, draft)
    if unknown := chosen - {row.ref for row in draft.rows}:
        draft.errors.append(
            _("%(many)s of the ticked items are no longer open. Look again; nothing was posted.") % {"many": len(unknown)}
        )
    return draft


def _amount(row: Row, text: str, draft: Draft) -> Money:
    if not text.strip():
        return row.zero
    try:
        return Money(typed.number(text), row.item.open.currency)
    except ValueError as wrong:
        row.error = str(wrong)
    except Refused as refused:
        row.error = in_words(refused)
    draft.errors.append(f"{row.item.number}: {row.error}")
    return row.zero


def _rows(work: Workbench, cited: Sequence[ItemView]) -> list[Row]:
    """The customer's open items, those first that the proposal names; some may be another customer's of the group."""
    named = {item.id for item in cited}
    rows = sorted(
        (Row(one.item, one.discount, one.discount_in_time) for one in work.items), key=lambda row: row.item.id not in named
    )
    there = {row.item.id for row in rows}
    extra = [_extra(item, work) for item in cited if item.id not in there and item.open]
    return [Row(one.item, one.discount, one.discount_in_time) for one in extra] + rows


def _extra(item: ItemView, work: Workbench) -> WorkItem:
    discount = item.open.percent(item.discount_percent) if item.discount_percent else None
    in_time = item.discount_until is not None and work.payment.value_date <= item.discount_until
    return WorkItem(item, discount, discount is not None and in_time, True)


def is_same(lines: Sequence[rules.ApplyLine], proposal: ProposalView | None) -> bool:
    """Whether the proposal is posted as it is: then its evidence is kept with the application."""
    if proposal is None:
        return False

    def plain(line: rules.ApplyLine) -> tuple[int, Decimal, str, Decimal]:
        is_left_over = line.residual_kind in ("overpayment", "on_account", "") or not line.residual
        residual = Decimal(0) if is_left_over or line.residual is None else line.residual.amount
        return line.item_id, line.applied.amount, "" if is_left_over else line.residual_kind, residual

    return {plain(line) for line in lines} == {plain(line) for line in proposal.apply_lines}
