#include "tls/openssl.h"

#include <openssl/err.h>

#include <cstring>

namespace logsvc::tls {

std::string take_tls_error(const std::string& otherwise) {
  std::string text = otherwise;
  if (const unsigned long code = ERR_get_error(); code != 0) {
    const char* const reason = ERR_SYSTEM_ERROR(code) ? std::strerror(ERR_GET_REASON(code))
                                                      : ERR_reason_error_string(code);
    text = reason ? reason : "error " + std::to_string(code);
  }
  ERR_clear_error();
  return text;
}

std::string text_of(BIO& bio) {
  char* text = nullptr;
  const long size = BIO_get_mem_data(&bio, &text);
  return size > 0 ? std::string(text, static_cast<size_t>(size)) : "";
}

}  // namespace logsvc::tls
