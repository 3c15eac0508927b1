// One paper at a time: next and previous, larger and smaller, turned; by mouse or by key.
// Without this script every paper is shown, one below the other.
"use strict";

(() => {
    const STEP = 1.25;
    const LIMITS = [0.25, 8];
    const KEYS = { j: "next", k: "previous", "+": "larger", "=": "larger", "-": "smaller", 0: "fit", r: "turn" };
    const REMEMBERED = "cases.viewer.keys";

    class Paper {
        constructor(figure) {
            this.figure = figure;
            this.stage = figure.querySelector("[data-viewer-stage]");
            this.sheet = figure.querySelector("[data-viewer-sheet]");
            this.image = figure.querySelector("[data-viewer-image]");
            this.zoom = 1;
            this.angle = 0;
            if (!this.image) return;
            this.image.addEventListener("load", () => this.place());
            this.image.addEventListener("error", () => this.fail());
            if (this.image.complete && !this.image.naturalWidth) this.fail();
        }

        show(isShown) {
            this.figure.hidden = !isShown;
            if (isShown) this.place();
        }

        fail() {
            this.sheet.hidden = true;
            this.figure.querySelector("[data-viewer-fault]").hidden = false;
        }

        // The sheet takes the room of the turned image, so that the stage can scroll to every corner of it.
        place() {
            if (!this.image || !this.image.naturalWidth || !this.stage.clientWidth) return;
            const { naturalWidth: width, naturalHeight: height } = this.image;
            const [across, down] = this.angle % 180 ? [height, width] : [width, height];
            const fit = Math.min((this.stage.clientWidth - 2) / across, (this.stage.clientHeight - 2) / down);
            const scale = fit * this.zoom;
            this.sheet.classList.add("cc-paper__sheet--placed");
            this.sheet.style.width = `${across * scale}px`;
            this.sheet.style.height = `${down * scale}px`;
            this.image.style.width = `${width * scale}px`;
            this.image.style.height = `${height * scale}px`;
            this.image.style.transform = `translate(-50%, -50%) rotate(${this.angle}deg)`;
        }

        scaleBy(factor) {
            this.zoom = Math.min(LIMITS[1], Math.max(LIMITS[0], this.zoom * factor));
            this.place();
        }

        fit() {
            this.zoom = 1;
            this.place();
        }

        turn() {
            this.angle = (this.angle + 90) % 360;
            this.place();
        }
    }

    class Viewer {
        constructor(root) {
            this.root = root;
            this.papers = [...root.querySelectorAll("[data-viewer-paper]")].map((figure) => new Paper(figure));
            this.links = [...root.querySelectorAll("[data-viewer-open]")];
            this.keys = root.querySelector("[data-viewer-keys]");
            this.current = 0;
            if (!this.papers.length) return;
            root.querySelectorAll("[data-viewer-tools], [data-viewer-index], [data-viewer-help], [data-viewer-position]")
                .forEach((part) => { part.hidden = false; });
            this.listen();
            this.open(0);
        }

        listen() {
            this.root.addEventListener("click", (event) => {
                const tool = event.target.closest("[data-viewer-do]");
                const link = event.target.closest("[data-viewer-open]");
                if (tool) this.act(tool.dataset.viewerDo);
                if (link) {
                    event.preventDefault();
                    this.open(Number(link.dataset.viewerOpen));
                }
            });
            this.keys.checked = localStorage.getItem(REMEMBERED) !== "off";
            this.keys.addEventListener("change", () => {
                localStorage.setItem(REMEMBERED, this.keys.checked ? "on" : "off");
            });
            document.addEventListener("keydown", (event) => this.press(event));
            window.addEventListener("resize", () => this.papers[this.current].place());
        }

        press(event) {
            const typing = event.target.closest("input, textarea, select, [contenteditable]");
            if (typing || event.ctrlKey || event.metaKey || event.altKey || !this.keys.checked) return;
            const action = KEYS[event.key.toLowerCase()];
            if (!action) return;
            event.preventDefault();
            this.act(action);
        }

        act(action) {
            const paper = this.papers[this.current];
            if (action === "next") this.open(this.current + 1);
            if (action === "previous") this.open(this.current - 1);
            if (action === "larger") paper.scaleBy(STEP);
            if (action === "smaller") paper.scaleBy(1 / STEP);
            if (action === "fit") paper.fit();
            if (action === "turn") paper.turn();
        }

        open(number) {
            this.current = (number + this.papers.length) % this.papers.length;
            this.papers.forEach((paper, position) => paper.show(position === this.current));
            this.links.forEach((link, position) => {
                if (position === this.current) link.setAttribute("aria-current", "true");
                else link.removeAttribute("aria-current");
            });
            this.root.querySelector("[data-viewer-position]").textContent = `${this.current + 1} / ${this.papers.length}`;
        }
    }

    document.querySelectorAll("[data-viewer]").forEach((root) => new Viewer(root));
})();
