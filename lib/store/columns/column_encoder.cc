#include "store/columns/column_encoder.h"

#include <algorithm>
#include <functional>
#include <numeric>

#include "store/columns/distinct_values.h"
#include "store/columns/integer_sequence.h"
#include "store/columns/references.h"

namespace logsvc::store {
namespace {

constexpr int kMaxTextDepth = 4;
constexpr size_t kMaxDictionary = 65536;
constexpr size_t kSmallDictionary = 256;   // ids of one byte
constexpr size_t kDictionaryProbe = 2000;  // rows after which too many distinct values give up
constexpr size_t kHeaderDictionaryBytes = 2048;

// Returns the one form of all values, kString if they have none in common.
ValueForm common_id_form(const Values& values) {
  const auto all = [&](auto test) {
    return std::all_of(values.begin(), values.end(), [&](const Slot& v) { return test(v.text); });
  };
  if (all(is_uuid)) return {ColumnType::kUuid, 0, 0};
  const size_t length = values[0].text.size();
  const bool hex = length >= kMinHexDigits && length <= kMaxHexDigits &&
                   all([&](std::string_view v) { return v.size() == length && is_hex(v); });
  if (hex) return {ColumnType::kHex, static_cast<uint8_t>(length), 0};
  return {};
}

// Lines are not compared, so they need no hashes.
Values unhashed(const Lines& lines) {
  Values out;
  out.reserve(lines.size());
  for (const std::string_view line : lines) out.push_back({line, 0});
  return out;
}

}  // namespace

ColumnTable& ColumnEncoder::table() {
  table_.frames = frames_.frames();
  return table_;
}

uint32_t ColumnEncoder::reserve(size_t rows) {
  Column c;
  c.rows = static_cast<uint32_t>(rows);
  table_.columns.push_back(c);
  return static_cast<uint32_t>(table_.columns.size() - 1);
}

uint32_t ColumnEncoder::add_lines(const Lines& lines) {
  const uint32_t number = reserve(lines.size());
  if (std::adjacent_find(lines.begin(), lines.end(), std::not_equal_to<>()) == lines.end()) {
    fill_constant(table_.columns[number], lines[0]);
  } else if (const Values values = unhashed(lines); !fill_text(number, values, 0, true)) {
    fill_string(table_.columns[number], values);
  }
  return number;
}

uint32_t ColumnEncoder::add_plain_lines(const Lines& lines) {
  const uint32_t number = reserve(lines.size());
  fill_string(table_.columns[number], unhashed(lines));
  return number;
}

uint32_t ColumnEncoder::add_values(const Values& values, int depth) {
  const uint32_t number = reserve(values.size());
  if (all_same(values)) {
    fill_constant(table_.columns[number], values[0].text);
  } else if (!fill_dictionary(table_.columns[number], values) &&
             !fill_integers(table_.columns[number], values) && !fill_ids(number, values) &&
             !(depth < kMaxTextDepth && fill_text(number, values, depth, false))) {
    fill_string(table_.columns[number], values);
  }
  return number;
}

void ColumnEncoder::fill_constant(Column& c, std::string_view value) {
  c.form.type = ColumnType::kConstant;
  c.constant = value;
}

bool ColumnEncoder::fill_dictionary(Column& c, const Values& values) {
  const size_t n = values.size();
  const size_t limit = std::min(kMaxDictionary, n / 4);
  DistinctValues distinct;
  std::vector<std::string_view> entries;
  std::vector<uint32_t> ids(n), counts;
  size_t bytes = 0;
  for (size_t i = 0; i < n; ++i) {
    ids[i] = distinct.add(values[i].value);
    if (ids[i] == counts.size()) {
      counts.push_back(0);
      entries.push_back(values[i].text);
      bytes += entries.back().size() + 1;
      if (counts.size() > limit || (i > kDictionaryProbe && counts.size() > i / 2)) return false;
    }
    ++counts[ids[i]];
  }
  if (counts.size() > kSmallDictionary && n / counts.size() < 8) return false;
  // Frequent ones come first: their ids have a zero high byte.
  std::vector<uint32_t> order(counts.size()), rank(counts.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](uint32_t a, uint32_t b) { return counts[a] > counts[b]; });
  for (size_t i = 0; i < order.size(); ++i) rank[order[i]] = static_cast<uint32_t>(i);
  for (uint32_t& id : ids) id = rank[id];
  c.form.type = ColumnType::kDictionary;
  c.frames[0] = frames_.add(encode_ids(ids), FrameWriter::Content::kNumbers);
  std::string text;
  c.first_entry = static_cast<uint32_t>(table_.entries.size());
  for (const uint32_t i : order) {
    const std::string_view entry = entries[i];
    c.stats.add_characters(entry);
    c.stats.add_length(entry.size());
    if (bytes > kHeaderDictionaryBytes) {
      put_string(text, entry);
    } else {
      table_.entries.push_back(entry);
      ++c.entries;
    }
  }
  if (c.entries == 0) c.frames[1] = frames_.add(text, FrameWriter::Content::kText);
  return true;
}

