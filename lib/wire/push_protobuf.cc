#include "wire/push_protobuf.h"

#include <snappy.h>

#include <protozero/pbf_reader.hpp>
#include <protozero/pbf_writer.hpp>

#include "wire/metadata.h"

namespace logsvc::wire {
namespace {

// Field numbers of package logproto.
enum : protozero::pbf_tag_type {
  kRequestStreams = 1,
  kStreamLabels = 1,
  kStreamEntries = 2,
  kEntryTimestamp = 1,
  kEntryLine = 2,
  kEntryMetadata = 3,
  kTimestampSeconds = 1,
  kTimestampNanos = 2,
  kPairName = 1,
  kPairValue = 2,
};

std::string_view view(const protozero::data_view& v) { return {v.data(), v.size()}; }

Timestamp read_timestamp(protozero::pbf_reader in) {
  int64_t seconds = 0, nanos = 0;
  while (in.next()) {
    if (in.tag() == kTimestampSeconds) {
      seconds = in.get_int64();
    } else if (in.tag() == kTimestampNanos) {
      nanos = in.get_int32();
    } else {
      in.skip();
    }
  }
  Timestamp t = 0;
  if (__builtin_mul_overflow(seconds, kSecond, &t)) {
    return seconds > 0 ? std::numeric_limits<Timestamp>::max()
                       : std::numeric_limits<Timestamp>::min();
  }
  return add_saturated(t, nanos);
}

using Pairs = std::vector<std::pair<std::string_view, std::string_view>>;

void read_pair(protozero::pbf_reader in, Pairs& pairs) {
  auto& [name, value] = pairs.emplace_back();
  while (in.next()) {
    if (in.tag() == kPairName) {
      name = view(in.get_view());
    } else if (in.tag() == kPairValue) {
      value = view(in.get_view());
    } else {
      in.skip();
    }
  }
}

Entry read_entry(protozero::pbf_reader in, Arena& arena, Pairs& pairs) {
  Entry entry;
  pairs.clear();
  while (in.next()) {
    switch (in.tag()) {
      case kEntryTimestamp:
        entry.timestamp = read_timestamp(in.get_message());
        break;
      case kEntryLine:
        entry.line = view(in.get_view());
        break;
      case kEntryMetadata:
        read_pair(in.get_message(), pairs);
        break;
      default:
        in.skip();
    }
  }
  entry.metadata = store_metadata(arena, pairs);
  return entry;
}

// Limits what one request may take in memory: entries of two bytes each become far larger ones.
class Budget {
 public:
  explicit Budget(uint64_t max_bytes) : max_bytes_(max_bytes) {}
  Status add_entry(const Arena& arena) {
    ++entries_;
    if (entries_ * sizeof(Entry) + arena.size_bytes() <= max_bytes_) return {};
    return Error{ErrorCode::kTooLarge, "request body too large: its entries take over " +
                                           std::to_string(max_bytes_) +
                                           " bytes; send fewer at a time"};
  }

 private:
  const uint64_t max_bytes_;
  uint64_t entries_ = 0;
};

Status read_stream(protozero::pbf_reader in, Batch& batch, LabelTextCache& labels, Pairs& pairs,
                   Budget& budget) {
  StreamEntries stream;
  std::string_view label_text;
  while (in.next()) {
    switch (in.tag()) {
      case kStreamLabels:
        label_text = view(in.get_view());
        break;
      case kStreamEntries:
        stream.entries.push_back(read_entry(in.get_message(), batch.arena, pairs));
        RETURN_IF_ERROR(budget.add_entry(batch.arena));
        break;
      default:
        in.skip();
    }
  }
  ASSIGN_OR_RETURN(stream.labels, labels.parse(label_text));
  batch.streams.push_back(std::move(stream));
  return {};
}

Status read_message(std::string_view bytes, Batch& batch, LabelTextCache& labels,
                    uint64_t max_batch_bytes) {
  Pairs pairs;
  Budget budget(max_batch_bytes);
  try {
    protozero::pbf_reader in(bytes.data(), bytes.size());
    while (in.next()) {
      if (in.tag() == kRequestStreams) {
        RETURN_IF_ERROR(read_stream(in.get_message(), batch, labels, pairs, budget));
      } else {
        in.skip();
      }
    }
  } catch (const protozero::end_of_buffer_exception&) {
    return invalid("unexpected EOF");
  } catch (const protozero::exception& e) {
    return invalid(std::string("proto: ") + e.what());
  }
  return {};
}

void write_entry(protozero::pbf_writer& out, const Entry& entry) {
  int64_t seconds = entry.timestamp / kSecond;
  int64_t nanos = entry.timestamp % kSecond;
  if (nanos < 0) {
    nanos += kSecond;
    --seconds;
  }
  {
    protozero::pbf_writer time(out, kEntryTimestamp);
    time.add_int64(kTimestampSeconds, seconds);
    time.add_int32(kTimestampNanos, static_cast<int32_t>(nanos));
  }
  out.add_string(kEntryLine, entry.line.data(), entry.line.size());
  for (const LabelView& pair : entry.metadata) {
    protozero::pbf_writer metadata(out, kEntryMetadata);
    metadata.add_string(kPairName, pair.name.data(), pair.name.size());
    metadata.add_string(kPairValue, pair.value.data(), pair.value.size());
  }
}

}  // namespace

Result<Batch> decode_push_protobuf(std::string body, uint64_t max_decoded_bytes,
                                   LabelTextCache& labels) {
  size_t decoded_bytes = 0;
  if (!snappy::GetUncompressedLength(body.data(), body.size(), &decoded_bytes)) {
    return invalid("snappy: corrupt input");
  }
  if (decoded_bytes > max_decoded_bytes) {
    return invalid("decompressed message size too large than max (" +
                   std::to_string(decoded_bytes) + " vs " + std::to_string(max_decoded_bytes) +
                   ")");
  }
  // A copy element of 3 bytes gives at most 64: a larger claim is false and not worth the memory.
  if (decoded_bytes / 32 > body.size()) return invalid("snappy: corrupt input");
  Batch batch;
  char* const message = batch.arena.make_bytes(decoded_bytes);
  if (!snappy::RawUncompress(body.data(), body.size(), message)) {
    return invalid("snappy: corrupt input");
  }
  batch.packed = {std::move(body), {message, decoded_bytes}};
  // The decoded text itself counts as well.
  RETURN_IF_ERROR(read_message(batch.packed.text, batch, labels, 2 * max_decoded_bytes));
  return batch;
}

Result<Batch> decode_push_message(std::string message, LabelTextCache& labels,
                                  uint64_t max_batch_bytes) {
  Batch batch;
  const std::string_view bytes = batch.arena.adopt(std::move(message));
  RETURN_IF_ERROR(read_message(bytes, batch, labels, max_batch_bytes));
  return batch;
}

std::string encode_push_protobuf(const std::vector<StreamEntries>& streams) {
  std::string message;
  {
    protozero::pbf_writer out(message);
    for (const StreamEntries& s : streams) {
      protozero::pbf_writer stream(out, kRequestStreams);
      stream.add_string(kStreamLabels, s.labels.to_string());
      for (const Entry& e : s.entries) {
        protozero::pbf_writer entry(stream, kStreamEntries);
        write_entry(entry, e);
      }
    }
  }
  std::string body;
  snappy::Compress(message.data(), message.size(), &body);
  return body;
}

}  // namespace logsvc::wire
