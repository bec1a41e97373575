#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "agent/docker/log_file_decoders.h"
#include "base/unicode_escape.h"

namespace logsvc::agent {
namespace {

// Parses JSON by hand: every line comes through here, and general parsers read a document twice.
class Scanner {
 public:
  Scanner(std::string_view text, std::string& scratch) : text_(text), scratch_(scratch) {}

  bool skip(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool peek(char c) const { return at_ < text_.size() && text_[at_] == c; }

  // Reads a string without escapes, as every key, stream and time is.
  bool plain_string(std::string_view& out) {
    if (!skip('"')) return false;
    const size_t end = text_.find('"', at_);
    if (end == std::string_view::npos) return false;
    out = text_.substr(at_, end - at_);
    at_ = end + 1;
    return out.find('\\') == std::string_view::npos;
  }
  // Reads the inside of a string and unescapes it into scratch.
  bool string(std::string_view& out);
  // Skips any value.
  bool skip_value();

 private:
  bool escape(char*& to);
  bool skip_string();

  std::string_view text_;
  std::string& scratch_;
  size_t at_ = 0;
};

char* put_utf8(char* to, uint32_t c) {
  if (c < 0x80) {
    *to++ = static_cast<char>(c);
  } else if (c < 0x800) {
    *to++ = static_cast<char>(0xC0 | c >> 6);
    *to++ = static_cast<char>(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    *to++ = static_cast<char>(0xE0 | c >> 12);
    *to++ = static_cast<char>(0x80 | (c >> 6 & 0x3F));
    *to++ = static_cast<char>(0x80 | (c & 0x3F));
  } else {
    *to++ = static_cast<char>(0xF0 | c >> 18);
    *to++ = static_cast<char>(0x80 | (c >> 12 & 0x3F));
    *to++ = static_cast<char>(0x80 | (c >> 6 & 0x3F));
    *to++ = static_cast<char>(0x80 | (c & 0x3F));
  }
  return to;
}

// Decodes the escape after a backslash as Go does: a lone surrogate becomes U+FFFD.
bool Scanner::escape(char*& to) {
  if (at_ >= text_.size()) return false;
  const char c = text_[at_++];
  static constexpr char kFrom[] = "\"\\/bfnrt", kTo[] = "\"\\/\b\f\n\r\t";
  if (c != 'u') {
    const char* found = static_cast<const char*>(std::memchr(kFrom, c, 8));
    if (!found) return false;
    *to++ = kTo[found - kFrom];
    return true;
  }
  const UnicodeEscape escape = read_unicode_escape(text_.substr(at_ - 2));
  if (escape.length == 0) return false;
  at_ += escape.length - 2;
  to = put_utf8(to, escape.rune);
  return true;
}

bool Scanner::string(std::string_view& out) {
  if (!skip('"')) return false;
  // Unescaping never makes text longer; 16 more bytes allow whole blocks.
  if (scratch_.size() < text_.size() + 16) scratch_.resize(text_.size() + 16);
  char* const begin = scratch_.data();
  char* to = begin;
  while (true) {
#ifdef __SSE2__
    const __m128i quote = _mm_set1_epi8('"'), backslash = _mm_set1_epi8('\\');
    while (at_ + 16 <= text_.size()) {
      const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text_.data() + at_));
      _mm_storeu_si128(reinterpret_cast<__m128i*>(to), block);
      const int special = _mm_movemask_epi8(
          _mm_or_si128(_mm_cmpeq_epi8(block, quote), _mm_cmpeq_epi8(block, backslash)));
      const int n = special ? __builtin_ctz(static_cast<unsigned>(special)) : 16;
      at_ += static_cast<size_t>(n);
      to += n;
      if (special) break;
    }
#endif
    while (at_ < text_.size() && text_[at_] != '"' && text_[at_] != '\\') *to++ = text_[at_++];
    if (at_ >= text_.size()) return false;
    if (text_[at_++] == '"') break;
    if (!escape(to)) return false;
  }
  out = std::string_view(begin, static_cast<size_t>(to - begin));
  return true;
}

bool Scanner::skip_string() {
  if (!skip('"')) return false;
  for (; at_ < text_.size(); ++at_) {
    if (text_[at_] == '\\') {
      ++at_;
    } else if (text_[at_] == '"') {
      ++at_;
      return true;
    }
  }
  return false;
}

bool Scanner::skip_value() {
  int depth = 0;
  while (at_ < text_.size()) {
    const char c = text_[at_];
    if (c == '"') {
      if (!skip_string()) return false;
    } else if (c == '{' || c == '[') {
      ++depth;
      ++at_;
    } else if (c == '}' || c == ']') {
      if (depth == 0) return true;
      --depth;
      ++at_;
    } else if (c == ',' && depth == 0) {
      return true;
    } else {
      ++at_;
    }
    if (depth == 0 && (peek(',') || peek('}'))) return true;
  }
  return false;
}

bool read_members(std::string_view line, std::string& scratch, LogRecord& record) {
  Scanner in(line, scratch);
  if (!in.skip('{')) return false;
  bool has_time = false;
  do {
    std::string_view key, value;
    if (!in.plain_string(key) || !in.skip(':')) return false;
    if (key == "log") {
      if (!in.string(record.text)) return false;
    } else if (key == "stream") {
      if (!in.plain_string(value)) return false;
      if (value == "stderr") record.stream = OutputStream::kStderr;
    } else if (key == "time") {
      if (!in.plain_string(value)) return false;
      const auto time = parse_rfc3339(value);
      if (!time) return false;
      record.timestamp = *time;
      has_time = true;
    } else if (!in.skip_value()) {
      return false;
    }
  } while (in.skip(','));
  return in.skip('}') && has_time;
}

}  // namespace

DecodedRecord decode_json_file(std::string_view bytes, std::string& scratch) {
  DecodedRecord out;
  const size_t end = bytes.find('\n');
  if (end == std::string_view::npos) return out;
  out.bytes = end + 1;
  out.kind = read_members(bytes.substr(0, end), scratch, out.record)
                 ? DecodedRecord::Kind::kRecord
                 : DecodedRecord::Kind::kDamaged;
  return out;
}

}  // namespace logsvc::agent
