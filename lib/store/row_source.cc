#include "store/row_source.h"

#include <algorithm>
#include <cstring>

namespace logsvc::store {
namespace {

bool contains(std::string_view text, std::string_view needle) {
  return needle.empty() ||
         memmem(text.data(), text.size(), needle.data(), needle.size()) != nullptr;
}

bool contains_all(std::string_view line, const std::vector<std::string>& needles) {
  return std::all_of(needles.begin(), needles.end(),
                     [&](const std::string& n) { return contains(line, n); });
}

class HeadSource : public RowSource {
 public:
  HeadSource(StreamRef stream, uint64_t order, Timestamp bound, std::vector<Entry> rows,
             std::shared_ptr<const void> keep, const SelectQuery& query)
      : RowSource(std::move(stream), order, bound),
        rows_(std::move(rows)),
        keep_(std::move(keep)),
        query_(query) {}

  Result<bool> advance(ReadStats& stats) override {
    const bool backward = query_.direction == Direction::kBackward;
    while (at_ < rows_.size()) {
      const Entry& row = backward ? rows_[rows_.size() - 1 - at_] : rows_[at_];
      ++at_;
      stats.lines_processed += 1;
      stats.head_lines += 1;
      stats.bytes_processed += row.line.size();
      if (!contains_all(row.line, query_.must_contain)) continue;
      entry_ = row;
      return true;
    }
    return false;
  }

 private:
  const std::vector<Entry> rows_;
  const std::shared_ptr<const void> keep_;
  const SelectQuery& query_;
  size_t at_ = 0;
};

// Walks the stream's rows frame by frame; inside a frame only rows that can match are visited.
class BlockSource : public RowSource {
 public:
  BlockSource(StreamRef stream, uint64_t order, Timestamp bound, const StreamBlock& block,
              std::string path, BlockCache& cache, const SelectQuery& query)
      : RowSource(std::move(stream), order, bound),
        place_(block),
        path_(std::move(path)),
        cache_(cache),
        query_(query) {
    for (const std::string& needle : query_.must_contain) {
      if (needle.size() > needle_.size()) needle_ = needle;
    }
  }

  Result<bool> advance(ReadStats& stats) override {
    if (!opened_) RETURN_IF_ERROR(open(stats));
    while (true) {
      if (next_hit_ < hits_.size()) {
        build_entry(hits_[next_hit_++]);
        return true;
      }
      if (next_frame_ == frames_.size()) return false;
      RETURN_IF_ERROR(read_frame(frames_[next_frame_++], stats));
    }
  }

 private:
  bool backward() const { return query_.direction == Direction::kBackward; }

  // Finds the stream's rows in the time range and the text frames that hold them.
  Status open(ReadStats& stats) {
    opened_ = true;
    ASSIGN_OR_RETURN(block_, cache_.block(place_.file_id, path_, place_.block, stats));
    const auto& times = block_.rows->times;
    if (place_.first_row > times.size() || place_.rows > times.size() - place_.first_row) {
      return corrupt(path_ + ": the index names rows that block " + std::to_string(place_.block) +
                     " does not have");
    }
    const auto begin = times.begin() + place_.first_row;
    const auto end = begin + place_.rows;
    const auto first = std::lower_bound(begin, end, query_.range.start);
    const auto last = std::lower_bound(first, end, query_.range.end);
    first_row_ = static_cast<uint32_t>(first - times.begin());
    end_row_ = static_cast<uint32_t>(last - times.begin());
    for (size_t i = 0; i < block_.header->frames.size(); ++i) {
      const FrameRef& f = block_.header->frames[i];
      if (f.kind == FrameKind::kText && f.first_row < end_row_ &&
          f.first_row + f.rows > first_row_) {
        frames_.push_back(i);
      }
    }
    if (backward()) std::reverse(frames_.begin(), frames_.end());
    return {};
  }

  // Loads a frame and lists the rows of it that hold every needle.
  Status read_frame(size_t number, ReadStats& stats) {
    const FrameRef& f = block_.header->frames[number];
    ASSIGN_OR_RETURN(text_, cache_.text(place_.file_id, block_, place_.block, number, stats));
    const uint32_t first = std::max(first_row_, f.first_row);
    const uint32_t end = std::min(end_row_, f.first_row + f.rows);
    hits_.clear();
    next_hit_ = 0;
    const uint64_t from = block_.rows->text_offsets[first];
    const uint64_t to =
        uint64_t{block_.rows->text_offsets[end - 1]} + block_.rows->text_lengths[end - 1];
    stats.lines_processed += end - first;
    stats.bytes_processed += to - from;
    if (needle_.empty()) {
      for (uint32_t r = first; r < end; ++r) hits_.push_back(r);
    } else {
      find_hits(first, end, from, to);
    }
    if (backward()) std::reverse(hits_.begin(), hits_.end());
    return {};
  }

