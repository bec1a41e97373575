#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/base64.h"
#include "base/host_port.h"
#include "base/percent_encoding.h"
#include "net/url.h"

// Every accepted URL can be written, and is read back unchanged.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace logsvc;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (percent_decode(percent_encode(text)) != text) std::abort();
  if (*decode_base64(encode_base64(text)) != text) std::abort();
  if (const auto bytes = decode_base64(text); bytes.ok() && bytes->size() > size) std::abort();
  (void)decode_any_base64(text);
  if (const auto place = parse_host_port(text); place && place->port) {
    const auto again = parse_host_port(join_host_port(place->host, *place->port));
    if (!again || again->host != place->host || again->port != place->port) std::abort();
  }
  (void)net::parse_proxy_url(text).ok();
  const auto url = net::parse_url(text);
  if (url.ok()) {
    if (url->path.find_first_of("\r\n #") != std::string::npos) std::abort();
    if (url->host.find_first_of("\r\n @/") != std::string::npos) std::abort();
  }
  const net::Url home = *net::parse_url("http://u:p@host:3100/a/b");
  if (const auto to = net::resolve(home, text); to.ok()) {
    if (!to->user.empty() || !to->password.empty()) std::abort();
    if (to->path.find_first_of("\r\n ") != std::string::npos) std::abort();
  }
  return 0;
}
