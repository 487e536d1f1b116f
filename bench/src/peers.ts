/** JAX and PyTorch, from the Pythons that `ABLATE_PYTHON` names. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { outputOf } from "./pinned.ts";
import type { Timings } from "./timings.ts";
import type { Length } from "./workloads.ts";

export type Peer = {
  readonly library: Library;
  readonly python: string;
  readonly version: string;
};

type Library = (typeof LIBRARIES)[number];

const LIBRARIES = ["JAX", "PyTorch"] as const;

/** What a Python has to have; the first is the library itself. */
const MODULES: Readonly<Record<Library, string>> = { JAX: "jax, optax", PyTorch: "torch" };

/** Finds the libraries of each interpreter of `ABLATE_PYTHON` (separated by colons; `python3` where it is not set). */
export function findPeers(): Peer[] {
  const interpreters = (process.env.ABLATE_PYTHON ?? "python3").split(":");
  return LIBRARIES.flatMap((library) =>
    interpreters.flatMap((python) => {
      const modules = MODULES[library];
      const code = `import ${modules}; print(${modules.split(",")[0]}.__version__)`;
      const { status, stdout } = spawnSync(python, ["-c", code], { encoding: "utf8" });
      return status === 0 ? [{ library, python, version: stdout.trim() }] : [];
    }),
  );
}

/** One line for each library that no interpreter has. */
export function missingPeers(peers: readonly Peer[]): string[] {
  return LIBRARIES.filter((library) => peers.every((peer) => peer.library !== library)).map(
    (library) => `no ${library} here (ABLATE_PYTHON names a Python that has it): no ratios to it`,
  );
}

export function trainPeer(
  { library, python }: Peer,
  net: string,
  { steps, chunk }: Length,
): Timings {
  const folder = library === "JAX" ? "jax" : "pytorch";
  const script = fileURLToPath(new URL(`../${folder}/train.py`, import.meta.url));
  return JSON.parse(outputOf([python, script, net, String(steps), String(chunk)]));
}
