import { METRICS } from "@ablate/store";
import { beforeAll, expect, test } from "vitest";
import { blocks, page, tableRows } from "./documents.ts";
import { ablate, makeFolder } from "./make.ts";

const ROOT = new URL("../../../", import.meta.url);
const text = page("docs/compare.md");
const [, ...commands] = `\n${text.split("```")[1] ?? ""}`
  .split("\n./ablate ")
  .map((line) => line.split(/\s+#/)[0]?.trim() ?? "");

let folder = "";

beforeAll(async () => {
  folder = makeFolder();
  const config = new URL("configs/quickstart.yaml", ROOT).pathname;
  const args = ["--steps", "20", "--seeds", "1,2,3", "--set", "record.samples=0", "--quiet"];
  expect((await ablate(folder, "run", config, ...args)).status).toBe(0);
});

test("the page has commands", () => {
  expect(commands.length).toBeGreaterThan(5);
  expect(blocks(text, "sql")).toEqual([]);
});

test.each(commands)("%s does what the page says", async (line) => {
  const words = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain);

  const { status, stdout, stderr } = await ablate(folder, ...words.map(String));

  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(stdout).toContain(line.includes("--importance") ? "additive" : "difference");
});

test.each(text.split("## For a paper")[1]?.match(/(?<=^\.\/ablate ).*/gm) ?? [])(
  "%s prints a table with its caption",
  async (line) => {
    const [command = ""] = line.split(" >");

    const { status, stdout, stderr } = await ablate(folder, ...command.split(" "));

    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toMatch(/caption.*Mean .* standard deviation over /);
  },
);

test("every metric is in the table", () => {
  const named = tableRows(text, "`--metric`").flatMap((row) =>
    [...(row.get("`--metric`") ?? "").matchAll(/`(\w+)`/g)].map(([, name]) => name),
  );

  expect(named).toEqual([...METRICS.map(({ name }) => name), "NAME"]);
});
