// Whether the page is as narrow as a phone: lists wrap, lanes are close together.

const narrow = matchMedia('(max-width: 760px)');
export const phone = $state({ is: narrow.matches });
narrow.addEventListener('change', (event) => (phone.is = event.matches));
