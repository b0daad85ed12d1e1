"""Everybody's own sign-in: sessions, second factors, the password. Hanako has a passkey, nobody
else has a factor; everybody has a password."""

from tests.matrix.expectations.who import OWN
from tests.matrix.table import HIDDEN, PAGE, SIGN_IN, Call, Gets, entry

TWO = PAGE[:2]
NOTHING_THERE: Gets = {name: said if said is SIGN_IN else HIDDEN for name, said in OWN.items()}
WRONG = {"code": "000000"}
AWAY = {"hanako": 302}
BACK = {"hanako": 200}

ENTRIES = (
    entry("portal:account:sessions", GET=Call(gets=OWN)),
    entry("portal:account:end", POST=Call(gets=OWN, answers=302, body={}, empty=302)),
    entry("portal:account:end-others", POST=Call(gets=OWN, answers=302, body={}, empty=302)),
    *(
        entry(name, GET=Call(gets=OWN))
        for name in ("portal:account:second-factor", "mfa_index", "mfa_list_webauthn")
    ),
    # Nobody here has just been shown codes.
    entry(
        "portal:account:download-recovery-codes",
        POST=Call(gets=NOTHING_THERE, body={}, empty=404),
    ),
    # Who is signed in is past the second step, who typed no password before it starts there.
    entry(
        "mfa_authenticate",
        GET=Call(gets=OWN, answers=302),
        POST=Call(gets=OWN, answers=302, body=WRONG, empty=302),
    ),
    entry(
        "mfa_login_webauthn",
        GET=Call(gets=OWN, answers=302, formats=TWO),
        POST=Call(gets=OWN, answers=302, body={"credential": "{}"}, empty=302),
    ),
    entry(
        "account_change_password",
        GET=Call(gets=OWN),
        POST=Call(gets=OWN, body={"oldpassword": "x"}, empty=200),
    ),
    # A password confirms nothing for somebody who has more; they are led to what does.
    entry(
        "account_reauthenticate",
        GET=Call(gets=OWN, except_for=AWAY),
        POST=Call(gets=OWN, body={"password": "x"}, empty=200, except_for=AWAY),
    ),
    entry(
        "mfa_reauthenticate",
        GET=Call(gets=OWN, answers=302),
        POST=Call(gets=OWN, answers=302, body=WRONG, empty=302),
    ),
    entry(
        "mfa_reauthenticate_webauthn",
        GET=Call(gets=OWN, answers=302, except_for=BACK),
        POST=Call(gets=OWN, answers=302, body={"credential": "{}"}, empty=302),
    ),
    entry(
        "mfa_activate_totp",
        GET=Call(gets=OWN),
        POST=Call(gets=OWN, body=WRONG, empty=200),
    ),
    entry(
        "mfa_deactivate_totp",
        GET=Call(gets=NOTHING_THERE),
        POST=Call(gets=NOTHING_THERE, body={}, empty=404),
    ),
    entry(
        "mfa_add_webauthn",
        GET=Call(gets=OWN),
        POST=Call(gets=OWN, body={"credential": "{}"}, empty=200),
    ),
    entry(
        "mfa_remove_webauthn",
        GET=Call(gets=OWN),
        POST=Call(gets=OWN, answers=302, body={}, empty=302),
    ),
    entry("mfa_view_recovery_codes", GET=Call(gets=NOTHING_THERE)),
    entry(
        "mfa_generate_recovery_codes",
        GET=Call(gets=OWN),
        POST=Call(gets=OWN, body={}, empty=200, except_for=AWAY),
    ),
    # Nobody here came from a provider.
    entry("portal:account:confirm-elsewhere", GET=Call(gets=NOTHING_THERE)),
    entry("portal:account:confirm-there", GET=Call(gets=NOTHING_THERE)),
    entry("portal:account:links", GET=Call(gets=OWN)),
    # Only those who work at Kita; and nobody's account is linked yet.
    entry("portal:account:link", GET=Call(gets=OWN, answers=302)),
    entry("portal:account:unlink", POST=Call(gets=NOTHING_THERE, body={}, empty=404)),
)
