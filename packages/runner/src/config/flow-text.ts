import type { Node } from "./tree.ts";

/** A value in one line, as YAML writes it: `{ scheme: normal, std: 2 }`. */
export function flowText(node: Node): string {
  switch (node.kind) {
    case "scalar":
      return String(node.value ?? "null");
    case "list":
      return `[${node.items.map(flowText).join(", ")}]`;
    case "map": {
      const entries = [...node.entries].map(([key, { value }]) => `${key}: ${flowText(value)}`);
      return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
    }
  }
}
