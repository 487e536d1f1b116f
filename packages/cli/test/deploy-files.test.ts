/** The files of deploy/ are what Kubernetes, systemd, Docker and a shell take. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { pythonWith } from "../../../testing/python.ts";
import { verbNamed } from "../src/verbs.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const MANIFESTS = ["deployment", "job"].map((name) => `deploy/kubernetes/${name}.yaml`);
const { env, missing } = pythonWith("deploy");
const lacksSystemd =
  !process.env.CI && spawnSync("systemd-analyze", ["--version"]).status !== 0
    ? "systemd-analyze is not installed"
    : null;

/** `podFailurePolicy` is there since 1.26; the newest has to do as well. */
test.skipIf(missing).each(["1.26", "1.37"])(
  `the manifests are valid in Kubernetes %s${missing ? `: ${missing}` : ""}`,
  (version) => {
    const { status, stderr } = validate("--strict", "-k", version, ...MANIFESTS);

    expect(status, stderr).toBe(0);
  },
);

test.skipIf(missing)("the schema refuses a key that Kubernetes does not know", () => {
  const file = join(mkdtempSync(join(tmpdir(), "ablate-deploy-")), "job.yaml");
  const text = readFileSync(join(ROOT, MANIFESTS[1] ?? ""), "utf8");
  writeFileSync(file, text.replace("terminationGracePeriodSeconds", "terminationGraceSeconds"));

  expect(validate("--strict", file).status).not.toBe(0);
});

test.skipIf(missing)("the image's Dockerfile has nothing that hadolint warns of", () => {
  const hadolint = join(process.env.ABLATE_PYTHON_DEPLOY ?? "", "bin", "hadolint");
  const { status, stdout, error } = spawnSync(
    process.env.ABLATE_PYTHON_DEPLOY ? hadolint : "hadolint",
    ["--no-color", join(ROOT, "deploy/Dockerfile")],
    { encoding: "utf8" },
  );

  expect(status, error?.message ?? stdout).toBe(0);
});

test.skipIf(lacksSystemd)(
  `systemd takes the unit${lacksSystemd ? `: ${lacksSystemd}` : ""}`,
  () => {
    const unit = readFileSync(join(ROOT, "deploy/systemd/ablate-worker.service"), "utf8");
    const file = join(mkdtempSync(join(tmpdir(), "ablate-deploy-")), "ablate-worker.service");
    writeFileSync(file, unit.replace("/opt/ablate/ablate", join(ROOT, "ablate")));

    const { stderr } = spawnSync("systemd-analyze", ["verify", file], { encoding: "utf8" });

    expect(stderr).not.toContain("ablate-worker");
    expect(unit).toContain("ExecStart=/opt/ablate/ablate worker ");
  },
);

test("Slurm's script is one that bash takes", () => {
  const { status, stderr } = spawnSync("bash", ["-n", join(ROOT, "deploy/slurm/workers.sh")], {
    encoding: "utf8",
  });

  expect(status, stderr).toBe(0);
});

test("what they start is a worker with flags that it has", async () => {
  const files = [...MANIFESTS, "deploy/systemd/ablate-worker.service", "deploy/slurm/workers.sh"];
  const verb = await verbNamed("worker")?.load();

  for (const file of files) {
    const text = readFileSync(join(ROOT, file), "utf8");
    const [, words = ""] = /\bworker[, ]([^\n]*--[^\n]*)/.exec(text.replace(/^#.*/gm, "")) ?? [];
    const flags = [...words.matchAll(/--([a-z-]+)/g)].map(([, flag = ""]) => flag);
    expect(flags, file).not.toEqual([]);
    expect(Object.keys(verb?.command.options ?? {}), file).toEqual(expect.arrayContaining(flags));
  }
});

function validate(...args: readonly string[]): { status: number | null; stderr: string } {
  return spawnSync("python3", ["-m", "kubernetes_validate", ...args], {
    cwd: ROOT,
    encoding: "utf8",
    env,
  });
}
