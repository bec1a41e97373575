#include "store/chunk/window.h"

#include <algorithm>
#include <optional>

namespace logsvc::store {
namespace {

bool earlier(const Entry& a, const Entry& b) { return a.timestamp < b.timestamp; }

constexpr uint64_t kFirstArenaBytes = 64 * 1024;
// A window and a stream in it occupy about this much beside their lines.
constexpr uint64_t kWindowBytes = 512;
constexpr uint64_t kStreamBytes = 320;

}  // namespace

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

bool Window::is_duplicate(Rows& r, const Entry& entry) const {
  if (r.rows.empty() || entry.timestamp > r.summary.last) return false;
  // A clock of milliseconds gives short runs of equal times: only the run has to be checked.
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
    r.seen.reserve(r.rows.size() + 1);
    for (size_t i = 0; i < r.rows.size(); ++i) {
      r.seen.add(hash_(r.rows[i]), static_cast<uint32_t>(i));
    }
  }
  const auto is_same = [&](uint32_t row) { return same_entry(r.rows[row], entry); };
  return r.seen.find(hash_(entry), is_same).has_value();
}

void Window::append(const StreamRef& stream, std::span<const Entry> entries, uint64_t sequence,
                    std::vector<uint32_t>& duplicates) {
  WriterLock lock(mutex_);
  span_.last = sequence;
  Rows& r = streams_[stream.get()];
  if (!r.stream) r.stream = stream;
  for (size_t i = 0; i < entries.size(); ++i) {
    if (!append_one(r, entries[i])) duplicates.push_back(static_cast<uint32_t>(i));
  }
}

bool Window::append_one(Rows& r, const Entry& entry) {
  if (is_duplicate(r, entry)) return false;
  if (!r.seen.empty()) r.seen.add(hash_(entry), static_cast<uint32_t>(r.rows.size()));
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
