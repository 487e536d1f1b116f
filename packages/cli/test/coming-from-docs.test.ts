/** docs/coming-from.md: its script, its commands and its configs, on logs that the other tools write. */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { pythonWith } from "../../../testing/python.ts";
import { blocks, page } from "./documents.ts";
import { checkoutFolder, commandsOf, inShell } from "./drawn-page.ts";
import { ablate, jsonRows } from "./make.ts";

const CLIENT = fileURLToPath(new URL("../../../clients/python/src", import.meta.url));
const NAMES = new URL("../../../data/names.txt", import.meta.url);
const text = page("docs/coming-from.md");
const configs = blocks(text, "yaml");
const commands = blocks(text, "sh").flatMap(commandsOf);

/** Writes two runs with each of the tools whose logs the page opens. */
const LOGS = `
import mlflow, wandb
from tensorboardX import SummaryWriter
mlflow.set_tracking_uri("sqlite:///mlflow.db")
for seed in (1, 2):
    writer = SummaryWriter(f"tb/seed={seed}")
    mine = wandb.init(project="names", name=f"seed={seed}", config={"seed": seed})
    with mlflow.start_run():
        for step in range(5):
            writer.add_scalar("loss", seed / (1 + step), step)
            mine.log({"loss": seed / (1 + step)})
            mlflow.log_metric("loss", seed / (1 + step), step=step)
    writer.close()
    mine.finish()
`;

const { env, missing } = pythonWith("logs");
const withoutLogs = missing === null ? "" : ` (without logs of others: ${missing})`;

test("each config is planned as the page says", async () => {
  const folder = folderWithConfigs();
  const runs = await Promise.all(
    ["sweep", "groups", "search"].map(async (name) => {
      const rows = jsonRows(await ablate(folder, "plan", `${name}.yaml`, "--json"));
      return rows.filter(({ run }) => run !== undefined).length;
    }),
  );

  expect(configs).toHaveLength(3);
  expect(runs).toEqual([12, 4, 20]);
});

test(`the script and every command run, from the top to the end${withoutLogs}`, () => {
  const folder = folderWithConfigs();
  const names = readFileSync(NAMES, "utf8").split("\n").slice(0, 300);
  writeFileSync(join(folder, "few.txt"), names.join("\n"));
  if (missing === null) python(folder, LOGS, env);
  const [script = ""] = blocks(text, "python");
  python(folder, script, {
    ...process.env,
    PYTHONPATH: CLIENT + delimiter + (process.env.PYTHONPATH ?? ""),
  });

  for (const line of commands) {
    if (missing !== null && /wandb|\btb\b|mlflow/.test(line)) continue;
    const short = line.startsWith("ablate run ")
      ? `${line} --steps 20 --set data.file=few.txt`
      : line;
    const { status, stderr } = inShell(short, folder, { store: "coming.db" });
    expect.soft(status, `${line}: ${stderr}`).toBe(0);
  }
}, 180_000);

function folderWithConfigs(): string {
  const folder = checkoutFolder();
  for (const config of configs) {
    const [, name = ""] = /^name: (\w+)$/m.exec(config) ?? [];
    writeFileSync(join(folder, `${name}.yaml`), config);
  }
  return folder;
}

function python(folder: string, script: string, environment: NodeJS.ProcessEnv): void {
  const { status, stderr } = spawnSync("python3", ["-c", script], {
    cwd: folder,
    encoding: "utf8",
    env: environment,
  });
  expect(status, stderr).toBe(0);
}
