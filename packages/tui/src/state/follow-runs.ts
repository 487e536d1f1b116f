/** What becomes of a session whose runs another process renames or removes. */
import type { ShownRun } from "../data/shown-run.ts";
import { type Prompt, type State, say } from "./state.ts";

type Known = readonly Pick<ShownRun, "name" | "hash">[];

/** Follows runs to their new names, and says which one is gone: what is shown never becomes another run. */
export function followRuns(state: State, before: Known, now: Known): State {
  const names = new Set(now.map(({ name }) => name));
  const lost = before.filter(({ name }) => !names.has(name));
  if (lost.length === 0) return state;
  const newNames = new Map(now.map(({ name, hash }) => [hash, name]));
  const renamed = new Map(
    lost.flatMap(({ name, hash }): [string, string][] => {
      const found = newNames.get(hash);
      return found === undefined ? [] : [[name, found]];
    }),
  );
  const follow = (name: string): string => renamed.get(name) ?? name;
  const followed = { ...state, ...followAll(state, follow) };
  const subject = state.opened ?? state.focus;
  if (!lost.some(({ name }) => name === subject) || subject === null) return followed;
  const found = renamed.get(subject);
  return say(followed, found === undefined ? goneText(subject) : `${subject} is ${found} now`);
}

/** Says that a run is gone. */
function goneText(run: string): string {
  return `${run} was removed by another process`;
}

/** Says why a view of one run has none. */
export function missingText({ opened }: State): string {
  return opened === null ? "no run to show" : goneText(opened);
}

function followAll(
  { opened, focus, settings, prompt }: State,
  follow: (name: string) => string,
): Pick<State, "opened" | "focus" | "settings" | "prompt"> {
  const { marks, baseline } = settings;
  return {
    opened: opened === null ? null : follow(opened),
    focus: focus === null ? null : follow(focus),
    settings: {
      ...settings,
      marks: marks.map(follow),
      baseline: baseline === null ? null : follow(baseline),
    },
    prompt: prompt === null ? null : followTargets(prompt, follow),
  };
}

function followTargets(prompt: Prompt, follow: (name: string) => string): Prompt {
  if (prompt.kind !== "annotation") return prompt;
  return { ...prompt, targets: prompt.targets.map(follow) };
}
