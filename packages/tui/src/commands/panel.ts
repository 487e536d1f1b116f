/** A chart of several series of one run or group, made by a typed command. */
import { panelId, panelName } from "../data/panels.ts";
import { seriesTitle } from "../data/titles.ts";
import { adjusted, type State, say } from "../state/state.ts";
import type { Context } from "../views/view.ts";
import { CommandError } from "./command.ts";
import { noSuch } from "./names.ts";

/** Charts several series of the selected row together, as in `losses: train_loss, valid_loss`; without series no more. */
export function withPanel(state: State, text: string, { scene }: Pick<Context, "scene">): State {
  const { allMetrics, metrics } = scene;
  const [, name = text, list = ""] = /^(.*?)\s*:(.*)$/s.exec(text) ?? [];
  const words = list.split(",").map((word) => word.trim());
  const wanted = words.filter(Boolean);
  if (name === "")
    throw new CommandError("a panel has a name, as in: panel losses: train_loss, valid_loss");
  const id = panelId({ name, series: [] });
  const others = state.settings.panels.filter((one) => one.name !== name);
  const left = metrics.filter((one) => one !== id);
  if (wanted.length === 0) {
    if (others.length === state.settings.panels.length)
      throw new CommandError(`there is no panel "${name}"; panel ${name}: SERIES makes one`);
    return say(adjusted(state, { panels: others, metrics: left }), `${name} is no panel any more`);
  }
  const all = allMetrics.filter((one) => panelName(one) === null);
  const series = wanted.map((word) => {
    const found = all.find((one) => isCalled(one, word));
    if (found === undefined) throw noSuch("series", word, all.map(seriesTitle));
    return found;
  });
  const change = { panels: [...others, { name, series }], metrics: [...left, id] };
  return say({ ...adjusted(state, change), chart: left.length }, `the panel ${name} is shown`);
}

function isCalled(series: string, word: string): boolean {
  const wanted = word.toLowerCase();
  return [series, seriesTitle(series)].some((one) => one.toLowerCase() === wanted);
}
