/** Bytes that are none of our messages, or a message that bytes cannot carry; the text says what is wrong. */
export class CodecError extends Error {
  override readonly name = "CodecError";
}
