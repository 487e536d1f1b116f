/** Whether runs are, or were, trained on more than one machine; a run whose machine is not known counts as none. */
export function areOnSeveralHosts(runs: readonly { readonly host: string | null }[]): boolean {
  return new Set(runs.flatMap(({ host }) => host ?? [])).size > 1;
}
