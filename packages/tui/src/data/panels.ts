/** Charts of several series of one run or group, which users put together. */

export type ChartPanel = { readonly name: string; readonly series: readonly string[] };

const PREFIX = "panel:";

/** Returns what a panel is called among the series that have charts. */
export function panelId({ name }: ChartPanel): string {
  return PREFIX + name;
}

/** Returns the panel that stands among the series; undefined where it is a series itself. */
export function panelOf(panels: readonly ChartPanel[], id: string): ChartPanel | undefined {
  return id.startsWith(PREFIX) ? panels.find((one) => panelId(one) === id) : undefined;
}

/** Returns the name of a panel; null for a series. */
export function panelName(id: string): string | null {
  return id.startsWith(PREFIX) ? id.slice(PREFIX.length) : null;
}
