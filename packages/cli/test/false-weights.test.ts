/** Weights that are what their sha256 says, and not those of the run: as another program could write them. */
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { beforeAll, expect, test } from "vitest";
import { ablate, makeFolder } from "./make.ts";
import { train } from "./train.ts";

const RUN = "small/normed";

let folder = "";

beforeAll(async () => {
  folder = makeFolder();
  await train(folder, "small.yaml");
  copyFileSync(join(folder, "ablate.db"), join(folder, "whole.db"));
});

type Header = Record<string, Record<string, unknown>>;

/** Changes the header of the weights of RUN, with the digests that whoever writes them so would write. */
function falsify(change: (header: Header) => unknown): void {
  copyFileSync(join(folder, "whole.db"), join(folder, "ablate.db"));
  const database = new DatabaseSync(join(folder, "ablate.db"));
  database.exec("delete from digest; delete from seal");
  const read =
    "select id, weights, state from checkpoint where run_id = (select id from run where name = ?)";
  for (const { id = 0, weights, state } of database.prepare(read).all(RUN)) {
    const given = Buffer.from(weights instanceof Uint8Array ? weights : []);
    const length = Number(given.readBigUInt64LE());
    const changed = change(JSON.parse(given.subarray(8, 8 + length).toString()));
    const header = Buffer.from(typeof changed === "string" ? changed : JSON.stringify(changed));
    const head = Buffer.alloc(8);
    head.writeBigUInt64LE(BigInt(header.length));
    const bytes = Buffer.concat([head, header, given.subarray(8 + length)]);
    const hash = createHash("sha256").update(bytes);
    if (state instanceof Uint8Array) hash.update(state);
    const update = database.prepare("update checkpoint set weights = ?, sha256 = ? where id = ?");
    update.run(bytes, hash.digest("hex"), id);
  }
  database.close();
}

function entry(header: Header, name: string, change: Record<string, unknown>): Header {
  return { ...header, [name]: { ...header[name], ...change } };
}

const FALSE: readonly (readonly [
  what: string,
  change: (header: Header) => unknown,
  says: string,
])[] = [
  [
    "another type",
    (header) => entry(header, "hidden1.weight", { dtype: "F16" }),
    "the weights are no safetensors: hidden1.weight is not of type F32",
  ],
  [
    "a shape turned round",
    (header) => entry(header, "hidden1.weight", { shape: [16, 12] }),
    "hidden1.weight has shape [16,12] in the checkpoint, not [12,16]",
  ],
  [
    "a shape that is too large",
    (header) => entry(header, "hidden1.weight", { shape: [1e6, 1e6] }),
    "the weights are no safetensors: hidden1.weight reaches past the end",
  ],
  [
    "offsets of another tensor",
    (header) =>
      entry(header, "hidden1.bias", { data_offsets: header["hidden1.bn.gamma"]?.data_offsets }),
    "the weights are no safetensors: hidden1.bias has another place than its shape says",
  ],
  [
    "another name",
    ({ "hidden1.bias": bias, ...header }) => ({ ...header, "hidden9.bias": bias }),
    "the weights are no safetensors: hidden1.bn.gamma has another place than its shape says",
  ],
  [
    "a name in the place of another",
    (header) =>
      Object.fromEntries(
        Object.entries(header).map(([name, value]) => [
          name.replace("running_", "walking_"),
          value,
        ]),
      ),
    "the checkpoint lacks hidden1.bn.running_mean",
  ],
  [
    "fewer characters",
    (header) => entry(header, "__metadata__", { vocabulary: '[".","a"]' }),
    "embedding has shape [18,4] in the checkpoint, not [2,4]",
  ],
  [
    "no characters",
    (header) => entry(header, "__metadata__", { vocabulary: "{}" }),
    "the checkpoint has no vocabulary",
  ],
  ["no JSON", () => "{", "the weights are no safetensors: the header is no JSON object"],
];

test.each(FALSE)(
  "weights with %s are refused in one sentence by whoever reads them",
  async (_, change, says) => {
    falsify(change);
    for (const file of ["w.safetensors", "s.db"]) rmSync(join(folder, file), { force: true });
    const refused =
      `ablate: the weights of ${RUN} at step 200 are damaged: ${says}; ` +
      "`ablate doctor --repair` drops them, `ablate run --restart` trains them again\n";

    for (const line of [`sample ${RUN}`, `export ${RUN} -o w.safetensors`]) {
      const { status, stdout, stderr } = await ablate(folder, ...line.split(" "));
      expect([line, status, stdout, stderr]).toEqual([line, 1, "", refused]);
    }
    expect(existsSync(join(folder, "w.safetensors"))).toBe(false);
    const doctor = await ablate(folder, "doctor");
    expect(doctor.stdout).toMatch(/checkpoints +damaged: small\/normed at 200$/m);
  },
);

test("a store of its own, and one that imports, get the others and name the run", async () => {
  const [, change, says] = FALSE[1] ?? [];
  falsify(change ?? String);
  const left = `ablate: ${RUN} is damaged and left out: its checkpoint at 200 has not the weights of its model: ${says}; `;

  const exported = await ablate(folder, "export", "small", "-o", "s.db", "--force");
  const imported = await ablate(folder, "import", "ablate.db", "--store", "to.db");
  const alone = await ablate(folder, "export", RUN, "-o", "alone.db");

  for (const { status, stderr } of [exported, imported]) {
    expect(status).toBe(1);
    expect(stderr).toContain(left);
  }
  expect(exported.stderr).toMatch(/^wrote small \(1 run\) to s\.db /m);
  expect(alone.status).toBe(1);
  expect(alone.stderr).toContain(
    `ablate: ${RUN} is damaged: its checkpoint at 200 has not the weights of its model: `,
  );
  expect(existsSync(join(folder, "alone.db"))).toBe(false);
});

test("training does not go on from them, and a repair drops them", async () => {
  const [, change, says] = FALSE[1] ?? [];
  falsify(change ?? String);
  const longer = ["run", "small.yaml", "--steps", "300", "--only", "normed", "--quiet"];

  const { status, stderr } = await ablate(folder, ...longer);
  await ablate(folder, "doctor", "--repair");

  expect(status).toBe(0);
  expect(stderr).toContain(`the checkpoint of ${RUN} at step 200 is of no use: ${says}`);
  expect((await ablate(folder, "doctor")).stdout).toMatch(/^ok +checkpoints /m);
  expect((await ablate(folder, "sample", RUN)).stderr).toBe(
    `ablate: ${RUN} has no weights: it is finished\n`,
  );
});
