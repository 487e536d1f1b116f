import { setTimeout as delay } from "node:timers/promises";
import type { ThreadTeam } from "@ablate/core";
import type { ThreadOffer } from "../train/messages.ts";
import { ThreadTrial } from "./thread-trial.ts";

/** Other programs come and go: what pays is measured again after so long, or after fifty times what measuring took. */
const AGAIN_MS = 20_000;
const AGAIN_FACTOR = 50;
/** What a run takes at first says little: V8 compiles. A run that is over by then needs no helpers. */
const SETTLE_MS = 250;
/** A run waits so long for the threads that it was asked to use. */
const START_MS = 10_000;
const POLL_MS = 5;

/**
 * Decides by how many threads a run is computed: by those that the user asked for, or by as many of those that are
 * offered as pay. What pays is measured on steps of the run itself, whose bits do not depend on it.
 */
export class ThreadChoice {
  readonly #team: ThreadTeam | null;
  readonly #isMeasured: boolean;
  #offered: number;
  #trial: ThreadTrial | null = null;
  #nextTrialMs = SETTLE_MS;
  #chosen = 1;
  #refusal: string | null = null;
  /** One thread is not worth a word, unless it was asked for. */
  #told: number;
  #toldRefusal: string | null = null;

  constructor(team: ThreadTeam | null, { now, isMeasured }: ThreadOffer) {
    this.#team = team;
    this.#isMeasured = isMeasured;
    this.#offered = now;
    this.#told = isMeasured ? 1 : 0;
    if (!isMeasured) team?.want(now);
  }

  /** Waits for the threads that were asked for; those that are offered join when they are there. */
  async start(): Promise<void> {
    const team = this.#team;
    if (team === null || this.#isMeasured) return;
    const until = performance.now() + START_MS;
    for (team.admit(); team.size < this.#offered && team.refusal === null; team.admit()) {
      if (performance.now() > until) {
        this.#refusal = `they have not started in ${START_MS / 1000} s`;
        break;
      }
      await delay(POLL_MS);
    }
    this.#chosen = team.size;
  }

  /** Takes another number of threads from now on. */
  offer(threads: number): void {
    this.#offered = threads;
    this.#trial = null;
    this.#nextTrialMs = SETTLE_MS;
    this.#choose(Math.min(this.#chosen, threads));
  }

  /** Returns what there is to tell since the last time: threads that are more than before, or that are refused. */
  news(): { readonly threads: number; readonly refusal: string | null } | null {
    const refusal = this.#refusal ?? this.#team?.refusal ?? null;
    if (this.#chosen <= this.#told && refusal === this.#toldRefusal) return null;
    this.#told = Math.max(this.#told, this.#chosen);
    this.#toldRefusal = refusal;
    return { threads: this.#chosen, refusal };
  }

  /** Returns how many of `most` steps to make before `made` is called. */
  next(most: number): number {
    return this.#trial === null ? most : this.#trial.steps(most);
  }

  /** Learns that so many steps took so long. */
  made(steps: number, ms: number): void {
    const team = this.#team;
    if (team === null || !this.#isMeasured || this.#offered === 1 || steps === 0) return;
    this.#nextTrialMs -= ms;
    if (this.#trial === null) this.#begin(team, ms / steps);
    else this.#follow(this.#trial, steps, ms);
  }

  /** Begins a trial where one is due and the threads are there. */
  #begin(team: ThreadTeam, stepMs: number): void {
    if (this.#nextTrialMs > 0) return;
    team.want(this.#offered);
    if (team.size < this.#offered && team.refusal === null) return;
    if (team.size === 1) {
      this.#nextTrialMs = AGAIN_MS;
      return;
    }
    this.#trial = new ThreadTrial(team.size, stepMs);
    team.want(this.#trial.threads);
  }

  #follow(trial: ThreadTrial, steps: number, ms: number): void {
    trial.made(steps, ms);
    if (trial.best === null) {
      this.#team?.want(trial.threads);
      return;
    }
    this.#trial = null;
    this.#nextTrialMs = Math.max(AGAIN_MS, AGAIN_FACTOR * trial.takenMs);
    this.#choose(trial.best);
  }

  #choose(threads: number): void {
    this.#chosen = threads;
    this.#team?.want(threads);
  }
}
