import { counted } from "@ablate/text";
import {
  type CheckContext,
  changeRun,
  fine,
  isBeingWritten,
  listed,
  repaired,
  runsToCheck,
  type StoreCheck,
  wrong,
} from "./check.ts";

const CHECK = "running";

/** Runs that say running while nobody trains them. */
export function checkLostRuns({ database, isRepairing, now }: CheckContext): StoreCheck {
  const running = runsToCheck(database).filter(({ state }) => state === "running");
  const lost = running.filter((run) => !isBeingWritten(run, now));
  const live = running.length - lost.length;
  const others = live === 0 ? "" : `; ${counted(live, "run")} in training`;
  if (lost.length === 0) return fine(CHECK, `no run has lost its process${others}`);
  const names = listed(lost.map(({ name }) => name));
  if (!isRepairing) {
    return wrong(
      CHECK,
      `their process has died: ${names}; \`ablate run\` trains them again${others}`,
    );
  }
  const interrupt = database.prepare(
    "update run set state = 'interrupted', reason = 'process died', claim = null where id = ?",
  );
  const tell = database.prepare(
    "insert into event (run_id, at_ms, kind, message) values (?, ?, 'interrupted', null)",
  );
  for (const { id } of lost) {
    changeRun(database, { id, now }, () => {
      interrupt.run(id);
      tell.run(id, now);
    });
  }
  return repaired(CHECK, `marked as interrupted: ${names}${others}`);
}
