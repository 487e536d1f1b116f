/** Typed commands, lists and help on a real terminal. */
import { expect, test } from "vitest";
import { sampleStore } from "./samples.ts";
import { openUiAt } from "./terminal.ts";

test("commands are typed, completed, refused in a sentence, and called back", async () => {
  const ui = await openUiAt(sampleStore(), { size: { columns: 110, rows: 30 } });

  ui.type(":ste");
  await ui.waitFor(/│ steps +FROM-TO or all/);
  ui.press("tab");
  ui.type(" 100-2o0\r");
  await ui.waitFor('"100-2o0" is no range of steps');
  for (let i = 0; i < 3; i++) ui.press("backspace");
  ui.type("200\r");
  await ui.waitFor(/101 steps from 100/);
  ui.type(":step 1,234\r");
  await ui.waitFor("the last step is 299");
  ui.press("escape");
  ui.press(":", "up");
  await ui.waitFor(":steps 100-200");
  ui.press("escape");
  ui.type(":theme light\r");
  await ui.waitFor("colours for a light background");
  ui.type(":command\r");
  await ui.waitFor("the command line that shows this is on the clipboard");

  const [, encoded = ""] = ui.output.split("\x1b]52;c;");
  const line = Buffer.from(encoded.split("\x07")[0] ?? "", "base64").toString();
  expect(line).toMatch(/^ablate ui --store .*ablate\.db --fresh --view charts .*--steps 100-200/);
  ui.type(":quit\r");
  expect(await ui.exit).toBe(0);
});

test("a list is narrowed by what is typed or pasted, over the table, and the help is searched", async () => {
  const ui = await openUiAt(sampleStore(), { size: { columns: 110, rows: 30 } });

  ui.type("s");
  await ui.waitFor(/┌─ sort by ─/);
  ui.paste("best valid");
  await ui.waitFor(/ of \d+ found/);
  expect(ui.text).toMatch(/plain-1 ×3/);
  ui.press("enter");
  await ui.waitFor("sorted by best_valid_loss");
  ui.type("?copy");
  await ui.waitWithout("hide the column under the");
  await ui.waitFor(/copy a command line/);
  ui.press("escape");
  await ui.waitFor("hide the column under the");
  ui.press("escape");

  await ui.waitFor("enter unfold");
});
