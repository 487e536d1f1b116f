import { readSize } from "@ablate/text";
import { expect, test } from "vitest";

test.each([
  ["1GB", 1e9],
  ["1.5 gb", 1.5e9],
  ["500M", 5e8],
  ["64kB", 64_000],
  ["2GiB", 2 ** 31],
  ["10mib", 10 * 2 ** 20],
  ["12 B", 12],
  [" 3TB ", 3e12],
])("%s is a size", (text, bytes) => {
  expect(readSize(text)).toBe(bytes);
});

test.each(["", "1", "GB", "-1GB", "1 GBs", "1e3MB", "1,5GB", "1i", "1GB 2MB", "b"])(
  "%j is none",
  (text) => {
    expect(readSize(text)).toBeNull();
  },
);
