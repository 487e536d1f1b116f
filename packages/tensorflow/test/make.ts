import { execFileSync, spawn } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer, type RequestListener } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

/** The arguments of Node that run the command. */
export const COMMAND: readonly string[] = [
  "--use-env-proxy",
  fileURLToPath(new URL("../src/main.ts", import.meta.url)),
];
const NOBODY = "http://127.0.0.1:1/";

/** The name of the one entry that the command makes in the cache. */
export const ENTRY: string = `tfjs-node-4.22.0-${process.platform}-${process.arch}`;

export type Ended = {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
};
export type Place = { readonly home: string; readonly package: string; readonly cache: string };

/** A home folder of its own, and a copy of the installed tfjs-node that no test shares. */
export function makePlace(): Place {
  const folder = mkdtempSync(join(tmpdir(), "ablate-tensorflow-"));
  const ofCore = createRequire(new URL("../../core/package.json", import.meta.url));
  const folderOf = (name: string): string =>
    dirname(realpathSync(ofCore.resolve(`${name}/package.json`)));
  const installed = folderOf("@tensorflow/tfjs-node");
  const modules = dirname(dirname(installed));
  const copy = join(folder, "node_modules/@tensorflow/tfjs-node");
  for (const name of ["package.json", "dist", "binding", "scripts"]) {
    cpSync(join(installed, name), join(copy, name), { recursive: true });
  }
  for (const name of readdirSync(modules)) {
    if (name !== "@tensorflow")
      symlinkSync(join(modules, name), join(folder, "node_modules", name));
  }
  symlinkSync(join(modules, "@tensorflow/tfjs"), join(dirname(copy), "tfjs"));
  symlinkSync(folderOf("@tensorflow/tfjs-core"), join(dirname(copy), "tfjs-core"));
  const home = join(folder, "home");
  mkdirSync(home);
  return { home, package: copy, cache: join(home, ".cache/ablate/tensorflow") };
}

/** A PATH with these programs only, each the real one. */
export function pathOf(...programs: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), "ablate-path-"));
  for (const program of programs) {
    const found = program === "python3" ? pythonItself() : whereIs(program);
    symlinkSync(found, join(folder, program));
  }
  return folder;
}

/** The environment of a user at `place` whom no network reaches. */
export function offline({ home }: Place): NodeJS.ProcessEnv {
  return {
    HOME: home,
    PATH: process.env.PATH,
    TMPDIR: process.env.TMPDIR,
    TFJS_NODE_CDN_STORAGE: NOBODY,
    ABLATE_TENSORFLOW_SHA256: process.env.ABLATE_TENSORFLOW_SHA256,
    PIP_INDEX_URL: `${NOBODY}simple`,
    PIP_CONFIG_FILE: "/dev/null",
  };
}

export type Started = {
  readonly ended: Promise<Ended>;
  /** Resolves when the command has said `text` on stderr. */
  readonly said: (text: string) => Promise<void>;
  readonly kill: (signal: NodeJS.Signals) => void;
};

/** Starts the real command; `ended` has what it printed. */
export function start(place: Place, env: NodeJS.ProcessEnv, ...args: readonly string[]): Started {
  const child = spawn(process.execPath, [...COMMAND, "--package", place.package, ...args], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const printed = { stdout: "", stderr: "" };
  child.stdout.on("data", (text) => {
    printed.stdout += text;
  });
  child.stderr.on("data", (text) => {
    printed.stderr += text;
  });
  const ended = new Promise<Ended>((resolve) =>
    child.once("close", (status) => resolve({ status, ...printed })),
  );
  const said = (text: string): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (printed.stderr.includes(text)) resolve();
        else child.stderr.once("data", look);
      };
      look();
    });
  return { ended, said, kill: (signal) => child.kill(signal) };
}

/** Runs the real command to its end. */
export function tensorflow(
  place: Place,
  env: NodeJS.ProcessEnv,
  ...args: readonly string[]
): Promise<Ended> {
  return start(place, env, ...args).ended;
}

/** A server on the loopback for one test; returns its address with a slash at the end. */
export async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("no port");
  return `http://127.0.0.1:${address.port}/`;
}

/** Writes the file in which tfjs-node lets a user name a libtensorflow and an addon of their own. */
export function nameOwnBinaries(place: Place, host: string): void {
  const custom = {
    "tf-lib": `${host}library.tar.gz`,
    addon: { host, remote_path: "built", package_name: "addon.tar.gz" },
  };
  writeFileSync(join(place.package, "scripts/custom-binary.json"), JSON.stringify(custom));
}

function whereIs(program: string): string {
  return realpathSync(
    execFileSync("sh", ["-c", `command -v ${program}`], { encoding: "utf8" }).trim(),
  );
}

function pythonItself(): string {
  const ask = ["-c", "import sys; print(sys.executable)"];
  return execFileSync("python3", ask, { encoding: "utf8" }).trim();
}
