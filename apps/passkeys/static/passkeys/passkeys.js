// Forms that a passkey answers: <form data-passkey="get|create" data-passkey-options="…">.
// On submit the options are fetched with the form's own fields, the browser asks for the passkey, and the form goes
// out with the answer in the field "credential". Without this script such a form is refused by the server.
"use strict";

(() => {
    const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
    const text = (buffer) =>
        btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");
    const known = (list = []) => list.map((one) => ({ ...one, id: bytes(one.id) }));

    const asking = {
        get: async (options) => {
            const publicKey = { ...options, challenge: bytes(options.challenge) };
            publicKey.allowCredentials = known(options.allowCredentials);
            const { id, type, response } = await navigator.credentials.get({ publicKey });
            const handle = response.userHandle && text(response.userHandle);
            return {
                id, rawId: id, type,
                response: {
                    clientDataJSON: text(response.clientDataJSON),
                    authenticatorData: text(response.authenticatorData),
                    signature: text(response.signature),
                    ...(handle ? { userHandle: handle } : {}),
                },
            };
        },
        create: async (options) => {
            const publicKey = { ...options, challenge: bytes(options.challenge) };
            publicKey.user = { ...options.user, id: bytes(options.user.id) };
            publicKey.excludeCredentials = known(options.excludeCredentials);
            const { id, type, response } = await navigator.credentials.create({ publicKey });
            return {
                id, rawId: id, type,
                response: {
                    clientDataJSON: text(response.clientDataJSON),
                    attestationObject: text(response.attestationObject),
                    transports: response.getTransports ? response.getTransports() : [],
                },
            };
        },
    };

    const put = (form, name, value) => {
        const field = form.elements.namedItem(name) || form.appendChild(document.createElement("input"));
        Object.assign(field, { type: "hidden", name, value });
    };

    const complain = (form, said) => {
        const place = form.querySelector("[data-passkey-problem]");
        place.textContent = said;
        place.hidden = false;
        form.removeAttribute("aria-busy");
    };

    const answer = async (form) => {
        const asked = await fetch(form.dataset.passkeyOptions, { method: "POST", body: new FormData(form) });
        const options = await asked.json();
        if (!asked.ok) return complain(form, options.detail);
        const credential = await asking[form.dataset.passkey](options);
        put(form, "credential", JSON.stringify(credential));
        HTMLFormElement.prototype.submit.call(form);
    };

    document.addEventListener("submit", (event) => {
        const form = event.target.closest("form[data-passkey]");
        if (!form) return;
        event.preventDefault();
        if (form.hasAttribute("aria-busy")) return;
        form.setAttribute("aria-busy", "true");
        form.querySelector("[data-passkey-problem]").hidden = true;
        if (event.submitter && event.submitter.name) put(form, event.submitter.name, event.submitter.value);
        if (!window.PublicKeyCredential) return complain(form, form.dataset.passkeyMissing);
        answer(form).catch(() => complain(form, form.dataset.passkeyCancelled));
    });

    document.addEventListener("DOMContentLoaded", () => {
        const field = document.querySelector("[data-from-fragment]");
        if (!field) return;
        field.value = location.hash.slice(1);
        history.replaceState(null, "", location.pathname);
    });
})();
