export { PROTOCOL, queueName, type Tie } from "./wire/protocol.ts";
