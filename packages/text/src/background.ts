/** Whether a terminal says of its background that it is light, where yellow and cyan are hard to read. */
export function isLightBackground({
  COLORFGBG,
}: Readonly<Record<string, string | undefined>>): boolean {
  const behind = COLORFGBG?.split(";").at(-1);
  return Number(behind) >= 7 && behind !== "8";
}
