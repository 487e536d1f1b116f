/** A program that holds a store: `node holding.ts STORE SQL...` carries out the SQL, says so and waits to be killed. */

import { DatabaseSync } from "node:sqlite";
import { setInterval } from "node:timers";

const [, , path = "", ...statements] = process.argv;
const database = new DatabaseSync(path);
for (const statement of statements) database.exec(statement);
process.stdout.write("held\n");
setInterval(() => database, 1000);
