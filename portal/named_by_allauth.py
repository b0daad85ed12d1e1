"""Our pages under the names that allauth reverses. Its own urls are not included: sign-up, mail
addresses and password reset by mail do not exist here."""

from django.urls import path

from portal import signing
from portal.account import confirming, overview, second_factor

FACTOR = "account/second-factor"

urlpatterns = [
    path("sign-in", signing.SignIn.as_view(), name="account_login"),
    path("sign-in/second-factor", signing.SecondStep.as_view(), name="mfa_authenticate"),
    path("sign-in/passkey", signing.ByPasskey.as_view(), name="mfa_login_webauthn"),
    path("account/password", overview.ChangePassword.as_view(), name="account_change_password"),
    path("account/confirm", confirming.ByPassword.as_view(), name="account_reauthenticate"),
    path("account/confirm/code", confirming.ByCode.as_view(), name="mfa_reauthenticate"),
    path(
        "account/confirm/passkey",
        confirming.ByPasskey.as_view(),
        name="mfa_reauthenticate_webauthn",
    ),
    path(FACTOR, second_factor.overview, name="mfa_index"),
    path(FACTOR, second_factor.overview, name="mfa_list_webauthn"),
    path(f"{FACTOR}/app", second_factor.AddApp.as_view(), name="mfa_activate_totp"),
    path(f"{FACTOR}/app/remove", second_factor.RemoveApp.as_view(), name="mfa_deactivate_totp"),
    path(f"{FACTOR}/passkey", second_factor.AddPasskey.as_view(), name="mfa_add_webauthn"),
    path(
        f"{FACTOR}/passkey/<int:pk>/remove",
        second_factor.RemovePasskey.as_view(),
        name="mfa_remove_webauthn",
    ),
    path(
        f"{FACTOR}/recovery-codes",
        second_factor.RecoveryCodes.as_view(),
        name="mfa_view_recovery_codes",
    ),
    path(
        f"{FACTOR}/recovery-codes/new",
        second_factor.NewRecoveryCodes.as_view(),
        name="mfa_generate_recovery_codes",
    ),
]
