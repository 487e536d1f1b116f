import { RULES } from "@ablate/core";
import { compact } from "@ablate/text";
import { expect, test } from "vitest";
import { html } from "../src/html.ts";
import { definitionOf } from "../src/sections/findings.ts";
import { count, fixed, listed, meanStdText, percent, scaled } from "../src/text.ts";

test("what is put into HTML is text, unless it is HTML", () => {
  const name = html`<b>${'a < b & "c"'}</b>`;

  expect(html`<p title="${'"'}">${name}${null}${[1, "x"]}</p>`.text).toBe(
    '<p title="&quot;"><b>a &lt; b &amp; &quot;c&quot;</b>1x</p>',
  );
});

test("characters that HTML forbids are replaced, those that nobody sees are written out", () => {
  expect(html`${"a\u0000b\u0085\u202ec\ufffe"}`.text).toBe("a\\u{0}b\\u{85}\\u{202e}c\ufffd");
});

test("numbers are written as in print", () => {
  expect([fixed(-0.00001, 3), fixed(-1.5, 2), fixed(Number.NaN, 2), fixed(2.5e7, 2)]).toEqual([
    "0.000",
    "−1.50",
    "–",
    "2.5e7",
  ]);
  expect([count(1234567), count(null), compact(200_000), compact(9_999)]).toEqual([
    "1,234,567",
    "–",
    "200k",
    "9,999",
  ]);
  expect([percent(0.1264), percent(0.0994), percent(0), percent(1)]).toEqual([
    "13 %",
    "9.9 %",
    "0 %",
    "100 %",
  ]);
  expect([scaled(0.03141), scaled(-4.2e-5), scaled(0), scaled(123456)]).toEqual([
    "0.0314",
    "−4.2e−5",
    "0",
    "1.2e5",
  ]);
  expect([meanStdText({ mean: 2, std: 0.5 }, 2), meanStdText({ mean: 2, std: null }, 2)]).toEqual([
    "2.00 ± 0.50",
    "2.00",
  ]);
});

test("of many words the first are listed", () => {
  const words = Array.from({ length: 12 }, (_, i) => `w${i}`);

  expect([listed([]), listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"])]).toEqual([
    "",
    "a",
    "a and b",
    "a, b and c",
  ]);
  expect(listed(words)).toBe("w0, w1, w2, w3, w4, w5, w6, w7 and 4 more");
  expect(listed(words.slice(0, 9))).toBe("w0, w1, w2, w3, w4, w5, w6, w7 and w8");
});

test.each(Object.keys(RULES))("the rule %s has a definition", (rule) => {
  expect(definitionOf(rule)).not.toBe(definitionOf("unheard-of"));
});
