/** Tells the user of grids that have ended, where that is asked for. */
import { type Notice, notification } from "@ablate/text";
import type { Feed } from "../data/feed.ts";
import type { Session } from "../session/session.ts";
import type { Environment } from "../state/memory.ts";

type Asked = { readonly notice?: Notice | null | undefined; readonly environment: Environment };

/** Says and sends what has ended since the last call; whether anything has. */
export function tellEnds(
  { notice = null, environment }: Asked,
  { feed, session, send }: { feed: Feed; session: Session; send: (sequence: string) => void },
): boolean {
  if (notice === null) return false;
  const ended = feed.ended(Date.now());
  for (const sentence of ended) {
    send(notification(sentence, notice, environment));
    session.say(sentence);
  }
  return ended.length > 0;
}
