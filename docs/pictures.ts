/** The pictures of single frames that the documents show: `docs/pictures/NAME-THEME.png`. */
export type DocumentPicture = {
  readonly name: string;
  readonly themes: readonly ("dark" | "light")[];
  readonly size: { readonly columns: number; readonly rows: number };
  /** What `ablate` is called with, on a store of the quickstart grid. */
  readonly args: readonly string[];
};

const SIZE = { columns: 120, rows: 36 };

export const DOCUMENT_PICTURES: readonly DocumentPicture[] = [
  { name: "cockpit", themes: ["dark", "light"], size: SIZE, args: ["ui", "--once"] },
  {
    name: "charts",
    themes: ["dark"],
    size: SIZE,
    args: ["ui", "--once", "--view", "charts"],
  },
  {
    name: "layers",
    themes: ["dark"],
    size: SIZE,
    args: ["ui", "--once", "--view", "layers", "--run", "quickstart/v1-seed=1"],
  },
];
