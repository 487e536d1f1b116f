import { readdirSync } from "node:fs";
import { spawn } from "@lydell/node-pty";
import { expect } from "vitest";
import { commandTest, makeArchives, serving } from "./archives.ts";
import { COMMAND, makePlace, nameOwnBinaries, offline, type Place, serve } from "./make.ts";

const archives = makeArchives();

commandTest("on a terminal one line is rewritten while something is downloaded", async () => {
  const place = makePlace();
  nameOwnBinaries(place, await serve(serving(archives)));

  const { text, ended } = onTerminal(place);

  expect(await ended).toBe(0);
  expect(text()).toMatch(/\r {2}library\.tar\.gz █{30} 100 % of \d+ kB\r\n/);
  expect(text()).toContain("TensorFlow 0.0.1 is ready");
});

commandTest("ctrl-c stops it on a terminal, and the line of the bar is ended", async () => {
  const place = makePlace();
  const half = archives.library.subarray(0, archives.library.length / 2);
  const host = await serve((_, response) => {
    response.writeHead(200, { "content-length": archives.library.length });
    response.write(half);
  });
  nameOwnBinaries(place, host);
  const { text, ended, type } = onTerminal(place);
  await expect.poll(text, { timeout: 15_000 }).toMatch(/library\.tar\.gz █+░+ +\d+ % of/);

  type("\x03");

  expect(await ended).toBe(130);
  expect(text()).toMatch(/ kB(\^C)?\r\ntensorflow: stopped; nothing is left of it\r\n$/);
  expect(readdirSync(place.cache)).toEqual([]);
});

function onTerminal(place: Place): {
  readonly text: () => string;
  readonly ended: Promise<number>;
  readonly type: (keys: string) => void;
} {
  const terminal = spawn(process.execPath, [...COMMAND, "--package", place.package], {
    cols: 200,
    env: { ...offline(place), TERM: "xterm-256color" },
  });
  let text = "";
  terminal.onData((data) => {
    text += data;
  });
  const ended = new Promise<number>((resolve) =>
    terminal.onExit(({ exitCode }) => resolve(exitCode)),
  );
  return { text: () => text, ended, type: (keys) => terminal.write(keys) };
}
