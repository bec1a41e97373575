#include "store/columns/column_proofs.h"

#include <algorithm>
#include <optional>

namespace logsvc::store {

using extract::LogfmtQuoted;

namespace {

bool stays_in_json_string(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') return false;
    if (text[i] == '\\' && ++i == text.size()) return false;
  }
  return true;
}

bool begins_number(std::string_view text) {
  return !text.empty() && (is_digit(text[0]) || text[0] == '-');
}

bool is_scalar_text(std::string_view text, bool alone) {
  return begins_number(text) || (alone && (text == "true" || text == "false" || text == "null"));
}

}  // namespace

bool ColumnProofs::lacks(uint32_t column, std::string_view characters) const {
  const Column& c = reader_.table().columns[column];
  return c.rows == 0 || std::none_of(characters.begin(), characters.end(),
                                     [&](char character) { return c.stats.has(character); });
}

bool ColumnProofs::may_be_empty(uint32_t column) const {
  const Column& c = reader_.table().columns[column];
  return c.rows == 0 || c.stats.min_length == 0;
}

Result<bool> ColumnProofs::stays_in_json_string(uint32_t column) {
  if (closed_[column] == kOpen) {
    ASSIGN_OR_RETURN(const bool yes, prove_stays(reader_.table().columns[column], column));
    closed_[column] = yes ? kYes : kNo;
  }
  return closed_[column] == kYes;
}

Result<bool> ColumnProofs::prove_stays(const Column& c, uint32_t column) {
  if (c.rows == 0 || (!c.stats.has('"') && !c.stats.has('\\'))) return true;
  switch (c.type()) {
    case ColumnType::kConstant:
      return store::stays_in_json_string(c.constant);
    case ColumnType::kDictionary: {
      ASSIGN_OR_RETURN(const auto entries, reader_.dictionary(column));
      return std::all_of(entries.begin(), entries.end(),
                         [](std::string_view e) { return store::stays_in_json_string(e); });
    }
    case ColumnType::kReference:
      return stays_in_json_string(c.child);
    case ColumnType::kText:
      for (const LineTemplate& t : reader_.table().templates_of(c)) {
        for (const TemplatePiece& p : reader_.table().pieces_of(t)) {
          if (!p.is_slot()) {
            if (!store::stays_in_json_string(p.text)) return false;
            continue;
          }
          ASSIGN_OR_RETURN(const bool slot, stays_in_json_string(p.column));
          if (!slot) return false;
        }
      }
      return true;
    case ColumnType::kString: {
      RETURN_IF_ERROR(reader_.load(column));
      ByteBuffer value;
      for (uint32_t r = 0; r < c.rows; ++r) {
        value.clear();
        reader_.append(column, r, value);
        if (!store::stays_in_json_string(value.view(0))) return false;
      }
      return true;
    }
    default:
      return false;  // a time with a quote as its separator
  }
}

bool ColumnProofs::is_json_word(uint32_t column) const {
  const bool empty = reader_.table().columns[column].rows == 0;
  return empty || (!may_be_empty(column) && lacks(column, " \t\r\n,:\"\\{}[]"));
}

Result<bool> ColumnProofs::is_json_scalar(uint32_t column, bool alone) {
  const Column& c = reader_.table().columns[column];
  if (c.rows == 0) return true;
  switch (c.type()) {
    case ColumnType::kInteger:
    case ColumnType::kZeroPadded:
      return c.stats.min_length > 0;
    case ColumnType::kConstant:
      return is_scalar_text(c.constant, alone);
    case ColumnType::kDictionary: {
      ASSIGN_OR_RETURN(const auto entries, reader_.dictionary(column));
      return std::all_of(entries.begin(), entries.end(),
                         [&](std::string_view e) { return is_scalar_text(e, alone); });
    }
    case ColumnType::kReference:
      return is_json_scalar(c.child, alone);
    case ColumnType::kText:
      for (const LineTemplate& t : reader_.table().templates_of(c)) {
        const auto pieces = reader_.table().pieces_of(t);
        if (pieces.empty()) return false;
        const bool single = pieces.size() == 1 && alone;
        if (!pieces[0].is_slot()) {
          if (!is_scalar_text(pieces[0].text, single)) return false;
          continue;
        }
        ASSIGN_OR_RETURN(const bool slot, is_json_scalar(pieces[0].column, single));
        if (!slot) return false;
      }
      return true;
    default:
      return false;
  }
}

Result<LogfmtQuoted> ColumnProofs::inside_logfmt_quotes(const TemplatePiece& slot, uint32_t rows) {
  if (rows == 0 || lacks(slot.column, "\"\\")) return LogfmtQuoted::kStays;
  const std::pair<uint32_t, uint32_t> key(slot.column, slot.start);
  const auto known = quoted_.find(key);
  if (known != quoted_.end()) return known->second;
  ASSIGN_OR_RETURN(const LogfmtQuoted found, look_inside_quotes(slot, rows));
  quoted_[key] = found;
  return found;
}

Result<LogfmtQuoted> ColumnProofs::look_inside_quotes(const TemplatePiece& slot, uint32_t rows) {
  std::optional<LogfmtQuoted> all;
  const auto goes_on = [&](LogfmtQuoted one) {
    if (!all) all = one;
    return one == *all && one != LogfmtQuoted::kLeaves;
  };
  if (reader_.table().columns[slot.column].type() == ColumnType::kDictionary) {
    ASSIGN_OR_RETURN(const auto entries, reader_.dictionary(slot.column));
    ASSIGN_OR_RETURN(const IdView* ids, reader_.ids(slot.column));
    std::vector<LogfmtQuoted> of_entries;
    for (const std::string_view e : entries) {
      of_entries.push_back(extract::read_inside_logfmt_quotes(e));
    }
    for (uint32_t r = 0; r < rows; ++r) {
      if (!goes_on(of_entries[(*ids)[slot.start + r]])) return LogfmtQuoted::kLeaves;
    }
    return *all;
  }
  RETURN_IF_ERROR(reader_.load(slot.column));
  ByteBuffer value;
  for (uint32_t r = 0; r < rows; ++r) {
    value.clear();
    reader_.append(slot.column, slot.start + r, value);
    if (!goes_on(extract::read_inside_logfmt_quotes(value.view(0)))) return LogfmtQuoted::kLeaves;
  }
  return *all;
}

}  // namespace logsvc::store
