const SECONDS = { d: 86_400, h: 3_600, m: 60, s: 1 };

/** Reads "1h30m" or "45s" as seconds; units go from the largest to the smallest, each at most once. */
export function parseDuration(text) {
  const match = /^(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(text.trim());
  if (match === null || match[0] === "") {
    throw new SyntaxError(`not a duration: "${text}"`);
  }
  return Object.values(SECONDS).reduce((sum, seconds, unit) => sum + seconds * Number(match[unit + 1] ?? 0), 0);
}

/** Writes seconds as "1h30m"; units that are zero are left out. */
export function formatDuration(seconds) {
  if (seconds === 0) {
    return "0s";
  }
  if (seconds < 0) {
    return `-${formatDuration(-seconds)}`;
  }
  let rest = seconds;
  let text = "";
  for (const [unit, size] of Object.entries(SECONDS)) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    text += count > 0 ? `${count}${unit}` : "";
  }
  return text;
}