bool ColumnEncoder::fill_integers(Column& c, const Values& values) {
  std::vector<int64_t> numbers(values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    if (!parse_integer(values[i].text, numbers[i])) return false;
  }
  c.form.type = ColumnType::kInteger;
  for (const Slot& v : values) c.stats.add_length(v.text.size());
  fill_numbers(c, numbers);
  return true;
}

void ColumnEncoder::fill_numbers(Column& c, const std::vector<int64_t>& numbers) {
  const auto [low, high] = std::minmax_element(numbers.begin(), numbers.end());
  c.minimum = *low;
  c.maximum = *high;
  c.frames[0] = frames_.add(encode_integers(numbers), FrameWriter::Content::kNumbers);
}

bool ColumnEncoder::fill_ids(uint32_t number, const Values& values) {
  if (!looks_like_id(values[0].text) && !is_hex(values[0].text)) return false;
  const ValueForm form = common_id_form(values);
  if (form.type == ColumnType::kString) return false;
  fill_packed(number, form, values);
  return true;
}

// Repeated ids are kept once.
void ColumnEncoder::fill_packed(uint32_t number, ValueForm form, const Values& values) {
  References references;
  if (find_references(values, values.size() * 9 / 10, references) &&
      references.first_rows.size() > 1) {
    std::vector<int64_t>& numbers = references.numbers;
    const uint32_t frame = frames_.add(encode_integers(numbers), FrameWriter::Content::kNumbers);
    const Values distinct = pick(values, references.first_rows);
    const uint32_t child = reserve(distinct.size());
    fill_packed(child, form, distinct);
    Column& c = table_.columns[number];
    c.form = {ColumnType::kReference, 0, 0};
    c.frames[0] = frame;
    c.child = child;
    return;
  }
  Column& c = table_.columns[number];
  c.form = form;
  const size_t width = packed_bytes(form), head = std::min<size_t>(4, width);
  std::string heads, tails;
  heads.reserve(values.size() * head);
  tails.reserve(values.size() * (width - head));
  uint8_t packed[kMaxFormattedBytes];
  for (const Slot& v : values) {
    c.stats.add_length(v.text.size());
    pack(form, v.text, packed);
    heads.append(reinterpret_cast<const char*>(packed), head);
    tails.append(reinterpret_cast<const char*>(packed) + head, width - head);
  }
  c.frames[0] = frames_.add(heads, FrameWriter::Content::kHeads);
  if (width > head) {
    const Frame& frame = frames_.frames()[c.frames[0]];
    const bool random = !frame.pooled() && !frame.compressed;
    c.frames[1] = frames_.add(
        tails, random ? FrameWriter::Content::kRandomTails : FrameWriter::Content::kTails);
  }
}

void ColumnEncoder::fill_string(Column& c, const Values& values) {
  c.form.type = ColumnType::kString;
  std::vector<int64_t> lengths;
  lengths.reserve(values.size());
  for (const Slot& v : values) {
    lengths.push_back(static_cast<int64_t>(v.text.size()));
    c.stats.add_characters(v.text);
    c.stats.add_length(v.text.size());
  }
  c.frames[0] = frames_.add(encode_integers(lengths), FrameWriter::Content::kLengths);
  std::string text;
  const auto close_frame = [&] {
    const uint32_t frame = frames_.add(text, FrameWriter::Content::kText);
    if (c.text_frames++ == 0) c.frames[1] = frame;
    text.clear();
  };
  // The reader knows from the lengths where frames end: the first row that fills one closes it.
  for (const Slot& v : values) {
    text += v.text;
    if (text.size() >= kTextFrameBytes) close_frame();
  }
  if (!text.empty()) close_frame();
}

void ColumnEncoder::fill_reference(uint32_t number, uint32_t frame, const Values& distinct,
                                   int depth) {
  const uint32_t child = add_values(distinct, depth);
  Column& c = table_.columns[number];
  c.form = {ColumnType::kReference, 0, 0};
  c.frames[0] = frame;
  c.child = child;
}

}  // namespace logsvc::store
