// The theme's scroll bars bring an English name of their own; give them ours before they are made.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
    const named = document.querySelector("[data-scrollable-label]");
    if (!named) return;
    document.querySelectorAll("[data-simplebar]").forEach((box) => {
        box.setAttribute("data-simplebar-aria-label", named.dataset.scrollableLabel);
    });
});
