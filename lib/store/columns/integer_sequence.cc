#include "store/columns/integer_sequence.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/bytes.h"
#include "store/common/corrupt.h"

namespace logsvc::store {
namespace {

enum Mode : uint8_t { kFromMinimum = 0, kDeltas = 1 };
// Differences must be this many bits shorter on average: unordered values compress better.
constexpr uint64_t kDeltaGainBits = 3;

uint8_t bytes_for(uint64_t v) { return static_cast<uint8_t>((std::bit_width(v) + 7) / 8); }

template <typename Value>
void put_planes(std::string& out, size_t count, uint8_t width, Value value) {
  const size_t at = out.size();
  out.resize(at + count * width);
  for (size_t i = 0; i < count; ++i) {
    const uint64_t v = value(i);
    for (uint8_t b = 0; b < width; ++b) out[at + b * count + i] = static_cast<char>(v >> (8 * b));
  }
}

uint64_t difference(int64_t a, int64_t b) {
  return static_cast<uint64_t>(a) - static_cast<uint64_t>(b);
}

}  // namespace

std::string encode_integers(std::span<const int64_t> values) {
  std::string out;
  if (values.empty()) return out;
  const size_t n = values.size();
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  const int64_t minimum = *low;
  const uint64_t range = difference(*high, minimum);
  uint64_t bits = 0, delta_bits = 0, largest_delta = 0;
  const auto delta = [&](size_t i) {
    return zigzag_encode(static_cast<int64_t>(difference(values[i], values[i - 1])));
  };
  for (size_t i = 1; i < n; ++i) {
    bits += static_cast<uint64_t>(std::bit_width(difference(values[i], minimum)));
    const uint64_t d = delta(i);
    delta_bits += static_cast<uint64_t>(std::bit_width(d));
    largest_delta = std::max(largest_delta, d);
  }
  if (range > 255 && delta_bits + kDeltaGainBits * n < bits) {
    put_u8(out, kDeltas);
    put_zigzag(out, values[0]);
    put_u8(out, bytes_for(largest_delta));
    put_planes(out, n - 1, bytes_for(largest_delta), [&](size_t i) { return delta(i + 1); });
  } else {
    put_u8(out, kFromMinimum);
    put_zigzag(out, minimum);
    put_u8(out, bytes_for(range));
    put_planes(out, n, bytes_for(range), [&](size_t i) { return difference(values[i], minimum); });
  }
  return out;
}

namespace {

struct SequenceHead {
  uint8_t mode = 0;
  int64_t base = 0;
  uint8_t width = 0;
  std::string_view planes;
};

Result<SequenceHead> read_head(std::string_view bytes, uint64_t count) {
  ByteReader in(bytes);
  SequenceHead head;
  head.mode = in.u8();
  head.base = in.zigzag();
  head.width = in.u8();
  head.planes = in.rest();
  const uint64_t planes = head.mode == kDeltas ? count - 1 : count;
  if (!in.ok() || count == 0 || head.mode > kDeltas || head.width > 8 ||
      (head.width ? in.remaining() / head.width != planes || in.remaining() % head.width != 0
                  : in.remaining() != 0)) {
    return corrupt("a column of integers does not have the size it should");
  }
  return head;
}

// Calls take(i, value) for each of the count values.
template <uint8_t width, typename Take>
void decode_planes(const SequenceHead& head, size_t count, Take take) {
  const auto* planes = reinterpret_cast<const uint8_t*>(head.planes.data());
  const size_t stride = head.mode == kDeltas ? count - 1 : count;
  const auto raw = [planes, stride](size_t i) {
    uint64_t v = 0;
    for (uint8_t b = 0; b < width; ++b) v |= uint64_t{planes[b * stride + i]} << (8 * b);
    return v;
  };
  auto value = static_cast<uint64_t>(head.base);
  if (head.mode == kFromMinimum) {
    for (size_t i = 0; i < count; ++i) take(i, value + raw(i));
    return;
  }
  take(0, value);
  for (size_t i = 1; i < count; ++i) {
    value += static_cast<uint64_t>(zigzag_decode(raw(i - 1)));
    take(i, value);
  }
}

template <typename Take>
void decode_values(const SequenceHead& head, size_t count, Take take) {
  switch (head.width) {
    case 0:
      return decode_planes<0>(head, count, take);
    case 1:
      return decode_planes<1>(head, count, take);
    case 2:
      return decode_planes<2>(head, count, take);
    case 3:
      return decode_planes<3>(head, count, take);
    case 4:
      return decode_planes<4>(head, count, take);
    case 5:
      return decode_planes<5>(head, count, take);
    case 6:
      return decode_planes<6>(head, count, take);
    case 7:
      return decode_planes<7>(head, count, take);
    default:
      return decode_planes<8>(head, count, take);
  }
}

}  // namespace

Result<std::vector<int64_t>> decode_integers(std::string_view bytes, uint64_t count) {
  if (count == 0 && bytes.empty()) return std::vector<int64_t>();
  ASSIGN_OR_RETURN(const SequenceHead head, read_head(bytes, count));
  std::vector<int64_t> out(count);
  decode_values(head, count, [&](size_t i, uint64_t v) { out[i] = static_cast<int64_t>(v); });
  return out;
}

Result<RowNumbers> RowNumbers::decode(std::string_view bytes, uint64_t count) {
  RowNumbers out;
  if (count == 0 && bytes.empty()) return out;
  ASSIGN_OR_RETURN(const SequenceHead head, read_head(bytes, count));
  out.numbers_ = std::make_unique_for_overwrite<uint32_t[]>(count);
  out.count_ = count;
  uint64_t largest = 0;
  uint32_t* const numbers = out.numbers_.get();
  decode_values(head, count, [&largest, numbers](size_t i, uint64_t v) {
    largest = std::max(largest, v);
    numbers[i] = static_cast<uint32_t>(v);
  });
  if (largest > UINT32_MAX) return corrupt("a number of a row is too large");
  out.largest_ = static_cast<uint32_t>(largest);
  return out;
}

Result<IntegerView> IntegerView::open(std::string_view bytes, uint64_t count) {
  IntegerView out;
  if (count == 0 && bytes.empty()) return out;
  ASSIGN_OR_RETURN(const SequenceHead head, read_head(bytes, count));
  out.count_ = count;
  if (head.mode == kDeltas) {
    out.decoded_ = std::make_unique_for_overwrite<int64_t[]>(count);
    int64_t* const decoded = out.decoded_.get();
    decode_values(head, count,
                  [decoded](size_t i, uint64_t v) { decoded[i] = static_cast<int64_t>(v); });
  } else {
    out.planes_ = reinterpret_cast<const uint8_t*>(head.planes.data());
    out.base_ = static_cast<uint64_t>(head.base);
    out.width_ = head.width;
  }
  return out;
}

void IntegerView::find(int64_t value, RowSet& out) const {
  if (decoded_) {
    for (size_t i = 0; i < count_; ++i) {
      if (decoded_[i] == value) out.add(static_cast<uint32_t>(i));
    }
    return;
  }
  const uint64_t wanted = static_cast<uint64_t>(value) - base_;
  if (width_ < 8 && wanted >> (8 * width_)) return;
  if (width_ == 0) {
    out = RowSet::all(out.rows());
    return;
  }
  // The plane of the lowest byte is searched, the others only where it fits.
  const auto low = static_cast<uint8_t>(wanted);
  const uint8_t* const end = planes_ + count_;
  for (const uint8_t* p = planes_; p < end; ++p) {
    p = static_cast<const uint8_t*>(std::memchr(p, low, static_cast<size_t>(end - p)));
    if (!p) return;
    const auto row = static_cast<size_t>(p - planes_);
    bool same = true;
    for (uint8_t b = 1; b < width_ && same; ++b) {
      same = planes_[b * count_ + row] == static_cast<uint8_t>(wanted >> (8 * b));
    }
    if (same) out.add(static_cast<uint32_t>(row));
  }
}

std::string encode_ids(std::span<const uint32_t> ids) {
  std::string out;
  const uint32_t largest = ids.empty() ? 0 : *std::max_element(ids.begin(), ids.end());
  put_u8(out, bytes_for(largest));
  put_planes(out, ids.size(), bytes_for(largest), [&](size_t i) { return ids[i]; });
  return out;
}

Result<IdView> IdView::open(std::string_view bytes, uint64_t count, uint64_t limit) {
  ByteReader in(bytes);
  IdView out(count);
  out.width_ = in.u8();
  if (!in.ok() || out.width_ > 4 ||
      (out.width_ ? in.remaining() / out.width_ != count || in.remaining() % out.width_ != 0
                  : in.remaining() != 0)) {
    return corrupt("a column of ids does not have the size it should");
  }
  out.planes_ = reinterpret_cast<const uint8_t*>(in.rest().data());
  uint32_t largest = 0;
  if (out.width_ == 1) {
    uint8_t most = 0;
    for (size_t i = 0; i < count; ++i) most = std::max(most, out.planes_[i]);
    largest = most;
  } else {
    for (size_t i = 0; i < count; ++i) largest = std::max(largest, out[i]);
  }
  if (count > 0 && largest >= limit) return corrupt("a column of ids names what is not there");
  return out;
}

void IdView::find(const std::vector<uint8_t>& match, RowSet& out) const {
  for (size_t from = 0; from < count_; from += 64) {
    const size_t n = std::min<size_t>(64, count_ - from);
    uint64_t bits = 0;
    if (width_ == 1) {
      for (size_t i = 0; i < n; ++i) bits |= uint64_t{match[planes_[from + i]]} << i;
    } else {
      for (size_t i = 0; i < n; ++i) bits |= uint64_t{match[(*this)[from + i]]} << i;
    }
    out.add_word(static_cast<uint32_t>(from / 64), bits);
  }
}

}  // namespace logsvc::store
