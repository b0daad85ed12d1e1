"""Invoice preview: a history in JSON to the documents it makes, writing nothing."""

from packages.pricing.documents import Document, Line, LineKind
from packages.pricing.history import Subscription
from packages.pricing.history_json import read_history
from packages.pricing.tax import rate_text
from packages.pricing.timeline import replay

Json = dict[str, object]


def preview(history: object) -> Json:
    """Answer ``{"documents": [...], "subscriptions": [...]}`` for a history in JSON values.

    Amounts are integer minor units, dates ISO 8601, periods half-open. Raises `HistoryError`,
    and nothing else, for whatever cannot be priced.
    """
    replayed = replay(read_history(history))
    return {
        "documents": [document_json(document) for document in replayed.documents],
        "subscriptions": [subscription_json(row) for row in replayed.subscriptions],
    }


def document_json(document: Document) -> Json:
    """A document as the API shows it."""
    return {
        "kind": str(document.kind),
        "date": document.date.isoformat(),
        "lines": [line_json(line) for line in document.lines],
        "taxes": [
            {"rate": rate_text(total.rate), "net": total.net, "tax": total.tax}
            for total in document.taxes
        ],
        "net": document.net,
        "tax": document.tax,
        "total": document.total,
    }


def line_json(line: Line) -> Json:
    """A line as the API shows it; usage lines carry component and quantity."""
    shown: Json = {"package": line.package}
    if line.kind is LineKind.USAGE:
        shown |= {"component": line.component, "quantity": line.quantity}
    elif line.kind is LineKind.TERM_FEE:
        shown |= {"fee": "minimum_term"}
    period = [line.period.start.isoformat(), line.period.end.isoformat()]
    return shown | {"period": period, "amount": line.amount, "tax_rate": rate_text(line.tax_rate)}


def subscription_json(row: Subscription) -> Json:
    """A subscription as the API shows it; `to` is null while no end is known."""
    end = None if row.end is None else row.end.isoformat()
    return {"package": row.package, "from": row.start.isoformat(), "to": end}
