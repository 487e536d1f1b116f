/**
 * Refuses the words that docs/glossary.md lists as not used: in documents, in configs and in the strings of the
 * sources. Prints `file:line: word: what to write`, and ends with 1 if there is any.
 */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

type Word = { readonly pattern: RegExp; readonly instead: string };

/** The folder to check: the argument, or the checkout that this file is in. */
const ROOT: string = process.argv[2] ?? join(import.meta.dirname, "..");
const GLOSSARY = "docs/glossary.md";

/** What a user reads whole, and the sources, of which a user reads the strings. */
const TEXTS = [
  "*.md",
  "docs/*.md",
  "configs/**/*.{md,yaml}",
  "data/*.md",
  "examples/**/*.md",
  "{packages,clients}/*/README.md",
];
const SOURCES = ["packages/*/src/**/*.{ts,tsx}"];

/** A comment (dropped), or a string or template (kept); a comment inside a string is part of the string. */
const COMMENT_OR_STRING =
  /\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`/g;

const words = unusedWords(readFileSync(join(ROOT, GLOSSARY), "utf8"));
const found = [
  ...filesOf(TEXTS).flatMap((file) => (file === GLOSSARY ? [] : wordsIn(file, read(file)))),
  ...filesOf(SOURCES).flatMap((file) => wordsIn(file, onlyStrings(read(file)))),
];
for (const line of found) process.stderr.write(`${line}\n`);
process.exitCode = found.length > 0 ? 1 : 0;

/** Reads the last table of the glossary: words, or regular expressions in backticks. */
function unusedWords(glossary: string): readonly Word[] {
  const [, table = ""] = glossary.split("## Words that are not used");
  const rows = [...table.matchAll(/^\| (?!not )((?:\\\||[^|-])(?:\\\||[^|])*) \| ([^|]*) \|$/gm)];
  return rows.flatMap(([, unused = "", instead = ""]) =>
    unused
      .split(", ")
      .map((word) => ({ pattern: patternOf(word.trim()), instead: instead.trim() })),
  );
}

/** Returns the pattern of a word, or of what stands in backticks: a regular expression. A space is any white space. */
function patternOf(word: string): RegExp {
  const inside = /^`(.*)`$/.exec(word)?.[1]?.replaceAll("\\|", "|") ?? word;
  return new RegExp(`\\b${inside.replaceAll(" ", "\\s+")}\\b`, "gi");
}

function filesOf(patterns: readonly string[]): readonly string[] {
  return globSync(patterns, { cwd: ROOT }).sort();
}

function read(file: string): string {
  return readFileSync(join(ROOT, file), "utf8");
}

/** Blanks everything but strings, so that lines keep their numbers. */
function onlyStrings(source: string): string {
  let text = "";
  let from = 0;
  for (const match of source.matchAll(COMMENT_OR_STRING)) {
    text += blank(source.slice(from, match.index));
    text += match[0].startsWith("/") ? blank(match[0]) : match[0];
    from = match.index + match[0].length;
  }
  return text + blank(source.slice(from));
}

function blank(text: string): string {
  return text.replaceAll(/[^\n]/g, " ");
}

function wordsIn(file: string, text: string): readonly string[] {
  return words.flatMap(({ pattern, instead }) =>
    [...text.matchAll(pattern)].map(({ 0: word, index }) => {
      const line = text.slice(0, index).split("\n").length;
      return `${file}:${line}: "${word.replaceAll(/\s+/g, " ")}" is not one of our words; write: ${instead}`;
    }),
  );
}
