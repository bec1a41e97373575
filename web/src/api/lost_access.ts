// Answers that make it doubtful who is logged in are told to whoever knows the session.

let look: () => void = () => {};

export function whenAccessIsDoubtful(then: () => void): void {
  look = then;
}

/** An answer was 401 or 403, or a live connection was closed. */
export function doubtAccess(): void {
  look();
}
