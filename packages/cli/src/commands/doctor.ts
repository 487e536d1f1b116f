import { existsSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import {
  buildDataset,
  ENGINE_REVISIONS,
  type EngineName,
  type InitScheme,
  kernelsHash,
  loadEngine,
  modelOf,
  type RunSpec,
  TFJS_MISSING,
  Trainer,
} from "@ablate/core";
import { configDamage, programCommit, weightsDamage } from "@ablate/runner";
import { checkStore } from "@ablate/store";
import { table } from "@ablate/text";
import { asCalled } from "../command-line/called.ts";
import type { Command, Invocation } from "../command-line/command.ts";
import { BACKEND, KERNELS, READING_OPTIONS } from "../command-line/options.ts";
import type { Style } from "../command-line/terminal.ts";
import { showInPlace, type Terminal } from "../command-line/terminal.ts";
import { jsonArray } from "../print/rows.ts";
import { tableStyle } from "../print/styles.ts";
import { storePath } from "../store/open.ts";
import { engineText, wantedBackend } from "../training/engines.ts";

type Check = {
  readonly check: string;
  readonly ok: boolean;
  /** It was wrong until now. */
  readonly repaired?: boolean;
  readonly detail: string;
};

const CHECK_STYLES: Readonly<Record<string, Style>> = {
  ok: "green",
  repaired: "yellow",
  bad: "red",
};

/** The Node major version that this program is built and tested for. */
const NODE_MAJOR = 24;

export const command: Command = {
  about:
    "Checks Node, the engines, the terminal, and the store if there is one. --repair repairs what a crash or a bad disk has damaged in the store and keeps everything intact; a run that does not match its digest is set aside as NAME-damaged, with all its data.",
  options: {
    ...READING_OPTIONS,
    repair: { help: "repair the store as far as possible" },
  },
  examples: [
    ["ablate doctor", "check this machine and ablate.db"],
    ["ablate doctor --store short.db", "check another store"],
    ["ablate doctor --repair", "repair the store after a crash or a disk error"],
  ],
  exits: [["1", "a check failed"]],
  environment: [BACKEND, KERNELS],
  see: ["docs/tensorflow.md"],
  run: async (invocation) => {
    const { flags, terminal } = invocation;
    const engines = [await engine("simd", terminal), await engine("tfjs", terminal)];
    const checks = [
      programCheck(invocation),
      node(),
      machine(),
      ...engines,
      ...store(invocation),
      display(invocation),
    ].map(({ check, ok, detail, repaired = false }) => ({ check, ok, repaired, detail }));
    const rows = checks.map(({ check, ok, repaired, detail }) => [
      repaired ? "repaired" : ok ? "ok" : "bad",
      check,
      detail,
    ]);
    const style = tableStyle(terminal.paint, (text, _, column) =>
      column === 0 ? (CHECK_STYLES[text] ?? null) : null,
    );
    const shown = (): string => table(["", "check", "found"], rows, style);
    terminal.write(flags.has("json") ? jsonArray(checks) : asCalled(shown(), terminal.environment));
    return checks.every(({ ok }) => ok) ? 0 : 1;
  },
};

function node(): Check {
  const { node: version } = process.versions;
  const ok = Number.parseInt(version, 10) >= NODE_MAJOR;
  return { check: "node", ok, detail: ok ? version : `${version}; ${NODE_MAJOR} is needed` };
}

/** Says which ablate this is: its version, its commit, and the kernels that decide the bits of runs. */
function programCheck({ version }: Invocation): Check {
  const commit = programCommit();
  const detail = [
    version,
    ...(commit === null ? [] : [`commit ${commit.slice(0, 12)}`]),
    `kernels ${kernelsHash().slice(0, 12)}`,
  ].join(", ");
  return { check: "ablate", ok: true, detail };
}

function machine(): Check {
  const model = cpus()[0]?.model.trim() ?? "unknown processor";
  return { check: "machine", ok: true, detail: `${availableParallelism()} x ${model}` };
}

/** Loads an engine and trains one step of a tiny network. */
async function engine(name: EngineName, terminal: Terminal): Promise<Check> {
  const check = `engine ${name}`;
  try {
    const engine = await loadEngine(name, wantedBackend(terminal));
    const names = ["ab", "ba", "aab", "abb", "bab", "bba", "abab", "baba", "aa", "bb"];
    const trainer = new Trainer(TINY, buildDataset(names, { context: 2, shuffleSeed: 1 }), {
      engine,
    });
    const loss = new Float64Array(1);
    const ratios = new Float32Array(trainer.parameters.length);
    trainer.advance({ loss, lr: new Float64Array(1), ratios }, 1);
    trainer.dispose();
    const ok = Number.isFinite(loss[0]);
    const detail = ok
      ? `trains on ${engineText(engine, ENGINE_REVISIONS[name])}`
      : "its first loss is not finite";
    return { check, ok, detail };
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    const isOptional = detail === `${check}: ${TFJS_MISSING}`;
    return { check, ok: isOptional, detail: isOptional ? `not needed: ${TFJS_MISSING}` : detail };
  }
}

const SCHEME: InitScheme = { scheme: "normal", std: 1, scale: 1 };
const LAYER = { weight: SCHEME, bias: SCHEME, gamma: SCHEME, beta: SCHEME };
const TINY: RunSpec = {
  model: modelOf({
    context: 2,
    embedding: 2,
    hidden: [4],
    activation: "tanh",
    bias: true,
  }),
  init: { embedding: SCHEME, hidden: LAYER, output: LAYER },
  train: { steps: 1, batchSize: 4, lr: [{ step: 0, rate: 0.1 }], l2: 0 },
  seed: 1,
  shuffleSeed: 1,
};

/** Checks the store; one that is not there yet is fine. */
function store(invocation: Invocation): Check[] {
  const { flags, terminal } = invocation;
  const path = storePath(invocation);
  if (!existsSync(path)) return [{ check: "store", ok: true, detail: `none yet at ${path}` }];
  let shown = "";
  const checks = checkStore(path, {
    isRepairing: flags.has("repair"),
    configDamage,
    weightsDamage,
    onProgress: (check, share) => {
      const text = `${check}: ${Math.floor(share * 100)}%`;
      if (text !== shown) showInPlace(terminal, text);
      shown = text;
    },
  });
  showInPlace(terminal, "");
  return checks.map(({ isRepaired, ...check }) => ({ ...check, repaired: isRepaired }));
}

function display({ terminal }: Invocation): Check {
  const { environment } = terminal;
  const facts = [
    environment.TERM ?? "TERM is not set",
    `${terminal.columns()} columns`,
    terminal.rewrites ? "progress is rewritten in place" : "progress in plain lines",
    environment.NO_COLOR ? "NO_COLOR" : "",
  ];
  return { check: "terminal", ok: true, detail: facts.filter((fact) => fact !== "").join(", ") };
}
