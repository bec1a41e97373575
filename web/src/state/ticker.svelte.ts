// A shared clock for texts that count up: one timer however many show it, none while nobody does.

let users = 0;
let timer = 0;
const ticker = $state({ ms: Date.now() });

/** Use inside an effect of a component: keeps the clock going until the component is gone. */
export function keepTicking(): () => void {
  if (users++ === 0) timer = window.setInterval(() => (ticker.ms = Date.now()), 250);
  return () => {
    if (--users === 0) clearInterval(timer);
  };
}

/** This browser's time, 4 times a second. */
export function tickMs(): number {
  return ticker.ms;
}
