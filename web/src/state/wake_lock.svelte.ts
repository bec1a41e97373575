// Keeps a wall screen awake where the browser can, and knows whether it does.

class WakeLock {
  /** null: not asked yet. */
  held = $state<boolean | null>(null);

  /** Use inside an effect: the screen may sleep again when it is gone. */
  keep(): () => void {
    let lock: WakeLockSentinel | undefined;
    let gone = false;
    const ask = async () => {
      if (document.visibilityState !== 'visible') return;
      try {
        const taken = await navigator.wakeLock.request('screen');
        if (gone) return void taken.release();
        lock = taken;
        this.held = true;
        taken.addEventListener('release', () => (this.held = false));
      } catch {
        // Over plain http there is none; a low battery refuses it.
        this.held = false;
      }
    };
    void ask();
    document.addEventListener('visibilitychange', ask);
    return () => {
      gone = true;
      document.removeEventListener('visibilitychange', ask);
      void lock?.release();
      this.held = null;
    };
  }
}

export const wakeLock = new WakeLock();
