/** The pictures in `docs/pictures`: what each is made of. `pnpm pictures` draws them, tests ask whether they are today's. */

/** The grids behind them: the arguments that train each, in a folder of its own. */
export const GRIDS = {
  quickstart: ["run", "configs/quickstart.yaml", "--seeds", "1,2,3"],
  "depth-gain-norm": ["run", "configs/depth-gain-norm.yaml", "--seeds", "1,2,3"],
  "learning-rate": ["run", "configs/learning-rate.yaml"],
} as const;

export type GridName = keyof typeof GRIDS;

/** A frame of the terminal UI: `NAME-THEME.png`, drawn from the text in `NAME-THEME.ans`. */
export type DocumentPicture = {
  readonly name: string;
  readonly themes: readonly ("dark" | "light")[];
  readonly size: { readonly columns: number; readonly rows: number };
  readonly grid: GridName;
  /** What `ablate` is called with. */
  readonly args: readonly string[];
};

/** A chart, or the beginning of a report in Chromium: `NAME.png`. */
export type FigurePicture = {
  readonly name: string;
  readonly grid: GridName;
  readonly args: readonly string[];
};

const SIZE = { columns: 120, rows: 36 };

function frame(name: string, grid: GridName, ...args: readonly string[]): DocumentPicture {
  return { name, themes: ["dark"], size: SIZE, grid, args: ["ui", "--once", ...args] };
}

export const DOCUMENT_PICTURES: readonly DocumentPicture[] = [
  { ...frame("cockpit", "quickstart"), themes: ["dark", "light"] },
  frame("charts", "quickstart", "--view", "charts"),
  frame("layers", "quickstart", "--view", "layers", "--run", "quickstart/v1-seed=1"),
  {
    ...frame("findings", "quickstart", "--view", "findings"),
    size: { columns: SIZE.columns, rows: 18 },
  },
  frame("compare", "quickstart", "--view", "compare"),
  frame("sweep", "depth-gain-norm", "--view", "sweep"),
];

/** The run of the script in README.md. */
export const OWN_PICTURE = {
  name: "own-training",
  size: { columns: 120, rows: 30 },
  args: ["ui", "--once", "--view", "run", "runs/"],
} as const;

/** With what charts are drawn besides: as large as the gallery shows them. */
export const CHART_FLAGS: readonly string[] = ["--width", "150mm", "--dpi", "200"];

export const CHART_PICTURES: readonly FigurePicture[] = [
  {
    name: "chart-loss",
    grid: "quickstart",
    args: ["chart", "quickstart", "--smooth", "50", "--y", "2.2-3.6"],
  },
  {
    name: "chart-histograms",
    grid: "quickstart",
    args: ["chart", "v1-seed=1", "v4-seed=1", "--kind", "histograms"],
  },
  {
    name: "chart-effects",
    grid: "depth-gain-norm",
    args: ["chart", "depth-gain-norm", "--kind", "effects"],
  },
  {
    name: "chart-layers",
    grid: "depth-gain-norm",
    args: [
      ...["chart", "depth-gain-norm", "--only", "depth-9 batch_norm=none", "--kind", "layers"],
      ...["--series", "activation", "--series", "activation_gradient"],
    ],
  },
  {
    name: "chart-ratios",
    grid: "learning-rate",
    args: ["chart", "learning-rate", "--kind", "ratios"],
  },
];

export const REPORT_PICTURE = {
  name: "report",
  grid: "depth-gain-norm",
  args: ["report", "depth-gain-norm"],
  size: { width: 1100, height: 1120 },
} as const;

/** The command that lists the runs of a grid as JSON, with the hash of each. */
export function planCommand(grid: GridName): readonly string[] {
  const [, ...words] = GRIDS[grid];
  return ["plan", ...words, "--json"];
}

/** What a chart or a report is drawn from: the runs of its grid, by what `planCommand` prints, and its command. */
export function figureSource({ args }: FigurePicture, planned: string): string {
  const runs: readonly { readonly hash: string }[] = JSON.parse(planned);
  return JSON.stringify([runs.map(({ hash }) => hash), args, CHART_FLAGS]);
}

/** The command as a reader types it. */
export function typed(args: readonly string[]): string {
  return ["ablate", ...args.map((word) => (/[ <>]/.test(word) ? `"${word}"` : word))].join(" ");
}
