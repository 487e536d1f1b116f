/** What a run is called whose log does not name it. */
import { basename, dirname, extname } from "node:path";

/** Files that every run has by the same name: the folder tells them apart. */
const USUAL =
  /^(metrics?|logs?|progress|results?|history|training|train|monitor|output|trainer_state)$/i;

/** Names a run after its file, or the folder that it is in where all such files are called the same. */
export function placeName(path: string): { readonly grid: string; readonly label: string } {
  const stem = basename(path, extname(path));
  const folder = dirname(path);
  if (!USUAL.test(stem)) return { grid: folderName(folder), label: stem };
  return { grid: folderName(dirname(folder)), label: folderName(folder) };
}

function folderName(folder: string): string {
  return basename(folder) || "logs";
}
