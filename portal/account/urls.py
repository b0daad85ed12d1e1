"""Addresses of everybody's own sign-in. What allauth looks up by name is in
`portal.named_by_allauth`."""

from django.urls import path

from portal.account import elsewhere, links, overview, second_factor

app_name = "account"

urlpatterns = [
    path("", overview.overview, name="sessions"),
    path("sessions/end-others", overview.end_others, name="end-others"),
    path("sessions/<int:session_id>/end", overview.end, name="end"),
    path("second-factor", second_factor.overview, name="second-factor"),
    path(
        "second-factor/recovery-codes/download",
        second_factor.download,
        name="download-recovery-codes",
    ),
    path("links", links.links, name="links"),
    path("links/<slug:code>", links.link, name="link"),
    path("links/<slug:code>/end", links.unlink, name="unlink"),
    path("confirm/elsewhere", elsewhere.confirm, name="confirm-elsewhere"),
    path("confirm/elsewhere/go", elsewhere.confirm_there, name="confirm-there"),
]
