/** What the header says of damaged runs. */
import type { StoreReader } from "@ablate/store";

/** Names the damaged runs that are left out; null where there is none. */
export function damageText(checks: StoreReader["checks"]): string | null {
  const { met } = checks;
  const [first] = met;
  if (first === undefined) {
    const fault = checks.lostRows();
    return fault && `the store is damaged, runs may be missing: ${fault}; ablate doctor says more`;
  }
  const others = met.length === 1 ? "" : `, and ${met.length - 1} more`;
  const what = first.isOfName ? "" : " is damaged";
  return `${first.run}${what}: ${first.reason}${others}; ablate doctor says more`;
}
