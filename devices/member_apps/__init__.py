"""A member's own phone posts readings: OAuth 2 authorization code with PKCE (RFC 6749, 7636, 8252,
9700). Authlib speaks the protocol (`server`), this room keeps what was approved (`approving`)."""
