"""Every page: its address, whose it is, and how it is asked for. A route that is missing here
fails the access matrix."""

from dataclasses import dataclass, field
from typing import Any

from healthcare.accounts.models import Role


@dataclass(frozen=True)
class Route:
    """`key` names the attribute of the clinic day that is the address' argument."""

    name: str
    role: Role | None
    argument: str = ""
    key: str = ""
    posted: dict[str, Any] | None = None
    answers: int = 200
    health: bool = field(default=False)

    @property
    def method(self) -> str:
        return "get" if self.posted is None else "post"

    def arguments(self, day: object) -> dict[str, int]:
        return {self.argument: getattr(day, self.key)} if self.argument else {}


C, M, OP, S, A = Role.CLINICIAN, Role.MEMBER, Role.OPERATOR, Role.SUPPORT, Role.ADMIN

ROUTES = [
    Route("home", None),
    Route("sign-in", None),
    Route("sign-out", None, posted={}),
    Route("language", None, posted={}),
    Route("theme", None, posted={}),
    # Everybody's own sign-in, whatever the role; tests/unit/portal/account tells them apart.
    Route("account:sessions", None),
    Route("account:end", None, posted={}),
    Route("account:end-others", None, posted={}),
    Route("account:second-factor", None),
    Route("account:download-recovery-codes", None, posted={}),
    Route("support", S),
    Route("clinic:worklist", C, health=True),
    Route("clinic:patient", C, "patient_id", "patient", health=True),
    Route("clinic:goal", C, "patient_id", "patient", {"systolic": 130, "diastolic": 80}, 302),
    Route("clinic:request-report", C, "patient_id", "patient", {"days": 7}, 302),
    Route("clinic:report", C, "report_id", "report", health=True),
    Route("clinic:alert", C, "alert_id", "alert", {"do": "acknowledge"}, 302),
    Route("my:home", M, health=True),
    Route("my:readings", M, health=True),
    Route("my:sleep", M, health=True),
    Route("my:packages", M),
    Route("my:preview", M, posted={"package": "standard"}),
    # Without a signed preview nothing is confirmed; test_my_packages does it properly.
    Route("my:confirm", M, posted={"shown": "forged"}, answers=404),
    Route("my:invoices", M),
    Route("my:invoice", M, "invoice_id", "invoice"),
    Route("my:consent", M),
    Route("my:seen", M),
    Route("operator:imports", OP),
    Route("operator:upload", OP),
    Route("operator:batch", OP, "batch_id", "batch"),
    Route("operator:rejects", OP, "batch_id", "batch"),
    Route("operator:billing", OP),
    Route("operator:start-billing", OP, posted={"month": "2026-01", "dry_run": "on"}),
    Route("operator:run", OP, "run_id", "run"),
    Route("operator:commit", OP, "run_id", "run", {}, 302),
    Route("operator:charges", OP, "run_id", "run", {}),
    Route("platform:home", A),
    Route("platform:audit", A),
]
FILES = {"clinic:report", "operator:rejects", "operator:charges"}
PAGES = [r for r in ROUTES if r.role and r.method == "get" and r.name not in FILES]
