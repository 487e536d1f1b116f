import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const source = new URL("../src/", import.meta.url);
const page = readFileSync(new URL("../../../docs/tensorflow.md", import.meta.url), "utf8");
const messages = [...page.matchAll(/^\| `([^`]+)` \|/gm)].map(([, message = ""]) => message);

test.each(messages)("the documented message is one that the code has: %s", (message) => {
  const code = codeWithout();

  for (const part of message.split("…")) expect(code).toContain(part);
});

test("every sentence that the command can end in has a row in the document", () => {
  // What these two say is the reason after "the official download does not serve".
  const code = codeWithout("official.ts", "download.ts");
  const sentences = [...code.matchAll(/new ProvisionError\(\s*([`"])(.*?)\1,?\s*\)/g)];

  expect(sentences.length).toBeGreaterThan(10);
  for (const [, , sentence = ""] of sentences) {
    const rows = messages.filter((message) =>
      message.split("…").every((part) => sentence.includes(part.trim())),
    );
    expect(rows, sentence).not.toEqual([]);
  }
});

function codeWithout(...names: readonly string[]): string {
  const files = readdirSync(source).filter((name) => !names.includes(name));
  return files.map((name) => readFileSync(new URL(name, source), "utf8")).join("\n");
}
