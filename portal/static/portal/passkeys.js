// Passkeys: asks the browser, puts its answer into the form, sends the form. The calls themselves
// are webauthn-json, which allauth ships. Without script the password and the code remain.
(function () {
  "use strict";

  async function optionsOf(form) {
    if (form.dataset.options) return JSON.parse(form.dataset.options);
    const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error("no options");
    return (await answer.json()).request_options;
  }

  async function ask(form) {
    const call = form.dataset.passkey === "create" ? "create" : "get";
    return window.webauthnJSON[call](await optionsOf(form));
  }

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const failed = form.querySelector("[data-passkey-failed]");
    form.addEventListener("submit", async function (event) {
      if (form.elements.credential.value) return;
      event.preventDefault();
      failed.hidden = true;
      try {
        form.elements.credential.value = JSON.stringify(await ask(form));
        form.submit();
      } catch {
        failed.hidden = false;
      }
    });
  }
})();
