// A blood-pressure monitor over Web Bluetooth: found, connected, listened to, and connected again
// when it switched itself off, as most do after each measurement.
(() => {
  "use strict";
  const PRESSURE = 0x1810, MEASUREMENT = 0x2a35, INFORMATION = 0x180a, MODEL = 0x2a24;
  const AGAIN = 3000;

  class Cuff {
    // `heard(view, model)` for each value, `apart()` when the connection ends.
    constructor({ heard, apart }) {
      this.heard = heard;
      this.apart = apart;
      this.model = "";
      this.wanted = false;
      this.isListening = false; // connected, and told that we want its values
    }

    get name() {
      return this.device?.name ?? "";
    }

    get isConnected() {
      return this.device?.gatt.connected ?? false;
    }

    // Asks the person; must be called from a click. Throws the browser's DOMException.
    async choose() {
      const device = await navigator.bluetooth.requestDevice({
        filters: [{ services: [PRESSURE] }], optionalServices: [INFORMATION],
      });
      if (device !== this.device) {
        this.leave();
        this.device = device;
        this.model = "";
        device.addEventListener("gattserverdisconnected", () => {
          if (device !== this.device) return;
          this.isListening = false;
          this.apart();
        });
      }
      await this.connect();
    }

    async connect() {
      const server = await this.device.gatt.connect();
      const service = await server.getPrimaryService(PRESSURE);
      this.model ||= await this.#readModel(server);
      const measurement = await service.getCharacteristic(MEASUREMENT);
      if (measurement !== this.measurement) {
        this.measurement = measurement;
        measurement.addEventListener("characteristicvaluechanged", (event) => this.heard(event.target.value, this.model));
      }
      await measurement.startNotifications();
      this.isListening = this.isConnected;
    }

    // Until it works, or nobody wants it any more. Returns whether it works.
    async connectAgain() {
      this.wanted = true;
      while (this.wanted && !this.isListening) {
        try {
          await this.connect();
        } catch {
          await new Promise((resolve) => setTimeout(resolve, AGAIN));
        }
      }
      this.wanted = false;
      return this.isListening;
    }

    leave() {
      this.wanted = false;
      if (this.isConnected) this.device.gatt.disconnect();
    }

    // Only for the table of devices that break the format; a cuff that does not say is no trouble.
    async #readModel(server) {
      try {
        const service = await server.getPrimaryService(INFORMATION);
        const value = await (await service.getCharacteristic(MODEL)).readValue();
        return new TextDecoder().decode(value).replace(/\0+$/, "").trim();
      } catch {
        return "";
      }
    }
  }

  window.measuring.Cuff = Cuff;
})();
