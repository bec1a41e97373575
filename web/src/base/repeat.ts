/** What takes longer than a share of its pause is done less often. */
const slowShare = 8;

/** Does something again and again, with longer pauses if it takes long; in a hidden page not at all. Returns how to stop it. */
export function repeat(everyMs: number, what: () => Promise<void>): () => void {
  let next = 0;
  let busy = false;
  const timer = setInterval(async () => {
    if (busy || document.hidden || performance.now() < next) return;
    busy = true;
    const began = performance.now();
    try {
      await what();
    } catch {
      // The next time is soon.
    }
    busy = false;
    next = performance.now() + (performance.now() - began) * slowShare;
  }, everyMs);
  return () => clearInterval(timer);
}
