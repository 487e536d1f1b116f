/** What a tag, a note or a name is for. */
import type { Scene } from "./scene.ts";
import type { State } from "./state.ts";

/** The run that a note or a name is for. */
export function subject(state: State, { run, focused }: Scene): Scene["run"] {
  return state.look.view === "run" ? run : focused?.members[0];
}

/** The runs that are tagged: the marked ones, else what is under the cursor. */
export function annotated(
  state: State,
  scene: Scene,
): { readonly targets: readonly string[]; readonly text: string } {
  const own =
    state.look.view === "run"
      ? scene.run === undefined
        ? []
        : [scene.run]
      : (scene.focused?.members ?? []);
  const marked =
    state.look.view === "run"
      ? []
      : scene.snapshot.runs.filter(({ run }) => state.look.marks.includes(run));
  const runs = marked.length > 0 ? marked : own;
  return { targets: runs.map(({ run }) => run), text: "" };
}

export function gridOf(
  state: State,
  scene: Scene,
): { readonly targets: readonly string[]; readonly text: string } {
  const grid = subject(state, scene)?.grid ?? null;
  return { targets: grid === null ? [] : [grid], text: "" };
}
