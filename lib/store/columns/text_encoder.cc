// Sorts values into templates, as part of ColumnEncoder.
#include <algorithm>

#include "store/columns/column_encoder.h"
#include "store/columns/distinct_values.h"

namespace logsvc::store {
namespace {

constexpr size_t kReplayed = 8;  // templates tried before a line is cut anew
constexpr size_t kMaxReplayTemplates = 64;
constexpr size_t kManyTemplates = 64;  // from here on rare ones become plain strings
constexpr size_t kRareRows = 2;
constexpr size_t kGiveUpAfter = 4000;  // rows
constexpr size_t kGiveUpTemplates = 2000;
constexpr int kFieldDepth = 2;  // deeper texts are not searched for key=value

}  // namespace

// Cuts values one after the other; those of one template come together.
class ColumnEncoder::TemplateCollector {
 public:
  TemplateCollector(bool lines, int depth) : lines_(lines), depth_(depth) {}

  // Returns false if the values have too little in common.
  bool collect(const Values& values) {
    for (size_t i = 0; i < values.size(); ++i) {
      const auto row = static_cast<uint32_t>(i);
      const std::string_view v = values[i].text;
      if (!(lines_ && !v.empty() && v[0] == '{' && replay(v, row))) cut(v, row);
      if (!lines_ && i == kGiveUpAfter && out_.size() > kGiveUpTemplates) return false;
    }
    return out_.size() <= kManyTemplates || join_rare(values);
  }
  std::vector<TemplateValues> take() { return std::move(out_); }

 private:
  // Tries the templates used last; sorted lines repeat them.
  bool replay(std::string_view line, uint32_t row) {
    for (size_t i = 0; i < recent_.size() && i < kReplayed; ++i) {
      const auto& [shape, number] = replays_[recent_[i]];
      if (!shape.cut(line, replayed_)) continue;
      add_row(out_[number], row, replayed_);
      std::rotate(recent_.begin(), recent_.begin() + static_cast<ptrdiff_t>(i),
                  recent_.begin() + static_cast<ptrdiff_t>(i) + 1);
      return true;
    }
    return false;
  }

  void cut(std::string_view value, uint32_t row) {
    tokenizer_.cut(value, lines_, depth_ < kFieldDepth);
    add_row(template_of(tokenizer_.shape()), row, tokenizer_.slots());
  }

  // Returns the template of the value that was cut last. Templates are numbered by their shapes; if
  // shapes collide, the next free number is taken.
  TemplateValues& template_of(uint64_t shape) {
    while (true) {
      const size_t number = shapes_.add(shape);
      if (number == out_.size()) add_template();
      if (out_[number].kinds == tokenizer_.kinds()) return out_[number];
      ++shape;
    }
  }

  void add_template() {
    TemplateValues& to = out_.emplace_back();
    to.kinds = tokenizer_.kinds();
    to.texts = tokenizer_.static_texts();
    to.columns.resize(to.kinds.size());
    if (tokenizer_.is_json() && !to.kinds.empty() && replays_.size() < kMaxReplayTemplates) {
      recent_.insert(recent_.begin(), replays_.size());
      replays_.emplace_back(JsonCutter(to.texts), out_.size() - 1);
    }
  }

  static void add_row(TemplateValues& to, uint32_t row, const std::vector<Slot>& slots) {
    for (size_t i = 0; i < slots.size(); ++i) to.columns[i].push_back(slots[i]);
    to.rows.push_back(row);
  }

  // Puts the rows of rare templates into one without static text.
  bool join_rare(const Values& values) {
    std::vector<TemplateValues> kept;
    std::vector<uint32_t> rare;
    for (TemplateValues& c : out_) {
      if (c.rows.size() > kRareRows) {
        kept.push_back(std::move(c));
      } else {
        rare.insert(rare.end(), c.rows.begin(), c.rows.end());
      }
    }
    if (!lines_ && rare.size() > values.size() / 2) return false;
    if (!rare.empty()) {
      std::sort(rare.begin(), rare.end());
      TemplateValues& rest = kept.emplace_back();
      rest.texts.resize(2);
      SlotKind kind;
      kind.whole = true;
      kind.key = 1;
      rest.kinds.push_back(kind);
      Values& whole = rest.columns.emplace_back();
      for (const uint32_t r : rare) whole.push_back(hashed_slot(values[r].text));
      rest.rows = std::move(rare);
    }
    out_ = std::move(kept);
    return true;
  }

  const bool lines_;
  const int depth_;
  Tokenizer tokenizer_;
  std::vector<TemplateValues> out_;
  DistinctValues shapes_;
  std::vector<std::pair<JsonCutter, size_t>> replays_;  // and the number in out_
  std::vector<Slot> replayed_;
  std::vector<size_t> recent_;  // of replays_, the last used first
};

bool ColumnEncoder::fill_text(uint32_t number, const Values& values, int depth, bool lines) {
  TemplateCollector collector(lines, depth);
  if (!collector.collect(values)) return false;
  std::vector<TemplateValues> collected = collector.take();
  fill_templates(number, collected, depth, false);
  return true;
}

}  // namespace logsvc::store
