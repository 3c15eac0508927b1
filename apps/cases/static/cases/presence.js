// Says every 15 seconds that this case is open here, and shows who else has it open or that it changed.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
    const EVERY = 15000;
    const note = document.querySelector("[data-presence]");
    if (!note) return;
    const names = note.querySelector("[data-presence-others]");
    const changed = document.querySelector("[data-presence-changed]");
    const token = document.querySelector("[name=csrfmiddlewaretoken]");

    const say = async () => {
        if (document.hidden || !token) return;
        const answer = await fetch(note.dataset.presenceUrl, { method: "POST", headers: { "X-CSRFToken": token.value } });
        if (!answer.ok) return;
        const { others, version } = await answer.json();
        note.hidden = !others.length;
        names.textContent = others.join(", ");
        changed.hidden = String(version) === note.dataset.presenceVersion;
    };
    setInterval(() => say().catch(() => {}), EVERY);
});
