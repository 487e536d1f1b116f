import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { needSpace } from "./cache.ts";
import { type Attempt, type Ended, ProvisionError, run, size } from "./work.ts";

/**
 * The wheel that stands in for libtensorflow: tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl.
 * Its SHA-256 is that of the file as pip downloaded it, which pip had checked against its index.
 */
const WHEEL = {
  requirement: "tensorflow-cpu==2.21.0",
  sha256: "2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c",
  platform: "manylinux_2_27_x86_64",
  python: "3.11",
  bytes: 273_829_956,
  unpackedBytes: 853_308_936,
} as const;

/** Puts TensorFlow's libraries and C headers from its wheel into `deps`; pip finds and checks it. */
export async function fetchWheel(attempt: Attempt): Promise<void> {
  const { terminal, signal } = attempt;
  const { python, pip } = await findPython(signal);
  terminal.note(
    `downloading the wheel ${WHEEL.requirement} with pip: ${size(WHEEL.bytes)}, unpacked ${size(WHEEL.unpackedBytes)}`,
  );
  needSpace(attempt.folder, WHEEL.bytes + WHEEL.unpackedBytes);
  const folder = join(attempt.folder, "wheel");
  mkdirSync(folder);
  const requirements = join(folder, "requirements.txt");
  writeFileSync(requirements, `${WHEEL.requirement} --hash=sha256:${WHEEL.sha256}\n`);
  const chosen = ["--platform", WHEEL.platform, "--python-version", WHEEL.python];
  const downloaded = await run(
    [...pip, "download", "--no-deps", "--only-binary=:all:", ...chosen, "--require-hashes"].concat(
      ["--no-cache-dir", "--no-input", "--disable-pip-version-check"],
      ["--dest", folder, "--requirement", requirements],
    ),
    { signal, shows: true, env: { PIP_RETRIES: "1", ...process.env, TMPDIR: folder } },
  ).finally(() => terminal.restore());
  const [wheel] = readdirSync(folder).filter((name) => name.endsWith(".whl"));
  if (downloaded.status !== 0 || wheel === undefined) throw new ProvisionError(why(downloaded));

  terminal.note("unpacking it");
  const script = fileURLToPath(new URL("unpack.py", import.meta.url));
  const unpacked = await run([python, script, join(folder, wheel), attempt.deps], { signal });
  if (unpacked.status !== 0) {
    throw new ProvisionError(`the wheel cannot be unpacked: ${lastLine(unpacked.stderr)}`);
  }
  rmSync(folder, { recursive: true });
}

async function findPython(
  signal: AbortSignal,
): Promise<{ readonly python: string; readonly pip: readonly string[] }> {
  for (const python of ["python3", "python"]) {
    if ((await run([python, "--version"], { signal })).status !== 0) continue;
    for (const pip of [[python, "-m", "pip"], ["pip3"], ["pip"]]) {
      if ((await run([...pip, "--version"], { signal })).status === 0) return { python, pip };
    }
    throw new ProvisionError(`${python} has no pip; install it (Debian: python3-pip)`);
  }
  throw new ProvisionError("there is no Python; install python3 with pip (Debian: python3-pip)");
}

function why({ stdout, stderr }: Ended): string {
  const said = stdout + stderr;
  if (said.includes("DO NOT MATCH THE HASHES")) {
    return `the package index gave a ${WHEEL.requirement} whose SHA-256 is not the pinned one; it was thrown away`;
  }
  const refused = /NewConnectionError|ConnectTimeout|NameResolution|Max retries|Connection refused/;
  if (refused.test(said)) return "pip cannot reach its package index";
  if (/timed out|IncompleteRead|Connection broken|ReadTimeout/.test(said)) {
    return "the connection to pip's package index broke off";
  }
  if (/No matching distribution|Could not find a version/.test(said)) {
    return `pip finds no ${WHEEL.requirement} for ${WHEEL.platform} in its package index`;
  }
  if (said.includes("No space left")) return "the disk is full";
  return `pip cannot download ${WHEEL.requirement}: ${lastLine(said)}`;
}

function lastLine(text: string): string {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const error = lines.findLast((line) => line.startsWith("ERROR:")) ?? lines.at(-1) ?? "no reason";
  return error.replace(/^ERROR:\s*/, "").trim();
}
