/** What a tag, a note or a name is for. */
import type { ShownRun } from "../data/shown-run.ts";
import type { Scene } from "../state/scene.ts";
import type { State } from "../state/state.ts";

/** The run that a note or a name is for. */
export function subject(state: State, scene: Scene): ShownRun | undefined {
  return own(state, scene) ?? scene.focused?.members[0];
}

/** The runs that are tagged: the marked ones, else what is under the cursor. */
export function annotated(
  state: State,
  scene: Scene,
): { readonly targets: readonly string[]; readonly text: string } {
  const one = own(state, scene);
  const marked = scene.snapshot.runs.filter(({ run }) => state.settings.marks.includes(run));
  const here = marked.length > 0 ? marked : (scene.focused?.members ?? []);
  const runs = one === undefined ? here : [one];
  return { targets: runs.map(({ run }) => run), text: "" };
}

export function gridOf(
  state: State,
  scene: Scene,
): { readonly targets: readonly string[]; readonly text: string } {
  const grid = subject(state, scene)?.grid ?? null;
  return { targets: grid === null ? [] : [grid], text: "" };
}

/** The run that a view is about, where that is not the row under the cursor. */
function own({ settings }: State, { run, findings }: Scene): ShownRun | undefined {
  if (settings.view === "findings") return findings.list.items[findings.at]?.run;
  return settings.view === "run" || settings.view === "layers" ? run : undefined;
}
