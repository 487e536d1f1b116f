/** Regular expressions that people type: one that would search for hours is given up. */
import { createContext, Script } from "node:vm";

/** What an expression finds in each of several texts; null in those where it finds nothing. */
export type Searched = {
  readonly matches: readonly (RegExpExecArray | null)[];
  /** What is wrong with it; then there are no matches. */
  readonly mistake: string | null;
};

/** How long one may take, in milliseconds: thousands of names are searched in far less. */
const PATIENCE = 100;

/** For so long an expression that was given up is not tried again: each frame would wait for it anew. */
const REST = 10_000;

const room = createContext({ search: (): unknown => null });
const script = new Script("search()");
let givenUp = { source: "", until: 0 };

/** Searches texts by an expression that does not care for case. */
export function searchTexts(source: string, texts: readonly string[]): Searched {
  const expression = readExpression(source);
  if (expression === null) return wrong(`"${source}" is not a regular expression`);
  const tooSlow = wrong(`"${source}" takes too long to search: simplify it`);
  if (source === givenUp.source && performance.now() < givenUp.until) return tooSlow;
  try {
    return { matches: inTime(() => texts.map((text) => expression.exec(text))), mistake: null };
  } catch {
    givenUp = { source, until: performance.now() + REST };
    return tooSlow;
  }
}

/** Reads a regular expression; null where it is none. */
function readExpression(source: string): RegExp | null {
  try {
    return new RegExp(source, "i");
  } catch {
    return null;
  }
}

/** Does something that may take too long. @throws Error - if it does */
function inTime<T>(work: () => T): T {
  const results: T[] = [];
  room.search = () => results.push(work());
  script.runInContext(room, { timeout: PATIENCE });
  const [result] = results;
  if (result === undefined) throw new Error("no result");
  return result;
}

function wrong(mistake: string): Searched {
  return { matches: [], mistake };
}
