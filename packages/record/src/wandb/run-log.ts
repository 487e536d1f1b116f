/** What a W&B log says of its run, gathered until it is handed over. */
import { type MetricFacts, metricFacts } from "@ablate/core";
import { Columns } from "../columns.ts";
import { ConsoleLines } from "../console-lines.ts";
import type { LogEntry, LogTimes, RunEntry } from "../log.ts";
import { momentOf } from "../moment.ts";
import { ProbeGatherer } from "../probe-gatherer.ts";
import type { WireReader } from "../protobuf.ts";
import { runEntry } from "../run-entry.ts";
import { jsonValue, numberOfValue } from "./json-value.ts";
import { type Fields, type Path, pathOf, type RecordSink } from "./record-walk.ts";
import { Row } from "./row.ts";
import type { RunState } from "./run-state.ts";
import { withSetting } from "./settings-tree.ts";

/** How W&B numbers what is no standard output; zeros are not written. */
const STDERR = 0;

export class RunLog implements RecordSink {
  readonly #columns: Columns = new Columns();
  readonly #probes: ProbeGatherer;
  readonly #row: Row;
  readonly #entries: LogEntry[] = [];
  readonly #declared: Set<string> = new Set();
  readonly #names: Set<string>;
  readonly #odd: Set<string>;
  readonly #goals: Map<string, "min" | "max">;
  #newlyOdd: string[] = [];
  #config: RunState["config"];
  #step: number;
  #started: number;
  #runtime: number;
  #hasBegun: boolean;
  #isRunSaid = false;
  #hasNewConfig = false;
  #newFacts: Fields = {};
  #framework: string | null = null;
  readonly #summary: Map<string, number>;
  readonly #summaryNames: Map<string, string> = new Map();
  #exit: Fields | null = null;
  #isLaterFile = false;
  /** Its end was handed over. */
  #isOver = false;
  readonly #console: ConsoleLines = new ConsoleLines();

