// Converts numbers to bytes and back: little-endian fixed widths, LEB128 varints, zigzag. Writers
// append to a std::string. ByteReader never reads past its end: the first failed read makes ok()
// false, and every later read returns zero or empty.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace logsvc {

inline uint64_t zigzag_encode(int64_t v) {
  return (static_cast<uint64_t>(v) << 1) ^ static_cast<uint64_t>(v >> 63);
}
inline int64_t zigzag_decode(uint64_t v) { return static_cast<int64_t>((v >> 1) ^ (0 - (v & 1))); }

inline void put_u8(std::string& out, uint8_t v) { out.push_back(static_cast<char>(v)); }
template <typename T>
void put_fixed(std::string& out, T v) {
  static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "logsvc runs on little-endian machines");
  out.append(reinterpret_cast<const char*>(&v), sizeof v);
}
inline void put_u16(std::string& out, uint16_t v) { put_fixed(out, v); }
inline void put_u32(std::string& out, uint32_t v) { put_fixed(out, v); }
inline void put_u64(std::string& out, uint64_t v) { put_fixed(out, v); }

inline void put_varint(std::string& out, uint64_t v) {
  char buffer[10];
  size_t n = 0;
  while (v >= 0x80) {
    buffer[n++] = static_cast<char>(v | 0x80);
    v >>= 7;
  }
  buffer[n++] = static_cast<char>(v);
  out.append(buffer, n);
}
inline void put_zigzag(std::string& out, int64_t v) { put_varint(out, zigzag_encode(v)); }

// Writes the length as a varint, then the bytes.
inline void put_string(std::string& out, std::string_view s) {
  put_varint(out, s.size());
  out.append(s);
}

template <typename T>
T load_fixed(const char* at) {
  T v;
  std::memcpy(&v, at, sizeof v);
  return v;
}

class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}

  bool ok() const { return ok_; }
  // Returns whether everything was read and nothing failed.
  bool done() const { return ok_ && rest_.empty(); }
  size_t remaining() const { return rest_.size(); }
  std::string_view rest() const { return rest_; }

  uint8_t u8() { return fixed<uint8_t>(); }
  uint16_t u16() { return fixed<uint16_t>(); }
  uint32_t u32() { return fixed<uint32_t>(); }
  uint64_t u64() { return fixed<uint64_t>(); }
  int64_t zigzag() { return zigzag_decode(varint()); }

  uint64_t varint() {
    uint64_t v = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (rest_.empty()) break;
      const auto byte = static_cast<uint8_t>(rest_.front());
      if (shift == 63 && byte > 1) break;
      rest_.remove_prefix(1);
      v |= uint64_t{byte & 0x7Fu} << shift;
      if (byte < 0x80) return v;
    }
    fail();
    return 0;
  }

  // Returns a view into the bytes given to the constructor.
  std::string_view bytes(uint64_t n) {
    if (n > rest_.size()) {
      fail();
      return {};
    }
    const std::string_view out = rest_.substr(0, n);
    rest_.remove_prefix(n);
    return out;
  }
  std::string_view string() { return bytes(varint()); }

  // Reads a count of things that take at least min_size bytes each. It fails if the count cannot be
  // true, so that the caller may reserve memory for it.
  uint64_t count(uint64_t min_size = 1) {
    const uint64_t n = varint();
    if (n > rest_.size() / (min_size ? min_size : 1)) {
      fail();
      return 0;
    }
    return n;
  }

 private:
  template <typename T>
  T fixed() {
    const std::string_view b = bytes(sizeof(T));
    return b.size() == sizeof(T) ? load_fixed<T>(b.data()) : T{};
  }
  void fail() {
    ok_ = false;
    rest_ = {};
  }

  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace logsvc
