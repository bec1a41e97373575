// Holds bytes of a size known beforehand, which are not cleared first: whoever makes them fills
// them.
#pragma once

#include <cstring>
#include <memory>
#include <string_view>

namespace logsvc {

class RawBytes {
 public:
  RawBytes() = default;
  explicit RawBytes(size_t size) : bytes_(new char[size]), size_(size) {}
  explicit RawBytes(std::string_view from) : RawBytes(from.size()) {
    if (size_) std::memcpy(bytes_.get(), from.data(), size_);
  }

  char* data() { return bytes_.get(); }
  size_t size() const { return size_; }
  operator std::string_view() const { return {bytes_.get(), size_}; }

 private:
  std::unique_ptr<char[]> bytes_;
  size_t size_ = 0;
};

}  // namespace logsvc
