/** The page of all commands, from the same definitions as their `--help`. */

import { optionsOf, usageOf } from "../../packages/cli/src/command-line/arguments.ts";
import type { Command, HelpRow, Option } from "../../packages/cli/src/command-line/command.ts";
import { VERBS, type Verb } from "../../packages/cli/src/verbs.ts";
import { isFile } from "./repository.ts";

const BEGIN = `# Commands

Every command, with its flags, examples and exit codes, as \`ablate COMMAND --help\` prints them. Commands that use a
store take \`--store FILE\` (default \`ablate.db\`, or \`ABLATE_STORE\`); those that print results take \`--json\`
([json.md](json.md)). Exit codes of all: 0 fine, 1 a run failed or diverged or a check found something, 2 the command or a
config is wrong, 130 stopped by the user.
`;

/** Writes the page as if it were \`docs/commands.md\`: links fit the checkout. */
export async function commandsPage(): Promise<string> {
  const groups = [...Map.groupBy(VERBS, ({ group }) => group)];
  const listed = groups.map(([title, verbs]) => table([title, ""], verbs.map(listedVerb)));
  const sections = await Promise.all(
    VERBS.map(async (verb) => verbSection(verb, (await verb.load()).command)),
  );
  return [BEGIN, ...listed, ...sections].join("\n\n");
}

function listedVerb({ name, usage, summary }: Verb): HelpRow {
  return [`[\`ablate ${usage}\`](#ablate-${name})`, prose(summary)];
}

function verbSection(verb: Verb, command: Command): string {
  const { about, examples, exits = [], environment = [], see } = command;
  const flags = Object.entries(optionsOf(command)).map(flagRow);
  return [
    `## ablate ${verb.name}`,
    `\`\`\`sh\n${usageOf(verb)} [flags]\n\`\`\``,
    sentence(verb.summary),
    ...[about].flat().map(prose),
    table(["Flag", ""], flags),
    `\`\`\`sh\n${examples.map(([line, text]) => `# ${text}\n${line}`).join("\n\n")}\n\`\`\``,
    ...(exits.length === 0 ? [] : [table(["Exit code", ""], exits.map(codeRow))]),
    ...(environment.length === 0 ? [] : [table(["Variable", ""], environment.map(codeRow))]),
    `See also: ${see.map(reference).join(", ")}.`,
    "",
  ].join("\n\n");
}

function flagRow([name, { value, short, multiple, help }]: [string, Option]): HelpRow {
  const dash = short === undefined ? "" : `-${short}, `;
  const again = multiple === true ? " (repeatable)" : "";
  return codeRow([`${dash}--${name}${value === undefined ? "" : ` ${value}`}`, help + again]);
}

function codeRow([left, text]: HelpRow): HelpRow {
  return [`\`${left}\``, prose(text)];
}

function table(head: HelpRow, rows: readonly HelpRow[]): string {
  const line = (cells: HelpRow) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), "|---|---|", ...rows.map(line)].join("\n");
}

/** A page or a verb to go on with, as a link where it is one. */
function reference(name: string): string {
  const [, page] = /^docs\/(.+\.md)$/.exec(name) ?? [];
  if (page !== undefined) return isFile(name) ? `[${page}](${page})` : `\`${name}\``;
  const [, verb] = /^ablate ([a-z-]+)$/.exec(name) ?? [];
  return verb === undefined ? prose(name) : `[${name}](#ablate-${verb})`;
}

function sentence(text: string): string {
  const written = prose(text);
  return `${written.charAt(0).toUpperCase()}${written.slice(1)}.`;
}

/** Plain text as Markdown: what is typed is code there, and a page that it names is a link. */
function prose(text: string): string {
  return text
    .split(/(`[^`]+`|(?<!\S)\(?--[a-z][a-z-]*|\bABLATE_[A-Z]+|docs\/[\w-]+\.md)/)
    .map((part, at) => (at % 2 === 1 ? named(part) : part.replace(/[\\*_[\]<>{}#]/g, "\\$&")))
    .join("");
}

function named(part: string): string {
  if (part.startsWith("`")) return part;
  if (part.startsWith("docs/")) return reference(part);
  return part.startsWith("(") ? `(\`${part.slice(1)}\`` : `\`${part}\``;
}
