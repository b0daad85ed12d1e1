"""The fleet speaks MQTT too, and the broker's rules that the documents recommend hold."""

import io
import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.conf import LazySettings
from django.core.management import call_command

from devices.models import BloodPressureReading
from devices.mqtt.address import ANSWERS, READINGS, parse
from devices.mqtt.subscribing import Subscriber
from devices.simulators import fleet
from devices.simulators.failing import ServerUnreachable
from devices.simulators.members import Member
from devices.simulators.posting import Upload
from healthcare.hospitals.scope import Scope, acting_in
from tests.mqtt.broker import Mosquitto, until
from tests.mqtt.conftest import Listen
from tests.mqtt.publisher import PATIENCE, Publisher
from tests.unit.devices.conftest import Handed, item

EXAMPLE = Path(__file__).resolve().parents[2] / "docs" / "mosquitto"

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def test_a_fleet(cuff: Handed, listen: Listen, mosquitto: Mosquitto) -> None:
    listen()
    member = Member(cuff.serial, cuff.token, "blood_pressure", "p")
    stranger = Member("CUFF-9", "mmd_" + "z" * 43, "blood_pressure", "p")
    first = Upload(datetime(2026, 11, 1, tzinfo=UTC), item(id="1"), 1)
    both = Upload(first.at, {"readings": [item(id="1"), item(id="2")]}, 2)
    tally = fleet.run(mosquitto.url, [(member, first), (member, both), (stranger, first)])
    assert tally.statuses == {"accepted": 2, "duplicate": 1, "refused": 1}
    assert tally.problems == ["401: The token is unknown or no longer good."]
    with acting_in(Scope.system("a test counts")):
        assert BloodPressureReading.objects.count() == 2


def test_a_fleet_that_is_told_to_wait(
    cuff: Handed, listen: Listen, mosquitto: Mosquitto, settings: LazySettings
) -> None:
    settings.READING_RATES = {**settings.READING_RATES, ("device", "posts"): (1, 60)}
    subscriber = listen()
    member = Member(cuff.serial, cuff.token, "blood_pressure", "p")
    at = datetime(2026, 11, 1, tzinfo=UTC)
    tally = fleet.run(mosquitto.url, [(member, Upload(at, item(id=str(n)), 1)) for n in range(3)])
    assert tally.statuses == {"accepted": 3}
    assert subscriber.counted["too_fast"] == 2


def test_nobody_there(mosquitto: Mosquitto) -> None:
    mosquitto.stop()
    with pytest.raises(ServerUnreachable, match="does not answer"):
        fleet.connect(mosquitto.url)
    mosquitto.start()


def test_with_the_rules_of_the_documents(cuff: Handed, tmp_path: Path) -> None:
    """TLS, names and rules: devices publish and read their own answers, a spy reads nothing."""
    with recommended(tmp_path) as (mosquitto, ca):
        url = f"mqtts://mimamori:mimamori@localhost:{mosquitto.port}?ca={ca}"
        said: list[str] = []
        subscriber = Subscriber(parse(url), say=said.append)
        thread = Thread(target=subscriber.run)
        thread.start()
        until(lambda: bool(said))
        device, spy = (
            Publisher(mosquitto.port, username=name, ca=str(ca)) for name in ("CUFF-1", "spy")
        )
        for topic in ("#", f"{READINGS}/#", f"{ANSWERS}#"):
            spy.subscribe(topic)
        spy.post(cuff.token, item(id="9"), topic=f"{READINGS}/CUFF-1")
        answers = f"{ANSWERS}CUFF-1/1"
        device.subscribe(answers)
        device.post(cuff.token, item(id="1"), topic=f"{READINGS}/CUFF-1", answers=answers)
        answer, _ = device.answers.get(timeout=PATIENCE)
        assert [result["id"] for result in answer["results"]] == ["1"]
        assert subscriber.counted["messages"] == 1
        # What the broker had sent before would have come before this is confirmed.
        spy.subscribe(f"{ANSWERS}spy/1")
        assert spy.came.empty()
        stranger = Publisher(mosquitto.port, ca=str(ca))
        assert stranger.refused
        for client in (device, spy, stranger):
            client.close()
        subscriber.stop()
        thread.join()


@contextmanager
def recommended(folder: Path) -> Iterator[tuple[Mosquitto, Path]]:
    """A broker with the example configuration; only its paths and its port are others."""
    certificate, key = certified(folder)
    passwords, rules = folder / "passwords", folder / "acl"
    rules.write_text((EXAMPLE / "acl").read_text())
    for n, name in enumerate(("mimamori", "CUFF-1", "spy")):
        subprocess.run(
            ["mosquitto_passwd", "-b", *(["-c"] if n == 0 else []), passwords, name, name],
            check=True,
        )
    text = (EXAMPLE / "mosquitto.conf").read_text()
    for before, after in {
        "listener 8883": "listener {port} 127.0.0.1",
        "<certificate>": str(certificate),
        "<key>": str(key),
        "<passwords>\nacl": f"{passwords}\nacl",
        "<acl>": str(rules),
        "/var/lib/mosquitto/": f"{folder}/",
    }.items():
        assert before in text
        text = text.replace(before, after)
    mosquitto = Mosquitto(folder, text)
    mosquitto.start()
    yield mosquitto, certificate
    mosquitto.kill()


def certified(folder: Path) -> tuple[Path, Path]:
    """A certificate for localhost that vouches for itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return paths


def test_the_command(cuff: Handed, listen: Listen, mosquitto: Mosquitto, tmp_path: Path) -> None:
    listen()
    members = tmp_path / "members.jsonl"
    said = {"serial": cuff.serial, "token": cuff.token, "kind": "blood_pressure"}
    members.write_text(json.dumps(said))
    out = io.StringIO()
    words = ["--members", str(members), "--days", "2", "--mqtt", mosquitto.url, "--json"]
    call_command("simulate", *words, stdout=out)
    answer = json.loads(out.getvalue())
    assert answer["accepted"] > 0
    assert answer["refused"] == 0
    with acting_in(Scope.system("a test counts")):
        assert BloodPressureReading.objects.count() == answer["accepted"]
