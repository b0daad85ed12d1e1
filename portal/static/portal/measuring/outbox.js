// Readings that wait to be sent. They lie in this browser's IndexedDB, each sealed (AES-GCM) under a
// key that the server gives to this member's own page: after signing out nobody opens them, and
// another member's page leaves them alone. Only the server's 2xx removes one.
(() => {
  "use strict";
  const NAME = "measuring", WAITING = "waiting", CUFFS = "cuffs", AT_ONCE = 50;
  const utf8 = new TextEncoder(), text = new TextDecoder();

  const done = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

  function open() {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(WAITING, { autoIncrement: true });
      request.result.createObjectStore(CUFFS, { autoIncrement: true });
    };
    return done(request);
  }

  const imported = (key) =>
    crypto.subtle.importKey("raw", Uint8Array.from(atob(key), (c) => c.charCodeAt(0)), "AES-GCM", false, ["encrypt", "decrypt"]);

  class Outbox {
    // `keys`: base64, the newest first; what was sealed under a former one is still opened.
    constructor(keys) {
      this.database = open();
      this.keys = Promise.all(keys.map(imported));
      this.unkept = new Map(); // where the browser keeps nothing
      this.database.catch(() => {});
    }

    async #seal(what) {
      const iv = crypto.getRandomValues(new Uint8Array(12)), [key] = await this.keys;
      return { iv, sealed: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, utf8.encode(JSON.stringify(what))) };
    }

    async #unseal({ iv, sealed }) {
      for (const key of await this.keys) {
        try {
          return JSON.parse(text.decode(await crypto.subtle.decrypt({ name: "AES-GCM", iv }, key, sealed)));
        } catch {
          // Another key's, or another member's.
        }
      }
      return null;
    }

    // The transaction is over when this resolves: what was kept survives the page.
    async #change(store, change) {
      const transaction = (await this.database).transaction(store, "readwrite");
      const result = change(transaction.objectStore(store));
      await new Promise((resolve, reject) => {
        transaction.oncomplete = resolve;
        transaction.onabort = transaction.onerror = () => reject(transaction.error);
      });
      return result && result.result;
    }

    async #all(store) {
      const rows = (await this.database).transaction(store).objectStore(store);
      const [ids, values] = await Promise.all([done(rows.getAllKeys()), done(rows.getAll())]);
      const opened = await Promise.all(values.map((value) => this.#unseal(value)));
      return ids.map((id, i) => [id, opened[i]]).filter(([, what]) => what !== null);
    }

    // Its id; `isKept` says whether it survives the page.
    async keep(item) {
      try {
        const row = await this.#seal(item);
        return await this.#change(WAITING, (rows) => rows.add(row));
      } catch {
        const id = `unkept ${this.unkept.size} ${Math.random()}`;
        this.unkept.set(id, item);
        return id;
      }
    }

    isKept(id) {
      return !this.unkept.has(id);
    }

    async waiting() {
      const kept = await this.#all(WAITING).catch(() => []);
      return [...kept, ...this.unkept];
    }

    async remove(ids) {
      for (const id of ids) this.unkept.delete(id);
      const kept = ids.filter((id) => typeof id === "number");
      if (kept.length) await this.#change(WAITING, (rows) => kept.forEach((id) => void rows.delete(id)));
    }

    // Send what waits, oldest first. Calls `told(id, result)` for each; returns "" or why some stay.
    async send({ address, token, told }) {
      for (;;) {
        const some = (await this.waiting()).slice(0, AT_ONCE);
        if (!some.length) return "";
        let answer;
        try {
          answer = await fetch(address, {
            method: "POST", redirect: "manual", credentials: "same-origin",
            headers: { "Content-Type": "application/json", "X-CSRFToken": token },
            body: JSON.stringify({ readings: some.map(([, item]) => item) }),
          });
        } catch {
          return "offline";
        }
        if (answer.type === "opaqueredirect" || answer.status === 401) return "signed_out";
        if (answer.status === 403) return "stale";
        if (answer.status === 409) return "no_consent_now";
        if (!answer.ok) return "refused";
        const { results } = await answer.json();
        const answered = results.map((result) => some[result.index][0]);
        await this.remove(answered);
        results.forEach((result, i) => told(answered[i], result));
        if (!answered.length) return "refused";
      }
    }

    // Under which Bluetooth name a cuff of this number was connected last; then remembers this one.
    async remember(serial, name) {
      const known = await this.#all(CUFFS).catch(() => []);
      const [id, last] = known.find(([, cuff]) => cuff.serial === serial) ?? [];
      const row = await this.#seal({ serial, name });
      await this.#change(CUFFS, (rows) => (id === undefined ? rows.add(row) : rows.put(row, id))).catch(() => {});
      return last?.name;
    }
  }

  window.measuring.Outbox = Outbox;
})();
