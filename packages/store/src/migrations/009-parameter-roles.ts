import type { AddedColumn } from "./added-column.ts";

const LAYER = "iif(instr(name, '.'), substr(name, 1, instr(name, '.') - 1), name)";

const ROLE = `case when name = 'embedding' then 'embedding' when name glob '*.weight' then 'weight'
    when name glob '*.bias' then 'bias' when name glob '*.bn.gamma' then 'gain'
    when name glob '*.bn.beta' then 'shift' else 'other' end`;

function kindOf(layer: string): string {
  return `case when ${layer} in ('embedding', 'output') then ${layer}
    when ${layer} glob 'hidden[0-9]*' then 'hidden' else 'other' end`;
}

const KIND = "text not null default 'other'";

/**
 * What parameters and layers are. This is the only place that tells it from their names, as it was
 * told before.
 *
 * - `param.layer` is the layer that a parameter belongs to.
 * - `param.layer_kind` and `probe_layer.kind` are a LayerKind of core, `param.role` is a ParameterRole.
 */
export const parameterRoles: readonly AddedColumn[] = [
  { table: "param", name: "layer", definition: "text not null default ''", fill: LAYER },
  { table: "param", name: "layer_kind", definition: KIND, fill: kindOf(LAYER) },
  { table: "param", name: "role", definition: KIND, fill: ROLE },
  { table: "probe_layer", name: "kind", definition: KIND, fill: kindOf("name") },
];
