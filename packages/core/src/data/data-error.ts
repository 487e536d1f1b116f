/** The data set cannot be used; the message says where and what to do. */
export class DataError extends Error {
  override readonly name = "DataError";
}
