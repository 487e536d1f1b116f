/** Parameters of libpq by their names in a service file and in a URL's query. */
export type Parameters = { readonly [name: string]: string };

/** An address that cannot be meant; the text says what to do. */
export class AddressError extends Error {
  override readonly name = "AddressError";
}
