/** What comes of a run decides how serious some of its findings are. */
import { bySeriousness, type Finding, headline, type Rule } from "./finding.ts";
import { MORE_THAN_CHARACTERS } from "./loss-rules.ts";
import { hasTwoEnds } from "./nonlinearities.ts";
import type { Subject } from "./subject.ts";
import { bottleneckOf, ENOUGH } from "./underfitting-rules.ts";

/**
 * Illnesses of an initialisation that cost steps while they last, by how many nats above pairs of characters a
 * network has to be for them to be why. Depth heals by itself as weights grow, and a network of linear layers with
 * half the gain is 0.07 above after 1,000 steps, on its way down.
 */
const COSTLY: Readonly<Partial<Record<Rule, number>>> = {
  saturated: 0.02,
  "dead-units": 0.02,
  "constant-layer": 0.02,
  "shrinking-activations": 0.15,
  "vanishing-gradients": 0.15,
};

/** Settles what the whole of a run decides about its findings; `steps` have been made of it. */
export function settled(findings: readonly Finding[], subject: Subject, steps: number): Finding[] {
  const now = findings.filter(({ until }) => until === null);
  const behind = now.find(({ rule }) => rule === "underfitting");
  const isWell = behind === undefined && steps >= ENOUGH && isCounted(subject);
  return findings
    .filter((one) => !isOfIdenticalUnits(one, now))
    .map((one): Finding => {
      if (one.until !== null) return one;
      if (one === behind) return lostBehind(one, findings, subject);
      if (one.rule === "one-sided-weights" && behind) return { ...one, level: "warning" };
      const isOpen = !hasTwoEnds(subject.activation) && subject.activation !== "none";
      return isWell && isOpen && one.rule === "fast-updates" ? withoutHarm(one) : one;
    })
    .toSorted(bySeriousness);
}

/** Tells whether a parameter is frozen in its spread alone, as those of identical units are. */
function isOfIdenticalUnits({ rule, value, layer }: Finding, now: readonly Finding[]): boolean {
  if (rule !== "frozen" || value !== null) return false;
  return now.some((one) => one.rule === "identical-units" && one.layer === layer);
}

/**
 * Makes a warning of a network that is behind where that is all there is to say: where what is over has cost the
 * steps, or where it knows no more than how often each character comes, and no other warning says why. Of a
 * bottleneck it is said with care: it may be meant, and it explains the loss by itself.
 */
function lostBehind(behind: Finding, all: readonly Finding[], subject: Subject): Finding {
  if (bottleneckOf(subject) !== null) return behind;
  const excess = behind.value ?? 0;
  const past = all.find(
    ({ rule, until }) => until !== null && excess > (COSTLY[rule] ?? Number.NaN),
  );
  if (past !== undefined) return notMadeUpFor(behind, past);
  const isExplained = all.some(
    ({ level, until, rule }) => until === null && level !== "info" && rule !== "underfitting",
  );
  const { characters = 0, pairs = 0 } = subject.counting ?? {};
  const isNothing = excess > characters - MORE_THAN_CHARACTERS - pairs;
  return isNothing && !isExplained ? { ...behind, level: "warning" } : behind;
}

/** Tells whether a run that is not behind counting is known not to be. */
function isCounted({ counting, isPlainLoss, context = 0 }: Subject): boolean {
  return !!counting && isPlainLoss && context > 1;
}

/** A network is not healthy again before it has made up for the steps that something has cost. */
function notMadeUpFor(behind: Finding, past: Finding): Finding {
  const why = `${headline(past)}, and the run has not caught up since`;
  return { ...behind, level: "warning", message: behind.message.replace(/; [^;]*$/, `; ${why}`) };
}

/** Relu and its like have no range that large steps could leave: at a rate of 1 relu learns better than at 0.1. */
function withoutHarm(fast: Finding): Finding {
  const message = fast.message.replace(
    /; [^;]*$/,
    "; the loss is that of a network that learns well",
  );
  return { ...fast, level: "info", message };
}
