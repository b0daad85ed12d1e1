"""Names as they are searched: one form for what people write in several."""

import unicodedata

# Hiragana to katakana, letter by letter: a reading is searched however it was typed.
HIRAGANA = "".join(chr(code) for code in range(0x3041, 0x3097))
KATAKANA = "".join(chr(code + 0x60) for code in range(0x3041, 0x3097))
LAST = "\U0010ffff"
_TO_KATAKANA = str.maketrans(HIRAGANA, KATAKANA)


def search_key(*parts: str) -> str:
    """The parts as one key: full width folded (NFKC), lower case, katakana, without spaces.

    PostgreSQL computes the same for `Patient.name_key` and `kana_key`; a test compares the two.
    """
    # PostgreSQL's text holds no NUL, so neither does a name.
    folded = unicodedata.normalize("NFKC", "".join(parts).replace("\0", "")).lower()
    return folded.translate(_TO_KATAKANA).replace(" ", "")


def after_all_with(prefix: str) -> str:
    """The least key, in code-point order, that is greater than all that begin with `prefix`."""
    stem = prefix.rstrip(LAST) or LAST
    following = chr(min(ord(stem[-1]) + 1, ord(LAST)))
    # What follows the last letter before the surrogates is the first after them.
    return stem[:-1] + ("\ue000" if following == "\ud800" else following)
