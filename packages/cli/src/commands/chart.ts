import { statSync, writeFileSync } from "node:fs";
import { extname, resolve } from "node:path";
import { boxesText, FILE_FORMATS, type FileFormat, fileOf } from "@ablate/figures";
import { DamageError } from "@ablate/store";
import { asLine, bytes } from "@ablate/text";
import { drawChart } from "../chart/draw.ts";
import type { epochSizes } from "../chart/epochs.ts";
import { AXES, BANDS, chartRequest, KINDS } from "../chart/request.ts";
import type { Command, Invocation } from "../command-line/command.ts";
import { UsageError } from "../command-line/errors.ts";
import { ALL_OPTION, ONLY_OPTION, STORE_OPTION } from "../command-line/options.ts";
import { writeWhole } from "../export/whole-files.ts";
import { withOpenReader } from "../store/open.ts";
import { scopeOf, selectedRuns } from "../store/resolve.ts";

const TEXTS = ["font", "paths"] as const;

export const command: Command = {
  about: [
    "Writes a chart of runs for a paper or a slide: SVG, PDF or PNG by the ending of the file, in the size that it has in print. Runs that differ in their seed alone are one line with a band; lines have colours that the colour-blind tell apart, and dashes that are told apart in grey.",
    "The same store and command give the same bytes. The file appears whole or not at all; one that is there is replaced only with --force. Without -o the SVG is printed. What it shows is said in words on stderr, for the caption.",
  ],
  options: {
    ...STORE_OPTION,
    only: ONLY_OPTION,
    ...ALL_OPTION,
    output: { short: "o", value: "FILE", help: "FILE.svg, FILE.pdf or FILE.png" },
    force: { help: "replace a file that is there" },
    kind: {
      value: "NAME",
      choices: KINDS,
      help: "curves (default), ratios of all parameters, layers over depth, histograms over steps, effects of settings",
    },
    series: {
      multiple: true,
      value: "NAME",
      help: "loss (default), valid_loss, lr, ratio:PARAM, gradient_norm, accuracy or what else was recorded; several give several charts",
    },
    layer: {
      value: "LAYER",
      help: "of histograms (default: the first hidden one); all: every layer at the last probe",
    },
    together: { help: "all --series of one run or group in one chart, its losses by default" },
    x: {
      value: "NAME",
      choices: AXES,
      help: "what is across: step (default), examples, epochs, time",
    },
    "log-x": { help: "a logarithmic x axis" },
    "log-y": { help: "a logarithmic y axis" },
    smooth: { value: "STEPS", help: "a running mean over so many steps" },
    band: {
      value: "NAME",
      choices: BANDS,
      help: "around a mean over seeds: std (default), se, range, ci95, none",
    },
    steps: { value: "FROM-TO", help: "the steps to show, as 100-300, 100- or -300" },
    y: { value: "FROM-TO", help: "the values to show, as 2-4" },
    hide: {
      multiple: true,
      value: "NAME",
      help: "a group to leave out; the others keep their looks",
    },
    title: { value: "TEXT", help: "a title above (default: none)" },
    width: { value: "LENGTH", help: "column (89mm, default), page (183mm), or as 120mm, 3.5in" },
    height: { value: "LENGTH", help: "as 60mm (default: by the width)" },
    grey: { help: "without colours" },
    text: {
      value: "NAME",
      choices: TEXTS,
      help: "of SVG: font (default), or paths: letters as outlines",
    },
    dpi: { value: "N", help: "dots to the inch of a PNG (default 300)" },
  },
  examples: [
    ["ablate chart quickstart -o loss.pdf", "the loss of every group, for \\includegraphics"],
    ["ablate chart quickstart/v5 quickstart/v7 --smooth 100 -o two.svg", "two groups, smoothed"],
    [
      "ablate chart quickstart --kind ratios --log-x --width page -o ratios.pdf",
      "does every parameter learn?",
    ],
    [
      "ablate chart quickstart --series valid_loss --series lr --grey -o grey.png",
      "two charts, without colours",
    ],
    [
      "ablate chart quickstart --kind effects -o effects.svg",
      "what each setting does, with intervals",
    ],
  ],
  see: ["docs/chart.md", "ablate report", "ablate export", "ablate ui"],
  run: async (invocation) => {
    const { flags, terminal } = invocation;
    const request = chartRequest(flags);
    const target = targetOf(invocation);
    const format = target?.format ?? "svg";
    const text = flags.choice("text", TEXTS) ?? "font";
    const dpi = flags.count("dpi", 10) ?? 300;
    if (dpi > MOST_DPI)
      throw new UsageError(`--dpi takes at most ${MOST_DPI}, not "${flags.text("dpi")}"`);
    const said = await withOpenReader(invocation, async (reader) => {
      const selection = { only: flags.texts("only"), scope: scopeOf(invocation) };
      const chosen = selectedRuns(reader, [...flags.positionals, ...flags.rest], selection);
      const runs = reader.checks.whole(chosen);
      if (runs.length === 0) throw new DamageError("every run of the chart is damaged");
      const epochs = request.axis === "epochs" ? await epochsOf(reader, runs) : request.epochs;
      const { sheet, caption } = drawChart(reader, runs, { ...request, epochs });
      const make = () => fileOf(sheet, { format, text, dpi });
      if (target === null) await terminal.pour(Buffer.from(await make()).toString());
      else await writeWhole(target, async (temporary) => writeFileSync(temporary, await make()));
      return { caption, boxes: await boxesText(sheet, { format, text }) };
    });
    if (target !== null) {
      terminal.warn(asLine(`wrote ${target.file}, ${bytes(statSync(target.path).size)}`));
    }
    terminal.warn(asLine(said.caption));
    if (said.boxes !== null) terminal.warn(asLine(said.boxes));
    return 0;
  },
};

/** Only this loads what reads data. */
async function epochsOf(
  ...of: Parameters<typeof epochSizes>
): Promise<ReadonlyMap<string, number>> {
  const { epochSizes: read } = await import("../chart/epochs.ts");
  return read(...of);
}

const MOST_DPI = 2400;

/** Returns the file to write; null where SVG goes to stdout. @throws UsageError - if its ending says nothing */
function targetOf({ flags, terminal }: Invocation) {
  const file = flags.text("output");
  if (file === "-" || (file === undefined && terminal.outputColumns() === null)) return null;
  if (file === undefined || file === "") {
    throw new UsageError("-o is missing: ablate chart GRID -o chart.pdf");
  }
  const ending = extname(file).slice(1).toLowerCase();
  const format = FILE_FORMATS.find((one): one is FileFormat => one === ending);
  if (format === undefined) {
    const endings = FILE_FORMATS.map((one) => `.${one}`).join(", ");
    throw new UsageError(`-o takes a file that ends in one of ${endings}, not "${file}"`);
  }
  return { file, path: resolve(terminal.folder, file), force: flags.has("force"), format };
}
