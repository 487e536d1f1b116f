/** A real LaTeX for tests, and what stands on the pages that it makes. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const FILES = ["booktabs.sty", "siunitx.sty", "longtable.sty"];

/** Says what is missing here; null: nothing. @throws Error - if anything is where `CI` is set: nothing is skipped there */
export function latexMissing(): string | null {
  const programs = ["pdflatex", "pdftotext"].filter((name) => spawnSync(name, ["-v"]).error);
  const files = FILES.filter((name) => spawnSync("kpsewhich", [name]).status !== 0);
  const none = [...programs, ...files];
  if (none.length === 0) return null;
  const missing = `no ${none.join(", ")} (Debian's texlive-latex-recommended, texlive-science, poppler-utils)`;
  if (process.env.CI !== undefined) throw new Error(`${missing}: .ci/run installs them`);
  return missing;
}

/** Fonts of which a reader of the page gets every character back, and a page that is wide enough for any table. */
const READABLE = String.raw`
\usepackage[T1]{fontenc}
\usepackage{times}
\usepackage[paperwidth=80cm,margin=1cm]{geometry}`;

/**
 * Sets a table as a user does, with what its first line says belongs in the preamble, and reads the pages.
 *
 * @param isReadable - whether the page is one for programs; otherwise all is as LaTeX has it by itself
 * @returns the lines of all pages, blanks between cells as one
 * @throws Error - with what LaTeX says
 */
export function latexPage(table: string, isReadable = true): readonly string[] {
  const [preamble = ""] = table.match(/(?<=^% in the preamble: ).*/) ?? [];
  const folder = mkdtempSync(join(tmpdir(), "ablate-latex-"));
  const parts = [
    String.raw`\documentclass{article}`,
    isReadable ? READABLE : "",
    preamble,
    String.raw`\begin{document}`,
    table,
    String.raw`\end{document}`,
  ];
  writeFileSync(join(folder, "page.tex"), parts.join("\n"));
  try {
    // A table over several pages knows the widths of its columns from the time before.
    for (const _ of [1, 2]) {
      const args = ["-interaction=nonstopmode", "-halt-on-error", "page.tex"];
      const { status, stdout } = spawnSync("pdflatex", args, { cwd: folder, encoding: "utf8" });
      if (status !== 0) throw new Error(stdout.slice(stdout.indexOf("\n!")));
    }
    const args = ["-layout", "page.pdf", "-"];
    const { stdout } = spawnSync("pdftotext", args, { cwd: folder, encoding: "utf8" });
    return stdout.split(/[\n\f]/).map((line) => line.trim().replace(/ +/g, " "));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
