"""Every page: its address, whose it is, and how it is asked for. A route that is missing here
fails the access matrix."""

from dataclasses import dataclass, field
from typing import Any

from healthcare.accounts.models import Role


@dataclass(frozen=True)
class Route:
    """`key` names the attribute of the clinic day that is the address' argument; a posted value
    like `@panel` is such an attribute too. `who` names the one of the cast whose page it is, when
    it is not the usual one of the role."""

    name: str
    role: Role | None
    argument: str = ""
    key: str = ""
    posted: dict[str, Any] | None = None
    answers: int = 200
    health: bool = field(default=False)
    who: str = ""

    @property
    def method(self) -> str:
        return "get" if self.posted is None else "post"

    def sent(self, day: object) -> dict[str, Any]:
        """What is posted, with the day's keys in it."""
        return {
            name: getattr(day, value[1:]) if str(value).startswith("@") else value
            for name, value in (self.posted or {}).items()
        }

    def arguments(self, day: object) -> dict[str, int]:
        return {self.argument: getattr(day, self.key)} if self.argument else {}


C, M, OP, S, A = Role.CLINICIAN, Role.MEMBER, Role.OPERATOR, Role.SUPPORT, Role.ADMIN

ROUTES = [
    Route("home", None),
    Route("sign-in", None),
    Route("sign-in-choose", None),
    Route("sign-in-with", None),
    Route("sign-in-answered", None),
    Route("sign-out", None, posted={}),
    Route("language", None, posted={}),
    Route("theme", None, posted={}),
    # Everybody's own sign-in, whatever the role; tests/unit/portal/account tells them apart.
    Route("account:sessions", None),
    Route("account:end", None, posted={}),
    Route("account:end-others", None, posted={}),
    Route("account:second-factor", None),
    Route("account:download-recovery-codes", None, posted={}),
    Route("account:links", None),
    Route("account:link", None),
    Route("account:unlink", None, posted={}),
    Route("account:confirm-elsewhere", None),
    Route("account:confirm-there", None),
    Route("join", None),
    # A link is its holder's, whoever that is; tests/unit/portal/test_invited.py opens some.
    Route("invited", None),
    Route("decline", None),
    Route("support", S),
    Route("persons:queue", S),
    Route("persons:pair", S, "resemblance_id", "resemblance"),
    # Without a reason nothing is done; tests/unit/portal/test_persons.py does it properly.
    Route("persons:decide", S, "resemblance_id", "resemblance", {"do": "same"}, 302),
    Route("persons:take-apart", S, "merge_id", "merge", {}, 302),
    Route("clinic:worklist", C, health=True),
    Route("clinic:patient", C, "patient_id", "patient", health=True),
    Route("clinic:quarantine", C, "patient_id", "patient", health=True),
    Route("clinic:readings", C, "patient_id", "patient", health=True),
    Route("clinic:goal", C, "patient_id", "patient", {"systolic": 130, "diastolic": 80}, 302),
    Route("clinic:request-report", C, "patient_id", "patient", {"days": 7}, 302),
    Route("clinic:report", C, "report_id", "report", health=True),
    Route("clinic:alert", C, "alert_id", "alert", {"do": "acknowledge"}, 302),
    Route("clinic:panels", C),
    Route("clinic:make-panel", C, posted={"name": "Ward 3"}, answers=302),
    Route("clinic:panel", C, "panel_id", "panel", {"do": "join"}, 302),
    Route("clinic:place", C, "patient_id", "patient", {"do": "on", "panel": "@panel"}, 302),
    Route("clinic:emergency", C),
    Route("clinic:opened", C, "patient_id", "opened", health=True, who="charlie"),
    Route("clinic:close-opened", C, "patient_id", "opened", {}, 302, who="charlie"),
    Route("clinic:notices", C, who="bob"),
    Route("clinic:notice", C, "notice_id", "notice", {}, 302, who="bob"),
    Route("clinic:budget", C, posted={"reason": "a whole ward moved to us"}, answers=302),
    Route("my:family", M),
    Route("my:end-watching", M, "watcher_id", "watcher", {}, 302),
    Route("my:watching", M),
    Route("my:join-watching", M, posted={"code": "nonsense"}, answers=302),
    Route("my:along", M, "patient_id", "patient", health=True, who="wataru"),
    Route("my:along-readings", M, "patient_id", "patient", health=True, who="wataru"),
    Route("my:along-sleep", M, "patient_id", "patient", health=True, who="wataru"),
    Route("my:leave-watching", M, "patient_id", "patient", {}, 302, who="wataru"),
    Route("my:home", M, health=True),
    Route("my:measure", M),
    # A form is no reading; tests/unit/portal/test_measuring.py sends some.
    Route("my:send-readings", M, posted={}, answers=415),
    Route("my:readings", M, health=True),
    Route("my:single-readings", M, health=True),
    Route("my:sleep", M, health=True),
    Route("my:body", M, health=True),
    Route("my:packages", M),
    Route("my:preview", M, posted={"package": "standard"}),
    # Without a signed preview nothing is confirmed; test_my_packages does it properly.
    Route("my:confirm", M, posted={"shown": "forged"}, answers=404),
    Route("my:invoices", M),
    Route("my:invoice", M, "invoice_id", "invoice"),
    Route("my:consent", M),
    Route("my:apps", M),
    # An app's request without a word in it; tests/unit/portal/test_apps.py does it properly.
    Route("my:authorize", M, posted={}, answers=400),
    Route("my:devices", M, health=True),
    Route("my:give-back", M, "holding_id", "holding", {}, 302),
    Route("my:whose", M, health=True),
    Route("my:seen", M),
    Route("operator:imports", OP),
    Route("operator:upload", OP),
    Route("operator:batch", OP, "batch_id", "batch"),
    Route("operator:rejects", OP, "batch_id", "batch"),
    Route("operator:reconciliation", OP, "batch_id", "batch"),
    Route("operator:outcomes", OP, "batch_id", "batch"),
    Route("operator:approve", OP, "batch_id", "batch", {"words": "load 0 rows"}, 302),
    Route("operator:pause", OP, "batch_id", "batch", {}, 302),
    Route("operator:resume", OP, "batch_id", "batch", {}, 302),
    Route("operator:cancel", OP, "batch_id", "batch", {}, 302),
    Route("operator:template", OP),
    Route("operator:mappings", OP),
    Route("operator:mapping", OP, "mapping_id", "mapping"),
    Route("operator:mapping-template", OP, "mapping_id", "mapping"),
    Route("operator:new-mapping", OP),
    Route("operator:invitations", OP),
    Route("operator:new-wave", OP),
    Route("operator:wave", OP, "wave_id", "wave"),
    Route("operator:start-wave", OP, "wave_id", "wave", {}, 302),
    Route("operator:pause-wave", OP, "wave_id", "wave", {}, 302),
    Route("operator:resume-wave", OP, "wave_id", "wave", {}, 302),
    Route("operator:cancel-wave", OP, "wave_id", "wave", {}, 302),
    Route("operator:try-again", OP, "wave_id", "wave", {}, 302),
    Route("operator:opt-out", OP, posted={"operator_subscriber_id": "TARO"}, answers=302),
    Route("operator:devices", OP),
    Route("operator:billing", OP),
    Route("operator:start-billing", OP, posted={"month": "2026-01", "dry_run": "on"}),
    Route("operator:run", OP, "run_id", "run"),
    Route("operator:commit", OP, "run_id", "run", {}, 302),
    Route("operator:charges", OP, "run_id", "run", {}),
    Route("platform:home", A),
    Route("platform:audit", A),
]
FILES = {
    "clinic:report",
    "operator:rejects",
    "operator:outcomes",
    "operator:charges",
    "operator:template",
    "operator:mapping-template",
}
PAGES = [r for r in ROUTES if r.role and r.method == "get" and r.name not in FILES]
