import { z } from "zod";

/**
 * A value that may also be written in a short form.
 *
 * @param short - the short form, for who reads the definition: the JSON Schema and the documentation
 * @param expand - makes the full form of it, and leaves everything else as it is
 */
export function shorthand<T>(
  full: z.ZodType<T>,
  { short, expand }: { readonly short: z.ZodType; readonly expand: (value: unknown) => unknown },
): z.ZodType<T> {
  return z.preprocess(expand, full).meta({ short });
}

/** The short form of a schema that has one. */
export function shortFormOf(schema: z.core.$ZodType): z.ZodType | null {
  const short = z.globalRegistry.get(schema)?.short;
  return short instanceof z.ZodType ? short : null;
}
