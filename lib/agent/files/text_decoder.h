// Lines of other encodings as UTF-8, through iconv.
#pragma once

#include <iconv.h>

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace logsvc::agent {

class TextDecoder {
 public:
  // kInvalid for a name that the system does not know.
  static Result<std::unique_ptr<TextDecoder>> make(const std::string& encoding);
  ~TextDecoder();
  TextDecoder(const TextDecoder&) = delete;
  TextDecoder& operator=(const TextDecoder&) = delete;

  // What cannot be decoded becomes U+FFFD. The view lives until the next call.
  std::string_view decode(std::string_view line);

 private:
  explicit TextDecoder(iconv_t handle) : handle_(handle) {}
  iconv_t handle_;
  std::string out_;
};

}  // namespace logsvc::agent
