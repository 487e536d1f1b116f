/** Removes what nobody needs any more of a store's attempts: whoever looks for messages or for room passes all that are there. */
import type { Database } from "../database/database.ts";

/** All that came of it is in SQLite. */
const IS_DRAINED =
  "last_seq <= coalesce((select seq from ablate.drain d where d.attempt = a.id), -1)";

/** Removes attempts that are over and drained. */
export async function forgetDrained(database: Database, store: string): Promise<void> {
  await forget(database, store, IS_DRAINED);
}

/** Removes all attempts that are over, files that no attempt needs, and the coordinator. */
export async function leaveStore(database: Database, store: string): Promise<void> {
  await forget(database, store, "true");
  await database.once(
    `delete from ablate.file f where store = $1
    and not exists (select from ablate.attempt a where a.store = f.store and a.data_hash = f.sha256)`,
    [store],
  );
  await database.once(`delete from ablate.coordinator where store = $1`, [store]);
}

async function forget(database: Database, store: string, condition: string): Promise<void> {
  await database.once(
    `with gone as (delete from ablate.attempt a where store = $1 and is_over and ${condition} returning id),
    jobs as (delete from ablate.job j using gone where j.id = gone.id)
    delete from ablate.holder h using gone where h.job = gone.id`,
    [store],
  );
}
