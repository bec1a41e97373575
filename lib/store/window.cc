#include "store/window.h"

#include <algorithm>
#include <optional>

#include "base/checksum.h"

namespace logsvc::store {
namespace {

bool earlier(const Entry& a, const Entry& b) { return a.timestamp < b.timestamp; }

constexpr uint64_t kFirstArenaBytes = 64 * 1024;
// What a window and a stream in it occupy beside their lines, about.
constexpr uint64_t kWindowBytes = 512;
constexpr uint64_t kStreamBytes = 320;

bool same_pairs(std::span<const LabelView> a, std::span<const LabelView> b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

}  // namespace

bool same_entry(const Entry& a, const Entry& b) {
  return a.timestamp == b.timestamp && a.line == b.line && same_pairs(a.metadata, b.metadata);
}

Entry copy_entry(Arena& arena, const Entry& entry, const Entry* before) {
  Entry out{entry.timestamp, arena.copy(entry.line), {}};
  if (before && same_pairs(entry.metadata, before->metadata)) {
    out.metadata = before->metadata;
    return out;
  }
  const std::span<LabelView> metadata = arena.make_array<LabelView>(entry.metadata.size());
  for (size_t i = 0; i < metadata.size(); ++i) {
    metadata[i] = {arena.copy(entry.metadata[i].name), arena.copy(entry.metadata[i].value)};
  }
  out.metadata = metadata;
  return out;
}

uint64_t entry_hash(const Entry& entry) {
  uint64_t hash = hash_bytes(entry.line, static_cast<uint64_t>(entry.timestamp));
  for (const LabelView& pair : entry.metadata) {
    hash = hash_bytes(pair.value, hash_bytes(pair.name, hash));
  }
  return hash;
}

bool Window::is_double(Rows& r, const Entry& entry) {
  if (r.rows.empty() || entry.timestamp > r.summary.last) return false;
  // A clock of milliseconds gives short runs of equal times: look at the run alone.
  if (entry.timestamp == r.summary.last && r.sorted && r.seen.empty()) {
    constexpr size_t kLongRun = 32;
    size_t n = 0;
    for (auto row = r.rows.rbegin(); row != r.rows.rend() && n < kLongRun; ++row, ++n) {
      if (row->timestamp != entry.timestamp) return false;
      if (same_entry(*row, entry)) return true;
    }
    if (n < kLongRun) return false;
  }
  if (r.seen.empty()) {
    r.seen.reserve(2 * r.rows.size());
    for (const Entry& row : r.rows) r.seen.insert(entry_hash(row));
  }
  return r.seen.count(entry_hash(entry)) != 0;
}

uint64_t Window::append(const StreamRef& stream, std::span<const Entry> entries,
                        uint64_t sequence) {
  WriterLock lock(mutex_);
  span_.last = sequence;
  Rows& r = streams_[stream.get()];
  if (!r.stream) r.stream = stream;
  uint64_t doubles = 0;
  for (const Entry& entry : entries) {
    if (!append_one(r, entry)) ++doubles;
  }
  return doubles;
}

bool Window::append_one(Rows& r, const Entry& entry) {
  if (is_double(r, entry)) return false;
  if (!r.seen.empty()) r.seen.insert(entry_hash(entry));
  if (r.rows.empty()) {
    r.summary.first = r.summary.last = entry.timestamp;
  } else if (entry.timestamp < r.summary.last) {
    r.sorted = false;
  }
  r.summary.first = std::min(r.summary.first, entry.timestamp);
  r.summary.last = std::max(r.summary.last, entry.timestamp);
  r.summary.rows += 1;
  r.summary.bytes += entry.line.size();
  r.rows.push_back(copy_entry(arena_for_next(), entry, r.rows.empty() ? nullptr : &r.rows.back()));
  line_bytes_ += entry.line.size();
  entries_ += 1;
  return true;
}

Arena& Window::arena_for_next() {
  return first_arena_.size_bytes() < kFirstArenaBytes ? first_arena_ : arena_;
}

std::vector<Entry> Window::rows(const Stream& stream, TimeRange range) const {
  std::vector<Entry> out;
  bool sorted = true;
  {
    ReaderLock lock(mutex_);
    const auto found = streams_.find(&stream);
    if (found == streams_.end()) return out;
    const Rows& r = found->second;
    if (!range.overlaps(r.summary.first, r.summary.last)) return out;
    sorted = r.sorted;
    if (sorted) {
      const auto first =
          std::lower_bound(r.rows.begin(), r.rows.end(), Entry{range.start, {}, {}}, earlier);
      const auto last = std::lower_bound(first, r.rows.end(), Entry{range.end, {}, {}}, earlier);
      out.assign(first, last);
    } else {
      for (const Entry& row : r.rows) {
        if (range.contains(row.timestamp)) out.push_back(row);
      }
    }
  }
  if (!sorted) std::stable_sort(out.begin(), out.end(), earlier);
  return out;
}

std::vector<Window::StreamRows> Window::all_rows() const {
  std::vector<StreamRows> out;
  {
    ReaderLock lock(mutex_);
    for (const auto& [unused, r] : streams_) {
      if (!r.rows.empty()) out.push_back({r.stream, r.rows});
    }
  }
  for (StreamRows& s : out) std::stable_sort(s.rows.begin(), s.rows.end(), earlier);
  std::sort(out.begin(), out.end(), [](const StreamRows& a, const StreamRows& b) {
    return a.stream->labels < b.stream->labels;
  });
  return out;
}

std::optional<Window::StreamSummary> Window::summary(const Stream& stream) const {
  ReaderLock lock(mutex_);
  const auto found = streams_.find(&stream);
  if (found == streams_.end() || found->second.rows.empty()) return {};
  return found->second.summary;
}

JournalSpan Window::span() const {
  ReaderLock lock(mutex_);
  return span_;
}

Window::Sizes Window::sizes() const {
  ReaderLock lock(mutex_);
  const uint64_t memory = kWindowBytes + streams_.size() * kStreamBytes +
                          first_arena_.size_bytes() + arena_.size_bytes() +
                          entries_ * sizeof(Entry);
  return {line_bytes_, memory, entries_};
}

void Window::add_stream_ids(std::unordered_set<uint64_t>& ids) const {
  ReaderLock lock(mutex_);
  for (const auto& [stream, rows] : streams_) {
    if (!rows.rows.empty()) ids.insert(stream->id);
  }
}

}  // namespace logsvc::store
