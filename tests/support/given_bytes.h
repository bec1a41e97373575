// Is a connection that delivers given bytes and then ends; what is sent is discarded. It has no
// socket, so nobody may wait for it.
#pragma once

#include <algorithm>
#include <string>

#include "net/connection.h"

namespace logsvc::testing {

class GivenBytes : public net::Connection {
 public:
  explicit GivenBytes(std::string bytes) : bytes_(std::move(bytes)) {}
  Status send(std::string_view, const net::WaitLimit&) override { return {}; }
  Result<size_t> receive(char* to, size_t n) override {
    const size_t got = bytes_.copy(to, std::min(n, bytes_.size() - at_), at_);
    at_ += got;
    return got;
  }
  int fd() const override { return -1; }

 private:
  const std::string bytes_;
  size_t at_ = 0;
};

}  // namespace logsvc::testing
