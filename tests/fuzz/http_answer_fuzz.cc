#include <cstdint>
#include <memory>
#include <string>

#include "net/gunzip.h"
#include "net/http_stream.h"
#include "net/web_socket.h"
#include "support/given_bytes.h"

// Reads what a server answers: as an HTTP response, as gzip and as frames of a WebSocket.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace logsvc;
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  auto answer = net::HttpStream::read_answer(std::make_unique<testing::GivenBytes>(bytes), {1'000});
  if (answer.ok()) (void)answer->read_all(1u << 16, 1'000).ok();
  (void)net::gunzip(bytes, 1u << 16).ok();
  net::WebSocketLimits limits;
  limits.max_message_bytes = 1u << 16;
  const auto socket =
      net::WebSocket::over(std::make_unique<testing::GivenBytes>(bytes.substr(size / 2)),
                           bytes.substr(0, size / 2), limits);
  while (socket->read().ok()) {
  }
  return 0;
}
