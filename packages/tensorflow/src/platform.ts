/** What decides which binaries run here. */
export type Platform = {
  readonly os: string;
  readonly cpu: string;
  /** Whether the C library is glibc; null where that is no question. */
  readonly isGlibc: boolean | null;
};

/** The platform of this process. */
export function thisPlatform(): Platform {
  const { platform, arch, report } = process;
  const { header } = Object(report.getReport());
  const isGlibc = platform === "linux" ? "glibcVersionRuntime" in Object(header) : null;
  return { os: platform, cpu: arch, isGlibc };
}

/** Where the native part can come from, best first: tfjs-node's own download, TensorFlow's wheel. */
export function sourcesFor({ os, cpu, isGlibc }: Platform): readonly ("official" | "wheel")[] {
  if (os === "linux" && cpu === "x64" && isGlibc === true) return ["official", "wheel"];
  return os === "darwin" && cpu === "x64" ? ["official"] : [];
}

/** A platform as a word in a sentence: `linux arm64`, `linux x64 with musl`. */
export function platformName({ os, cpu, isGlibc }: Platform): string {
  return `${os} ${cpu}${isGlibc === false ? " with musl" : ""}`;
}
