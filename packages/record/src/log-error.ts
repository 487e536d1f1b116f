/** A log says something that it cannot mean; the message is the end of a sentence that begins with the place. */
export class LogError extends Error {
  override readonly name = "LogError";
}
