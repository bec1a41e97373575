#include "store/columns/tokenizer.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include <algorithm>
#include <cstring>

#include "base/short_bytes.h"
#include "store/columns/value_hash.h"

namespace logsvc::store {
namespace {

constexpr size_t kMaxJsonDepth = 14;
constexpr ptrdiff_t kMaxQuotedField = 2000;
constexpr size_t kLongWord = 16;

bool is_word(char c) { return char_class(c) & (kAlnum | kUnderscore); }

// Returns the quote that ends the string whose first character is at p; nullptr if there is none.
const char* string_end(const char* p, const char* end) {
  const char* const first = p;
  while (true) {
    const auto* q = static_cast<const char*>(std::memchr(p, '"', static_cast<size_t>(end - p)));
    if (!q) return nullptr;
    const char* back = q;
    while (back > first && back[-1] == '\\') --back;
    if ((q - back) % 2 == 0) return q;
    p = q + 1;
  }
}

bool ends_bare_value(char c) { return c == ',' || c == '}' || c == ']' || c == ' ' || c == '"'; }
bool begins_bare_value(char c) {
  return is_digit(c) || c == '-' || c == 't' || c == 'f' || c == 'n';
}
bool ends_field(char c) {
  return c == ' ' || c == ',' || c == ')' || c == ']' || c == '}' || c == '"' || c == '=' ||
         c == ';';
}

bool begins_field(char c) { return c == '"' || c == '='; }

// Returns the next digit, or quote or equals sign if fields are looked for; the end if there is
// none.
const char* find_stop(const char* p, const char* end, bool look_for_fields) {
#ifdef __SSE2__
  const __m128i zero = _mm_set1_epi8('0'), nine = _mm_set1_epi8(9);
  const __m128i quote = _mm_set1_epi8('"'), equals = _mm_set1_epi8('=');
  for (; end - p >= 16; p += 16) {
    const __m128i text = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    const __m128i above = _mm_sub_epi8(text, zero);
    __m128i stops = _mm_cmpeq_epi8(_mm_min_epu8(above, nine), above);
    if (look_for_fields) {
      stops = _mm_or_si128(stops,
                           _mm_or_si128(_mm_cmpeq_epi8(text, quote), _mm_cmpeq_epi8(text, equals)));
    }
    if (const int mask = _mm_movemask_epi8(stops)) return p + __builtin_ctz(mask);
  }
#endif
  while (p < end && !is_digit(*p) && !(look_for_fields && begins_field(*p))) ++p;
  return p;
}

// Returns the UUID that begins in [from, p), where p begins its second or a later group, the first
// with a digit. nullptr if there is none.
const char* uuid_before(const char* from, const char* p, const char* end) {
  if (p == from || p[-1] != '-') return nullptr;
  for (const ptrdiff_t back : {9, 14, 19, 24}) {
    if (p - from < back) return nullptr;
    const char* begin = p - back;
    if (end - begin >= static_cast<ptrdiff_t>(kUuidChars) &&
        (begin == from || !is_alnum(begin[-1])) && is_uuid({begin, kUuidChars})) {
      return begin;
    }
  }
  return nullptr;
}

// Returns what a slot adds to the shape: that by which its kind is recognised.
uint64_t mark_of(const SlotKind& kind) {
  return uint64_t{1} << 40 | static_cast<uint64_t>(kind.form.type) << 24 | kind.whole << 16 |
         kind.form.width << 8 | static_cast<uint8_t>(kind.form.separator);
}

}  // namespace

void Tokenizer::begin(std::string_view value) {
  shape_ = 0;
  slots_.clear();
  kinds_.clear();
  begin_ = literal_ = value.data();
  end_ = begin_ + value.size();
}

void Tokenizer::cut(std::string_view value, bool look_for_json, bool look_for_fields) {
  begin(value);
  is_json_ = look_for_json && value.size() > 1 && value[0] == '{' && cut_json();
  if (!is_json_) {
    begin(value);
    cut_text(look_for_fields);
  }
  finish();
}

void Tokenizer::add(const char* from, const char* to, const SlotKind& kind, uint64_t value) {
  shape_ = hash_value({literal_, static_cast<size_t>(from - literal_)}, shape_ + mark_of(kind));
  slots_.push_back({{from, static_cast<size_t>(to - from)}, value});
  kinds_.push_back(kind);
  literal_ = to;
}

void Tokenizer::add_slot(const char* from, const char* to, const SlotKind& kind) {
  add(from, to, kind, hash_value({from, static_cast<size_t>(to - from)}));
}

void Tokenizer::add_number(const char* from, const char* to, ValueForm form, int64_t number) {
  add(from, to, {form, false, 0}, static_cast<uint64_t>(number));
}

void Tokenizer::finish() {
  shape_ = hash_value({literal_, static_cast<size_t>(end_ - literal_)}, shape_);
}

std::vector<std::string_view> Tokenizer::static_texts() const {
  std::vector<std::string_view> out;
  const char* from = begin_;
  for (const Slot& slot : slots_) {
    out.emplace_back(from, static_cast<size_t>(slot.text.data() - from));
    from = slot.text.data() + slot.text.size();
  }
  out.emplace_back(from, static_cast<size_t>(end_ - from));
  return out;
}

namespace {

// These make the key of a slot: slots of one key may share a column. The numbers only keep keys
// apart; others would make different chunk files with the same content.
constexpr uint64_t kRootPath = 77;
uint64_t key_in_array(uint64_t path) { return path ^ 99; }
uint64_t path_inside(uint64_t key) { return key * 31 + 7; }
// It is never 0, which stands for a slot without a key.
uint64_t key_of_string(uint64_t key) { return (key + 1) | 2; }
uint64_t key_of_bare_value(uint64_t key) { return (key + 5) | 2; }

}  // namespace

// Cuts at every scalar value. It accepts what it can cut safely, not only valid JSON; returns false
// if it gets lost or this is not one whole object.
bool Tokenizer::cut_json() {
  uint64_t path[kMaxJsonDepth + 2] = {kRootPath};
  char open[kMaxJsonDepth + 2] = {'{'};
  size_t depth = 0;
  uint64_t key = 0;
  bool expects_key = true;
  const auto slot_key = [&] { return open[depth] == '{' ? key : key_in_array(path[depth]); };
  const char* p = begin_ + 1;
  while (p < end_) {
    const char c = *p;
    if (c == '"') {
      const char* q = string_end(p + 1, end_);
      if (!q) return false;
      if (open[depth] == '{' && expects_key) {
        key = hash_value({p + 1, static_cast<size_t>(q - p - 1)}, path[depth]);
        p = q + 1;
        if (p == end_ || *p != ':') return false;
        expects_key = false;
        if (++p < end_ && *p == ' ') ++p;
        continue;
      }
      if (q > p + 1) add_slot(p + 1, q, {{}, false, key_of_string(slot_key())});
      p = q + 1;
    } else if (c == '{' || c == '[') {
      if (depth == kMaxJsonDepth) return false;
      const uint64_t inner = path_inside(slot_key());
      open[++depth] = c;
      path[depth] = inner;
      expects_key = true;
      ++p;
    } else if (c == '}' || c == ']') {
      if (open[depth] != (c == '}' ? '{' : '[')) return false;
      ++p;
      if (depth == 0) return p == end_;
      --depth;
    } else if (c == ',') {
      expects_key = true;
      if (++p < end_ && *p == ' ') ++p;
    } else if (begins_bare_value(c)) {
      const char* q = p;
      while (q < end_ && !ends_bare_value(*q)) ++q;
      add_slot(p, q, {{}, false, key_of_bare_value(slot_key())});
      p = q;
    } else if (c == ' ') {
      ++p;
    } else {
      return false;
    }
  }
  return false;
}

void Tokenizer::cut_text(bool look_for_fields) {
  const char* p = begin_;
  while (true) {
    const char* stop = find_stop(p, end_, look_for_fields);
    if (stop == end_) return;
    if (!is_digit(*stop)) {
      p = cut_field(stop);
      continue;
    }
    while (stop > p && is_alnum(stop[-1])) --stop;
    const char* const uuid = uuid_before(p, stop, end_);
    p = cut_word(uuid ? uuid : stop);
  }
}

// p is a quote or an equals sign. A quoted string or the value of key=value becomes a slot. Returns
// where the next search begins.
const char* Tokenizer::cut_field(const char* p) {
  if (*p == '"') {
    const auto* q =
        static_cast<const char*>(std::memchr(p + 1, '"', static_cast<size_t>(end_ - p - 1)));
    if (!q || q == p + 1 || q - p > kMaxQuotedField) return p + 1;
    add_slot(p + 1, q, {});
    return q + 1;
  }
  if (p == begin_ || !is_word(p[-1]) || p + 1 == end_ || p[1] == '"' || p[1] == ' ') return p + 1;
  const char* key = p;
  while (key > begin_ && (is_word(key[-1]) || key[-1] == '.' || key[-1] == '-')) --key;
  const char* q = p + 1;
  while (q < end_ && !ends_field(*q)) ++q;
  if (q == p + 1) return q;
  add_slot(p + 1, q, {{}, false, hash_value({key, static_cast<size_t>(p - key)}) | 1});
  return q;
}

// p is the first of a run of letters and digits, with a digit in it or a UUID's. Returns where the
// next search begins.
const char* Tokenizer::cut_word(const char* p) {
  const char* q = p;
  uint8_t all = kHexDigit | kDigit;
  while (q < end_ && is_alnum(*q)) all &= char_class(*q++);
  const auto length = static_cast<size_t>(q - p);
  const auto rest = static_cast<size_t>(end_ - p);
  const std::string_view tail(p, rest);
  if (length == 8 && all & kHexDigit && rest >= kUuidChars && *q == '-' &&
      is_uuid(tail.substr(0, kUuidChars)) && (rest == kUuidChars || !is_alnum(p[kUuidChars]))) {
    add_slot(p, p + kUuidChars, {{ColumnType::kUuid, 0, 0}, false, 0});
    return p + kUuidChars;
  }
  if (is_digit(*p)) {
    ParsedNumber number;
    if (length == 4) number = parse_iso_time(tail);
    if (length == 2 && number.length == 0) number = parse_clf_time(tail);
    if (length <= 3 && number.length == 0 && q < end_ && *q == '.' &&
        (p == begin_ || p[-1] != '.')) {
      number = parse_ipv4(tail);
    }
    if (number.length) {
      add_number(p, p + number.length, number.form, number.value);
      return p + number.length;
    }
  }
  const bool letters = !(all & kDigit);
  if (all & kHexDigit && length >= kMinHexDigits && length <= kMaxHexDigits &&
      (letters || length >= kLongWord)) {
    add_slot(p, q, {{ColumnType::kHex, static_cast<uint8_t>(length), 0}, false, 0});
    return q;
  }
  int runs = letters ? 0 : 1;
  for (const char* r = p; letters && r < q; ++r)
    runs += is_digit(*r) && (r == p || !is_digit(r[-1]));
  if (runs > 2 || (length >= kLongWord && runs > 1)) {
    add_slot(p, q, {{}, true, 0});
    return q;
  }
  cut_digits(p, q);
  return q;
}

// Cuts runs of digits inside a word.
void Tokenizer::cut_digits(const char* p, const char* word_end) {
  while (p < word_end) {
    if (!is_digit(*p)) {
      ++p;
      continue;
    }
    const char* q = p;
    int64_t value = 0;
    while (q < word_end && is_digit(*q)) {
      if (q - p < static_cast<ptrdiff_t>(kMaxDecimalDigits)) value = value * 10 + (*q - '0');
      ++q;
    }
    const auto digits = static_cast<size_t>(q - p);
    const bool fraction = p > begin_ && (p[-1] == '.' || (p[-1] == ':' && digits == 2));
    if (digits > kMaxDecimalDigits) {
      add_slot(p, q, {{}, true, 0});
    } else if ((*p == '0' && digits > 1) || fraction) {
      add_number(p, q, {ColumnType::kZeroPadded, static_cast<uint8_t>(digits), 0}, value);
    } else {
      add_number(p, q, {ColumnType::kInteger, 0, 0}, value);
    }
    p = q;
  }
}

JsonCutter::JsonCutter(const std::vector<std::string_view>& static_texts) {
  for (const std::string_view text : static_texts) {
    parts_.push_back({text, !text.empty() && text.back() == '"'});
  }
  tail_ = static_texts.back();
  parts_.pop_back();
}

bool JsonCutter::cut(std::string_view line, std::vector<Slot>& slots) const {
  slots.clear();
  const char* p = line.data();
  const char* const end = p + line.size();
  for (const Part& part : parts_) {
    const size_t n = part.text.size();
    if (static_cast<size_t>(end - p) < n || !is_same(p, part.text.data(), n)) return false;
    p += n;
    const char* q = p;
    if (part.quoted) {
      q = static_cast<const char*>(std::memchr(p, '"', static_cast<size_t>(end - p)));
      if (!q || q == p || q[-1] == '\\') return false;
    } else {
      while (q < end && !ends_bare_value(*q)) ++q;
      if (q == p) return false;
    }
    slots.push_back({{p, static_cast<size_t>(q - p)}, 0});
    p = q;
  }
  if (std::string_view(p, static_cast<size_t>(end - p)) != tail_) return false;
  for (Slot& slot : slots) slot.value = hash_value(slot.text);
  return true;
}

}  // namespace logsvc::store
