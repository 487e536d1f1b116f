/** Which finding stands below which. */
import type { Finding } from "@ablate/core";
import { expect, test } from "vitest";
import { byCause, placesText } from "../src/analysis/causes.ts";

type Said = Partial<Finding> & Pick<Finding, "level" | "rule">;

const finding = (said: Said): Finding => ({
  ...{ layer: null, param: null, step: 0, value: 1, message: `${said.rule}: so`, until: null },
  ...said,
});

/** Causes as `level rule xN > rule xN`, N the places. */
const told = (said: readonly Said[]): string[] =>
  byCause(said.map(finding)).map((cause) =>
    [cause, ...cause.consequences]
      .map(({ finding: { rule }, others }) => `${rule} x${others.length + 1}`)
      .join(" > "),
  );

test("a dead layer is one cause, whatever is frozen below it", () => {
  const hidden = [1, 2, 3, 4].map((i) => `hidden${i}`);

  expect(
    told([
      ...hidden.map((layer) => ({ level: "error", rule: "dead-units", layer }) as const),
      ...hidden.map((layer) => ({ level: "error", rule: "frozen", layer, step: 100 }) as const),
      { level: "warning", rule: "plateau", step: 1024 },
    ]),
  ).toEqual(["dead-units x4 > frozen x4 > plateau x1"]);
});

test("what follows from a consequence follows from its cause, which may be less serious", () => {
  expect(
    told([
      { level: "error", rule: "frozen" },
      { level: "info", rule: "loss-spike" },
      { level: "warning", rule: "constant-layer" },
      { level: "warning", rule: "vanishing-gradients" },
      { level: "warning", rule: "uneven-updates" },
    ]),
  ).toEqual([
    "constant-layer x1 > frozen x1 > vanishing-gradients x1 > uneven-updates x1",
    "loss-spike x1",
  ]);
});

test("what was there at initialisation is no work of a divergence, and information explains nothing", () => {
  expect(
    told([
      { level: "error", rule: "divergence", step: 40 },
      { level: "warning", rule: "saturated", step: 0 },
      { level: "info", rule: "dead-units", step: 0 },
      { level: "info", rule: "frozen", step: 100 },
    ]),
  ).toEqual(["divergence x1", "saturated x1 > dead-units x1 > frozen x1"]);
});

test("what is over explains what is over, and the loss that it has left behind", () => {
  const past = { level: "info", rule: "shrinking-activations", until: 200 } as const;

  expect(
    told([
      { level: "warning", rule: "underfitting", step: 900 },
      { level: "warning", rule: "slow-updates", step: 100 },
      past,
      { level: "info", rule: "vanishing-gradients", until: 100 },
    ]),
  ).toEqual([
    "slow-updates x1 > underfitting x1",
    "shrinking-activations x1 > vanishing-gradients x1",
  ]);
});

test("a rule of a later version stands by itself", () => {
  const later = { ...finding({ level: "warning", rule: "frozen" }), rule: "novel" };

  expect(byCause([JSON.parse(JSON.stringify(later))])).toHaveLength(1);
});

test("a row of layers is named by its ends", () => {
  const at = (...params: string[]) => placesText(params.map((param) => ({ param, layer: null })));

  expect(at("embedding", "hidden1.weight", "hidden2.weight", "hidden3.weight")).toBe(
    "embedding, hidden1.weight to hidden3.weight",
  );
  expect(at("hidden1", "hidden3", "hidden4")).toBe("hidden1, hidden3, hidden4");
  expect(at("hidden9", "hidden10", "hidden11", "output.bias")).toBe(
    "hidden9 to hidden11, output.bias",
  );
});
