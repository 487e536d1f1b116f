import { fileURLToPath } from "node:url";
import { ProvisionError } from "./problem.ts";
import { run } from "./run.ts";

const SCRIPT = fileURLToPath(new URL("check-native.ts", import.meta.url));

/** TensorFlow's version, from a process that loads the addon or package at `place` and computes with it. */
export async function nativeVersion(place: string, signal: AbortSignal): Promise<string> {
  const env = { ...process.env, TF_CPP_MIN_LOG_LEVEL: "3", TF_ENABLE_ONEDNN_OPTS: "0" };
  const { status, stdout, stderr } = await run(
    [process.execPath, "--disable-warning=ExperimentalWarning", SCRIPT, place],
    { signal, env },
  );
  const version = stdout.split("\n").at(-1) ?? "";
  if (status === 0 && version !== "") return version;
  const error = /^\w*Error: (.*)$/m.exec(stderr)?.[1] ?? "the process that tried it was killed";
  throw new ProvisionError(`the native part does not work here: ${error}`);
}
