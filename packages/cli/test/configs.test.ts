import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { ablate, jsonRows } from "./make.ts";

const CONFIGS = fileURLToPath(new URL("../../../configs/", import.meta.url));
const DATA = fileURLToPath(new URL("../../../data/names.txt", import.meta.url));
const names = readdirSync(CONFIGS).filter((name) => name.endsWith(".yaml"));

/** How the header of a config announces that exit code 1 is what it is for. */
const DIVERGES = /^#.* diverges, which is its point/m;

/** One store for all, as a user has: a run that two configs share is trained once. */
const folder = mkdtempSync(join(tmpdir(), "ablate-configs-"));

/**
 * Most of the time would go into evaluating 229,804 examples with batch norm in many layers: minutes.
 * So the runs of 50 steps train on 2,017 of the names, which have the same 27 characters.
 */
const fewer = join(folder, "names.txt");
writeFileSync(fewer, everySixteenth(readFileSync(DATA, "utf8").trim().split("\n")).join("\n"));

const diverging = names.filter((name) => DIVERGES.test(textOf(name)));
const others = names.filter((name) => !diverging.includes(name));

test.each(others)(
  "configs/%s runs at 50 steps, and what its header says to look at",
  async (name) => {
    const short = ["--steps", "50", "--set", `data.file=${fewer}`];
    const { status, stderr } = await ablate(
      folder,
      "run",
      join(CONFIGS, name),
      ...short,
      "--quiet",
    );

    expect([stderr, status]).toEqual(["", 0]);
    await lookAt(name);
  },
);

test.each(diverging)(
  "configs/%s runs to its end, and diverges as its header says",
  async (name) => {
    const { status } = await ablate(folder, "run", join(CONFIGS, name), "--quiet");
    const runs = jsonRows(
      await ablate(folder, "runs", "--grid", name.replace(".yaml", ""), "--json"),
    );

    expect(status).toBe(1);
    const states = runs.map(({ state }) => state);
    expect(states).toContain("diverged");
    expect(states.filter((state) => state !== "diverged" && state !== "finished")).toEqual([]);
    await lookAt(name);
  },
);

test("six linear layers with gain 5/3 diverge within ten steps", async () => {
  const config = join(CONFIGS, "deep-linear.yaml");
  await ablate(folder, "run", config, "--only", "label:gain-5-3-steps=1000", "--quiet");
  const runs = jsonRows(await ablate(folder, "runs", "--grid", "deep-linear", "--json"));
  const run = runs.find(({ label }) => label === "gain-5-3-steps=1000");

  expect(run?.state).toBe("diverged");
  expect(Number(run?.last_step)).toBeLessThan(10);
});

test("configs/README.md has every config, and no other", () => {
  const page = readFileSync(join(CONFIGS, "README.md"), "utf8");
  const linked = [...page.matchAll(/^\| \[(.+\.yaml)\]\(\1\) \| .+ \| .+ \|$/gm)];

  expect(linked.map(([, name]) => name).sort()).toEqual([...names].sort());
});

test.each(names)("configs/%s begins with its schema, and its header has its command", (name) => {
  const text = textOf(name);

  expect(text.split("\n")[0]).toBe("# yaml-language-server: $schema=schema.json");
  expect(headerCommands(text)[0]).toEqual(["run", `configs/${name}`]);
});

/** Runs the commands of a config's header that come after `ablate run`. */
async function lookAt(name: string): Promise<void> {
  for (const command of headerCommands(textOf(name)).slice(1)) {
    const { status, stdout, stderr } = await ablate(folder, ...command);

    expect([command, stderr, status]).toEqual([command, "", 0]);
    expect(stdout).not.toBe("");
  }
}

/** Lines of a header like `#   ablate runs --grid relu   # a remark`, as arguments. */
function headerCommands(text: string): string[][] {
  return [...text.matchAll(/^# {3}ablate (.*)$/gm)].map(([, line = ""]) =>
    [...(line.split(/\s+#/)[0] ?? "").matchAll(/"([^"]*)"|(\S+)/g)].map(
      ([, quoted, plain]) => quoted ?? plain ?? "",
    ),
  );
}

function everySixteenth(lines: readonly string[]): string[] {
  return lines.filter((_, i) => i % 16 === 0);
}

function textOf(name: string): string {
  return readFileSync(join(CONFIGS, name), "utf8");
}
