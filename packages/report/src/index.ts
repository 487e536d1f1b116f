export { groupNames } from "./data/facts.ts";
export { type ReportOptions, reportOf } from "./report.ts";
