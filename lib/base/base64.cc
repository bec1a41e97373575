#include "base/base64.h"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace logsvc {
namespace {

constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

// Returns -1 if it is not a digit.
int digit_of(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  return c == '+' ? 62 : c == '/' ? 63 : -1;
}

// Collects digits and gives bytes.
class ByteWriter {
 public:
  void add(int digit) {
    bits_ = bits_ << 6 | static_cast<uint32_t>(digit);
    if ((have_ += 6) < 8) return;
    have_ -= 8;
    out_ += static_cast<char>(bits_ >> have_ & 255);
  }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
  uint32_t bits_ = 0;
  unsigned have_ = 0;
};

Error corrupt(size_t at) {
  return invalid("illegal base64 data at input byte " + std::to_string(at));
}

}  // namespace

std::string encode_base64(std::string_view bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t i = 0; i < bytes.size(); i += 3) {
    const size_t n = std::min<size_t>(3, bytes.size() - i);
    uint32_t group = 0;
    for (size_t k = 0; k < 3; ++k) {
      group = group << 8 | (k < n ? static_cast<unsigned char>(bytes[i + k]) : 0u);
    }
    for (size_t k = 0; k < 4; ++k) out += k <= n ? kDigits[group >> (18 - 6 * k) & 63] : '=';
  }
  return out;
}

Result<std::string> decode_base64(std::string_view text) {
  ByteWriter out;
  size_t digits = 0, i = 0;
  const auto skip_line_ends = [&] {
    while (i < text.size() && (text[i] == '\n' || text[i] == '\r')) ++i;
  };
  for (skip_line_ends(); i < text.size() && text[i] != '='; ++i, skip_line_ends()) {
    const int digit = digit_of(text[i]);
    if (digit < 0) return corrupt(i);
    out.add(digit);
    ++digits;
  }
  // The last group is whole, or has 2 or 3 digits and as many = as are missing.
  const size_t last = digits % 4;
  if (last == 0 && i < text.size()) return corrupt(i);
  if (last == 0) return out.take();
  if (last == 1 || i == text.size()) return corrupt(i < text.size() ? i : i - last);
  for (size_t n = last; n < 4; ++n, ++i) {
    skip_line_ends();
    if (i >= text.size() || text[i] != '=') return corrupt(std::min(i, text.size()));
  }
  skip_line_ends();
  if (i < text.size()) return corrupt(i);
  return out.take();
}

std::optional<std::string> decode_any_base64(std::string_view text) {
  while (text.ends_with('=')) text.remove_suffix(1);
  ByteWriter out;
  for (const char c : text) {
    const int digit = digit_of(c == '-' ? '+' : c == '_' ? '/' : c);
    if (digit < 0) return std::nullopt;
    out.add(digit);
  }
  return out.take();
}

}  // namespace logsvc
