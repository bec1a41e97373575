// Converts lines of other encodings to UTF-8 through iconv. For one thread, and one file at a time.
#pragma once

#include <iconv.h>

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace logsvc::agent {

class TextDecoder {
 public:
  // Takes a name that Promtail's `encoding:` accepts (an IANA name, in any case), or another that
  // iconv knows. Returns kInvalid for a name that the system does not know.
  static Result<std::unique_ptr<TextDecoder>> make(const std::string& encoding);
  ~TextDecoder();
  TextDecoder(const TextDecoder&) = delete;
  TextDecoder& operator=(const TextDecoder&) = delete;

  // How many bytes of a text begin() needs: those of a byte order mark.
  static constexpr size_t kHeadBytes = 4;
  // Begins a text with these bytes. UTF-16 and UTF-32 whose names leave the byte order open are
  // big-endian unless a mark says otherwise. Returns false if the text is still too short to tell.
  bool begin(std::string_view head);
  // Returns the encoded line end; lines begin at multiples of its size.
  const std::string& line_end() const { return line_end_; }
  size_t unit_bytes() const { return line_end_.size(); }

  // Decodes a line; what cannot be decoded becomes U+FFFD, and a mark at the beginning of the text
  // (`first`) is removed. The view lives until the next call.
  std::string_view decode(std::string_view line, bool first);

 private:
  explicit TextDecoder(std::string name) : name_(std::move(name)) {}
  // Opens an encoding whose byte order is known.
  Status open(const std::string& name);

  const std::string name_;
  bool has_open_order_ = false;
  iconv_t handle_ = reinterpret_cast<iconv_t>(-1);  // NOLINT: iconv's own value for none
  std::string line_end_;
  std::string out_;
};

}  // namespace logsvc::agent