  // One search over the text of all rows; a hit that crosses two lines is none.
  void find_hits(uint32_t first, uint32_t end, uint64_t from, uint64_t to) {
    const auto& offsets = block_.rows->text_offsets;
    const char* text = text_->data();
    uint32_t row = first;
    while (from + needle_.size() <= to) {
      const void* found = memmem(text + from, to - from, needle_.data(), needle_.size());
      if (!found) return;
      const auto at = static_cast<uint64_t>(static_cast<const char*>(found) - text);
      // The row that holds byte `at`: the last one that begins at or before it.
      row = static_cast<uint32_t>(
          std::upper_bound(offsets.begin() + row, offsets.begin() + end, at) - offsets.begin() - 1);
      const uint64_t line_end = uint64_t{offsets[row]} + block_.rows->text_lengths[row];
      if (at + needle_.size() > line_end) {
        from = at + 1;
        continue;
      }
      if (query_.must_contain.size() == 1 || contains_all(line(row), query_.must_contain)) {
        hits_.push_back(row);
      }
      from = line_end;
    }
  }

  std::string_view line(uint32_t row) const {
    return std::string_view(*text_).substr(block_.rows->text_offsets[row],
                                           block_.rows->text_lengths[row]);
  }

  void build_entry(uint32_t row) {
    entry_.timestamp = block_.rows->times[row];
    entry_.line = line(row);
    entry_.metadata = {};
    if (!block_.rows->metadata.empty()) {
      entry_.metadata = block_.rows->metadata_sets[block_.rows->metadata[row]];
    }
  }

  const StreamBlock place_;
  const std::string path_;
  BlockCache& cache_;
  const SelectQuery& query_;
  std::string needle_;  // the longest of must_contain
  bool opened_ = false;
  BlockCache::Block block_;
  uint32_t first_row_ = 0, end_row_ = 0;
  std::vector<size_t> frames_;
  size_t next_frame_ = 0;
  std::shared_ptr<const std::string> text_;
  std::vector<uint32_t> hits_;
  size_t next_hit_ = 0;
};

}  // namespace

std::unique_ptr<RowSource> make_head_source(StreamRef stream, uint64_t order,
                                            std::vector<Entry> rows,
                                            std::shared_ptr<const void> keep,
                                            const SelectQuery& query) {
  const Timestamp bound =
      query.direction == Direction::kBackward ? rows.back().timestamp : rows.front().timestamp;
  return std::make_unique<HeadSource>(std::move(stream), order, bound, std::move(rows),
                                      std::move(keep), query);
}

std::unique_ptr<RowSource> make_block_source(StreamRef stream, const StreamBlock& block,
                                             std::string path, BlockCache& cache,
                                             const SelectQuery& query) {
  const Timestamp bound = query.direction == Direction::kBackward
                              ? std::min(block.last, query.range.end - 1)
                              : std::max(block.first, query.range.start);
  return std::make_unique<BlockSource>(std::move(stream), block.file_id << 16 | block.block, bound,
                                       block, std::move(path), cache, query);
}

BlockCache::Item* BlockCache::find(const Key& key) {
  const auto found = items_.find(key);
  if (found == items_.end()) return nullptr;
  found->second.used = ++clock_;
  return &found->second;
}

BlockCache::Item& BlockCache::insert(const Key& key, Item item) {
  while (!items_.empty() && bytes_ + item.bytes > max_bytes_) {
    const auto oldest = std::min_element(
        items_.begin(), items_.end(),
        [](const auto& a, const auto& b) { return a.second.used < b.second.used; });
    bytes_ -= oldest->second.bytes;
    items_.erase(oldest);
  }
  bytes_ += item.bytes;
  item.used = ++clock_;
  return items_[key] = std::move(item);
}

Result<BlockCache::Block> BlockCache::block(uint64_t file_id, const std::string& path,
                                            uint32_t number, ReadStats& stats) {
  const Key key{file_id, number, SIZE_MAX};
  if (const Item* item = find(key)) return item->block;
  Item item;
  ASSIGN_OR_RETURN(item.block.reader, chunks_.get(file_id, path));
  ASSIGN_OR_RETURN(item.block.header, item.block.reader->block(number));
  ASSIGN_OR_RETURN(item.block.rows, item.block.reader->rows(number));
  item.bytes = item.block.rows->memory_bytes();
  stats.chunks_read += 1;
  for (const FrameRef& f : item.block.header->frames) {
    if (f.kind != FrameKind::kText) stats.compressed_bytes += f.stored_bytes;
  }
  return insert(key, std::move(item)).block;
}

Result<std::shared_ptr<const std::string>> BlockCache::text(uint64_t file_id, const Block& block,
                                                            uint32_t number, size_t frame,
                                                            ReadStats& stats) {
  const Key key{file_id, number, frame};
  if (const Item* item = find(key)) return item->text;
  Item item;
  const FrameRef& f = block.header->frames[frame];
  ASSIGN_OR_RETURN(item.text, block.reader->text(number, f));
  item.bytes = item.text->size();
  stats.compressed_bytes += f.stored_bytes;
  return insert(key, std::move(item)).text;
}

}  // namespace logsvc::store
