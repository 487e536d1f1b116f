/** Follows a folder until it is killed: `node following.ts STORE FOLDER` prints the process that reads. */
import { LogFollower } from "@ablate/record";

const [, , store = "", folder = ""] = process.argv;
const follower = new LogFollower("logs", { store, paths: [folder], lock: null });
process.stdout.write(`${follower.pid}\n`);
