// The camera: frames until one holds a code.

import { codesIn } from "./decoder.js";

const PAUSE = 120;

export class Camera {
  /** `take(bytes)` says whether this code is what was looked for. */
  constructor(video, take) {
    this.video = video;
    this.take = take;
    this.stream = null;
  }

  /** Throws where there is no camera, or it is not allowed. */
  async start() {
    const wanted = { facingMode: { ideal: "environment" }, width: { ideal: 1280 }, height: { ideal: 720 } };
    this.stream = await navigator.mediaDevices.getUserMedia({ video: wanted, audio: false });
    this.video.srcObject = this.stream;
    await this.video.play();
    this.look(this.stream);
  }

  stop() {
    for (const track of this.stream ? this.stream.getTracks() : []) track.stop();
    this.stream = null;
    this.video.srcObject = null;
  }

  async look(stream) {
    while (this.stream === stream) {
      for (const bytes of await codesIn(this.video, { thorough: false })) if (this.take(bytes)) return;
      await new Promise((resume) => setTimeout(resume, PAUSE));
    }
  }
}
