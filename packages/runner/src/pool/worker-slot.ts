import { WorkerLine } from "./worker-handle.ts";

/** The place of one worker process, which is started when it is first needed and again when it has died. */
export class WorkerSlot {
  #line: WorkerLine | null = null;

  line(): WorkerLine {
    if (!this.#line?.isAlive) this.#line = new WorkerLine();
    return this.#line;
  }

  close(): void {
    this.#line?.kill();
  }
}
