#include "base/json_text.h"

#include <array>
#include <cstdint>
#include <cstring>

#include "base/json_bytes.h"
#include "base/utf8.h"

namespace logsvc {
namespace {

// Marks the first byte that needs an escape.
template <bool kHtml>
uint64_t mark_specials(uint64_t word) {
  uint64_t out = word | mark_json_specials(word);
  if constexpr (kHtml) {
    static_assert(('<' | 2) == '>' && ('>' | 2) == '>');
    out |= mark_byte(word | kEachByte * 2, '>') | mark_byte(word, '&');
  }
  return out;
}

// Collects pieces of a few bytes, which are cheaper to store than to append.
class Collector {
 public:
  explicit Collector(std::string& out) : out_(out) {}
  ~Collector() { flush(); }
  Collector(const Collector&) = delete;
  Collector& operator=(const Collector&) = delete;

  // Reads 8 bytes, of which `used` count.
  void add_word(const char* from, size_t used) {
    if (size_ > sizeof bytes_ - 8) flush();
    std::memcpy(bytes_ + size_, from, 8);
    size_ += used;
  }
  void add(char c) {
    if (size_ == sizeof bytes_) flush();
    bytes_[size_++] = c;
  }
  void add(std::string_view text) {
    for (const char c : text) add(c);
  }

 private:
  void flush() {
    out_.append(bytes_, size_);
    size_ = 0;
  }

  std::string& out_;
  size_t size_ = 0;
  char bytes_[1024];
};

void add_escaped(Collector& to, unsigned char c, JsonEscapes escapes) {
  static constexpr char kHex[] = "0123456789abcdef";
  switch (c) {
    case '"':
      return to.add("\\\"");
    case '\\':
      return to.add("\\\\");
    case '\n':
      return to.add("\\n");
    case '\r':
      return to.add("\\r");
    case '\t':
      return to.add("\\t");
    default:
      if (escapes == JsonEscapes::kShort && (c == '\b' || c == '\f')) {
        return to.add(c == '\b' ? "\\b" : "\\f");
      }
      to.add("\\u00");
      to.add(kHex[c >> 4]);
      to.add(kHex[c & 15]);
  }
}

bool is_html(JsonEscapes escapes) {
  return escapes == JsonEscapes::kHtml || escapes == JsonEscapes::kGo;
}

// Its first byte is not ASCII. Returns the length.
size_t add_rune(Collector& to, std::string_view text, JsonEscapes escapes) {
  const size_t length = utf8_length(text);
  if (length == 0) {
    to.add(escapes == JsonEscapes::kGo ? "\\ufffd" : "\xEF\xBF\xBD");
    return 1;
  }
  const std::string_view rune = text.substr(0, length);
  const bool separator = rune == "\xE2\x80\xA8" || rune == "\xE2\x80\xA9";
  if (separator && is_html(escapes)) {
    to.add(rune.back() == '\xA8' ? "\\u2028" : "\\u2029");
  } else {
    to.add(rune);
  }
  return length;
}

template <bool kHtml>
void add_text(Collector& to, std::string_view text, JsonEscapes escapes) {
  for (size_t i = 0; i < text.size();) {
    if (kBytesInOrder && text.size() - i >= 8) {
      const size_t plain = bytes_before_mark(mark_specials<kHtml>(load_bytes(text.data() + i)));
      to.add_word(text.data() + i, plain);
      i += plain;
      if (plain == 8) continue;
    }
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x80) {
      i += add_rune(to, text.substr(i), escapes);
      continue;
    }
    ++i;
    if (c < 0x20 || c == '"' || c == '\\' || (kHtml && (c == '<' || c == '>' || c == '&'))) {
      add_escaped(to, c, escapes);
    } else {
      to.add(static_cast<char>(c));
    }
  }
}

}  // namespace

void append_json_string(std::string& out, std::string_view text, JsonEscapes escapes) {
  Collector to(out);
  to.add('"');
  if (is_html(escapes)) {
    add_text<true>(to, text, escapes);
  } else {
    add_text<false>(to, text, escapes);
  }
  to.add('"');
}

}  // namespace logsvc
