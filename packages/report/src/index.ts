export { type ReportOptions, reportOf } from "./report.ts";
