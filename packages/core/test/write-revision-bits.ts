/** Stores what the current revision trains, for revision.test.ts to compare with; run it where that test says so. */
import { writeFileSync } from "node:fs";
import { BITS_FILE, trainedBits } from "./revision-bits.ts";

writeFileSync(BITS_FILE, `${JSON.stringify(trainedBits(), null, 2)}\n`);
