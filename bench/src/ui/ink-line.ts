/** A peer for the first frame: imports Ink and draws one line. */
import { enableCompileCache } from "node:module";

enableCompileCache();
process.env.NODE_ENV = "production";
const [{ render, Text }, { createElement }] = await Promise.all([import("ink"), import("react")]);
render(createElement(Text, null, "one line"));
