/** What is on the screen besides the data. */
import type { Range } from "../chart/scale.ts";
import { DEFAULT_SETTINGS, type ViewName, type ViewSettings } from "./settings.ts";

export type Size = { readonly columns: number; readonly rows: number };

/** What a line of text is being typed for. */
export type PromptKind =
  | "filter"
  | "findings"
  | "tag"
  | "grid-tag"
  | "note"
  | "grid-note"
  | "rename";

export type Prompt = {
  readonly kind: PromptKind;
  readonly text: string;
  /** Where the cursor is, in characters. */
  readonly at: number;
  /** The runs or the grid it is about. */
  readonly targets: readonly string[];
};

export type ChooserKind = "columns" | "metrics" | "parameters" | "kinds" | "group" | "sort";

/** A list to choose from. */
export type Chooser = { readonly kind: ChooserKind; readonly at: number };

export type State = {
  readonly size: Size;
  readonly settings: ViewSettings;
  /** Key of the row under the cursor. */
  readonly focus: string | null;
  /** First row on the screen. */
  readonly top: number;
  /** Keys of groups whose runs are shown. */
  readonly unfolded: readonly string[];
  /** The run of the view `run`; null for the one under the cursor. */
  readonly opened: string | null;
  /** The part of the x axis that is shown; null for all of it. */
  readonly zoom: Range | null;
  /** On the x axis; null where there is none. */
  readonly crosshair: number | null;
  /** Which curve is on top, which chart has the keys, whether it is alone. */
  readonly curve: number;
  readonly chart: number;
  readonly isAlone: boolean;
  /** First line of a page that is longer than the screen. */
  readonly scroll: number;
  /** The probe that is shown, by its step; null for the last there is. */
  readonly probeStep: number | null;
  /** Name of the layer under the cursor. */
  readonly layer: string | null;
  /** The first unit on a saturation map. */
  readonly unit: number;
  /** Key of the finding under the cursor. */
  readonly finding: string | null;
  /** Where `esc` goes back to, after a jump to evidence. */
  readonly cameFrom: ViewName | null;
  /** The parameter that a jump was about. */
  readonly spotlight: string | null;
  /** Whether a jump was about the panel below the layers: it then gets its rows before they do. */
  readonly isPanelFirst: boolean;
  readonly isHelp: boolean;
  readonly prompt: Prompt | null;
  readonly chooser: Chooser | null;
  /** Stays until the next key. */
  readonly message: string | null;
};

export function initialState(size: Size, settings: ViewSettings = DEFAULT_SETTINGS): State {
  return {
    size,
    settings,
    focus: null,
    top: 0,
    unfolded: [],
    opened: null,
    zoom: null,
    crosshair: null,
    curve: 0,
    chart: 0,
    isAlone: false,
    scroll: 0,
    probeStep: null,
    layer: null,
    unit: 0,
    finding: null,
    cameFrom: null,
    spotlight: null,
    isPanelFirst: false,
    isHelp: false,
    prompt: null,
    chooser: null,
    message: null,
  };
}
