// Makes columns of the slots of templates, as part of ColumnEncoder.
#include <algorithm>
#include <unordered_map>

#include "store/columns/column_encoder.h"
#include "store/columns/integer_sequence.h"
#include "store/columns/references.h"
#include "store/columns/value_hash.h"

namespace logsvc::store {
namespace {

bool is_same_span(std::span<const LabelView> a, std::span<const LabelView> b) {
  return a.data() == b.data() && a.size() == b.size();
}

}  // namespace

// Holds slots of the same kind and key, of one template or several.
struct ColumnEncoder::Child {
  SlotKind kind;
  std::vector<std::pair<uint32_t, uint32_t>> segments;  // template, slot
  uint64_t shape = 0;  // the same for children whose rows belong together
  Values values;       // of the segments, one after the other
  uint32_t column = kNone;
};

uint32_t ColumnEncoder::add_pairs(const std::vector<std::span<const LabelView>>& rows) {
  const uint32_t number = reserve(rows.size());
  std::vector<TemplateValues> collected;
  std::unordered_map<std::string, size_t> by_names;
  std::string names;
  size_t last = 0;  // the shape of the row before
  for (size_t r = 0; r < rows.size(); ++r) {
    if (r > 0 && is_same_span(rows[r], rows[r - 1])) {
      for (Values& column : collected[last].columns) column.push_back(Slot(column.back()));
      collected[last].rows.push_back(static_cast<uint32_t>(r));
      continue;
    }
    names.clear();
    for (const LabelView& pair : rows[r]) put_string(names, pair.name);
    const auto [found, fresh] = by_names.try_emplace(names, collected.size());
    last = found->second;
    if (fresh) {
      TemplateValues& shape = collected.emplace_back();
      for (const LabelView& pair : rows[r]) {
        shape.texts.push_back(pair.name);
        SlotKind kind;
        kind.key = hash_value(pair.name) | 1;
        shape.kinds.push_back(kind);
      }
      shape.texts.emplace_back();
      shape.columns.resize(shape.kinds.size());
    }
    TemplateValues& shape = collected[last];
    for (size_t i = 0; i < rows[r].size(); ++i) {
      shape.columns[i].push_back(hashed_slot(rows[r][i].value));
    }
    shape.rows.push_back(static_cast<uint32_t>(r));
  }
  fill_templates(number, collected, 0, true);
  return number;
}

std::vector<ColumnEncoder::Child> ColumnEncoder::take_children(
    std::vector<TemplateValues>& collected) {
  std::vector<Child> out;
  std::unordered_map<uint64_t, size_t> by_key;
  for (uint32_t t = 0; t < collected.size(); ++t) {
    uint64_t prefix = 0;
    for (uint32_t s = 0; s < collected[t].kinds.size(); ++s) {
      const SlotKind& kind = collected[t].kinds[s];
      prefix = hash_value(collected[t].texts[s], prefix + static_cast<uint64_t>(kind.form.type));
      const uint8_t form[] = {static_cast<uint8_t>(kind.form.type), kind.form.width,
                              static_cast<uint8_t>(kind.form.separator), kind.whole};
      const uint64_t key = hash_value({reinterpret_cast<const char*>(form), sizeof form},
                                      kind.key ? kind.key : prefix);
      const auto [found, fresh] = by_key.try_emplace(key, out.size());
      if (fresh) out.emplace_back().kind = kind;
      Child& child = out[found->second];
      child.segments.emplace_back(t, s);
      child.shape = child.shape * 1000003 + t + 1;
      // The first is usually by far the largest.
      Values& values = collected[t].columns[s];
      if (child.values.empty()) {
        child.values = std::move(values);
      } else {
        child.values.insert(child.values.end(), values.begin(), values.end());
      }
    }
  }
  return out;
}

uint32_t ColumnEncoder::add_numbers(ValueForm form, const Values& values) {
  const uint32_t number = reserve(values.size());
  Column& c = table_.columns[number];
  std::vector<int64_t> numbers;
  numbers.reserve(values.size());
  for (const Slot& v : values) {
    numbers.push_back(static_cast<int64_t>(v.value));
    c.stats.add_length(v.text.size());
  }
  c.form = form;
  fill_numbers(c, numbers);
  return number;
}

void ColumnEncoder::add_children(std::vector<Child>& children, int depth) {
  // Among children whose rows belong together, one may be an id that the others follow.
  struct Key {
    References references;
    uint32_t frame = kNone;
  };
  std::unordered_map<uint64_t, Key> keys;
  std::unordered_map<uint64_t, int> in_shape;
  for (const Child& c : children) ++in_shape[c.shape];
  for (const Child& c : children) {
    const Values& values = c.values;
    if (c.kind.form.type != ColumnType::kString || c.kind.whole || values.size() < 2 ||
        in_shape[c.shape] < 2 || keys.count(c.shape) || !looks_like_id(values[0].text)) {
      continue;
    }
    References references;
    if (!find_references(values, values.size() * 3 / 4, references)) continue;
    const uint32_t frame =
        frames_.add(encode_integers(references.numbers), FrameWriter::Content::kNumbers);
    keys[c.shape] = {std::move(references), frame};
  }
  for (Child& c : children) {
    const Values& values = c.values;
    const auto key = keys.find(c.shape);
    if (all_same(values)) {
      c.column = reserve(values.size());
      fill_constant(table_.columns[c.column], values[0].text);
    } else if (is_number(c.kind.form.type)) {
      c.column = add_numbers(c.kind.form, values);
    } else if (is_packed(c.kind.form.type)) {
      c.column = reserve(values.size());
      fill_packed(c.column, c.kind.form, values);
    } else if (c.kind.whole) {
      c.column = reserve(values.size());
      fill_string(table_.columns[c.column], values);
    } else if (key != keys.end() && follows(values, key->second.references)) {
      c.column = reserve(values.size());
      fill_reference(c.column, key->second.frame, pick(values, key->second.references.first_rows),
                     depth + 1);
    } else {
      c.column = add_values(values, depth + 1);
    }
  }
}

void ColumnEncoder::fill_templates(uint32_t number, std::vector<TemplateValues>& collected,
                                   int depth, bool pairs) {
  std::stable_sort(collected.begin(), collected.end(),
                   [](const TemplateValues& a, const TemplateValues& b) {
                     return a.rows.size() > b.rows.size();
                   });
  std::vector<Child> children = take_children(collected);
  add_children(children, depth);
  std::vector<std::vector<uint32_t>> columns(collected.size());
  for (uint32_t t = 0; t < collected.size(); ++t) columns[t].resize(collected[t].kinds.size());
  for (const Child& child : children) {
    for (const auto& [t, slot] : child.segments) columns[t][slot] = child.column;
  }
  Column& c = table_.columns[number];
  c.form.type = ColumnType::kText;
  c.first_template = static_cast<uint32_t>(table_.templates.size());
  c.templates = static_cast<uint32_t>(collected.size());
  std::vector<uint32_t> ids(c.rows);
  for (uint32_t t = 0; t < collected.size(); ++t) {
    const TemplateValues& from = collected[t];
    LineTemplate out{static_cast<uint32_t>(table_.pieces.size()), 0,
                     static_cast<uint32_t>(from.rows.size())};
    for (size_t s = 0; s <= from.kinds.size(); ++s) {
      const bool last = s == from.kinds.size();
      if (!from.texts[s].empty() || (pairs && !last)) {
        table_.pieces.push_back({from.texts[s], kNone, 0});
      }
      if (!last) table_.pieces.push_back({{}, columns[t][s], 0});
    }
    out.pieces = static_cast<uint32_t>(table_.pieces.size()) - out.first_piece;
    table_.templates.push_back(out);
    for (const uint32_t r : from.rows) ids[r] = t;
  }
  if (collected.size() > 1) {
    c.frames[0] = frames_.add(encode_ids(ids), FrameWriter::Content::kNumbers);
  }
}

}  // namespace logsvc::store
