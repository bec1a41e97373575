// Lines of other encodings as UTF-8, through iconv. For one thread, and one file at a time.
#pragma once

#include <iconv.h>

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace logsvc::agent {

class TextDecoder {
 public:
  // A name that Promtail's `encoding:` takes (of the IANA, in any case), or another that iconv
  // knows. kInvalid for a name that the system does not know.
  static Result<std::unique_ptr<TextDecoder>> make(const std::string& encoding);
  ~TextDecoder();
  TextDecoder(const TextDecoder&) = delete;
  TextDecoder& operator=(const TextDecoder&) = delete;

  // How many bytes begin() wants to see of a text: those of a byte order mark.
  static constexpr size_t kHeadBytes = 4;
  // A text begins so. UTF-16 and UTF-32 whose names leave the order of bytes open are big-endian
  // unless a mark says otherwise. False: too little of the text is there yet to know.
  bool begin(std::string_view head);
  // What ends a line of the text, encoded; its size is the unit at whose multiples lines begin.
  const std::string& line_end() const { return line_end_; }
  size_t unit_bytes() const { return line_end_.size(); }

  // What cannot be decoded becomes U+FFFD; a mark at the beginning of the text (`first`) goes. The
  // view lives until the next call.
  std::string_view decode(std::string_view line, bool first);

 private:
  explicit TextDecoder(std::string name) : name_(std::move(name)) {}
  // Of an encoding whose order of bytes is known.
  Status open(const std::string& name);

  const std::string name_;
  bool has_open_order_ = false;
  iconv_t handle_ = reinterpret_cast<iconv_t>(-1);  // NOLINT: iconv's own way to say none
  std::string line_end_;
  std::string out_;
};

}  // namespace logsvc::agent
