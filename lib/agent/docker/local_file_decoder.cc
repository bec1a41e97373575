// Decodes the driver `local`: u32 length, LogEntry, u32 length again; big-endian.
//
// LogEntry: source=1, time_nano=2, line=3, partial=4, partial_log_metadata=5.
#include "agent/docker/log_file_decoders.h"
#include "base/bytes.h"

namespace logsvc::agent {
namespace {

constexpr size_t kLengthBytes = 4;
constexpr uint32_t kMaxEntryBytes = 64u << 20;

uint32_t big_endian(std::string_view b) {
  uint32_t v = 0;
  for (size_t i = 0; i < kLengthBytes; ++i) v = v << 8 | static_cast<unsigned char>(b[i]);
  return v;
}

struct LocalEntry {
  std::string_view source, line;
  uint64_t time_nano = 0;
  bool partial = false;
};

bool read_entry(std::string_view bytes, LocalEntry& entry) {
  ByteReader in(bytes);
  while (in.ok() && in.remaining() > 0) {
    const uint64_t tag = in.varint();
    if (tag == (1 << 3 | 2)) {
      entry.source = in.string();
    } else if (tag == (2 << 3)) {
      entry.time_nano = in.varint();
    } else if (tag == (3 << 3 | 2)) {
      entry.line = in.string();
    } else if (tag == (4 << 3)) {
      entry.partial = in.varint() != 0;
    } else if ((tag & 7) == 2) {
      in.string();
    } else if ((tag & 7) == 0) {
      in.varint();
    } else {
      return false;
    }
  }
  return in.done();
}

}  // namespace

DecodedRecord decode_local_file(std::string_view bytes, std::string& scratch) {
  DecodedRecord out;
  if (bytes.size() < kLengthBytes) return out;
  const uint32_t length = big_endian(bytes);
  if (length > kMaxEntryBytes) {  // not a length: nothing after it can be found
    out.kind = DecodedRecord::Kind::kDamaged;
    out.bytes = bytes.size();
    return out;
  }
  const size_t whole = kLengthBytes + length + kLengthBytes;
  if (bytes.size() < whole) return out;
  out.bytes = whole;
  LocalEntry entry;
  if (big_endian(bytes.substr(kLengthBytes + length)) != length ||
      !read_entry(bytes.substr(kLengthBytes, length), entry)) {
    out.kind = DecodedRecord::Kind::kDamaged;
    return out;
  }
  out.kind = DecodedRecord::Kind::kRecord;
  out.record.stream = entry.source == "stderr" ? OutputStream::kStderr : OutputStream::kStdout;
  out.record.timestamp = static_cast<Timestamp>(entry.time_nano);
  // Restores the API's form: the driver removes the newline when it writes, and pieces have none.
  out.record.text = entry.line;
  if (!entry.partial) {
    scratch.assign(entry.line);
    scratch += '\n';
    out.record.text = scratch;
  }
  return out;
}

}  // namespace logsvc::agent
