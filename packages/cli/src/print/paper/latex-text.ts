/** Text for LaTeX: nothing in it is a command, and pdfLaTeX has a glyph for every character. */
import { visible } from "@ablate/text";

/** Shows its first argument where the engine reads Unicode, else the second. */
export const ONLY_UNICODE = "\\onlyunicode";

const COMMANDS: Readonly<Record<string, string>> = {
  "\\": String.raw`\textbackslash{}`,
  "{": String.raw`\{`,
  "}": String.raw`\}`,
  _: String.raw`\_`,
  "%": String.raw`\%`,
  "&": String.raw`\&`,
  "#": String.raw`\#`,
  $: String.raw`\$`,
  "~": String.raw`\textasciitilde{}`,
  "^": String.raw`\textasciicircum{}`,
  "<": String.raw`\textless{}`,
  ">": String.raw`\textgreater{}`,
  "|": String.raw`\textbar{}`,
  // Packages for some languages make commands of these.
  '"': String.raw`\string"`,
  "'": String.raw`\textquotesingle{}`,
  "`": String.raw`\textasciigrave{}`,
  "\u{a0}": "~",
};

/** Characters that fonts of text lack and those of formulas have. */
const FORMULAS: Readonly<Record<string, string>> = {
  "−": "-",
  "±": String.raw`\pm`,
  "×": String.raw`\times`,
  "÷": String.raw`\div`,
  "·": String.raw`\cdot`,
  "°": String.raw`^{\circ}`,
  "¬": String.raw`\neg`,
  µ: String.raw`\mu`,
  "¹": "^1",
  "²": "^2",
  "³": "^3",
  "←": String.raw`\leftarrow`,
  "→": String.raw`\rightarrow`,
  "∞": String.raw`\infty`,
  "≈": String.raw`\approx`,
  "≤": String.raw`\leq`,
  "≥": String.raw`\geq`,
  "≠": String.raw`\neq`,
  "√": String.raw`\surd`,
  "∑": String.raw`\sum`,
  "∂": String.raw`\partial`,
  "∇": String.raw`\nabla`,
  "∈": String.raw`\in`,
};

const GREEK =
  "alpha beta gamma delta varepsilon zeta eta theta iota kappa lambda mu nu xi o pi rho varsigma sigma tau upsilon varphi chi psi omega";
const GREEK_BEGINS = 0x3b1;
const GREEK_CAPITALS: Readonly<Record<string, string>> = {
  Γ: "Gamma",
  Δ: "Delta",
  Θ: "Theta",
  Λ: "Lambda",
  Ξ: "Xi",
  Π: "Pi",
  Σ: "Sigma",
  Φ: "Phi",
  Ψ: "Psi",
  Ω: "Omega",
};

/** Characters that LaTeX itself has in its usual encodings: those of European languages, and signs of text. */
const USUAL = /[¡-ªª¬®-ºº¼-ÏÑ-Ýß-ïñ-ýÿ-ăĆ-ďĒ-ėĚ-ĥĨ-ĭİ-ķĹ-ľŁ-ňŌ-ťŨ-űŴ-ž–—‘’“”†‡•…‰€™]/u;

/** Two of these next to each other are joined to another sign. */
const JOINED = /(?<=-)-|(?<=,),/g;

/** Writes a text so that LaTeX shows it as it is. */
export function latexText(text: string): string {
  const plain = visible(text.normalize("NFC")).replace(JOINED, "\u{0}$&");
  const shown = [...plain].map(latexCharacter).join("");
  // After the end of a row these would be read as its options.
  return /^[[*]/.test(shown) ? `{${shown[0]}}${shown.slice(1)}` : shown;
}

function latexCharacter(one: string): string {
  if (one === "\u{0}") return "{}";
  const command = COMMANDS[one];
  if (command !== undefined) return command;
  const formula = FORMULAS[one] ?? greek(one);
  if (formula !== undefined) return String.raw`\ensuremath{${formula}}`;
  if (/[ -~]/.test(one) || USUAL.test(one)) return one;
  const code = (one.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  return `${ONLY_UNICODE}{${one}}{U+${code}}`;
}

function greek(one: string): string | undefined {
  const small = GREEK.split(" ")[(one.codePointAt(0) ?? 0) - GREEK_BEGINS];
  if (small === "o") return "o";
  const name = small ?? GREEK_CAPITALS[one];
  return name === undefined ? undefined : `\\${name}`;
}
