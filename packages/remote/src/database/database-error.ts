/** What a database says, in one sentence, and whether trying again can mend it. */

/** What trying again does not mend, or a wait that was ended; the text says what to do. Never holds a password. */
export class DatabaseError extends Error {
  override readonly name: string = "DatabaseError";
}

/** Codes of TLS and of names that a later try does not change. */
const TLS_CODES = /^(ERR_TLS_|ERR_SSL_|SELF_SIGNED_|DEPTH_ZERO_|UNABLE_TO_|CERT_|EPROTO)/;

/** States of Postgres that pass: connections, resources, an operator's stop, what was locked, input and output. */
const PASSING = /^(08|53|57P|40|55|58)/;

export function codeOf(error: unknown): string {
  if (!(error instanceof Error) || !("code" in error)) return "";
  return typeof error.code === "string" ? error.code : "";
}

/** Whether the same question may be answered later. */
export function isPassing(error: unknown): boolean {
  if (error instanceof DatabaseError) return false;
  const code = codeOf(error);
  if (TLS_CODES.test(code)) return false;
  if (/^[0-9A-Z]{5}$/.test(code) && /[0-9]/.test(code)) {
    return PASSING.test(code) || code === "57014";
  }
  const text = error instanceof Error ? error.message : "";
  return !/does not support SSL|SASL|password|certificate/i.test(text);
}

/** Says what went wrong at `shown` (an address without its password) and what to do. */
export function sentenceOf(error: unknown, shown: string): string {
  const code = codeOf(error);
  const text = textOf(error);
  return `${shown}: ${SENTENCES[code] ?? tlsSentence(code, text) ?? loginSentence(code, text) ?? text}`;
}

const SENTENCES: { readonly [code: string]: string } = {
  ECONNREFUSED: "no Postgres answers there; is it running, and is this its port?",
  ENOTFOUND: "no machine has this name",
  EAI_AGAIN: "the name of this machine cannot be looked up just now",
  ETIMEDOUT: "no answer; is a firewall between the two machines?",
  ECONNRESET: "the connection broke",
  EPIPE: "the connection broke",
  "53100": "the database's disk is full; training continues when there is room again",
  "53300": "the database has no connection left (max_connections)",
  "57P03": "the database is starting up",
  "57P01": "the database is shutting down",
};

function textOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === "") {
    return textOf(error.errors[0]);
  }
  return error instanceof Error ? error.message : String(error);
}

function tlsSentence(code: string, text: string): string | null {
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") {
    return `its certificate is for another host name (sslmode=verify-full): ${text.replace(/^.*altnames: /, "")}`;
  }
  if (/^(SELF_SIGNED_|DEPTH_ZERO_|UNABLE_TO_)/.test(code)) {
    return "its certificate is not signed by an authority that this machine trusts; name one with sslrootcert=FILE";
  }
  if (code === "CERT_HAS_EXPIRED") return "its certificate has expired";
  if (/does not support SSL/.test(text)) {
    return "it does not speak TLS; turn ssl on there, or leave sslmode out";
  }
  return null;
}

function loginSentence(code: string, text: string): string | null {
  if (code === "28P01") {
    return `${text}; put the right one into ~/.pgpass, PGPASSFILE or ABLATE_ON`;
  }
  if (/SASL|client password/.test(text)) {
    return "it wants a password; put one into ~/.pgpass, PGPASSFILE or ABLATE_ON";
  }
  if (code === "28000" && /no encryption/.test(text)) {
    return `${text}; add ?sslmode=verify-full`;
  }
  if (code === "42501") {
    return `${text}; ask whoever runs the database for the role ablate_coordinator or ablate_worker (sql/roles.sql)`;
  }
  return null;
}
