/** Settings that a training script has written as text. */

/** Tags under which scripts write their settings. */
const TAGS =
  /(^|\/)(config|configs|configuration|hparams|hyperparameters|hyper_parameters|args|arguments|params|settings)(\/text_summary)?$/i;

/** Markdown around JSON: a fence, or the tag that keeps spaces. */
const AROUND = /^\s*(```(?:json)?|<pre>)?\s*([\s\S]*?)\s*(```|<\/pre>)?\s*$/;

/** Returns the settings that a text is; null: it is something else. */
export function textConfig(tag: string, text: string): Readonly<Record<string, unknown>> | null {
  if (!TAGS.test(tag)) return null;
  const json = AROUND.exec(text)?.[2] ?? "";
  if (!json.startsWith("{")) return null;
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
    return Object.fromEntries(Object.entries(value));
  } catch {
    return null;
  }
}
