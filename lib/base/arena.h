// Hands out memory in pieces and frees it all at once. Pieces never move. Only one thread may use
// it at a time; finished pieces may be read by several.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace logsvc {

class Arena {
 public:
  explicit Arena(size_t block_bytes = 64 * 1024) : block_bytes_(block_bytes) {}
  Arena(Arena&&) = default;
  Arena& operator=(Arena&&) = default;

  // Returns a copy of s that lives as long as the arena.
  std::string_view copy(std::string_view s) {
    if (s.empty()) return {};
    char* to = static_cast<char*>(allocate(s.size(), 1));
    std::memcpy(to, s.data(), s.size());
    return {to, s.size()};
  }

  // Keeps s itself alive and returns its bytes, without a copy.
  std::string_view adopt(std::string&& s) {
    adopted_.push_back(std::make_unique<std::string>(std::move(s)));
    bytes_ += adopted_.back()->capacity();
    return *adopted_.back();
  }

  // Returns room for n bytes, not cleared.
  char* make_bytes(size_t n) { return static_cast<char*>(allocate(n, 1)); }

  // Returns room for n trivially destructible values, default-constructed.
  template <typename T>
  std::span<T> make_array(size_t n) {
    static_assert(std::is_trivially_destructible_v<T>);
    if (n == 0) return {};
    T* first = static_cast<T*>(allocate(n * sizeof(T), alignof(T)));
    for (size_t i = 0; i < n; ++i) new (first + i) T();
    return {first, n};
  }

  // Returns how many bytes it holds from the system.
  size_t size_bytes() const { return bytes_; }

 private:
  void* allocate(size_t n, size_t align) {
    size_t at = (used_ + align - 1) / align * align;
    if (blocks_.empty() || at + n > capacity_) {
      capacity_ = n > block_bytes_ ? n : block_bytes_;
      blocks_.emplace_back(new char[capacity_]);
      bytes_ += capacity_;
      at = 0;
    }
    used_ = at + n;
    return blocks_.back().get() + at;
  }

  size_t block_bytes_;
  std::vector<std::unique_ptr<char[]>> blocks_;
  std::vector<std::unique_ptr<std::string>> adopted_;
  size_t capacity_ = 0;  // of the last block
  size_t used_ = 0;      // of the last block
  size_t bytes_ = 0;
};

}  // namespace logsvc
