#include "store/head/journal_record.h"

#include <algorithm>
#include <functional>

#include "base/bytes.h"
#include "store/common/compression.h"
#include "store/common/corrupt.h"

namespace logsvc::store {
namespace {

constexpr uint8_t kVersion = 2;
constexpr uint64_t kMinPairBytes = 2;
constexpr uint64_t kMinEntryBytes = 4;
constexpr uint64_t kMinStreamBytes = 2;
constexpr size_t kEntryBytes = 16;  // about what one takes in addition to its pairs
enum Packing : uint8_t { kAsItIs = 0, kSnappy = 1 };

uint64_t line_bytes(const Batch& batch) {
  uint64_t bytes = 0;
  for (const StreamEntries& s : batch.streams) {
    for (const Entry& e : s.entries) bytes += e.line.size();
  }
  return bytes;
}

bool lies_in(std::string_view part, std::string_view whole) {
  constexpr std::less_equal<const char*> not_after;
  return part.empty() || (not_after(whole.data(), part.data()) &&
                          not_after(part.data() + part.size(), whole.data() + whole.size()));
}

bool all_lines_lie_in(std::string_view text, const Batch& batch) {
  return std::all_of(batch.streams.begin(), batch.streams.end(), [&](const StreamEntries& stream) {
    return std::all_of(stream.entries.begin(), stream.entries.end(),
                       [&](const Entry& entry) { return lies_in(entry.line, text); });
  });
}

// Collects the lines' bytes, and notes where each line lies in them.
class TextWriter {
 public:
  // room is about how many bytes follow the text.
  TextWriter(const Batch& batch, size_t room, std::string& out) : out_(out), room_(room) {
    const PackedText& packed = batch.packed;
    const uint64_t bytes = line_bytes(batch);
    // The packed text is kept unless most was refused, or what is left is hardly smaller.
    if (!packed.snappy.empty() && packed.snappy.size() < bytes &&
        all_lines_lie_in(packed.text, batch)) {
      end_of_last_ = packed.text.data();
      put_head(packed.text.size(), kSnappy, packed.snappy.size());
      out_ += packed.snappy;
      return;
    }
    put_head(bytes, kAsItIs, bytes);
    for (const StreamEntries& s : batch.streams) {
      for (const Entry& e : s.entries) out_ += e.line;
    }
  }

  void put_place(std::string_view line) {
    const bool has_gap = end_of_last_ && !line.empty();
    put_zigzag(out_, has_gap ? line.data() - end_of_last_ : 0);
    put_varint(out_, line.size());
    if (has_gap) end_of_last_ = line.data() + line.size();
  }

 private:
  void put_head(size_t text_bytes, Packing packing, size_t stored_bytes) {
    out_.reserve(stored_bytes + room_ + 64);
    put_u8(out_, kVersion);
    put_varint(out_, text_bytes);
    put_u8(out_, packing);
    put_varint(out_, stored_bytes);
  }

  std::string& out_;
  const size_t room_;
  const char* end_of_last_ = nullptr;  // in packed text; nullptr: lines follow each other
};

void put_pairs(std::string& out, std::span<const LabelView> pairs) {
  put_varint(out, pairs.size() + 1);
  for (const LabelView& pair : pairs) {
    put_string(out, pair.name);
    put_string(out, pair.value);
  }
}

Result<std::string_view> read_text(ByteReader& in, Arena& arena) {
  const uint64_t text_bytes = in.varint();
  const uint8_t packing = in.u8();
  const std::string_view stored = in.string();
  if (!in.ok() || packing > kSnappy) return corrupt("a journal record is cut");
  if (packing == kSnappy) {
    ASSIGN_OR_RETURN(std::string text, unpack_snappy(stored, text_bytes));
    return arena.adopt(std::move(text));
  }
  if (stored.size() != text_bytes) return corrupt("a journal record does not have all its text");
  return stored;
}

class EntryReader {
 public:
  EntryReader(ByteReader& in, std::string_view text, Arena& arena)
      : in_(in), text_(text), arena_(arena) {}

  Entry next() {
    Entry entry;
    time_ += static_cast<uint64_t>(in_.zigzag());
    entry.timestamp = static_cast<Timestamp>(time_);
    at_ += static_cast<uint64_t>(in_.zigzag());
    const uint64_t length = in_.varint();
    if (length > 0 && (at_ > text_.size() || length > text_.size() - at_)) {
      damaged_ = true;
    } else if (length > 0) {
      entry.line = text_.substr(at_, length);
      at_ += length;
    }
    if (const uint64_t pairs = in_.varint(); pairs > 0) read_pairs(pairs - 1);
    entry.metadata = pairs_;
    return entry;
  }
  // Returns whether an entry claimed what is not there.
  bool damaged() const { return damaged_; }
  void begin_stream() { time_ = 0; }

 private:
  void read_pairs(uint64_t count) {
    pairs_ = {};
    if (count > in_.remaining() / kMinPairBytes) {
      damaged_ = true;
      return;
    }
    const std::span<LabelView> pairs = arena_.make_array<LabelView>(count);
    for (LabelView& pair : pairs) {
      pair.name = in_.string();
      pair.value = in_.string();
    }
    pairs_ = pairs;
  }

  ByteReader& in_;
  const std::string_view text_;
  Arena& arena_;
  uint64_t time_ = 0;
  uint64_t at_ = 0;
  std::span<const LabelView> pairs_;
  bool damaged_ = false;
};

}  // namespace

std::string encode_journal_record(const Batch& batch) {
  std::string out;
  TextWriter text(batch, kEntryBytes * (batch.entry_count() + 8 * batch.streams.size()), out);
  put_varint(out, batch.streams.size());
  std::span<const LabelView> last_pairs;
  for (const StreamEntries& stream : batch.streams) {
    put_varint(out, stream.labels.labels().size());
    for (const Label& label : stream.labels.labels()) {
      put_string(out, label.name);
      put_string(out, label.value);
    }
    put_varint(out, stream.entries.size());
    uint64_t last_time = 0;
    for (const Entry& entry : stream.entries) {
      const auto time = static_cast<uint64_t>(entry.timestamp);
      put_zigzag(out, static_cast<int64_t>(time - last_time));
      last_time = time;
      text.put_place(entry.line);
      if (std::equal(entry.metadata.begin(), entry.metadata.end(), last_pairs.begin(),
                     last_pairs.end())) {
        put_varint(out, 0);
      } else {
        put_pairs(out, entry.metadata);
        last_pairs = entry.metadata;
      }
    }
  }
  return out;
}

Result<Batch> decode_journal_record(std::string_view record) {
  ByteReader in(record);
  if (in.u8() != kVersion) return corrupt("a journal record of another version");
  Batch batch;
  ASSIGN_OR_RETURN(const std::string_view text, read_text(in, batch.arena));
  EntryReader entries(in, text, batch.arena);
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
    entries.begin_stream();
    for (Entry& entry : stream.entries) entry = entries.next();
    batch.streams.push_back(std::move(stream));
  }
  if (!in.done() || entries.damaged()) {
    return corrupt("a journal record does not end where it should");
  }
  return batch;
}

}  // namespace logsvc::store
