#include "masking/scan.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "masking/edges.h"

namespace logsvc::masking {
namespace {

#ifdef __SSE2__

__m128i load(const char* at) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(at)); }
__m128i is(__m128i bytes, char c) { return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(c)); }
__m128i both(__m128i a, __m128i b) { return _mm_and_si128(a, b); }
__m128i either(__m128i a, __m128i b) { return _mm_or_si128(a, b); }
uint64_t bits(__m128i truths) { return static_cast<unsigned>(_mm_movemask_epi8(truths)); }

__m128i digits_in(__m128i bytes) {
  const __m128i from_zero = _mm_sub_epi8(bytes, _mm_set1_epi8('0'));
  return _mm_cmpeq_epi8(_mm_min_epu8(from_zero, _mm_set1_epi8(9)), from_zero);
}

__m128i marks_in(__m128i a, __m128i b, __m128i c) {
  const __m128i lower = _mm_set1_epi8(0x20);
  const __m128i a_lower = either(a, lower), b_lower = either(b, lower), c_lower = either(c, lower);
  __m128i out = either(is(a, '@'), is(a, '+'));
  out = either(out, both(both(is(a, 'e'), is(b, 'y')), is(c, 'J')));
  out = either(out, both(both(is(a, 's'), is(b, 'v')), is(c, '_')));
  out = either(out, both(both(is(a, '%'), is(b, '4')), is(c, '0')));
  out = either(out, both(is(a, '\xEF'), is(b, '\xBC')));
  out = either(out, both(both(is(a_lower, 'b'), is(b_lower, 'e')), is(c_lower, 'a')));
  return either(out, both(is(a_lower, 'i'), is(b_lower, 'z')));
}

#else

bool is_mark(char a, char b, char c) {
  const auto lower = [](char x) { return static_cast<char>(x | 0x20); };
  return a == '@' || a == '+' || (a == 'e' && b == 'y' && c == 'J') ||
         (a == 's' && b == 'v' && c == '_') || (a == '%' && b == '4' && c == '0') ||
         (a == '\xEF' && b == '\xBC') || (lower(a) == 'b' && lower(b) == 'e' && lower(c) == 'a') ||
         (lower(a) == 'i' && lower(b) == 'z');
}

#endif

}  // namespace

Block Block::read(const char* bytes) {
  Block out;
#ifdef __SSE2__
  for (unsigned i = 0; i < kBytes; i += 16) {
    const __m128i here = load(bytes + i);
    out.digits |= bits(digits_in(here)) << i;
    out.marks |= bits(marks_in(here, load(bytes + i + 1), load(bytes + i + 2))) << i;
  }
#else
  for (unsigned i = 0; i < kBytes; ++i) {
    out.digits |= static_cast<uint64_t>(is_digit(bytes[i])) << i;
    out.marks |= static_cast<uint64_t>(is_mark(bytes[i], bytes[i + 1], bytes[i + 2])) << i;
  }
#endif
  return out;
}

}  // namespace logsvc::masking
