#include "wire/push_builder.h"

#include <snappy.h>

#include <algorithm>
#include <protozero/pbf_reader.hpp>

#include "base/bytes.h"

namespace logsvc::wire {
namespace {

constexpr size_t kMaxKeptStreams = 64;
constexpr size_t kMaxKeptBytes = 1u << 20;

// Tags of length-delimited fields and, of a timestamp, of its varints.
constexpr char kStreamsTag = 1 << 3 | 2, kLabelsTag = 1 << 3 | 2, kEntriesTag = 2 << 3 | 2;
constexpr char kTimeTag = 1 << 3 | 2, kLineTag = 2 << 3 | 2, kMetadataTag = 3 << 3 | 2;
constexpr char kNameTag = 1 << 3 | 2, kValueTag = 2 << 3 | 2;
constexpr char kSecondsTag = 1 << 3, kNanosTag = 2 << 3;

size_t varint_bytes(uint64_t v) {
  return static_cast<size_t>((64 - __builtin_clzll(v | 1) + 6) / 7);
}
size_t field_bytes(size_t n) { return 1 + varint_bytes(n) + n; }

char* put(char* at, uint64_t v) {
  while (v >= 0x80) {
    *at++ = static_cast<char>(v | 0x80);
    v >>= 7;
  }
  *at++ = static_cast<char>(v);
  return at;
}

void put_field(std::string& out, char tag, std::string_view bytes) {
  out += tag;
  put_string(out, bytes);
}

std::string_view view(const protozero::data_view& v) { return {v.data(), v.size()}; }

Error corrupt() { return {ErrorCode::kCorrupt, "a push block cannot be read"}; }

Result<std::string> uncompress(std::string_view block) {
  std::string message;
  if (!snappy::Uncompress(block.data(), block.size(), &message)) return corrupt();
  return message;
}

// The parts of a message: label texts and whole entry fields.
struct Streams {
  struct Stream {
    std::string_view labels;
    std::vector<std::string_view> entries;
  };
  std::vector<Stream> streams;
  size_t entries = 0;
};

Result<Streams> read_streams(std::string_view message) {
  Streams out;
  try {
    protozero::pbf_reader in(message.data(), message.size());
    while (in.next(1)) {
      auto& stream = out.streams.emplace_back();
      protozero::pbf_reader fields = in.get_message();
      while (fields.next()) {
        if (fields.tag() == 1) {
          stream.labels = view(fields.get_view());
        } else if (fields.tag() == 2) {
          stream.entries.push_back(view(fields.get_view()));
          ++out.entries;
        } else {
          fields.skip();
        }
      }
    }
  } catch (const protozero::exception&) {
    return corrupt();
  }
  return out;
}

void put_stream(std::string& message, std::string_view labels,
                std::span<const std::string_view> entries) {
  std::string inside;
  put_field(inside, kLabelsTag, labels);
  for (const std::string_view entry : entries) put_field(inside, kEntriesTag, entry);
  put_field(message, kStreamsTag, inside);
}

std::string compress(std::string_view message) {
  std::string out;
  snappy::Compress(message.data(), message.size(), &out);
  return out;
}

}  // namespace

PushBuilder::Stream& PushBuilder::stream(std::string_view labels) {
  if (current_ < streams_.size() && streams_[current_].labels == labels) return streams_[current_];
  for (current_ = 0; current_ < streams_.size(); ++current_) {
    if (streams_[current_].labels == labels) return streams_[current_];
  }
  return streams_.emplace_back(Stream{std::string(labels), {}});
}

void PushBuilder::add(std::string_view labels, Timestamp timestamp, std::string_view line,
                      std::span<const LabelView> metadata) {
  std::string& out = stream(labels).entries;
  int64_t seconds = timestamp / kSecond, nanos = timestamp % kSecond;
  if (nanos < 0) {
    nanos += kSecond;
    --seconds;
  }
  const size_t before = out.size();
  const size_t time_bytes =
      2 + varint_bytes(static_cast<uint64_t>(seconds)) + varint_bytes(static_cast<uint64_t>(nanos));
  size_t entry_bytes = field_bytes(time_bytes) + field_bytes(line.size());
  for (const LabelView& pair : metadata) {
    entry_bytes += field_bytes(field_bytes(pair.name.size()) + field_bytes(pair.value.size()));
  }
  char head[48];
  char* at = head;
  *at++ = kEntriesTag;
  at = put(at, entry_bytes);
  *at++ = kTimeTag;
  at = put(at, time_bytes);
  *at++ = kSecondsTag;
  at = put(at, static_cast<uint64_t>(seconds));
  *at++ = kNanosTag;
  at = put(at, static_cast<uint64_t>(nanos));
  *at++ = kLineTag;
  at = put(at, line.size());
  out.append(head, static_cast<size_t>(at - head));
  out.append(line);
  for (const LabelView& pair : metadata) {
    out += kMetadataTag;
    put_varint(out, field_bytes(pair.name.size()) + field_bytes(pair.value.size()));
    put_field(out, kNameTag, pair.name);
    put_field(out, kValueTag, pair.value);
  }
  bytes_ += out.size() - before;
  ++lines_;
}

void PushBuilder::finish(std::string& out) {
  message_.clear();
  for (const Stream& s : streams_) {
    if (s.entries.empty()) continue;
    message_ += kStreamsTag;
    put_varint(message_, field_bytes(s.labels.size()) + s.entries.size());
    put_field(message_, kLabelsTag, s.labels);
    message_ += s.entries;
  }
  const size_t before = out.size();
  out.resize(before + snappy::MaxCompressedLength(message_.size()));
  size_t compressed = 0;
  snappy::RawCompress(message_.data(), message_.size(), out.data() + before, &compressed);
  out.resize(before + compressed);
  if (streams_.size() > kMaxKeptStreams || bytes_ > kMaxKeptBytes) {
    streams_ = {};
    message_ = {};
  }
  for (Stream& s : streams_) s.entries.clear();
  current_ = 0;
  lines_ = 0;
  bytes_ = 0;
}

Status PushBody::add(std::string_view block) {
  ByteReader in(block);
  const uint64_t bytes = in.varint();
  if (!in.ok() || bytes + message_bytes_ > UINT32_MAX) return corrupt();
  message_bytes_ += bytes;
  elements_ += in.rest();
  return {};
}

std::string PushBody::take() {
  std::string body;
  body.reserve(elements_.size() + 10);
  put_varint(body, message_bytes_);
  body += elements_;
  elements_.clear();
  message_bytes_ = 0;
  return body;
}

Result<std::string> add_labels(std::string_view block, const Labels& labels) {
  ASSIGN_OR_RETURN(const std::string message, uncompress(block));
  ASSIGN_OR_RETURN(const Streams read, read_streams(message));
  std::string out;
  for (const auto& stream : read.streams) {
    ASSIGN_OR_RETURN(const LabelSet own, LabelSet::parse(stream.labels));
    Labels all = labels;
    all.insert(all.end(), own.labels().begin(), own.labels().end());
    put_stream(out, LabelSet::from(std::move(all)).to_string(), stream.entries);
  }
  return compress(out);
}

Result<std::string> pick_entries(std::string_view body, std::span<const EntryRange> ranges) {
  ASSIGN_OR_RETURN(const std::string message, uncompress(body));
  ASSIGN_OR_RETURN(const Streams read, read_streams(message));
  std::string out;
  uint64_t before = 0;  // entries of the streams so far
  for (const auto& stream : read.streams) {
    const uint64_t end = before + stream.entries.size();
    std::vector<std::string_view> picked;
    for (const EntryRange& range : ranges) {
      for (uint64_t i = std::max(before, range.first); i < std::min(end, range.first + range.count);
           ++i) {
        picked.push_back(stream.entries[i - before]);
      }
    }
    if (!picked.empty()) put_stream(out, stream.labels, picked);
    before = end;
  }
  if (ranges.empty() || ranges.back().first + ranges.back().count > before)
    return invalid("the push does not have these entries");
  return compress(out);
}

Result<std::pair<std::string, std::string>> split_push(std::string_view body) {
  ASSIGN_OR_RETURN(const std::string message, uncompress(body));
  ASSIGN_OR_RETURN(const Streams read, read_streams(message));
  if (read.entries < 2) return invalid("a push of one line cannot be split");
  std::string first, second;
  size_t left = read.entries / 2;
  for (const auto& stream : read.streams) {
    const size_t n = std::min(left, stream.entries.size());
    left -= n;
    const std::span<const std::string_view> entries(stream.entries);
    if (n > 0) put_stream(first, stream.labels, entries.first(n));
    if (n < entries.size()) put_stream(second, stream.labels, entries.subspan(n));
  }
  return std::pair(compress(first), compress(second));
}

}  // namespace logsvc::wire
