/** Has a process of its own bring logs into a store, and says how far that is. */
import { type ChildProcess, fork } from "node:child_process";
import { existsSync } from "node:fs";
import { entryFile } from "@ablate/assets";
import { folderToStart } from "@ablate/store";
import type { LogsRead } from "../recorder.ts";
import type { FollowMessage, FollowRequest } from "./messages.ts";

const ENTRY: string = entryFile("follow-process");

/** A process that ends so often within a minute ends again. */
const MOST_STARTS = 4;
const WITHIN_MS = 60_000;

/** It has so long to finish what it is at. */
const GRACE_MS = 2000;

export type FollowStatus = Pick<LogsRead, "found" | "read"> & {
  /** While not all has been read that was there at the start. */
  readonly isReading: boolean;
  /** None of the files and folders is there yet. */
  readonly isMissing?: boolean;
  /** Why nothing new is read any more. */
  readonly trouble: string | null;
};

export class LogFollower {
  /** The files and folders, as they were asked for. */
  readonly title: string;
  readonly #request: FollowRequest;
  #child: ChildProcess;
  #status: FollowStatus = { found: 0, read: 0, isReading: true, trouble: null };
  #news: string[] = [];
  #starts: number[] = [];
  #isClosed = false;

  constructor(title: string, request: FollowRequest) {
    this.title = title;
    this.#request = request;
    this.#child = this.#start();
  }

  /** The process that reads. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  readonly status = (): FollowStatus => {
    const { paths } = this.#request;
    const isMissing = this.#status.found === 0 && !paths.some((path) => existsSync(path));
    return isMissing ? { ...this.#status, isMissing } : this.#status;
  };

  /** Returns sentences for the user that have come since the last call. */
  readonly takeNews = (): readonly string[] => this.#news.splice(0);

  /** Ends the process once it has stored what it has read; where that takes long, it ends by itself later. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const child = this.#child;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    const timer = setTimeout(end, GRACE_MS);
    child.once("exit", () => end());
    if (child.connected) child.disconnect();
    await ended;
    clearTimeout(timer);
    child.unref();
  }

  #start(): ChildProcess {
    const child = fork(ENTRY, [], {
      cwd: folderToStart(ENTRY),
      execArgv: ["--disable-warning=ExperimentalWarning"],
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
    this.#starts.push(Date.now());
    child.on("message", (message: FollowMessage) => this.#hear(message));
    child.on("error", ({ message }) => this.#giveUp(`cannot start a process: ${message}`));
    child.once("exit", (code, signal) => this.#onExit(signal ?? `exit code ${code}`));
    if (child.connected) child.send(this.#request, () => {});
    return child;
  }

  #hear(message: FollowMessage): void {
    if (message.type === "trouble") this.#news.push(message.message);
    else if (message.type === "failed") this.#giveUp(message.message);
    else if (message.type === "waiting") this.#status = { ...this.#status, isReading: false };
    else {
      const { found, read, isCaughtUp } = message;
      const isReading = this.#status.isReading && !isCaughtUp;
      this.#status = { ...this.#status, found, read, isReading };
    }
  }

  /** Starts it again: what is read is stored with how far that is, so nothing is lost or read twice. */
  #onExit(how: string): void {
    if (this.#isClosed || this.#status.trouble !== null) return;
    const now = Date.now();
    this.#starts = this.#starts.filter((at) => now - at < WITHIN_MS);
    if (this.#starts.length >= MOST_STARTS) {
      this.#giveUp(`the process that reads them ended ${MOST_STARTS} times, by ${how}`);
      return;
    }
    this.#news.push(`the process that reads ${this.title} ended by ${how}; another one continues`);
    this.#child = this.#start();
  }

  #giveUp(why: string): void {
    const trouble = `nothing new of ${this.title} is read: ${why}; open it again`;
    this.#status = { ...this.#status, isReading: false, trouble };
  }
}
