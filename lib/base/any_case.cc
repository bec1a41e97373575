#include "base/any_case.h"

#include <cstring>

namespace logsvc {
namespace {

// This much is made lower case and searched at once; it fits a first-level cache.
constexpr size_t kPieceBytes = 4096;

// Searches a piece of the text at a time; pieces overlap by all but one byte of the wanted text.
size_t find_in_pieces(std::string_view text, std::string_view lower) {
  char piece[kPieceBytes];
  for (size_t at = 0; at + lower.size() <= text.size();) {
    const size_t n = std::min(kPieceBytes, text.size() - at);
    const char* from = text.data() + at;
    for (size_t i = 0; i < n; ++i) {
      const auto c = static_cast<unsigned char>(from[i]);
      const bool upper = static_cast<unsigned char>(c - 'A') < 26;
      piece[i] = static_cast<char>(c | (upper ? 0x20 : 0));
    }
    if (const void* hit = memmem(piece, n, lower.data(), lower.size())) {
      return at + static_cast<size_t>(static_cast<const char*>(hit) - piece);
    }
    if (n < kPieceBytes) break;
    at += n - lower.size() + 1;
  }
  return std::string_view::npos;
}

}  // namespace

size_t find_any_case(std::string_view text, std::string_view lower) {
  if (lower.size() > text.size()) return std::string_view::npos;
  if (lower.empty()) return 0;
  if (lower.size() <= kPieceBytes / 2) return find_in_pieces(text, lower);
  for (size_t at = 0; at + lower.size() <= text.size(); ++at) {
    if (equals_any_case(text.substr(at, lower.size()), lower)) return at;
  }
  return std::string_view::npos;
}

}  // namespace logsvc
