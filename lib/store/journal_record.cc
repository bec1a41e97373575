#include "store/journal_record.h"

#include "base/bytes.h"
#include "store/chunk_format.h"

namespace logsvc::store {
namespace {

constexpr uint8_t kVersion = 1;
constexpr uint64_t kMinPairBytes = 2;
constexpr uint64_t kMinEntryBytes = 3;
constexpr uint64_t kMinStreamBytes = 2;

size_t estimate_bytes(const Batch& batch) {
  size_t n = 64;
  for (const StreamEntries& s : batch.streams) {
    n += 2 * s.labels.to_string().size() + 16;
    for (const Entry& e : s.entries) {
      n += e.line.size() + 16;
      for (const LabelView& pair : e.metadata) n += pair.name.size() + pair.value.size() + 4;
    }
  }
  return n;
}

}  // namespace

std::string encode_journal_record(const Batch& batch) {
  std::string out;
  out.reserve(estimate_bytes(batch));
  put_u8(out, kVersion);
  put_varint(out, batch.streams.size());
  for (const StreamEntries& stream : batch.streams) {
    put_varint(out, stream.labels.labels().size());
    for (const Label& label : stream.labels.labels()) {
      put_string(out, label.name);
      put_string(out, label.value);
    }
    put_varint(out, stream.entries.size());
    uint64_t previous = 0;
    for (const Entry& entry : stream.entries) {
      put_zigzag(out, static_cast<int64_t>(static_cast<uint64_t>(entry.timestamp) - previous));
      previous = static_cast<uint64_t>(entry.timestamp);
      put_string(out, entry.line);
      put_varint(out, entry.metadata.size());
      for (const LabelView& pair : entry.metadata) {
        put_string(out, pair.name);
        put_string(out, pair.value);
      }
    }
  }
  return out;
}

Result<Batch> decode_journal_record(std::string_view record) {
  ByteReader in(record);
  if (in.u8() != kVersion) return corrupt("a journal record of another version");
  Batch batch;
  const uint64_t streams = in.count(kMinStreamBytes);
  for (uint64_t i = 0; i < streams && in.ok(); ++i) {
    Labels labels(in.count(kMinPairBytes));
    for (Label& label : labels) {
      label.name = in.string();
      label.value = in.string();
    }
    StreamEntries stream;
    stream.labels = LabelSet::from(std::move(labels));
    stream.entries.resize(in.count(kMinEntryBytes));
    uint64_t previous = 0;
    for (Entry& entry : stream.entries) {
      previous += static_cast<uint64_t>(in.zigzag());
      entry.timestamp = static_cast<Timestamp>(previous);
      entry.line = in.string();
      const auto pairs = batch.arena.make_array<LabelView>(in.count(kMinPairBytes));
      for (LabelView& pair : pairs) {
        pair.name = in.string();
        pair.value = in.string();
      }
      entry.metadata = pairs;
    }
    batch.streams.push_back(std::move(stream));
  }
  if (!in.done()) return corrupt("a journal record does not end where it should");
  return batch;
}

}  // namespace logsvc::store
