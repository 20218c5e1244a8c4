/** Any time will do: it is the timer that counts. */
const HOLD_INTERVAL_MS = 60_000;

/** Keeps the process alive until the function that it gives is called: no timer of the kernel's does. */
export function holdProcess(): () => void {
  const timer = setInterval(() => {}, HOLD_INTERVAL_MS);
  return () => clearInterval(timer);
}
