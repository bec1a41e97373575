#include "agent/files/text_decoder.h"

#include <cerrno>

namespace logsvc::agent {

Result<std::unique_ptr<TextDecoder>> TextDecoder::make(const std::string& encoding) {
  // NOLINTNEXTLINE: iconv's own way to say that it failed
  const iconv_t handle = ::iconv_open("UTF-8", encoding.c_str());
  if (handle == reinterpret_cast<iconv_t>(-1)) {
    return invalid("encoding: the system does not know " + encoding);
  }
  return std::unique_ptr<TextDecoder>(new TextDecoder(handle));
}

TextDecoder::~TextDecoder() { ::iconv_close(handle_); }

std::string_view TextDecoder::decode(std::string_view line) {
  out_.clear();
  ::iconv(handle_, nullptr, nullptr, nullptr, nullptr);
  std::string text(line);
  char* in = text.data();
  size_t left = text.size();
  while (left > 0) {
    char piece[512];
    char* to = piece;
    size_t room = sizeof piece;
    const size_t outcome = ::iconv(handle_, &in, &left, &to, &room);
    out_.append(piece, sizeof piece - room);
    if (outcome != static_cast<size_t>(-1) || errno == E2BIG) continue;
    if (left == 0) break;
    out_ += "\xEF\xBF\xBD";
    ++in;
    --left;
  }
  return out_;
}

}  // namespace logsvc::agent