  constructor(state: RunState) {
    this.#config = state.config;
    this.#step = state.step;
    this.#started = state.started;
    this.#runtime = state.runtime;
    this.#hasBegun = state.hasBegun;
    this.#names = new Set(state.names);
    this.#odd = new Set(state.odd);
    this.#summary = new Map(Object.entries(state.summary));
    this.#goals = new Map(state.goals);
    this.#probes = new ProbeGatherer(state.layers);
    this.#row = new Row({
      columns: this.#columns,
      probes: this.#probes,
      leaveOut: (name) => this.#leaveOut(name),
    });
  }

  get state(): RunState {
    return {
      hasBegun: this.#hasBegun,
      config: this.#config,
      step: this.#step,
      started: this.#started,
      runtime: this.#runtime,
      names: [...this.#names],
      odd: [...this.#odd],
      summary: Object.fromEntries(this.#summary),
      layers: this.#probes.layers,
      goals: [...this.#goals],
    };
  }

  /** Notes that what follows is of a later file of the same run. */
  beginFile(): void {
    this.#isLaterFile = true;
  }

  trouble(message: string): void {
    this.#entries.push({ type: "trouble", message });
  }

  /** Hands over what was gathered. @param isEnd - nothing more is there to be read for now */
  take(isEnd: boolean): LogEntry[] {
    this.#flush();
    if (!this.#hasBegun && this.#isRunSaid) {
      this.#entries.unshift(this.#runEntry());
      this.#hasBegun = true;
    } else if (this.#hasBegun) this.#describe();
    if (this.#hasBegun) this.#forget();
    if (isEnd && this.#exit !== null) {
      this.#entries.push(endEntry(this.#exit, this.state));
      this.#exit = null;
      this.#isOver = true;
    }
    return this.#entries.splice(0);
  }

  value(path: string, json: string): void {
    this.#row.add(path, json);
  }

  row(said: number): void {
    const { step: own, runtime } = this.#row;
    const step = said >= 0 ? said : own;
    const isStep = Number.isSafeInteger(step) && step >= 0;
    const at = isStep ? step : this.#step + 1;
    if (this.#isLaterFile && at <= this.#step) {
      this.#flush();
      this.#entries.push({ type: "rewind", step: at });
    }
    this.#isLaterFile = false;
    this.#step = at;
    if (runtime >= 0) this.#runtime = runtime;
    this.#exit = null;
    this.#isOver = false;
    this.#row.end(at);
  }

  summary(path: string, reader: WireReader): void {
    const known = this.#summaryNames.get(path) ?? pathOf(path).join(".");
    this.#summaryNames.set(path, known);
    if (known.startsWith("_") || this.#isLogged(known)) {
      reader.skip();
      return;
    }
    const number = numberOfValue(jsonValue(reader.text()));
    if (Number.isFinite(number)) this.#summary.set(known, number ?? 0);
  }

  setting(path: Path, json: string | null): void {
    if (path[0] === "_wandb") return;
    const value = json === null ? undefined : plain(jsonValue(json));
    this.#config = withSetting(this.#config, path, value);
    this.#hasNewConfig = true;
  }

  run({ id, entity, project, name, ...facts }: Fields, start: number): void {
    this.#isRunSaid = true;
    this.#started ||= momentOf(1000 * start) ?? 0;
    const started = start > 0 ? { started: new Date(1000 * start).toISOString() } : {};
    const where = entity === undefined ? {} : { entity };
    this.environment({ run_id: id ?? "", ...where, ...facts, ...started });
  }

  environment(facts: Fields): void {
    const said = Object.entries(facts).filter(([, value]) => value !== "" && value !== 0);
    this.#newFacts = { ...this.#newFacts, ...Object.fromEntries(said) };
  }

  imports({ torch, tensorflow, jax }: Fields): void {
    const [, framework = null] =
      [
        [torch, "pytorch"] as const,
        [tensorflow, "tensorflow"] as const,
        [jax, "jax"] as const,
      ].find(([isImported]) => isImported === 1) ?? [];
    this.#framework ??= framework;
  }

  system(name: string, json: string): void {
    const number = numberOfValue(jsonValue(json));
    if (number === undefined) return;
    this.#columns.of(`system.${name}`).add(Math.max(0, this.#step), number);
  }

  metric({ name, glob, goal }: Fields): void {
    if (goal === 1 || goal === 2) this.#goals.set(String(name ?? glob), goal === 1 ? "min" : "max");
  }

  exit(facts: Fields): void {
    this.#exit = facts;
  }

  output({ stream = STDERR, text = "" }: Fields, seconds: number): void {
    // What comes behind the end takes no end back.
    if (this.#isOver) return;
    const atMs = seconds > 0 ? momentOf(1000 * seconds) : null;
    this.#console.add(stream === STDERR ? "err" : "out", String(text), atMs);
  }

  #leaveOut(name: string): void {
    if (this.#odd.has(name)) return;
    this.#odd.add(name);
    this.#newlyOdd.push(name);
  }

  #flush(): void {
    const series = this.#columns.take();
    for (const { name } of series) this.#names.add(name);
    const summary = this.#summarySeries();
    const fresh = [...series, ...summary].filter(({ name }) => !this.#declared.has(name));
    for (const { name } of fresh) this.#declared.add(name);
    if (fresh.length > 0) {
      const metrics = fresh.map(({ name }) => this.#factsOf(name));
      this.#entries.push({ type: "declare", metrics });
    }
    const all = [...series, ...summary];
    if (all.length > 0) this.#entries.push({ type: "metrics", series: all });
    for (const probe of this.#probes.take()) this.#entries.push({ type: "probe", probe });
    this.#entries.push(...this.#console.take());
  }

  /**
   * Numbers of the summary that no row has: what a script says of its run as a whole. A row may come after its
   * summary, so that only the end of the run tells.
   */
  #summarySeries(): Extract<LogEntry, { type: "metrics" }>["series"] {
    if (this.#exit === null) return [];
    const own = [...this.#summary].filter(([name]) => !this.#isLogged(name));
    this.#summary.clear();
    const steps = Float64Array.of(Math.max(0, this.#step));
    return own.map(([name, number]) => ({ name, steps, numbers: Float64Array.of(number) }));
  }

  /** Says whether rows have a metric, or one of which this is the largest or the like. */
  #isLogged(name: string): boolean {
    if (this.#names.has(name) || this.#columns.has(name)) return true;
    const dot = name.lastIndexOf(".");
    return dot > 0 && this.#isLogged(name.slice(0, dot));
  }

  #factsOf(name: string): MetricFacts {
    const facts = metricFacts(name);
    const [, goal] = [...this.#goals].find(([pattern]) => fits(name, pattern)) ?? [];
    return goal === undefined ? facts : { ...facts, goal };
  }

  #runEntry(): RunEntry {
    return runEntry({
      config: this.#config,
      framework: this.#framework,
      provenance: this.#newFacts,
      startedAt: this.#started || null,
    });
  }

  #describe(): void {
    const hasFacts = Object.keys(this.#newFacts).length > 0;
    if (!this.#hasNewConfig && !hasFacts) return;
    const config = this.#hasNewConfig ? { config: JSON.stringify(this.#config) } : {};
    const provenance = hasFacts ? { provenance: this.#newFacts } : {};
    this.#entries.push({ type: "describe", description: { ...config, ...provenance } });
  }

  #forget(): void {
    this.#hasNewConfig = false;
    this.#newFacts = {};
    if (this.#newlyOdd.length === 0) return;
    const message = `no numbers, left out: ${this.#newlyOdd.join(", ")}`;
    this.#entries.push({ type: "event", kind: "left_out", message });
    this.#newlyOdd = [];
  }
}

/** Replaces numbers that JSON does not know by their names. */
function plain(value: unknown): unknown {
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  return value;
}

function fits(name: string, pattern: string): boolean {
  if (!pattern.includes("*")) return name === pattern;
  const [start = "", end = ""] = pattern.split("*");
  return name.startsWith(start) && name.endsWith(end);
}

/** Returns how long a run took, and up to when. */
export function timesOf({ started, runtime }: Pick<RunState, "started" | "runtime">): LogTimes {
  const endedAt = started > 0 ? momentOf(started + 1000 * runtime) : null;
  return { trainSeconds: runtime || null, endedAt };
}

function endEntry({ code = 0, runtime: said }: Fields, state: RunState): LogEntry {
  const isGood = code === 0;
  const runtime = typeof said === "number" && said > 0 ? said : state.runtime;
  return {
    type: "end",
    state: isGood ? "finished" : "failed",
    reason: isGood ? "its process has ended" : `its process ended with exit code ${code}`,
    error: isGood ? null : `exit code ${code}`,
    ...timesOf({ ...state, runtime }),
  };
}
