"""What every answer tells the browser, and how one page asks for an exception.

Denied is the default. A page that needs more says so on its own answer: `permit` for a feature of
the device, `content_security_policy` for a source of content; the middleware leaves both alone.
"""

from django.http import HttpResponseBase

# Nothing from elsewhere, nothing inline, nothing in frames.
_SOURCES = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
# Every feature that a browser lets a page switch off, those of the past included: a browser
# ignores names that it does not know.
FEATURES = (
    "accelerometer",
    "ambient-light-sensor",
    "attribution-reporting",
    "autoplay",
    "bluetooth",
    "browsing-topics",
    "camera",
    "clipboard-read",
    "clipboard-write",
    "compute-pressure",
    "cross-origin-isolated",
    "display-capture",
    "encrypted-media",
    "fullscreen",
    "gamepad",
    "geolocation",
    "gyroscope",
    "hid",
    "identity-credentials-get",
    "idle-detection",
    "interest-cohort",
    "keyboard-map",
    "local-fonts",
    "magnetometer",
    "microphone",
    "midi",
    "otp-credentials",
    "payment",
    "picture-in-picture",
    "publickey-credentials-create",
    "publickey-credentials-get",
    "screen-wake-lock",
    "serial",
    "speaker-selection",
    "storage-access",
    "sync-xhr",
    "unload",
    "usb",
    "web-share",
    "window-management",
    "xr-spatial-tracking",
)
# Passkeys are how people sign in; these two are for our own pages, never for a frame.
OURS = frozenset({"publickey-credentials-create", "publickey-credentials-get"})


def content_security_policy(**more: str) -> str:
    """The policy; `img_src="data:"` adds a source to a directive."""
    added = {name.replace("_", "-"): source for name, source in more.items()}
    return "; ".join(
        f"{name} {sources} {added[name]}" if name in added else f"{name} {sources}"
        for name, sources in _SOURCES.items()
    )


def permissions_policy(*allowed: str) -> str:
    """Every feature denied but passkeys and those named, which our own pages may use.

    Raises:
        ValueError: a name that is no feature: it would be denied in silence.
    """
    if unknown := set(allowed).difference(FEATURES):
        raise ValueError(f"No such feature: {', '.join(sorted(unknown))}. See headers.FEATURES.")
    return ", ".join(
        f"{name}=({'self' if name in OURS or name in allowed else ''})" for name in FEATURES
    )


def permit(response: HttpResponseBase, *features: str) -> None:
    """Let this one page use features of the device, for example `bluetooth`."""
    response.headers["Permissions-Policy"] = permissions_policy(*features)


# An answer may have set these itself.
DEFAULTS = {
    "Content-Security-Policy": content_security_policy(),
    "Permissions-Policy": permissions_policy(),
}
# No answer sets these otherwise.
ALWAYS = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Permitted-Cross-Domain-Policies": "none",
}
NOT_KEPT = "no-store"
