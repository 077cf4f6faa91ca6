import { formatDuration } from "./duration.js";

const DAY = 86_400;

/** Says in words how far a moment lies from now, both in seconds. */
export function relative(moment, now) {
  const distance = Math.abs(moment - now);
  if (distance < 60) {
    return "just now";
  }
  const words = distance < DAY ? formatDuration(distance - (distance % 60)) : days(distance);
  return moment > now ? `in ${words}` : `${words} ago`;
}

function days(distance) {
  const count = Math.floor(distance / DAY);
  if (count >= 365) {
    const years = Math.floor(count / 365);
    return years === 1 ? "a year" : `${years} years`;
  }
  return count === 1 ? "a day" : `${count} days`;
}
