/** An engine cannot run here, and the user can do something about it. */
export class EngineError extends Error {
  override readonly name = "EngineError";
}
