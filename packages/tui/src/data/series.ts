/** What the series of update:data ratios are called in a store, before the parameter's name. */
export const RATIO = "log10_ratio:";
