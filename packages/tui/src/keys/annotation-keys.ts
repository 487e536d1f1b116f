/** Keys that write to the store: tags, notes and names of runs and their grids, and which run is the baseline. */
import type { ShownRun } from "../data/shown-run.ts";
import { openAnnotation } from "../state/prompt.ts";
import { adjusted, type State, say } from "../state/state.ts";
import type { BoundKey, Context } from "../views/view.ts";
import { bind, ROWS } from "./rows.ts";

export const ANNOTATION_KEYS: readonly BoundKey[] = [
  bind(ROWS.tag, (state, context) =>
    openAnnotation(state, "tag", { targets: taggedRuns(state, context).map(({ name }) => name) }),
  ),
  bind(ROWS.tagGrid, (state, context) =>
    openAnnotation(state, "grid-tag", { targets: gridOf(context) }),
  ),
  bind(ROWS.note, (state, context) => {
    const run = subjectOf(context);
    return openAnnotation(state, "note", { targets: namesOf(run), text: run?.note ?? "" });
  }),
  bind(ROWS.noteGrid, (state, context) =>
    openAnnotation(state, "grid-note", { targets: gridOf(context) }),
  ),
  bind(ROWS.rename, (state, context) => {
    const run = subjectOf(context);
    return openAnnotation(state, "rename", { targets: namesOf(run), text: run?.title ?? "" });
  }),
];

/** Pins the run that others are compared with; the same run again unpins it. */
export const BASELINE_KEY: BoundKey = bind(ROWS.baseline, (state, context) => {
  const run = subjectOf(context)?.name ?? null;
  if (run === null) return say(state, "there is no run to compare with");
  const isSame = state.settings.baseline === run;
  const said = isSame ? "compared with nothing" : `the others are compared with ${run}`;
  return say(adjusted(state, { baseline: isSame ? null : run }), said);
});

/**
 * Returns the run that the view is about, else the first under the cursor of the table; none where the one run of a
 * view is gone.
 */
function subjectOf({ view, scene }: Context): ShownRun | undefined {
  return view.isOfOneRun ? scene.run : (view.subject?.(scene) ?? scene.focused?.members[0]);
}

/** Returns the runs that the view is about, else the marked ones, else those under the cursor. */
function taggedRuns(state: State, { view, scene }: Context): readonly ShownRun[] {
  const subjects = view.subjects?.(scene) ?? [];
  if (subjects.length > 0) return subjects;
  const subject = view.isOfOneRun ? scene.run : view.subject?.(scene);
  if (subject !== undefined) return [subject];
  if (view.isOfOneRun) return [];
  const marked = scene.table.all.filter(({ name }) => state.settings.marks.includes(name));
  return marked.length > 0 ? marked : (scene.focused?.members ?? []);
}

function gridOf(context: Context): readonly string[] {
  const grid = subjectOf(context)?.grid ?? null;
  return grid === null ? [] : [grid];
}

function namesOf(run: ShownRun | undefined): readonly string[] {
  return run === undefined ? [] : [run.name];
}
