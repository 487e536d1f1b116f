import { createHash } from "node:crypto";
import {
  createReadStream,
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";

const NAME = "manifest.json";

/** What a complete native part consists of: written last, so what has none is not complete. */
export async function writeManifest(folder: string): Promise<void> {
  const files = await describe(folder);
  writeFileSync(join(folder, NAME), `${JSON.stringify({ files }, null, 2)}\n`);
}

/** What is wrong with a native part in the cache, null when every byte is as it was. */
export async function faultOf(folder: string): Promise<"missing" | "damaged" | null> {
  if (!existsSync(folder)) return "missing";
  try {
    const { files } = JSON.parse(readFileSync(join(folder, NAME), "utf8"));
    const now = await describe(folder);
    return JSON.stringify(files) === JSON.stringify(now) ? null : "damaged";
  } catch {
    return "damaged";
  }
}

/** The SHA-256 of a file, as hex digits. */
export async function sha256(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash);
  return hash.digest("hex");
}

async function describe(folder: string): Promise<readonly object[]> {
  const paths = readdirSync(folder, { recursive: true, encoding: "utf8" }).toSorted();
  const described: object[] = [];
  for (const path of paths) {
    const file = join(folder, path);
    const found = lstatSync(file);
    if (found.isSymbolicLink()) described.push({ path, link: readlinkSync(file) });
    else if (found.isFile() && path !== NAME) {
      described.push({ path, size: found.size, sha256: await sha256(file) });
    }
  }
  return described;
}
