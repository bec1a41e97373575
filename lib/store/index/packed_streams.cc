#include "store/index/packed_streams.h"

#include "base/bytes.h"
#include "store/chunk/chunk_format.h"
#include "store/common/corrupt.h"

namespace logsvc::store {
namespace {

constexpr uint64_t kMaxRows = UINT32_MAX;

template <typename Value>
std::string pack(std::span<const StreamBlock> streams, Value value) {
  std::vector<int64_t> values;
  values.reserve(streams.size());
  for (const StreamBlock& s : streams) values.push_back(static_cast<int64_t>(value(s)));
  return encode_integers(values);
}

}  // namespace

PackedStreams pack_streams(uint32_t block, std::span<const StreamBlock> streams) {
  std::vector<Timestamp> times;
  for (const StreamBlock& s : streams) {
    times.push_back(s.first);
    times.push_back(s.last);
  }
  const Duration divisor = common_divisor(times);
  PackedStreams out;
  out.block = block;
  put_varint(out.ids, streams.size());
  out.ids += pack(streams, [](const StreamBlock& s) { return s.stream_id; });
  put_varint(out.rows, static_cast<uint64_t>(divisor));
  put_string(out.rows, pack(streams, [&](const StreamBlock& s) { return s.first / divisor; }));
  put_string(out.rows,
             pack(streams, [&](const StreamBlock& s) { return (s.last - s.first) / divisor; }));
  put_string(out.rows, pack(streams, [](const StreamBlock& s) { return s.raw_bytes; }));
  put_string(out.rows, pack(streams, [](const StreamBlock& s) { return s.rows; }));
  return out;
}

namespace {

// Reads how many streams there are; what follows in `in` is their sequence.
Result<uint32_t> read_size(ByteReader& in) {
  const uint64_t count = in.varint();
  // Each has a number of its own, so that several take at least a byte each.
  if (!in.ok() || count == 0 || (count > 1 && count > in.remaining()) || count > kMaxRows) {
    return corrupt("the index has streams of a block that cannot be");
  }
  return static_cast<uint32_t>(count);
}

}  // namespace

Result<std::vector<int64_t>> unpack_stream_ids(std::string_view ids) {
  ByteReader in(ids);
  ASSIGN_OR_RETURN(const uint32_t count, read_size(in));
  return decode_integers(in.rest(), count);
}

Result<std::vector<StreamBlock>> unpack_streams(uint64_t file, const PackedStreams& list) {
  ASSIGN_OR_RETURN(PackedStreamsView view, PackedStreamsView::open(file, list));
  std::vector<StreamBlock> out;
  out.reserve(view.size());
  RETURN_IF_ERROR(view.each(RowSet::all(view.size()),
                            [&](uint32_t, const StreamBlock& rows) { out.push_back(rows); }));
  return out;
}

Result<PackedStreamsView> PackedStreamsView::open(uint64_t file, const PackedStreams& list) {
  ByteReader in(list.ids);
  PackedStreamsView out;
  ASSIGN_OR_RETURN(out.size_, read_size(in));
  ASSIGN_OR_RETURN(out.ids_, IntegerView::open(in.rest(), out.size_));
  out.file_ = file;
  out.list_ = &list;
  return out;
}

Status PackedStreamsView::open_rows() {
  ByteReader in(list_->rows);
  divisor_ = static_cast<int64_t>(in.varint());
  for (IntegerView* column : {&first_, &span_, &raw_bytes_}) {
    ASSIGN_OR_RETURN(*column, IntegerView::open(in.string(), size_));
  }
  ASSIGN_OR_RETURN(rows_, RowNumbers::decode(in.string(), size_));
  place_ = 0;
  row_ = 0;
  if (!in.done()) return corrupt("the index has more of a block than there can be");
  return {};
}

Status PackedStreamsView::read(uint32_t place, StreamBlock& out) {
  const std::span<const uint32_t> rows = rows_.all();
  for (; place_ < place; ++place_) row_ += rows[place_];
  const int64_t span = span_[place];
  int64_t length = 0;
  if (rows[place] == 0 || row_ > kMaxRows || rows[place] > kMaxRows - row_ || span < 0 ||
      __builtin_mul_overflow(first_[place], divisor_, &out.first) ||
      __builtin_mul_overflow(span, divisor_, &length) ||
      __builtin_add_overflow(out.first, length, &out.last)) {
    return corrupt("the index has rows of a block that cannot be");
  }
  out.stream_id = id(place);
  out.file_id = file_;
  out.block = list_->block;
  out.first_row = static_cast<uint32_t>(row_);
  out.rows = rows[place];
  out.raw_bytes = static_cast<uint64_t>(raw_bytes_[place]);
  return {};
}

}  // namespace logsvc::store
