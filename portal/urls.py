"""Addresses of the pages."""

from django.urls import include, path

from portal import invited, joining, signing
from portal.account import elsewhere
from portal.support import desk

app_name = "portal"

urlpatterns = [
    path("", signing.home, name="home"),
    path("sign-in", signing.SignIn.as_view(), name="sign-in"),
    path("sign-in/with", elsewhere.choose, name="sign-in-choose"),
    path("sign-in/with/<slug:code>", elsewhere.start, name="sign-in-with"),
    path("sign-in/answer", elsewhere.answered, name="sign-in-answered"),
    path("sign-out", signing.SignOut.as_view(), name="sign-out"),
    path("language", signing.language, name="language"),
    path("theme", signing.theme, name="theme"),
    path("support/", desk.desk, name="support"),
    path("support/persons/", include("portal.support.urls")),
    path("account/", include("portal.account.urls")),
    path("join", joining.join, name="join"),
    path("join/<str:token>", invited.invited, name="invited"),
    path("join/<str:token>/no", invited.decline, name="decline"),
    path("clinic/", include("portal.clinic.urls")),
    path("my/", include("portal.my.urls")),
    path("operator/", include("portal.operator.urls")),
    path("platform/", include("portal.platform.urls")),
]
