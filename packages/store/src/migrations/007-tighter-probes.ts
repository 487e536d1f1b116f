/**
 * The same tables of probes with less in them; what is there stays as it is, and the views read both.
 *
 * - `probe_tensor.digits` below 0: the counts have so many bits each, not hexadecimal digits, the highest first.
 * - `probe_tensor.first_bin` has the first bin in its lowest nine bits. The next nine say how many counts lie before a
 *   gap, those above how many empty bins it has, for which no counts are kept.
 * - `probe_norm.kind` 4 and 5: two of the others in one row, as NORM_ROWS of probe.ts says; `pairs` has the
 *   units of the first, then those of the second.
 */
export const tighterProbes = "";
