/** The library in one file: it loads four times as fast as its modules, and has no types of its own. */
declare module "echarts/dist/echarts.esm.min.mjs" {
  export * from "echarts";
}
