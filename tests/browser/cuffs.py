"""A blood-pressure monitor that Chromium simulates: chosen, connected and listened to through the
browser's own Web Bluetooth.

What the driver of Chromium 150 cannot do is send an indication of its own accord. So a value comes
by a read of the same characteristic, asked for by the test: Chromium hands it to the page as it
does an indication, by its own `characteristicvaluechanged` on the object that the page listens to.
"""

import base64
from typing import Any

from playwright.sync_api import BrowserContext, Page

ADDRESS = "09:09:09:09:09:09"
BASE = "0000{}-0000-1000-8000-00805f9b34fb"
PRESSURE, INFORMATION = BASE.format("1810"), BASE.format("180a")
MEASUREMENT, MODEL, SUBSCRIPTION = (BASE.format(n) for n in ("2a35", "2a24", "2902"))
SUCCESS = 0
LISTENING = """
    const kind = window.BluetoothRemoteGATTCharacteristic?.prototype ?? {};
    const start = kind.startNotifications;
    kind.startNotifications = async function () {
        await start.call(this);
        window.listenedTo = this;
    };
"""


class SimulatedCuff:
    """A cuff near this page. `is_chosen` says whether the person picks it when asked."""

    def __init__(self, context: BrowserContext, page: Page, *, model: str = "") -> None:
        self.page = page
        self.is_chosen = True
        self.answers: dict[str, bytes] = {}
        self.connected = self.subscribed = 0
        self._prompts: set[str] = set()
        assert context.browser is not None
        # The simulated adapter is the browser's; the chooser is the page's.
        self.devtools = context.browser.new_browser_cdp_session()
        self.chooser = context.new_cdp_session(page)
        self.chooser.send("DeviceAccess.enable")
        self.chooser.on("DeviceAccess.deviceRequestPrompted", self._asked)
        self.devtools.on("BluetoothEmulation.gattOperationReceived", self._gatt)
        self.devtools.on("BluetoothEmulation.characteristicOperationReceived", self._operate)
        self.model = model
        self._appear()
        page.add_init_script(LISTENING)

    def says(self, value: str) -> None:
        """The cuff's next value, in hexadecimal digits."""
        self.answers[self.measurement] = bytes.fromhex(value)
        self.page.evaluate("() => window.listenedTo.readValue().then(() => null)")

    def switch_off(self) -> None:
        """Gone and near again, as most cuffs are after each measurement."""
        self.devtools.send("BluetoothEmulation.simulateGATTDisconnection", {"address": ADDRESS})
        self._offer()  # the simulation forgot it

    def come_back(self) -> None:
        """Near again after the page went elsewhere: the simulated adapter went with it."""
        self.devtools.send("BluetoothEmulation.disable")
        self._appear()

    def leave(self) -> None:
        if not self.page.is_closed():
            self.chooser.detach()
        self.devtools.send("BluetoothEmulation.disable")
        self.devtools.detach()

    def _appear(self) -> None:
        self.devtools.send(
            "BluetoothEmulation.enable", {"state": "powered-on", "leSupported": True}
        )
        self.devtools.send(
            "BluetoothEmulation.simulatePreconnectedPeripheral",
            {
                "address": ADDRESS,
                "name": "Pocket cuff 7",
                "manufacturerData": [],
                "knownServiceUuids": [PRESSURE],
            },
        )
        self._offer()

    def _offer(self) -> None:
        self.measurement = self._characteristic(PRESSURE, MEASUREMENT, indicate=True, read=True)
        self.devtools.send(
            "BluetoothEmulation.addDescriptor",
            {"characteristicId": self.measurement, "descriptorUuid": SUBSCRIPTION},
        )
        if self.model:
            told = self._characteristic(INFORMATION, MODEL, read=True)
            self.answers[told] = self.model.encode()

    def _characteristic(self, service: str, uuid: str, **properties: bool) -> str:
        added = self.devtools.send(
            "BluetoothEmulation.addService", {"address": ADDRESS, "serviceUuid": service}
        )
        made = self.devtools.send(
            "BluetoothEmulation.addCharacteristic",
            {
                "serviceId": added["serviceId"],
                "characteristicUuid": uuid,
                "properties": properties,
            },
        )
        return str(made["characteristicId"])

    def _asked(self, prompt: dict[str, Any]) -> None:
        # Asked again for each device that comes into sight; answered twice, Chromium breaks.
        if prompt["id"] in self._prompts or not prompt["devices"]:
            return
        self._prompts.add(prompt["id"])
        if self.is_chosen:
            which = {"id": prompt["id"], "deviceId": prompt["devices"][0]["id"]}
            self.chooser.send("DeviceAccess.selectPrompt", which)
        else:
            self.chooser.send("DeviceAccess.cancelPrompt", {"id": prompt["id"]})

    def _gatt(self, event: dict[str, Any]) -> None:
        self.connected += event["type"] == "connection"
        self.devtools.send(
            "BluetoothEmulation.simulateGATTOperationResponse",
            {"address": event["address"], "type": event["type"], "code": SUCCESS},
        )

    def _operate(self, event: dict[str, Any]) -> None:
        which = event["characteristicId"]
        answer = {"characteristicId": which, "type": event["type"], "code": SUCCESS}
        if event["type"] == "read":
            answer["data"] = base64.b64encode(self.answers[which]).decode()
        if event["type"] == "subscribe-to-notifications":
            self.subscribed += 1
        self.devtools.send("BluetoothEmulation.simulateCharacteristicOperationResponse", answer)
