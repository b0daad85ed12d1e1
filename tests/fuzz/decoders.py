"""The decoders, each with the check that must hold for any bytes whatsoever."""

from collections.abc import Callable
from datetime import UTC, datetime

from devices.api.bodies import BadBody, inflate
from devices.ingesting.fingerprints import fingerprint
from devices.kinds.reading import Malformed, Reading
from devices.wire import bluetooth
from devices.wire.batch import Entry, Undecodable, Unreadable
from devices.wire.fhir.reader import MEDIA_TYPE as FHIR
from devices.wire.formats import READERS, read_kept
from devices.wire.native import JSON, NDJSON
from devices.wire.openmhealth.reader import MEDIA_TYPE as OPEN_MHEALTH

Check = Callable[[bytes], None]
NOW = datetime(2026, 11, 2, tzinfo=UTC)
MOST_INFLATED = 100_000
LONGEST_WORDS = 2_000


def body(media_type: str) -> Check:
    """A body of that type is unreadable, or every item of it is a reading, kept or refused."""

    def check(data: bytes) -> None:
        try:
            batch = READERS[media_type](data)
        except Unreadable as error:
            _check_words(error.field, str(error))
            return
        assert not batch.bare or len(batch) == 1
        for place, entry in enumerate(batch):
            _check_entry(entry, lambda place=place: batch.text(place))

    return check


def _check_words(field: str, sentence: str) -> None:
    """What a client is told: something, and fit to be sent."""
    assert sentence
    (field + sentence).encode()
    assert len(field) + len(sentence) < LONGEST_WORDS


def _check_entry(entry: Entry, text: Callable[[], str]) -> None:
    for word in (entry.device, entry.id):
        if word is not None:
            word.encode()  # a name goes into the answer and the database
    said = entry.says
    if isinstance(said, Malformed):
        _check_words(said.field, str(said))
        return
    if isinstance(said, Undecodable):
        said.detail.encode()
    else:
        _check_reading(said)
    # What is kept of it is read again as the same, whoever asks later.
    payload = text()
    payload.encode()
    fingerprint(payload)
    assert read_kept(payload).says == said


def _check_reading(said: Reading) -> None:
    assert said.at.utcoffset() is not None
    assert said.until.utcoffset() is not None
    assert "\0" not in said.id
    said.id.encode()
    said.is_crisis()
    if said.doubt() is None:
        # Only what can be true is ever stored: then its row fits the table.
        row = said.row(patient_id=1, device_id=1, received_at=NOW)
        assert len(row) == len(said.table.columns)
        for value, (name, type_) in zip(row, said.table.columns, strict=True):
            if type_ == "smallint" and value is not None:
                assert -(2**15) <= value < 2**15, name
        said.stored(patient_id=1, device_id=1)


def ble(data: bytes) -> None:
    """Bytes of a cuff are a measurement or a decoding error, with and without a quirk."""
    for model in (None, "Beurer BM85"):
        try:
            found = bluetooth.decode(data, model=model)
        except bluetooth.DecodingError as error:
            _check_words("", str(error))
            continue
        bluetooth.is_plausible(found)
        found.to_json()
        assert set(found.flags) <= {*bluetooth.STATUS_FLAGS.values(), bluetooth.PULSE_OUT_OF_RANGE}


def gzip(data: bytes) -> None:
    """Never more than the bound is held, whatever is packed."""
    try:
        inflated = inflate(data, limit=MOST_INFLATED)
    except BadBody as problem:
        _check_words("", problem.detail)
        return
    assert len(inflated) <= MOST_INFLATED


DECODERS: dict[str, Check] = {
    "json": body(JSON),
    "ndjson": body(NDJSON),
    "fhir": body(FHIR),
    "openmhealth": body(OPEN_MHEALTH),
    "ble": ble,
    "gzip": gzip,
}
